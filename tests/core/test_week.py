"""R367: a week is planned until it is over."""

import datetime as dt

import pytest

from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.week import check_plan

MONDAY = dt.date(2026, 11, 16)


@pytest.mark.parametrize(
    ("minor", "planned_on", "today", "code"),
    [
        (0, "2026-11-18", "2026-11-16", "week.amount_missing"),
        (1, "2026-11-23", "2026-11-16", "week.not_in_week"),
        (1, "2026-11-18", "2026-11-23", "week.over"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(minor: int, planned_on: str, today: str, code: str):
    days = dt.date.fromisoformat(planned_on), MONDAY, dt.date.fromisoformat(today)
    with pytest.raises(RuleBroken) as broken:
        check_plan(Money(minor, "CNY"), *days)

    assert broken.value.code == code
