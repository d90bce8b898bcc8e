"""The README keeps its word: settings, links and commands are those that exist."""

import re

from portal.base.config import settings_table
from tests.walls.source import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def settings_rows() -> list[str]:
    """The table of settings as the README prints it."""
    told = [
        f"| `{name}` | {f'`{default}`' if default else ''} | {meaning} |"
        for name, default, meaning in settings_table()
    ]
    return ["| variable | default | meaning |", "|---|---|---|", *told]


def test_the_readme_lists_every_setting():
    table = [line for line in README.splitlines() if line.startswith("|")]

    assert table == settings_rows()


def test_what_the_readme_links_to_is_there():
    linked = re.findall(r"\]\(((?!http)[^)]+)\)", README)

    assert [path for path in linked if not (ROOT / path).exists()] == []


def test_make_lists_what_the_readme_names():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    assert set(re.findall(r"make ([a-z-]+)", README)) <= targets
