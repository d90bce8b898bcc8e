"""The desk over three customers' books, with an auditor at it."""

import pytest

from portal.base.installation import Installation
from tests.desk import DeskBrowser, Office, an_office


@pytest.fixture
def office(installation: Installation) -> Office:
    return an_office(installation)


@pytest.fixture
def any_office(any_installation: Installation) -> Office:
    return an_office(any_installation)


@pytest.fixture
def auditor(office: Office) -> DeskBrowser:
    return office.enter("auditor")


@pytest.fixture
def admin(office: Office) -> DeskBrowser:
    return office.enter("admin")
