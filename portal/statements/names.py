"""What kinds, reasons, results and states are called, on pages, in PDFs and in files alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from portal.base import formats
from portal.base.language import N_, ngettext
from portal.base.language import gettext as _
from portal.core.ledger import Kind
from portal.core.statement_status import UNANSWERED

KINDS = {
    "invoice": N_("Invoice"),
    "charge": N_("Debit note"),
    "credit_note": N_("Credit note"),
    "payment": N_("Payment"),
    "discount": N_("Discount"),
    "refund": N_("Refund"),
    "returned_payment": N_("Returned payment"),
    "transfer": N_("Transfer"),
    "adjustment": N_("Adjustment"),
}
REASONS = {
    "wrong_amount": N_("Wrong amount"),
    "not_received": N_("Not received"),
    "already_paid": N_("Already paid"),
    "duplicate": N_("Entered twice"),
    "wrong_branch": N_("Belongs to another branch"),
    "price_or_quantity": N_("Price or quantity"),
    "timing": N_("Timing, still in transit"),
    "not_in_books": N_("Not in the customer’s books"),
    "other": N_("Another reason"),
    "missing_document": N_("Only in the customer’s books"),
    "other_opening": N_("Another opening balance"),
}
RESULTS = {
    "confirmed": N_("Confirmed"),
    "confirmed_with_differences": N_("Confirmed with differences"),
    "refused": N_("Not agreed"),
}
#: state → what a customer reads, and its tone
STATES = {
    "issued": (N_("Waiting for you"), "warn"),
    "viewed": (N_("Waiting for you"), "warn"),
    "prepared": (N_("With your approver"), "info"),
    "confirmed": (N_("Confirmed"), "ok"),
    "confirmed_with_differences": (N_("Confirmed with differences"), "info"),
    "refused": (N_("Not agreed"), "bad"),
    "withdrawn": (N_("Withdrawn"), "neutral"),
    "replaced": (N_("Replaced"), "neutral"),
}
#: state → what staff read where a customer reads "Waiting for you", and its tone
STATES_AT_DESK = {
    **STATES,
    "issued": (N_("Not opened yet"), "neutral"),
    "viewed": (N_("Opened"), "info"),
    "prepared": (N_("With their approver"), "info"),
    "confirmed_with_differences": (N_("Confirmed with differences"), "warn"),
}
EVENTS = {
    "issued": N_("Issued"),
    "notified": N_("Sent by mail"),
    "texted": N_("Sent as a text"),
    "bounced": N_("A mail came back"),
    "chased": N_("Reminder sent"),
    "reminded": N_("Reminder mailed"),
    "opened": N_("Opened"),
    "acknowledged": N_("Receipt acknowledged"),
    "prepared": N_("Passed to an approver"),
    "taken_back": N_("Taken back from the approver"),
    "returned": N_("Returned by the approver"),
    "signed_first": N_("First of two signatures"),
    "first_signature_void": N_("First signature void"),
    "difference_answered": N_("We answered a difference"),
    "deemed": N_("Counts as agreed without an answer, by the agreement"),
    "confirmed": N_("Confirmed"),
    "confirmed_with_differences": N_("Confirmed with differences"),
    "refused": N_("Not agreed"),
    "replaced": N_("Replaced by a corrected version"),
    "withdrawn": N_("Withdrawn"),
}
#: What the house decides on a difference.
DECISIONS = {
    "accept": N_("Accepted"),
    "explain": N_("Explained"),
    "reject": N_("Not accepted"),
}
#: Why two books differed, as staff note it.
CAUSES = {
    "many_products": N_("Many products or specifications"),
    "terms_per_product": N_("Other terms for each product"),
    "returns": N_("Transfers, returns or exchanges"),
    "payment_not_matched": N_("Payment not matched document by document"),
    "netting": N_("Rebates, damages or promotion set off"),
    "timing": N_("Timing, still in transit"),
    "not_in_books": N_("Not in the customer’s books"),
    "our_error": N_("Our mistake"),
    "their_error": N_("The customer's mistake"),
    "other": N_("Another reason"),
}
SUMS = {
    "invoiced": N_("Invoiced"),
    "charged": N_("Charged"),
    "refunded": N_("Refunded"),
    "adjusted": N_("Adjusted"),
    "credited": N_("Credited"),
    "received": N_("Received"),
    "discounted": N_("Discounts"),
}


def kind_name(kind: int) -> str:
    """A kind of document, in the language of the moment."""
    return _(KINDS[Kind(kind).word])


def reason_name(reason: str) -> str:
    """Why a line differs, in the language of the moment."""
    return _(REASONS[reason])


def result_name(result: str) -> str:
    """How a statement was answered, in the language of the moment."""
    return _(RESULTS[result])


def state_name(state: str) -> str:
    """Where a statement stands, in the language of the moment."""
    return _(STATES[state][0])


def state_at_desk(state: str) -> tuple[str, str]:
    """Where a statement stands as staff read it, and its tone."""
    word, tone = STATES_AT_DESK[state]
    return _(word), tone


def term_name(term: str) -> str:
    """A term on the way from one balance to another, in the language of the moment."""
    return _(SUMS[term]) if term in SUMS else _("Posted before the first period")


def decision_name(decision: str) -> str:
    """What the house decided on a difference, in the language of the moment."""
    return _(DECISIONS[decision])


def cause_name(cause: str) -> str:
    """Why two books differed, in the language of the moment."""
    return _(CAUSES[cause])


def event_name(kind: str) -> str:
    """A step in a statement's life, in the language of the moment."""
    return _(EVENTS[kind]) if kind in EVENTS else kind


def shown_state(
    state: str, confirm_by: dt.date, today: dt.date, deemed_on: dt.date | None = None
) -> tuple[str, str]:
    """Where a statement stands for its customer, with its tone; a missed day says by how much."""
    word, tone = STATES[state]
    if state in UNANSWERED and deemed_on is not None:
        return deemed_name(), "info"
    late = (today - confirm_by).days
    if state in UNANSWERED and late > 0:
        return ngettext("Overdue by %(num)s day", "Overdue by %(num)s days", late), "bad"
    return _(word), tone


def deemed_name() -> str:
    """What a statement is called that nobody answered and that counts as agreed all the same."""
    return _("Counts as agreed")


def bucket_name(name: str) -> str:
    """A bucket of the ageing: days late, or not due."""
    return _("Not due") if name == "not_due" else _("%(days)s days", days=name)


def behalf_words(authority: Mapping[str, Any]) -> str:
    """On whose behalf somebody signed, as the evidence keeps it; empty for who signed for none."""
    behalf = authority.get("on_behalf_of")
    if behalf is None:
        return ""
    first, last = (dt.date.fromisoformat(behalf[name]) for name in ("from", "until"))
    return _(
        "on behalf of %(name)s, delegated %(first)s to %(last)s",
        name=behalf["name"],
        first=formats.day(first),
        last=formats.day(last),
    )
