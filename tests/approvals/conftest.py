"""Requests for approval, on each database in turn."""

from collections.abc import Iterator

import pytest

from portal.base.installation import Installation
from tests.approvals.inbox import Facts, Inbox, inbox_in, known


@pytest.fixture
def facts() -> Iterator[Facts]:
    """What the requests of a test stand on."""
    made = Facts()
    with known(made):
        yield made


@pytest.fixture
def inbox(any_installation: Installation, facts: Facts) -> Inbox:
    return inbox_in(any_installation, facts)
