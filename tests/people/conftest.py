"""Fixtures: the cast in a fresh installation, an application over it, and a browser."""

import pytest
from argon2 import PasswordHasher
from flask import Flask

from portal.app import create_app
from portal.base.installation import Installation
from portal.people import passwords
from tests.people.cast import CHEN, Browser, Cast, cast_into


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(1, 8, 1))
    passwords._nobodys.cache_clear()


@pytest.fixture
def cast(installation: Installation) -> Cast:
    return cast_into(installation)


@pytest.fixture
def any_cast(any_installation: Installation) -> Cast:
    return cast_into(any_installation)


@pytest.fixture
def app(cast: Cast) -> Flask:
    return create_app(cast.installation)


@pytest.fixture
def visitor(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def chen(visitor: Browser) -> Browser:
    visitor.sign_in(CHEN)
    return visitor
