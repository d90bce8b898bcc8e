"""Fixtures: the October statement of Huadong, and a browser in which Chen has signed in."""

import pytest
from argon2 import PasswordHasher
from flask import Flask

from portal.app import create_app
from portal.base.installation import Installation
from portal.people import passwords
from tests.people.cast import CHEN, Browser, cast_into
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


@pytest.fixture
def app(stage: Stage) -> Flask:
    return create_app(stage.installation)


@pytest.fixture
def visitor(app: Flask) -> Browser:
    return Browser(app, but={"links"})


@pytest.fixture
def chen(visitor: Browser) -> Browser:
    visitor.sign_in(CHEN)
    return visitor
