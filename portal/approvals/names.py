"""What kinds of requests, their states and their figures are called, and how figures are read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from portal.base import formats
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.approval import changes
from portal.core.errors import RuleBroken
from portal.core.money import Money

#: kind → what is asked for
KINDS = {
    "amendment": N_("Contract amendment"),
    "credit_note": N_("Credit note"),
    "extension": N_("Extension"),
    "grade": N_("Grade against the score"),
    "large_limit": N_("High credit limit"),
    "limit": N_("Credit limit"),
    "plan": N_("Instalment plan"),
    "release": N_("Release of a held order"),
    "terms": N_("Change of terms"),
}
#: state → its word and tone
STATES = {
    "waiting": (N_("Waiting"), "warn"),
    "approved": (N_("Approved"), "ok"),
    "refused": (N_("Refused"), "bad"),
    "overtaken": (N_("Overtaken"), "neutral"),
    "withdrawn": (N_("Withdrawn"), "neutral"),
}
#: The figures of a request, by the names that `Proposal.before` and `after` use.
FIGURES = {
    "amount": N_("Amount"),
    "cause": N_("Root cause"),
    "credit": N_("Credit note"),
    "disputed": N_("Disputed"),
    "due": N_("Due"),
    "first": N_("First payment"),
    "instalments": N_("Instalments"),
    "interest": N_("Interest"),
    "invoice": N_("Invoice"),
    "items": N_("Items"),
    "last": N_("Last payment"),
    "latest": N_("Latest day by the rule"),
    "open": N_("Open"),
    "pay_on": N_("Day of payment"),
    "reason": N_("Reason"),
    "total": N_("Total"),
}
#: Stands where a figure has none.
NONE = "—"
NOTHING = frozenset({"", NONE})
DAY = re.compile(r"\d{4}-\d\d-\d\d")
AMOUNT = re.compile(r"([A-Z]{3}) (-?\d+(?:\.\d+)?)")


def kind_name(kind: str) -> str:
    """What a kind of request asks for."""
    return _(KINDS[kind]) if kind in KINDS else kind


def state_of(state: str) -> tuple[str, str]:
    """A state's word and tone."""
    word, tone = STATES[state]
    return _(word), tone


def figure_name(name: str) -> str:
    """What a figure is called; one that nobody has named speaks for itself."""
    return _(FIGURES[name]) if name in FIGURES else name


def figure_said(value: str) -> str:
    """
    A figure as people read it: days and amounts in their language, anything else as it is.

    >>> figure_said("2026-11-05"), figure_said("3 x"), figure_said("2026-13-40")
    ('5 Nov 2026', '3 x', '2026-13-40')
    """
    amount = AMOUNT.fullmatch(value)
    try:
        if DAY.fullmatch(value):
            return formats.day(dt.date.fromisoformat(value))
        if amount:
            return formats.money(Money.parse(amount[2], amount[1]))
    except (ValueError, RuleBroken):
        return value
    return value


def shown_changes(
    before: Mapping[str, str], after: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Each figure that was told before and will be another one: its name, then and after."""
    return [
        (figure_name(name), figure_said(was), figure_said(will))
        for name, was, will in changes(before, after)
        if was not in NOTHING and will not in NOTHING
    ]


def shown_facts(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, str]]:
    """The figures that only one side tells, or both alike: name and value."""
    changed = {
        name for name, was, will in changes(before, after) if {was, will}.isdisjoint(NOTHING)
    }
    told = {name: after.get(name) or was for name, was in before.items()} | dict(after)
    return [
        (figure_name(name), figure_said(value))
        for name, value in told.items()
        if name not in changed and value not in NOTHING
    ]
