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
#: How a customer pays.
METHODS = {
    "transfer": N_("Bank transfer"),
    "bill": N_("Bank bill"),
    "cheque": N_("Cheque"),
    "cash": N_("Cash"),
    "other": N_("Another way"),
}
#: State of an announced payment → its word and tone
ADVICE_STATES = {
    "open": (N_("Announced"), "info"),
    "arrived": (N_("Arrived, not applied yet"), "info"),
    "late": (N_("Not arrived yet"), "warn"),
    "received": (N_("Arrived"), "ok"),
    "withdrawn": (N_("Withdrawn"), "neutral"),
}
PROPOSALS = {
    "announced": N_("Ticked is what %(person)s announced as %(number)s for %(day)s."),
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
    reason, advice = receipt.proposal_reason, receipt.advice
    if reason and advice:
        day = formats.day(advice.pay_on)
        return _(PROPOSALS[reason], person=advice.by, number=advice.number, day=day)
    return _(PROPOSALS[reason]) if reason else ""


def method_name(method: str) -> str:
    """How a customer pays, in words; empty where they did not say."""
    return _(METHODS[method]) if method in METHODS else method


def advice_state(state: str) -> tuple[str, str]:
    """The word and tone of an announced payment."""
    word, tone = ADVICE_STATES[state]
    return _(word), tone
