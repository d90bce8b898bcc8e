"""What others made and we ship is what its list says, byte for byte."""

import hashlib
import re

import pytest

from tests.walls.source import ROOT

ROW = re.compile(r"^\| `([^`]+)` \|.*`([0-9a-f]{64})` \|$", re.MULTILINE)


def listed(folder: str) -> dict[str, str]:
    return dict(ROW.findall((ROOT / folder / "README.md").read_text("utf-8")))


@pytest.mark.parametrize(
    ("folder", "pattern"), [("static/js", "*.min.js"), ("static/fonts", "*.[otw]*f*")]
)
def test_vendored_files_are_those_of_the_list(folder: str, pattern: str):
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (ROOT / folder).glob(pattern)
    }

    assert found == listed(folder) != {}
