"""What states, reasons and ways of promises are called, on pages, in letters and in mails alike."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from portal.base import formats
from portal.base.language import N_, ngettext
from portal.base.language import gettext as _
from portal.core.promise import HOUSE_REASONS, ONE_THIRD, Basis, Limit, Reason
from portal.core.promise_kept import State

#: state → its word and tone
STATES = {
    State.OPEN: (N_("Running"), "info"),
    State.KEPT: (N_("Kept"), "ok"),
    State.LATE_KEPT: (N_("Kept late"), "warn"),
    State.PARTLY_KEPT: (N_("Partly kept"), "warn"),
    State.BROKEN: (N_("Missed"), "bad"),
    State.BEING_CHECKED: (N_("Being checked"), "info"),
    State.ENDED: (N_("Ended"), "neutral"),
}
#: How a promise ended before its day.
ENDED = {
    "withdrawn": N_("Taken back"),
    "replaced": N_("Replaced"),
}
REASONS = {
    Reason.UNSAID: N_("No reason given"),
    Reason.PAYMENT_RUN: N_("Our next payment run"),
    Reason.AWAITING_APPROVAL: N_("Waiting for approval on our side"),
    Reason.DOCUMENTS_MISSING: N_("An invoice or another paper is missing"),
    Reason.OVERSIGHT: N_("Overlooked"),
    Reason.AWAITING_OWN_CUSTOMER: N_("Our own customer has not paid yet"),
    Reason.SHORT_OF_CASH: N_("Short of cash"),
    Reason.DISPUTE: N_("A part is in dispute"),
    Reason.UNWILLING: N_("Unwilling to pay"),
    Reason.LOST_CONTACT: N_("Contact was lost"),
    Reason.OTHER: N_("Another reason"),
}
METHODS = {
    "": N_("Not decided yet"),
    "transfer": N_("Bank transfer"),
    "draft": N_("Acceptance draft"),
    "cheque": N_("Cheque"),
    "debit": N_("Direct debit"),
}
WAYS = {
    "portal": N_("On this portal"),
    "statement": N_("From a statement"),
    "phone": N_("On the phone"),
    "import": N_("From a file"),
    "extension": N_("By an approved request for more time"),
    "plan": N_("By an instalment plan"),
}


def state_of(state: State, ended_as: str = "") -> tuple[str, str]:
    """A state's word and tone; of one that ended, how."""
    word, tone = STATES[state]
    return _(ENDED.get(ended_as, word) if state is State.ENDED else word), tone


def reason_name(reason: str) -> str:
    """Why it is paid on another day."""
    return _(REASONS[Reason(reason)])


def reason_choices(*, is_house: bool) -> list[tuple[str, str]]:
    """The reasons that somebody may choose."""
    return [
        (reason.value, word)
        for reason, word in REASONS.items()
        if is_house or reason not in HOUSE_REASONS
    ]


def way_name(way: str) -> str:
    """How a promise came."""
    return _(WAYS[way])


def method_name(method: str) -> str:
    """How it will be paid; what a file says of it speaks for itself."""
    return _(METHODS[method]) if method in METHODS else method


def limit_words(limit: Limit, fraction: Fraction) -> str:
    """The rule in words: until when an item may be promised, and why."""
    if limit.basis is Basis.CASH_TERMS:
        return _("The rule allows no promise here: it was to be paid at once.")
    if limit.latest_on is None or limit.due_on is None:
        return _("The rule allows no promise here: it has no due date yet.")
    return ngettext(
        "Latest: %(latest)s, the due date %(due)s + %(num)s day "
        "(%(share)s of the %(term)s-day term).",
        "Latest: %(latest)s, the due date %(due)s + %(num)s days "
        "(%(share)s of the %(term)s-day term).",
        limit.days,
        latest=formats.day(limit.latest_on),
        due=formats.day(limit.due_on),
        share=_("one third") if fraction == ONE_THIRD else str(fraction),
        term=limit.term_days,
    )


def event_words(kind: str, facts: Mapping[str, str]) -> str:
    """A step in a promise's life."""
    words = {
        "promised": _("Promised"),
        "promise_withdrawn": _("Taken back"),
        "promise_replaced": _("Replaced by %(number)s", number=facts.get("by", "")),
        "promise_broken": _("Its day passed, and the money had not come"),
        "promise_partly_kept": _("Its day passed, and a part of the money had not come"),
    }
    return words.get(kind, kind)
