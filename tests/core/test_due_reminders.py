"""R349, R350: which reminder before the due day has come, caught up with and never late."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.core.due_reminders import of_customers, reminder_due

DUE = date(2026, 11, 20)
offsets = st.lists(st.integers(0, 30), max_size=5, unique=True)


def test_the_first_of_several_days_is_the_owners_alone():
    """R349; S-092, S-093."""
    assert of_customers([7, 3, 0]) == (3, 0)
    assert of_customers([3]) == (3,)


@given(offsets, st.integers(-5, 40))
def test_a_reminder_is_sent_at_its_time_or_caught_up_with_and_never_after_the_day(told, left):
    """R350"""
    found = reminder_due(DUE, DUE - timedelta(days=left), told)

    if left < 0 or not any(each >= left for each in told):
        assert found is None
    else:
        assert found == min(each for each in told if each >= left)
