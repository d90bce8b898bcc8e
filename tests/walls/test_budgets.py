"""Lengths: the median of a good program is short everywhere; it is the tail that differs."""

import ast
import statistics
from pathlib import Path

from tests.walls.source import ROOT, Function, Module, modules, templates

FILE, TEST_FILE, TEMPLATE = 400, 500, 150
FUNCTION, FUNCTION_P90 = 50, 25
ROUTE = 20
PARAMETERS = 6


def lines_of(function: Function) -> int:
    """The lines of a function without its docstring: worked examples are welcome."""
    told = function.body[0] if ast.get_docstring(function) is not None else None
    docstring = told.end_lineno - told.lineno + 1 if told else 0
    return function.end_lineno - function.lineno + 1 - docstring


def parameters_of(function: Function) -> int:
    given = function.args
    names = [arg.arg for arg in [*given.posonlyargs, *given.args, *given.kwonlyargs]]
    return len([name for name in names if name not in {"self", "cls"}])


def too_long(paths: list[Path], most: int) -> dict[str, int]:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in paths}
    return {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > most}


def test_no_file_is_longer_than_it_can_be_understood():
    assert too_long([module.path for module in modules()], FILE) == {}


def test_no_test_file_is_too_long():
    assert too_long(list((ROOT / "tests").rglob("*.py")), TEST_FILE) == {}


def test_no_template_is_too_long():
    assert too_long([path for path in templates() if path.suffix == ".html"], TEMPLATE) == {}


def test_no_function_is_too_long():
    long = {
        f"{module.says(function)} {function.name}": lines_of(function)
        for module in modules()
        for function in module.functions()
        if lines_of(function) > FUNCTION
    }

    assert long == {}


def test_nine_functions_of_ten_are_short():
    lengths = [lines_of(function) for module in modules() for function in module.functions()]

    assert statistics.quantiles(lengths, n=10)[-1] <= FUNCTION_P90


def is_route(function: Function) -> bool:
    """Whether it answers requests: routes are marked with the permission they need."""
    marks = [mark.func for mark in function.decorator_list if isinstance(mark, ast.Call)]
    return any(isinstance(mark, ast.Name) and mark.id == "guard" for mark in marks)


def pages() -> list[Module]:
    return [module for module in modules() if module.is_page]


def test_no_route_is_long():
    long = {
        f"{module.says(function)} {function.name}": lines_of(function)
        for module in pages()
        for function in module.functions()
        if is_route(function) and lines_of(function) > ROUTE
    }

    assert long == {}


def test_nine_functions_of_ten_in_pages_are_short():
    lengths = [lines_of(function) for module in pages() for function in module.functions()]

    assert statistics.quantiles(lengths, n=10)[-1] <= ROUTE


def test_no_function_takes_too_many_parameters():
    greedy = {
        f"{module.says(function)} {function.name}": parameters_of(function)
        for module in modules()
        for function in module.functions()
        if parameters_of(function) > PARAMETERS
    }

    assert greedy == {}
