"""
Fixtures for every test: a fresh installation on SQLite, on PostgreSQL, or on both in turn.

`installation` is what most tests want; `any_installation` runs a test on each database.
"""

import datetime as dt
import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.nodeid import coerce_node_id
from argon2 import PasswordHasher
from hypothesis import settings
from sqlalchemy import URL

from portal.base.clock import Clock
from portal.base.config import Config
from portal.base.installation import Installation, found_company, open_installation
from portal.base.language import set_language
from portal.people import passwords
from portal.tables.all import Base
from tests.buyer import Buyer
from tests.demo import Demo, loaded_once
from tests.desk import DeskBrowser, Office, an_office
from tests.kept import keep_statements
from tests.postgresql import a_schema, a_server, empty

#: Friday, 20 November 2026, four in the afternoon in Shanghai.
NOW = dt.datetime(2026, 11, 20, 8, 0, tzinfo=dt.UTC)
SECRET = "a secret for tests that is long enough"

#: Fixtures that take seconds to make, once for each file that uses them.
COMPANIES = {"portal", "demo_books", "few_and_many"}

settings.register_profile("accord", deadline=None)  # two workers share the machine
settings.load_profile("accord")


def pytest_configure() -> None:
    """
    Nothing of the caller's own Accord reaches a test.

    What is loaded from here on stays: while the tests are collected nobody looks for garbage.
    """
    gc.disable()
    for name in list(os.environ):
        if name.startswith("ACCORD_") and not name.startswith(("ACCORD_TEST_", "ACCORD_DATA")):
            del os.environ[name]


@pytest.hookimpl(tryfirst=True)  # before the names of groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What stands on one company for its whole file stays on one worker, and begins first."""
    for item in items:
        if COMPANIES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
        group = item.get_closest_marker("xdist_group")
        is_far = item.get_closest_marker("browser") or "browser" in item.path.parts
        if group and not is_far and item.config.getoption("loadgroup", default=False):
            # xdist 3.8 writes the group where pytest 9.2 does not look for it any more.
            item._id = coerce_node_id(f"{item.nodeid}@{group.args[0]}")


@pytest.fixture(autouse=True)
def in_english() -> None:
    """What the last page that was asked for spoke is not heard in the next test."""
    set_language("en")


def pytest_collection_finish() -> None:
    """Tests throw little away in circles: what is loaded is not looked through for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody guesses at passwords here."""
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(1, 8, 1))


def config_in(folder: Path, database_url: str = "") -> Config:
    return Config(instance=str(folder), database_url=database_url, secret_key=SECRET)


def founded(config: Config) -> Installation:
    """An installation with its tables and its company, at the moment `NOW`."""
    installation = open_installation(config, Clock(fixed_at=NOW))
    keep_statements(installation.database.engine)
    Base.metadata.create_all(installation.database.engine)
    found_company(installation)
    return installation


@pytest.fixture(scope="session")
def founded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a founded SQLite installation, copied for each test."""
    folder = tmp_path_factory.mktemp("founded")
    founded(config_in(folder)).database.engine.dispose()
    return folder


@pytest.fixture
def installation(founded_folder: Path, tmp_path: Path) -> Iterator[Installation]:
    """A fresh installation on SQLite."""
    folder = tmp_path / "instance"
    shutil.copytree(founded_folder, folder)
    opened = open_installation(config_in(folder), Clock(fixed_at=NOW))
    keep_statements(opened.database.engine)
    yield opened
    opened.database.engine.dispose()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """A PostgreSQL database in which schemas may be made; started when first asked for."""
    with a_server() as url:
        yield url


@pytest.fixture(scope="session")
def founded_postgresql(
    postgresql_server: URL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of a PostgreSQL schema with all tables, emptied for each test."""
    with a_schema(postgresql_server) as url:
        shown = url.render_as_string(hide_password=False)
        founded(config_in(tmp_path_factory.mktemp("pg"), shown)).database.engine.dispose()
        yield shown


@pytest.fixture
def postgresql_installation(founded_postgresql: str, tmp_path: Path) -> Iterator[Installation]:
    """A fresh installation on PostgreSQL."""
    config = config_in(tmp_path / "instance", founded_postgresql)
    opened = open_installation(config, Clock(fixed_at=NOW))
    keep_statements(opened.database.engine)
    with opened.database.engine.begin() as connection:
        empty(connection)
    found_company(opened)
    yield opened
    opened.database.engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def any_installation(request: pytest.FixtureRequest) -> Installation:
    """A fresh installation, on each database in turn."""
    name = "installation" if request.param == "sqlite" else "postgresql_installation"
    opened: Installation = request.getfixturevalue(name)
    return opened


@pytest.fixture(scope="session")
def demo_company(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo company, to be copied and not to be changed."""
    return loaded_once(tmp_path_factory)


# ── Both sides over three customers' books ───────────────────────────────────


@pytest.fixture
def office(installation: Installation) -> Office:
    return an_office(installation)


@pytest.fixture
def clerk(office: Office) -> DeskBrowser:
    return office.enter("clerk")


@pytest.fixture
def chen(office: Office) -> Buyer:
    """An accountant of one customer."""
    return Buyer(office, "HUADONG")


@pytest.fixture
def treasury(office: Office) -> Buyer:
    """Who looks after two customers in two currencies."""
    return Buyer(office, "HUADONG", "BERGMANN")
