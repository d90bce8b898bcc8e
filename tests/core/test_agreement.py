"""R67–R68: silence counts where an agreement in force says so, once its time has passed."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from portal.core.agreement import Acceptance, counts_as_agreed_on, counts_silence
from portal.core.workdays import MONDAY_TO_FRIDAY

DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))
MOMENTS = st.builds(dt.datetime.combine, DAYS, st.times(), st.just(dt.UTC))


@given(MOMENTS, MOMENTS, st.none() | MOMENTS, st.none() | st.integers(1, 60))
def test_silence_counts_only_under_an_agreement_of_that_moment(issued, accepted, ended, workdays):
    acceptance = Acceptance(accepted, ended, workdays)

    expected = workdays is not None and accepted <= issued and (ended is None or issued < ended)
    assert counts_silence(acceptance, issued) is expected


@given(MOMENTS)
def test_without_an_agreement_silence_never_counts(issued):
    assert counts_silence(None, issued) is False


@given(DAYS, st.integers(1, 60))
def test_every_workday_of_the_time_still_belongs_to_the_customer(answer_by, workdays):
    first = counts_as_agreed_on(answer_by, workdays, MONDAY_TO_FRIDAY)
    between = [answer_by + dt.timedelta(days=n) for n in range(1, (first - answer_by).days)]

    assert sum(map(MONDAY_TO_FRIDAY.is_workday, between)) == workdays
    assert MONDAY_TO_FRIDAY.is_workday(between[-1])
