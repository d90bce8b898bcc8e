"""What limits, their doubts, securities and how they are used are called."""

from __future__ import annotations

from collections.abc import Iterable

from portal.base import formats
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.limit import AskedLimit, Doubt, LimitFacts, Use, used_percent
from portal.core.money import Money
from portal.customers.limits import LimitInForce

#: kind → what a security is
SECURITIES = {
    "guarantee": N_("Guarantee"),
    "bank_guarantee": N_("Bank guarantee"),
    "mortgage": N_("Mortgage"),
    "pledge": N_("Pledge"),
    "deposit": N_("Deposit"),
}
#: How a limit stands → its word and tone
USES = {
    Use.OVER: (N_("Over the limit"), "bad"),
    Use.EXPIRED: (N_("Ended"), "bad"),
    Use.NEAR: (N_("Near the limit"), "warn"),
    Use.WITHIN: (N_("Within"), "ok"),
    Use.PREPAYMENT: (N_("Prepayment only"), "neutral"),
    Use.UNLIMITED: (N_("Not limited"), "neutral"),
}
#: state of a proposal → its word and tone
PROPOSALS = {
    "waiting": (N_("Waiting"), "warn"),
    "approved": (N_("Approved"), "ok"),
    "refused": (N_("Refused"), "bad"),
    "withdrawn": (N_("Withdrawn"), "neutral"),
}
DOUBTS = {
    Doubt.BELOW_EXPOSURE: N_(
        "It is below what is used already, %(exposure)s: every new order would be held."
    ),
    Doubt.EXPOSURE_UNKNOWN: N_(
        "What is used is not known, since an exchange rate is missing: orders are held until one "
        "is entered."
    ),
    Doubt.ABOVE_CAP: N_("It is above the cap of the customer’s grade, %(cap)s."),
    Doubt.FROZEN: N_("The customer is blacklisted or deliveries are stopped: orders stay held."),
    Doubt.NO_REVIEW: N_(
        "No review of the customer holds on that day. The last held until %(day)s."
    ),
    Doubt.OVERTAKEN: N_(
        "Another limit is decided already from %(next)s on: this one holds only until then."
    ),
    Doubt.GAP: N_(
        "The present limit ends on %(until)s, before this one begins: in between orders are held."
    ),
}

NEVER_REVIEWED = N_("The customer has never been reviewed.")


def limit_words(limit: LimitInForce | AskedLimit | None) -> str:
    """A limit in a few words."""
    return _("No limit set") if limit is None else amount_words(limit.amount)


def amount_words(amount: Money | None) -> str:
    """What a limit comes to, in a few words."""
    if amount is None:
        return _("Not limited")
    return formats.money(amount) if amount.minor else _("Prepayment only")


def use_words(use: Use) -> tuple[str, str]:
    """How a limit stands: its word and tone."""
    word, tone = USES[use]
    return _(word), tone


def security_name(kind: str) -> str:
    """What a security is."""
    return _(SECURITIES[kind])


def proposal_state(state: str) -> tuple[str, str]:
    """A proposal's word and tone."""
    word, tone = PROPOSALS[state]
    return _(word), tone


def percent_of(used: Money, limit: Money) -> str:
    """How much of a limit is used, in whole per cent; a dash of a limit of nothing."""
    found = used_percent(used, limit)
    return "—" if found is None else f"{found}\N{NARROW NO-BREAK SPACE}%"


def doubt_sentences(found: Iterable[Doubt], known: LimitFacts) -> list[str]:
    """What speaks against a limit, in sentences."""
    facts = {
        "exposure": formats.money(known.exposure) if known.exposure else "",
        "cap": formats.money(known.cap) if known.cap else "",
        "day": formats.day(known.reviewed_until) if known.reviewed_until else "",
        "next": formats.day(known.next_on) if known.next_on else "",
        "until": formats.day(known.present_until) if known.present_until else "",
    }
    said = {**DOUBTS} if known.reviewed_until else {**DOUBTS, Doubt.NO_REVIEW: NEVER_REVIEWED}
    return [_(said[doubt]) % facts for doubt in found]
