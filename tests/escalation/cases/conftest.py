"""A lawyer's chambers over three customers' books, on one database and on each in turn."""

import pytest

from portal.base.installation import Installation
from tests.escalation.cases.stage import Chambers, chambers_of


@pytest.fixture
def chambers(installation: Installation) -> Chambers:
    return chambers_of(installation)


@pytest.fixture
def any_chambers(any_installation: Installation) -> Chambers:
    return chambers_of(any_installation)
