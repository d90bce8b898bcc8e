"""The desk over three customers' books."""

import pytest
from argon2 import PasswordHasher

from portal.base.installation import Installation
from portal.people import passwords
from tests.desk import DeskBrowser, Office, an_office


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(1, 8, 1))


@pytest.fixture
def office(installation: Installation) -> Office:
    return an_office(installation)


@pytest.fixture
def clerk(office: Office) -> DeskBrowser:
    return office.enter("clerk")
