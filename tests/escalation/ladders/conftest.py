"""Ladders at the desk: books of three customers, and the people who write ladders."""

import pytest

from tests.desk import DeskBrowser, Office


@pytest.fixture
def lead(office: Office) -> DeskBrowser:
    """Who leads collections, and may draft ladders."""
    return office.enter("collections_lead")


@pytest.fixture
def manager(office: Office) -> DeskBrowser:
    """Who approves them."""
    return office.enter("credit_manager")
