"""
A bill or note receivable: it pays an invoice now, and is a risk until it is honoured.

What a bill that is not honoured does to the books comes with the returned payment, not from here.
"""

from datetime import date
from enum import StrEnum

from portal.core.errors import RuleBroken


class State(StrEnum):
    """Where a bill is."""

    HELD = "held"
    DISCOUNTED = "discounted"
    ENDORSED = "endorsed"
    HONOURED = "honoured"
    DISHONOURED = "dishonoured"


#: A bill in one of these is still a risk, wherever it lies.
RUNNING = frozenset({State.HELD, State.DISCOUNTED, State.ENDORSED})
#: State → those that may follow it.
FOLLOWING = {
    State.HELD: frozenset(State) - {State.HELD},
    State.DISCOUNTED: frozenset({State.HONOURED, State.DISHONOURED}),
    State.ENDORSED: frozenset({State.HONOURED, State.DISHONOURED}),
    State.HONOURED: frozenset[State](),
    # It was honoured late, once it had been presented again.
    State.DISHONOURED: frozenset({State.HONOURED}),
}
#: So many days before it matures somebody sees to it that it is presented.
DUE_SOON_DAYS = 7


def check_bill(received_on: date, matures_on: date, today: date) -> None:
    """
    Refuse a bill that matures before it came, or that is still to come.

    Raises: bill.matures_before_receipt, bill.received_in_future.

    >>> check_bill(date(2026, 5, 1), date(2026, 11, 1), date(2026, 5, 1))
    """
    if received_on > today:
        raise RuleBroken("bill.received_in_future", field="received_on", today=today)
    if matures_on < received_on:
        raise RuleBroken("bill.matures_before_receipt", field="matures_on", received_on=received_on)


def check_move(now: State, then: State, on: date, matures_on: date, today: date) -> None:
    """
    Refuse what cannot become of a bill on a day.

    Rule: R174 — a bill is honoured or dishonoured on its maturity or later, is passed on before,
    counts as a risk until it is honoured, and one that was dishonoured can still be honoured
    (S-072).
    Raises: bill.not_in_this_state, bill.day_in_future, bill.before_maturity, bill.matured_already.

    >>> check_move(State.HELD, State.HONOURED, date(2026, 11, 1), date(2026, 11, 1), date.max)
    """
    if then not in FOLLOWING[now]:
        raise RuleBroken("bill.not_in_this_state")
    if on > today:
        raise RuleBroken("bill.day_in_future", field="on", today=today)
    if then in {State.HONOURED, State.DISHONOURED} and on < matures_on:
        raise RuleBroken("bill.before_maturity", field="on", matures_on=matures_on)
    if then in {State.DISCOUNTED, State.ENDORSED} and on > matures_on:
        raise RuleBroken("bill.matured_already", field="on", matures_on=matures_on)
