"""What the answers to orders, their reasons, parts of an exposure and standings are called."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

from portal.approvals.names import figure_said, state_of
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.credit_decision import Reason
from portal.core.exposure import Part
from portal.core.money import Money

#: decision → its word and tone; empty: nobody asked
DECISIONS = {
    "": (N_("Not asked yet"), "neutral"),
    "allow": (N_("May be shipped"), "ok"),
    "hold": (N_("Held"), "warn"),
    "refuse": (N_("Not to be shipped"), "bad"),
    "released": (N_("Released"), "ok"),
}
#: status of the ERP → its word and tone
STATUSES = {
    "open": (N_("Open"), "neutral"),
    "closed": (N_("Closed"), "neutral"),
    "cancelled": (N_("Cancelled"), "neutral"),
}
PARTS = {
    Part.OPEN: N_("Open invoices and other claims"),
    Part.BILLS: N_("Bills not yet honoured"),
    Part.DELIVERED: N_("Delivered, not yet invoiced"),
    Part.ORDERS: N_("Open orders, not yet delivered or invoiced"),
    Part.MONEY: N_("Money on account"),
    Part.CREDIT_NOTES: N_("Open credit notes"),
    Part.COLLATERAL: N_("Accepted securities"),
}
#: kind of standing → its word and tone
STANDINGS = {
    "blacklisted": (N_("Blacklisted"), "bad"),
    "frozen": (N_("Deliveries stopped"), "bad"),
    "prepayment": (N_("Prepayment only"), "warn"),
    "exempt_government": (N_("Exempt: government body"), "ok"),
    "exempt_institution": (N_("Exempt: institution or large customer of good credit"), "ok"),
    "exempt_small": (N_("Exempt: small amounts or cash"), "ok"),
}
#: code of a reason → what it says
REASONS = {
    "blacklisted": N_("The customer, or one above it, is blacklisted."),
    "frozen": N_("Deliveries to the customer, or one above it, are stopped."),
    "prepayment": N_(
        "%(customer)s pays in advance: %(missing)s is not covered by money on account."
    ),
    "missing_rate": N_("There is no exchange rate %(pair)s for this day or before. Enter one."),
    "over_limit": N_(
        "%(over)s over the limit of %(limit)s of %(customer)s: %(exposure)s is used already."
    ),
    "limit_expired": N_("The limit of %(customer)s held until %(valid_until)s. Set a new one."),
    "review_overdue": N_("The credit review was due on %(due_on)s."),
    "overdue": N_(
        "%(number)s is %(days)s days overdue; more than %(threshold)s days hold every order."
    ),
    "large_lot_held": N_(
        "It is %(days)s days of what the customer usually buys; more than %(most)s days at once "
        "are held. Ship it in %(lots)s lots of about %(lot)s."
    ),
    "large_lot": N_(
        "Advice: it is %(days)s days of what the customer usually buys. Ship it in %(lots)s lots "
        "of about %(lot)s, each of %(least)s to %(most)s days."
    ),
}


def decision_of(decision: str | None) -> tuple[str, str]:
    """A decision's word and tone."""
    word, tone = DECISIONS[decision or ""]
    return _(word), tone


def status_of(status: str) -> tuple[str, str]:
    """A status's word and tone."""
    word, tone = STATUSES[status]
    return _(word), tone


def standing_of(kind: str) -> tuple[str, str]:
    """A standing's word and tone."""
    word, tone = STANDINGS[kind]
    return _(word), tone


def release_state(state: str) -> tuple[str, str]:
    """A release's state and tone: those of any request."""
    return state_of(state)


def part_name(part: Part) -> str:
    """What a part of an exposure is called."""
    return _(PARTS[part])


def plain_facts(facts: Mapping[str, Any]) -> dict[str, str]:
    """
    Facts as they are kept: an amount with its currency, a day as ISO writes it.

    >>> plain_facts({"over": Money(150, "EUR"), "due_on": dt.date(2026, 3, 1), "days": 7})
    {'over': 'EUR 1.50', 'due_on': '2026-03-01', 'days': '7'}
    """
    return {name: _plain(value) for name, value in facts.items()}


def _plain(value: Any) -> str:
    if isinstance(value, Money):
        return f"{value.currency} {value.major()}"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def reasons_kept(reasons: Iterable[Reason]) -> str:
    """Reasons as JSON, for the history of an order."""
    told = [{"code": each.code, **plain_facts(each.facts)} for each in reasons]
    return json.dumps(told, ensure_ascii=False)


def reasons_said(kept: str) -> list[str]:
    """Kept reasons as sentences in the reader's language."""
    return [_said(told) for told in json.loads(kept)]


def reason_said(reason: Reason) -> str:
    """A reason as a sentence in the reader's language."""
    return _said({"code": reason.code, **plain_facts(reason.facts)})


def _said(told: Mapping[str, str]) -> str:
    facts = {name: figure_said(value) for name, value in told.items()}
    words = REASONS.get(told["code"])
    return _(words) % facts if words else told["code"]
