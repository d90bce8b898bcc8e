"""R118: an item promised in vain and promised again; each promise is judged by itself."""

from datetime import date

from portal.core.promise_kept import (
    Came,
    Leniency,
    PartFacts,
    Promised,
    Share,
    State,
    judge,
    share_out,
)


def november(day: int) -> date:
    return date(2026, 11, day)


def states(part: PartFacts, today: int, on_account: int = 0) -> list[State]:
    """Of a promise for the 6th, and of one made on the 9th for the 20th."""
    first = Promised(1, november(6), november(2), 100, (Share("A", 100),))
    again = Promised(2, november(20), november(9), 100, (Share("A", 100),))
    made = [first, again] if today >= 9 else [first]
    outcomes = share_out(made, {"A": part}, as_of=november(today))
    return [*judge(made, outcomes, Leniency(), november(today), on_account).values()]


def test_the_new_promise_runs_while_the_old_one_is_broken():
    """R118."""
    assert states(PartFacts(100), 10) == [State.BROKEN, State.OPEN]


def test_money_that_comes_then_keeps_the_new_one_alone():
    """R118."""
    paid = PartFacts(0, (Came(november(18), 100),))

    assert states(paid, 21) == [State.BROKEN, State.KEPT]


def test_money_that_came_before_was_late_for_the_old_one():
    """R118."""
    paid = PartFacts(0, (Came(november(7), 100),))

    assert states(paid, 8) == [State.LATE_KEPT]


def test_money_on_account_is_looked_at_for_the_new_one_alone():
    """R118."""
    assert states(PartFacts(100), 23, on_account=100) == [State.BROKEN, State.BEING_CHECKED]
