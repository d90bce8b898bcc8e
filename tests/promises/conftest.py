"""The customer's side over three customers' books."""

import pytest

from portal.base.installation import Installation
from tests.buyer import Buyer
from tests.desk import Office, an_office


@pytest.fixture
def office(installation: Installation) -> Office:
    return an_office(installation)


@pytest.fixture
def chen(office: Office) -> Buyer:
    """An accountant of one customer."""
    return Buyer(office, "HUADONG")


@pytest.fixture
def treasury(office: Office) -> Buyer:
    """Who looks after two customers in two currencies."""
    return Buyer(office, "HUADONG", "BERGMANN")
