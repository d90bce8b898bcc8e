"""Fixtures: the October statement of Huadong, on SQLite and on each database."""

import pytest

from portal.base.documents.apart import apart
from portal.base.installation import Installation
from tests.people.cast import cast_into
from tests.statements.stage import Stage, staged


@pytest.fixture(scope="session", autouse=True)
def library() -> None:
    """Loads what seals once, and not in each of the processes that are killed."""
    apart(bool)


@pytest.fixture
def stage(installation: Installation) -> Stage:
    return staged(cast_into(installation))


@pytest.fixture
def any_stage(any_installation: Installation) -> Stage:
    return staged(cast_into(any_installation))
