"""A court over three customers' books, on one database and on each in turn."""

import pytest

from portal.base.installation import Installation
from tests.disputes.desk import Court, a_court


@pytest.fixture
def court(installation: Installation) -> Court:
    return a_court(installation)


@pytest.fixture
def any_court(any_installation: Installation) -> Court:
    return a_court(any_installation)
