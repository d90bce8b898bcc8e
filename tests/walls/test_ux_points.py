"""The points of the interface that people were promised: each has a test that says its number."""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parents[1]
#: What confirmations, promises, plans and disputes were promised to do in a real browser.
PROMISED = {*range(1, 10), *range(14, 29), 33, 36, *range(40, 45), 47, 48, 50}


def told(file: Path) -> set[int]:
    """The numbers that the tests of a file name, in `test_ux_07_…` or in `UX 7, 8.`"""
    found: set[int] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            named = re.match(r"test_ux((?:_\d+)+)", node.name)
            listed = re.findall(r"UX (\d+(?:, \d+)*)", ast.get_docstring(node) or "")
            words = " ".join([named.group(1) if named else "", *listed])
            found |= {int(number) for number in re.findall(r"\d+", words)}
    return found


def test_each_promised_point_is_shown_in_a_browser():
    every = set().union(*(told(file) for file in (HERE / "browser").glob("test_*.py")))
    assert PROMISED - every == set()
