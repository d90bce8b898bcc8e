"""Fixtures: the October statement of Huadong, on SQLite and on each database."""

import pytest

from portal.base.installation import Installation
from tests.people.cast import cast_into
from tests.statements.stage import Stage, staged


@pytest.fixture
def stage(installation: Installation) -> Stage:
    return staged(cast_into(installation))


@pytest.fixture
def any_stage(any_installation: Installation) -> Stage:
    return staged(cast_into(any_installation))
