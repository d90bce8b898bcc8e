"""Fixtures: the October statement of Huadong, and a browser in which Chen has signed in."""

import pytest
from flask import Flask

from portal.base.installation import Installation
from tests.kept import app_over
from tests.people.cast import CHEN, Browser, cast_into
from tests.statements.stage import Stage, staged


@pytest.fixture
def stage(installation: Installation) -> Stage:
    return staged(cast_into(installation))


@pytest.fixture
def any_stage(any_installation: Installation) -> Stage:
    return staged(cast_into(any_installation))


@pytest.fixture
def app(stage: Stage) -> Flask:
    return app_over(stage.installation)


@pytest.fixture
def visitor(app: Flask) -> Browser:
    return Browser(app, but={"links"})


@pytest.fixture
def chen(visitor: Browser) -> Browser:
    visitor.sign_in(CHEN)
    return visitor
