"""What a server has ready before its processes are forked from it."""

import gc
from collections.abc import Iterator

import pytest

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.server import Server
from tests.kept import app_over


@pytest.fixture(autouse=True)
def garbage() -> Iterator[None]:
    """As often as before."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_no_two_processes_share_a_connection(any_installation: Installation):
    app = app_over(any_installation)
    with any_installation.reading(SYSTEM) as r:
        assert r.company.name
    assert any_installation.database.engine.pool.checkedin() == 1
    Server(app, "127.0.0.1", 8000).load()

    assert any_installation.database.engine.pool.checkedin() == 0


def test_what_many_open_at_once_is_compiled(installation: Installation):
    app = Server(app_over(installation), "127.0.0.1", 8000).load()
    ready = {name for _, name in app.jinja_env.cache}

    assert {"statements/link.html", "statements/confirmation.html", "layouts/public.html"} <= ready
