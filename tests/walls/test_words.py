"""Words and marks that do not belong in the source, and docstrings that do."""

import ast
import re

import pytest

from tests.walls.source import ROOT, Module, modules

#: Where amounts, rates and shares are worked with.
MONEY_FLOORS = {"core", "tables"}
ATTICS = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|common)($|_)")
NAMES_THAT_SAY_NOTHING = re.compile(r"^_?(handle|process)_")


def near_money(module: Module) -> bool:
    return module.floor in MONEY_FLOORS or module.is_act or module.name == "base.formats"


def test_no_float_near_money():
    found = [
        module.says(node)
        for module in modules()
        if near_money(module)
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id in {"float", "Float", "Double"})
    ]

    assert found == []


def test_no_file_is_an_attic():
    assert [module.name for module in modules() if ATTICS.search(module.path.stem)] == []


def test_functions_say_what_they_do():
    vague = [
        f"{module.says(function)} {function.name}"
        for module in modules()
        for function in module.functions()
        if NAMES_THAT_SAY_NOTHING.match(function.name) and not overrides(module, function)
    ]

    assert vague == []


def overrides(module: Module, function: ast.AST) -> bool:
    """A method may bear the name by which a library calls it, as SQLAlchemy's `process_…`."""
    return any(
        isinstance(node, ast.ClassDef) and node.bases and function in node.body
        for node in ast.walk(module.tree)
    )


def test_every_module_says_what_it_is():
    assert [module.name for module in modules() if not ast.get_docstring(module.tree)] == []


def test_core_access_and_commands_say_what_is_true_of_their_results():
    silent = [
        f"{module.says(function)} {function.name}"
        for module in modules()
        if module.floor == "core"
        or module.name == "base.access"
        or "commands" in module.name.split(".")
        for function in module.public_functions()
        if not ast.get_docstring(function)
    ]

    assert silent == []


@pytest.mark.parametrize("folder", ["portal", "templates", "static/css", "static/js", "migrations"])
def test_nothing_is_left_to_do(folder: str):
    marks = re.compile(r"\b(TODO|FIXME|HACK)\b")
    paths = [path for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".html", ".css"}]

    assert [str(path) for path in paths if marks.search(path.read_text("utf-8"))] == []
