"""Announced payments: what they come to, and which payment was meant: rule R133."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.remittance import Choice, Slip, check_pay_day, is_as_announced, summed

DAY = dt.date(2026, 11, 20)


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


TOLD = Slip(cny(70_00), DAY, "HD-2026-118")


@pytest.mark.parametrize(
    ("slip", "is_it"),
    [
        (Slip(cny(70_00), DAY), True),
        (Slip(cny(70_00), DAY - dt.timedelta(days=3)), True),
        (Slip(cny(70_00), DAY - dt.timedelta(days=4)), False),
        (Slip(cny(70_00), DAY + dt.timedelta(days=10)), True),
        (Slip(cny(70_00), DAY + dt.timedelta(days=11)), False),
        (Slip(cny(70_00), DAY + dt.timedelta(days=60), "payment hd/2026/118, thanks"), True),
        (Slip(cny(70_01), DAY, "HD-2026-118"), False),
        (Slip(Money(70_00, "EUR"), DAY, "HD-2026-118"), False),
    ],
)
def test_amount_and_currency_are_the_same_and_day_or_reference_fit(slip: Slip, is_it: bool):
    """R133."""
    assert is_as_announced(TOLD, slip) is is_it


def test_a_payment_without_reference_is_not_one_without_reference_of_another_day():
    """R133."""
    later = Slip(cny(70_00), DAY + dt.timedelta(days=30))

    assert not is_as_announced(Slip(cny(70_00), DAY), later)


@given(st.lists(st.tuples(st.integers(1, 10**9), st.booleans()), min_size=1), st.integers(0, 99))
def test_items_and_what_stays_on_account_come_to_the_whole(items, more: int):
    choices = [Choice(str(n), cny(minor), tick) for n, (minor, tick) in enumerate(items)]
    lines = sum(minor for minor, tick in items if tick)
    if not lines:
        return
    found = summed(choices, cny(lines + more), "CNY")

    assert Money.total(found.amounts, "CNY") + found.on_account == found.total
    assert found.on_account == cny(more)


@pytest.mark.parametrize(
    ("typed", "total", "code"),
    [
        (None, 69, "advice.amount_below_lines"),
        (71, None, "advice.exceeds_item"),
        (0, None, "advice.no_amount"),
    ],
)
def test_what_does_not_add_up_is_refused(typed: int | None, total: int | None, code: str):
    choice = Choice("INV-1", cny(70), True, None if typed is None else cny(typed))

    with pytest.raises(RuleBroken) as broken:
        summed([choice], None if total is None else cny(total), "CNY")
    assert broken.value.code == code


def test_an_amount_beside_no_tick_is_not_counted():
    with pytest.raises(RuleBroken, match="nothing_chosen"):
        summed([Choice("INV-1", cny(70), False, cny(30))], None, "CNY")


@pytest.mark.parametrize(("days", "code"), [(-31, "too_early"), (367, "too_late")])
def test_days_too_far_off_are_refused(days: int, code: str):
    check_pay_day(DAY - dt.timedelta(days=30), DAY)
    check_pay_day(DAY + dt.timedelta(days=366), DAY)

    with pytest.raises(RuleBroken, match=code):
        check_pay_day(DAY + dt.timedelta(days=days), DAY)
