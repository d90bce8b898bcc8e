"""The desk over three customers' books."""

import pytest

from portal.base.installation import Installation
from tests.desk import DeskBrowser, Office, an_office


@pytest.fixture
def office(installation: Installation) -> Office:
    return an_office(installation)


@pytest.fixture
def clerk(office: Office) -> DeskBrowser:
    return office.enter("clerk")
