"""Fixtures: an account that is overdue, on each database, and one whose mails really leave."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from portal.base.installation import Installation
from tests.escalation.notices.steps import Chased, chased
from tests.mail.conftest import MailServer, scripted_server


@pytest.fixture
def account(installation: Installation) -> Chased:
    return chased(installation)


@pytest.fixture
def any_account(any_installation: Installation) -> Chased:
    return chased(any_installation)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with scripted_server() as made:
        yield made


@pytest.fixture
def posting(any_installation: Installation, server: MailServer) -> Chased:
    """The account, its mails on their way through a real server."""
    config = replace(any_installation.config, mail_url=server.url)
    return chased(replace(any_installation, config=config))
