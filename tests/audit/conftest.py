"""An auditor at the desk, and the desk on each database in turn."""

import pytest

from portal.base.installation import Installation
from tests.desk import DeskBrowser, Office, an_office


@pytest.fixture
def any_office(any_installation: Installation) -> Office:
    return an_office(any_installation)


@pytest.fixture
def auditor(office: Office) -> DeskBrowser:
    return office.enter("auditor")


@pytest.fixture
def admin(office: Office) -> DeskBrowser:
    return office.enter("admin")
