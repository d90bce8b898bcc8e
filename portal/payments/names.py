"""What acts by hand, proposals and the sources of applications are called."""

from __future__ import annotations

from portal.base import formats
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.payments.rows import HandActRow, Receipt

ACTS = {
    "apply": N_("%(amount)s applied to %(documents)s"),
    "unapply": N_("%(amount)s no longer applied to %(documents)s, from %(day)s"),
    "refund": N_("%(amount)s paid back (%(documents)s)"),
    "transfer": N_("%(amount)s moved to %(documents)s"),
}
SOURCES = {
    "import": N_("from a file"),
    "customer": N_("as the customer says"),
    "clerk": N_("by hand"),
    "rule": N_("by a rule"),
}
PROPOSALS = {
    "named": N_("The payer names what is ticked."),
    "exact": N_("The amount is just that of what is ticked."),
    "oldest_due": N_("Ticked is what falls due first."),
}


def act_words(act: HandActRow) -> str:
    """What was done, in a sentence."""
    return _(
        ACTS[act.kind],
        amount=formats.money(act.amount),
        documents=", ".join(act.documents),
        day=formats.day(act.on),
    )


def source_name(source: str) -> str:
    """Who said that something be applied."""
    return _(SOURCES.get(source, SOURCES["rule"]))


def proposal_words(receipt: Receipt) -> str:
    """Why the proposal is what it is; empty where there is none."""
    reason = receipt.proposal_reason
    return _(PROPOSALS[reason]) if reason else ""
