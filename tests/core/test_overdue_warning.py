"""R430, R431: who is warned of, by what, since when, and whom it asks to look."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from portal.core.money import Money
from portal.core.overdue_warning import Crossed, Late, LimitHeld, Thresholds, asks_to_look, crossed

TODAY = date(2026, 11, 20)


def late(minor: int, days: int = 40, currency: str = "CNY") -> Late:
    return Late(currency, [(TODAY - timedelta(days=days), minor)])


def told(found: tuple[Crossed, ...]) -> list[str]:
    return [each.indicator.value for each in found]


@pytest.mark.parametrize(("days", "warns"), [(29, False), (30, True), (31, True)])
def test_days_warn_from_the_threshold_on(days: int, warns: bool):
    found = crossed([late(1, days)], Thresholds(days=30), TODAY)

    assert told(found) == (["days"] if warns else [])
    assert all(each.since == TODAY - timedelta(days=days - 30) for each in found)


@pytest.mark.parametrize(("minor", "warns"), [(499_99, False), (500_00, True)])
def test_amounts_warn_in_their_own_currency_only(minor: int, warns: bool):
    thresholds = Thresholds(amounts={"CNY": Money(500_00, "CNY")})

    found = crossed([late(minor), late(900_00, 40, "EUR")], thresholds, TODAY)

    assert told(found) == (["amount"] if warns else [])


def test_the_share_counts_every_currency_at_its_rate():
    limit = LimitHeld(Money(1000_00, "CNY"), {"CNY": Fraction(1), "EUR": Fraction(8)})
    owed = [late(100_00, 50), late(50_00, 20, "EUR")]

    (found,) = crossed(owed, Thresholds(share_percent=50), TODAY, limit)

    assert (found.amount, found.days) == (Money(500_00, "CNY"), 50)
    assert found.since == TODAY - timedelta(days=19)
    assert crossed(owed, Thresholds(share_percent=51), TODAY, limit) == ()


def test_without_a_limit_or_a_rate_the_share_says_nothing():
    limit = LimitHeld(Money(1, "CNY"), {})

    assert crossed([late(100_00)], Thresholds(share_percent=1), TODAY) == ()
    assert crossed([late(100_00)], Thresholds(share_percent=1), TODAY, limit) == ()


def test_no_threshold_warns_of_nobody():
    assert not Thresholds().warns
    assert crossed([late(10**12, 3000)], Thresholds(), TODAY) == ()


def test_only_what_was_reached_since_somebody_looked_asks_again():
    found = crossed([late(100_00)], Thresholds(days=30, amounts={"CNY": Money(1, "CNY")}), TODAY)
    by_days, by_amount = sorted(each.since for each in found)[::-1]

    assert by_amount < by_days
    assert asks_to_look(found, by_days - timedelta(days=1)) == by_days
    assert asks_to_look(found, by_days) is None
    assert asks_to_look((), None) is None
