"""The customer's side of disputes over three customers' books."""

import pytest

from portal.base.installation import Installation
from tests.buyer import Buyer
from tests.desk import Office, an_office
from tests.disputes.desk import Court, a_court


@pytest.fixture
def office(installation: Installation) -> Office:
    return an_office(installation)


@pytest.fixture
def chen(office: Office) -> Buyer:
    """An accountant of one customer."""
    return Buyer(office, "HUADONG")


@pytest.fixture
def court(installation: Installation) -> Court:
    return a_court(installation)


@pytest.fixture
def any_court(any_installation: Installation) -> Court:
    return a_court(any_installation)
