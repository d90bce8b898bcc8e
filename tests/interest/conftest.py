"""A house that is paid late, on each database."""

import pytest

from tests.interest.lending import TEN_PERCENT, Lender


@pytest.fixture
def lender(any_installation) -> Lender:
    made = Lender(any_installation)
    made.decide(late_interest=TEN_PERCENT)
    made.employ()
    return made


@pytest.fixture
def quick(installation) -> Lender:
    """The same on SQLite alone."""
    made = Lender(installation)
    made.decide(late_interest=TEN_PERCENT)
    made.employ()
    return made
