"""What a comparison found and what people decide, in words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.sentences import sentence
from portal.core.comparison import Bridge
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.statements.comparison.reading import RowProblem
from portal.statements.names import reason_name

#: What the columns of a ledger are called.
FIELDS = {
    "date": N_("Date"),
    "number": N_("Number of the document"),
    "debit": N_("Debit amount"),
    "credit": N_("Credit amount"),
    "amount": N_("Amount"),
    "side": N_("Debit or credit, in a word"),
    "balance": N_("Balance"),
    "reference": N_("Reference"),
    "text": N_("Text"),
    "currency": N_("Currency"),
}
HOWS = {
    "person": N_("You said that they belong together"),
    "number": N_("The same number and the same amount"),
    "other_amount": N_("The same number, another amount"),
    "amount": N_("The same amount within a few days, and no other"),
    "sum": N_("Together they come to the same amount"),
    "duplicate": N_("This number stands here more than once"),
    "timing": N_("In transit: the other side has it in another month"),
    "ours": N_("No row of yours has this number or this amount"),
    "yours": N_("No line of ours has this number or this amount"),
}
#: Where a row says what was decided, and how that is toned.
DECIDED = {
    "accepted": (N_("Accepted"), "ok"),
    "apart": (N_("Not the same"), "neutral"),
    "timing": (N_("In transit"), "info"),
    "difference": (N_("Difference"), "bad"),
}


def how_name(how: str, kind: str) -> str:
    """Why lines and rows stand where they stand, in the language of the moment."""
    return _(HOWS[how or kind])


def decision_name(decided: str, why: str) -> tuple[str, str]:
    """What was decided about rows, and its tone; nothing where nothing was."""
    if decided == "difference":
        return reason_name(why), "bad"
    word, tone = DECIDED.get(decided, ("", ""))
    return (_(word), tone) if word else ("", "")


def problem_sentence(kept: dict[str, Any]) -> str:
    """What is wrong with a file, or with one of its rows, and what to do."""
    facts: dict[str, Any] = {name: _fact(text) for name, text in kept["facts"].items()}
    if not kept["row"]:
        return sentence(RuleBroken(kept["code"], **facts))
    said = RowProblem(kept["row"], kept["column"], kept["value"], kept["code"], facts).sentence
    return _("Row %(row)s: %(problem)s", row=kept["row"], problem=said)


def _fact(text: str) -> object:
    """A day is one again, so that it is written as people read it."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return text


def bridge_steps(bridge: Bridge, counts: dict[str, int], currency: str) -> list[tuple[str, Money]]:
    """The steps between the two balances; those that always matter, and the others where not 0."""
    steps = [
        (_("Opening balance: ours less yours"), bridge.opening_minor, False),
        (
            _("Only on our statement (%(count)s)", count=counts.get("ours", 0)),
            bridge.only_ours_minor,
            True,
        ),
        (
            _("Only in your ledger (%(count)s)", count=counts.get("yours", 0)),
            -bridge.only_yours_minor,
            True,
        ),
        (
            _("Other amounts: ours less yours (%(count)s)", count=counts.get("differs", 0)),
            bridge.amounts_minor,
            True,
        ),
    ]
    return [(label, Money(minor, currency)) for label, minor, always in steps if minor or always]
