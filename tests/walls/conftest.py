"""The demo company behind its own pages, for walls that walk along every one of them."""

import datetime as dt
import shutil
from collections.abc import Iterator

import pytest
from flask import Flask

from portal.base.clock import Clock
from portal.base.config import read_config
from portal.base.installation import Installation, open_installation
from tests.demo import DEMO_DAY, Demo, environment
from tests.kept import app_over, keep_statements
from tests.walls.visiting import Guide, sign_in


@pytest.fixture(scope="module")
def demo_books(
    demo_company: Demo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A copy of the demo company, on its own day."""
    folder = tmp_path_factory.mktemp("walls") / "instance"
    shutil.copytree(demo_company.folder, folder)
    settings = {n: v for n, v in environment(folder).items() if n.startswith("ACCORD_")}
    noon = dt.datetime.fromisoformat(f"{DEMO_DAY}T04:00:00+00:00")
    opened = open_installation(read_config(settings), Clock(fixed_at=noon))
    keep_statements(opened.database.engine)
    yield opened
    opened.database.engine.dispose()


@pytest.fixture(scope="module")
def demo_app(demo_books: Installation) -> Flask:
    return app_over(demo_books)


@pytest.fixture(scope="module")
def guide(demo_app: Flask, demo_books: Installation, demo_company: Demo) -> Guide:
    """Somebody of the desk, and somebody of a customer, who know what each rule is about."""
    desk, customer = (
        sign_in(demo_app, demo_books, demo_company.logins(role)[0]["email"])
        for role in ("admin", "customer_admin")
    )
    return Guide(demo_app, desk, customer)
