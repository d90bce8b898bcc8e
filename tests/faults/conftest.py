"""Fixtures: the October statement of Huadong, on SQLite and on each database."""

import pytest
from argon2 import PasswordHasher

from portal.base.installation import Installation
from portal.people import passwords
from tests.people.cast import cast_into
from tests.statements.stage import Stage, staged


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(1, 8, 1))


@pytest.fixture
def stage(installation: Installation) -> Stage:
    return staged(cast_into(installation))


@pytest.fixture
def any_stage(any_installation: Installation) -> Stage:
    return staged(cast_into(any_installation))
