"""What contracts, their fields, states and differences are called."""

from __future__ import annotations

import datetime as dt
import re

from portal.base import formats
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.contract_check import Difference
from portal.core.money import Money

#: The fields of a contract as pages list them.
FIELDS = {
    "code": N_("Contract number"),
    "category": N_("Category"),
    "starts_on": N_("First day"),
    "ends_on": N_("Last day"),
    "currency": N_("Currency"),
    "amount": N_("Value of the contract"),
    "payment_terms": N_("Payment terms"),
    "payment_method": N_("Payment method"),
    "late_interest_rate": N_("Late interest, per cent a year"),
    "breach_liability": N_("Liability for breach"),
    "price_list": N_("Price list"),
    "quality_standard": N_("Quality standard"),
    "acceptance_manner": N_("Manner of acceptance"),
    "transport": N_("Transport"),
    "renewal": N_("Renewal"),
    "collection_manner": N_("Agreed manner of collection"),
    "signed_on": N_("Signed on"),
    "signer_name": N_("Signed by"),
    "signer_title": N_("Their position"),
    "sealed_with": N_("Sealed with"),
    "next_look_on": N_("Next look at it"),
}
SEALS = {
    "contract_seal": N_("Contract seal"),
    "company_seal": N_("Company seal"),
    "electronic": N_("Electronic signature"),
    "private_seal": N_("Private seal"),
    "signature": N_("Signature alone"),
}
#: How far a contract is → its word and tone.
STANDINGS = {
    "to_come": (N_("To come"), "info"),
    "running": (N_("Running"), "ok"),
    "ending": (N_("Ends soon"), "warn"),
    "ended": (N_("Ended"), "neutral"),
}
AMENDMENT_STATES = {
    "waiting": (N_("Waits for a second person"), "warn"),
    "in_force": (N_("In force"), "ok"),
    "refused": (N_("Refused"), "bad"),
}
OUTCOMES = {
    "kept": (N_("Kept by both sides"), "ok"),
    "partly": (N_("Kept in part"), "warn"),
    "broken": (N_("Not kept"), "bad"),
}
FILE_KINDS = {
    "contract": N_("Contract"),
    "amendment": N_("Amendment"),
    "authority": N_("Authority of the signer"),
    "other": N_("Other"),
}
CHECK_STATES = {
    "held": (N_("Held"), "warn"),
    "returned": (N_("Returned"), "bad"),
    "confirmed": (N_("Confirmed"), "ok"),
    "fits": (N_("Fits"), "ok"),
}
ASPECTS = {
    "content": N_("Content"),
    "amount": N_("Amount"),
    "date": N_("Date"),
    "terms": N_("Terms"),
}
BASELINES = {
    "delivery": N_("delivery"),
    "shipment": N_("shipment"),
    "acceptance": N_("acceptance"),
}
#: What differs → its sentence; `line`, `invoice`, `contract`, `about` are its facts.
DIFFERENCES = {
    "contract_unknown": N_("No contract %(invoice)s is kept here."),
    "contract_of_another": N_("Contract %(invoice)s is another customer’s."),
    "product": N_("Line %(line)s: the product is not on price list %(about)s."),
    "unit": N_("Line %(line)s: %(about)s is sold by another unit."),
    "currency": N_("The invoice is in another currency than the contract."),
    "unit_price": N_("Line %(line)s: %(about)s has another price on the list."),
    "line_amount": N_("Line %(line)s: the amount is not %(about)s."),
    "lines": N_("The lines do not come to the invoice."),
    "before_start": N_("The invoice is dated before the contract starts."),
    "after_end": N_("The invoice is dated after the contract has ended."),
    "too_early": N_("The invoice is dated before the %(about)s from which its terms count."),
    "due_on": N_("It falls due on another day than the terms %(about)s give."),
    "parts": N_("Other parts fall due on the same days than the terms %(about)s give."),
    "terms": N_("The terms on the invoice are not those of the contract."),
    "terms_do_not_fit": N_("The contract’s terms cannot be applied to this amount."),
}
#: A price or an amount, as the comparison keeps it.
FIGURE = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
DAYS = re.compile(r"\d{4}-\d\d-\d\d(, \d{4}-\d\d-\d\d)*")
#: What falls due by day.
PARTS = re.compile(r"(\d{4}-\d\d-\d\d: -?\d+(\.\d+)?(, |$))+", re.ASCII)


def field_name(name: str) -> str:
    """What a field of a contract is called."""
    return _(FIELDS[name])


def seal_name(name: str | None) -> str:
    """What a contract was sealed with; empty where nobody said."""
    return _(SEALS[name]) if name in SEALS else ""


def standing_of(standing: str) -> tuple[str, str]:
    """How far a contract is: word and tone."""
    word, tone = STANDINGS[standing]
    return _(word), tone


def amendment_state(state: str) -> tuple[str, str]:
    """How an amendment stands: word and tone."""
    word, tone = AMENDMENT_STATES[state]
    return _(word), tone


def outcome_of(outcome: str) -> tuple[str, str]:
    """What a look at a contract found: word and tone."""
    word, tone = OUTCOMES[outcome]
    return _(word), tone


def file_kinds() -> dict[str, str]:
    """What kinds of files are called."""
    return {name: _(word) for name, word in FILE_KINDS.items()}


def check_state(state: str) -> tuple[str, str]:
    """How an invoice stands beside its contract: word and tone."""
    word, tone = CHECK_STATES[state]
    return _(word), tone


def aspect_name(aspect: str) -> str:
    """What an aspect of the comparison is called."""
    return _(ASPECTS[aspect])


def said(value: str) -> str:
    """
    A value of a difference as people read it: days and figures in their language, else as it is.

    >>> said("2026-11-05"), said("2572.5"), said("net 30")
    ('5 Nov 2026', '2,572.5', 'net 30')
    >>> said("2026-11-05: 100.00, 2026-12-05: 29.50")
    '5 Nov 2026: 100.00, 5 Dec 2026: 29.50'
    """
    if PARTS.fullmatch(value):
        return ", ".join(map(_part_said, value.split(", ")))
    if FIGURE.fullmatch(value):
        return formats.number(value)
    if not DAYS.fullmatch(value):
        return value
    return ", ".join(formats.day(dt.date.fromisoformat(each)) for each in value.split(", "))


def _part_said(value: str) -> str:
    day, _colon, amount = value.partition(": ")
    return f"{said(day)}: {said(amount)}"


def difference_sentence(each: Difference) -> str:
    """What differs, in a sentence."""
    about = _(BASELINES[each.about]) if each.about in BASELINES else each.about
    return _(DIFFERENCES[each.code]) % {
        "line": each.line,
        "invoice": each.invoice,
        "contract": each.contract,
        "about": about or "–",
    }


def value_said(name: str, value: object) -> str:
    """A contract's value as people read it; a dash where it says nothing."""
    if value in (None, ""):
        return "–"
    if isinstance(value, Money):
        return formats.money(value)
    if isinstance(value, dt.date):
        return formats.day(value)
    if name == "late_interest_rate":
        return _("%(rate)s %% a year", rate=value)
    return said(str(value))
