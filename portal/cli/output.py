"""How a command speaks: results in three formats on standard output, the rest on standard error."""

from __future__ import annotations

import csv
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
Row: TypeAlias = Mapping[str, Any]

NUMBER = re.compile(r"-?\d[\d,]*(\.\d+)?")


def format_option(command: F) -> F:
    """Gives a command `--format table|json|csv`, as its parameter `output`."""
    return click.option(
        "--format",
        "output",
        type=click.Choice(["table", "json", "csv"]),
        default="table",
        show_default=True,
        help="How to print the result.",
    )(command)


def show(output: str, result: Any, rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Prints a result: whole as JSON, or its rows as a table or CSV with these columns."""
    if output == "json":
        click.echo(json.dumps(result, ensure_ascii=False, indent=2))
    elif output == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_plain(row.get(column)) for column in columns] for row in rows)
    else:
        click.echo(table(rows, columns))


def say(message: str) -> None:
    """Tells how it goes, on standard error."""
    click.echo(message, err=True)


def table(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """
    The rows under their column names, figures to the right.

    >>> rows = [{"key": "C-1", "open": "1234.50"}, {"key": "华东", "open": "9.00"}]
    >>> print(table(rows, ["key", "open"]))
    key      open
    ----  -------
    C-1   1234.50
    华东     9.00
    """
    cells = [[_plain(row.get(column)) for column in columns] for row in rows]
    widths = [
        max(_width(name), *(_width(line[place]) for line in cells), 0)
        for place, name in enumerate(columns)
    ]
    is_figures = [
        bool(cells) and all(NUMBER.fullmatch(line[place]) or not line[place] for line in cells)
        for place in range(len(columns))
    ]

    def laid_out(line: Sequence[str]) -> str:
        parts = zip(line, widths, is_figures, strict=True)
        return "  ".join(_padded(*part) for part in parts).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([laid_out(columns), rule, *map(laid_out, cells)])


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int, is_figure: bool) -> str:  # noqa: FBT001 - from a zip
    blanks = " " * (width - _width(text))
    return blanks + text if is_figure else text + blanks
