"""Requests for approval, on each database in turn."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from portal.base.installation import Installation
from portal.people import passwords
from tests.approvals.inbox import Facts, Inbox, inbox_in, known


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(1, 8, 1))


@pytest.fixture
def facts() -> Iterator[Facts]:
    """What the requests of a test stand on."""
    made = Facts()
    with known(made):
        yield made


@pytest.fixture
def inbox(any_installation: Installation, facts: Facts) -> Inbox:
    return inbox_in(any_installation, facts)
