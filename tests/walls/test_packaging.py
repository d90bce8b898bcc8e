"""The locks, the licences and the bootstrap: what a stranger's machine meets first."""

import ast
import re
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from tests.walls.source import ROOT

LOCKS = ("requirements.txt", "requirements-dev.txt")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
#: GPL and AGPL; the L of LGPL keeps that one out.
COPYLEFT = re.compile(
    r"(?<![A-Za-z])A?GPL|Affero|(?<!Lesser )General Public License", re.IGNORECASE
)


def pins(lock: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / lock).read_text("utf-8")))


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_name_no_host(lock: str):
    text = (ROOT / lock).read_text("utf-8")

    assert re.findall(r"\S*://\S*|--\w*index\S*|--find-links\S*", text) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock: str):
    text = (ROOT / lock).read_text("utf-8")
    requirements = [part for part in re.split(r"\n(?=\S)", text) if part.strip()]

    assert [part for part in requirements if "--hash=sha256:" not in part] == []


def test_the_development_lock_contains_the_runtime_lock():
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()


def test_the_lock_holds_every_dependency():
    wanted = metadata.requires("accord") or []
    names = {Requirement(line).name for line in wanted if "extra ==" not in line}

    assert names <= set(pins("requirements.txt"))


def licences(told: metadata.PackageMetadata) -> list[str]:
    """The licences that one may choose from."""
    expression = told.get("License-Expression")
    if expression:
        return expression.split(" OR ")
    classifiers = told.get_all("Classifier") or []
    chosen = [text for text in classifiers if text.startswith("License ::")]
    return chosen or [told.get("License", "")]


@pytest.mark.parametrize("name", sorted(pins("requirements.txt")))
def test_nothing_at_run_time_is_under_the_gpl_alone(name: str):
    try:
        offered = licences(metadata.metadata(name))
    except metadata.PackageNotFoundError:
        pytest.skip("not for this platform")

    assert not all(COPYLEFT.search(licence) for licence in offered), offered


def test_an_old_python_can_read_the_bootstrap():
    ast.parse((ROOT / "bootstrap.py").read_text("utf-8"), feature_version=(3, 6))
