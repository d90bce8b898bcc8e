"""A desk for files and a cast for contracts, on one database and on each in turn."""

from pathlib import Path

import pytest

from portal.base.installation import Installation
from tests.contracts.keeping import Archive, an_archive
from tests.imports.conftest import Desk


@pytest.fixture
def desk(installation: Installation, tmp_path: Path) -> Desk:
    return Desk(installation, tmp_path / "files")


@pytest.fixture
def any_desk(any_installation: Installation, tmp_path: Path) -> Desk:
    return Desk(any_installation, tmp_path / "files")


@pytest.fixture
def archive(installation: Installation) -> Archive:
    return an_archive(installation)


@pytest.fixture
def any_archive(any_installation: Installation) -> Archive:
    return an_archive(any_installation)
