"""Fixtures: the cast in a fresh installation, an application over it, and a browser."""

import pytest
from flask import Flask

from portal.base.installation import Installation
from tests.kept import app_over
from tests.people.cast import CHEN, Browser, Cast, cast_into


@pytest.fixture
def cast(installation: Installation) -> Cast:
    return cast_into(installation)


@pytest.fixture
def any_cast(any_installation: Installation) -> Cast:
    return cast_into(any_installation)


@pytest.fixture
def app(cast: Cast) -> Flask:
    return app_over(cast.installation)


@pytest.fixture
def visitor(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def chen(visitor: Browser) -> Browser:
    visitor.sign_in(CHEN)
    return visitor
