"""A stage for ladders, on one database and on each in turn."""

import pytest

from portal.base.installation import Installation
from tests.escalation.stage import Stage


@pytest.fixture
def stage(installation: Installation) -> Stage:
    return Stage(installation).with_people()


@pytest.fixture
def any_stage(any_installation: Installation) -> Stage:
    return Stage(any_installation).with_people()
