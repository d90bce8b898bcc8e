"""Small frequent lots (R207): what is more than 30 days of usual purchases goes in several."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.credit_decision import Asked, Bound, Verdict, decide
from portal.core.exposure import expose
from portal.core.lots import LotRule, Purchases, days_of, too_large
from portal.core.money import Money
from tests.core.books import euro

TODAY = date(2026, 6, 1)
USUAL = Purchases(euro("300.00"), date(2026, 1, 1))


def told(amount, usual=USUAL, rule=LotRule(), on=TODAY):  # noqa: B008 - frozen
    return too_large(euro(amount), usual, rule, on)


@pytest.mark.parametrize(
    ("amount", "lots"), [("300.00", None), ("300.01", 2), ("600.00", 2), ("600.01", 3)]
)
def test_thirty_days_go_at_once_and_more_in_lots(amount, lots):
    found = told(amount)

    assert (found and found.lots) == lots


def test_who_is_new_or_buys_nothing_is_not_judged():
    since = USUAL.first_on

    assert told("900.00", None) is None
    assert told("900.00", Purchases(euro("0.00"), since)) is None
    assert told("900.00", Purchases(Money(30000, "CNY"), since)) is None
    assert told("900.00", on=since + timedelta(days=89)) is None
    assert told("900.00", on=since + timedelta(days=90)) is not None


@given(st.integers(1, 10**9), st.integers(1, 10**7), st.integers(1, 90))
def test_each_lot_is_at_most_so_many_days_and_no_lot_is_superfluous(minor, monthly, most):
    amount, usual = Money(minor, "EUR"), Purchases(Money(monthly, "EUR"), date(2020, 1, 1))
    found = too_large(amount, usual, LotRule(1, most), TODAY)

    assert (found is None) == (minor * 30 <= monthly * most)
    if found:
        assert (found.lots - 1) * monthly * most < minor * 30
        assert days_of(found.lot, usual.monthly) <= most + 1 + 30 // monthly


@pytest.mark.parametrize(
    ("holds", "verdict", "code"),
    [(False, Verdict.ALLOW, "large_lot"), (True, Verdict.HOLD, "large_lot_held")],
)
def test_it_is_advice_unless_the_policy_holds(holds, verdict, code):
    bound = Bound("C1", expose({}, "EUR", (), TODAY), euro("5000.00"))
    rule = LotRule(holds=holds)
    found = decide(Asked(euro("750.00"), TODAY, (bound,), purchases=USUAL, lots=rule))

    (reason,) = found.reasons
    assert (found.verdict, reason.code) == (verdict, code)
    assert (reason.facts["days"], reason.facts["lots"]) == (75, 3)
    assert reason.facts["lot"] == euro("250.00")
