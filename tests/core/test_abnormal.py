"""R362: when a customer is abnormal."""

from datetime import date, timedelta

import pytest

from portal.core.abnormal import abnormal_since

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("late", "grace", "is_abnormal"), [(0, 0, False), (1, 0, True), (5, 5, False), (6, 5, True)]
)
def test_it_begins_the_day_after_the_grace(late, grace, is_abnormal):
    since = abnormal_since([TODAY - timedelta(days=late)], grace, TODAY)

    assert (since is not None) is is_abnormal
    assert since is None or since <= TODAY


def test_what_has_no_due_day_is_not_late():
    assert abnormal_since([None], 0, TODAY) is None
    assert abnormal_since([], 0, TODAY) is None
