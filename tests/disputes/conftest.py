"""The customer's side of disputes over three customers' books."""

import pytest
from argon2 import PasswordHasher

from portal.base.installation import Installation
from portal.people import passwords
from tests.buyer import Buyer
from tests.desk import Office, an_office
from tests.disputes.desk import Court, a_court


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(1, 8, 1))


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
