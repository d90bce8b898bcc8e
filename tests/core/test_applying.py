"""R92–R95: what is chosen by hand, how long it can be undone and by what."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.applying import (
    TAKE_BACK_FOR,
    UNDO_FOR,
    Wish,
    check_taking_back,
    check_undo,
    proposed,
    reversal,
    taken,
)
from portal.core.errors import RuleBroken
from portal.core.ledger import Entry, Kind
from portal.core.money import Money

NOW = dt.datetime(2026, 11, 20, 8, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 20)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


AMOUNTS = st.integers(1, 200).map(eur)
WISHES = st.lists(
    st.builds(Wish, st.just("A"), AMOUNTS, st.booleans(), st.none() | st.integers(0, 250).map(eur)),
    max_size=6,
)


@given(AMOUNTS, WISHES)
def test_what_is_taken_exceeds_neither_the_items_nor_the_credit(left: Money, wishes: list[Wish]):
    try:
        amounts = taken(left, wishes)
    except RuleBroken:  # which is another test's
        return

    assert sum(amount.minor for amount in amounts) <= left.minor
    for amount, wish in zip(amounts, wishes, strict=True):
        assert 0 <= amount.minor <= wish.open.minor
        assert wish.typed is None or amount == wish.typed
        assert wish.is_ticked or wish.typed is not None or not amount.minor


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (Wish("A", eur(50), typed=eur(51)), "hand.exceeds_item"),
        (Wish("A", eur(200), typed=eur(101)), "hand.exceeds_credit"),
        (Wish("A", eur(50), typed=eur(-1)), "hand.below_zero"),
        (Wish("A", eur(50)), "hand.nothing_chosen"),
    ],
)
def test_what_does_not_fit_is_refused(wish: Wish, code: str):
    with pytest.raises(RuleBroken) as told:
        taken(eur(100), [wish])

    assert told.value.code == code


@given(AMOUNTS, st.lists(AMOUNTS, max_size=6))
def test_a_proposal_can_always_be_taken(left: Money, opens: list[Money]):
    places = proposed(left, opens)
    wishes = [Wish("A", amount, place in places) for place, amount in enumerate(opens)]

    assert bool(places) == bool(opens)
    if places:
        total = Money.total(opens, "EUR")
        assert Money.total(taken(left, wishes), "EUR") == min(left, total)


@pytest.mark.parametrize(("kind", "as_kind"), [("REFUND", "ADJUSTMENT"), ("TRANSFER", "TRANSFER")])
def test_what_is_posted_and_reversed_comes_to_nothing(kind: str, as_kind: str):
    posted = Entry(1, "C1", Kind[kind], "P/refund", DAY, eur(500))
    back = reversal(posted, "P/refund/undone")

    assert posted.amount + back.amount == eur(0)
    assert (back.kind, back.dated_on, back.account) == (Kind[as_kind], DAY, posted.account)


def test_an_act_is_undone_to_the_second_and_once():
    check_undo(NOW, NOW + UNDO_FOR)
    with pytest.raises(RuleBroken):
        check_undo(NOW, NOW + UNDO_FOR + dt.timedelta(seconds=1))
    with pytest.raises(RuleBroken):
        check_undo(NOW, NOW, undone_at=NOW)


def test_an_import_is_taken_back_to_the_second():
    check_taking_back(NOW, NOW + TAKE_BACK_FOR)
    with pytest.raises(RuleBroken):
        check_taking_back(NOW, NOW + TAKE_BACK_FOR + dt.timedelta(seconds=1))
