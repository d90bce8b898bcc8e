"""A price list as people paste it or save it: product, unit, currency, price, first day."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.core.errors import RuleBroken
from portal.core.money import CURRENCIES
from portal.core.policy_kinds import is_unseen

MOST_LINES = 10_000
LONGEST = 200
COLUMNS = 5
#: A price in plain digits: with a power of ten it would be kept in full.
_PLAIN = re.compile(r"[0-9]{1,12}(\.[0-9]{1,16})?", re.ASCII)


@dataclass(frozen=True)
class PricedProduct:
    """A row of a price list."""

    product: str
    unit: str
    currency: str
    unit_price: Decimal
    from_on: dt.date


def read_prices(text: str) -> list[PricedProduct]:
    """
    The rows of a pasted or saved list; tabs as a spreadsheet pastes them, else commas.

    A first row that names the columns is passed over. Nothing is taken from a list with a bad row.

    Raises: price.empty, price.too_many, price.line, price.product, price.currency, price.number,
    price.day, price.twice, each with its line.

    >>> [row] = read_prices("A-1,pcs,CNY,12.50,2026-05-01")
    >>> row.product, str(row.unit_price), str(row.from_on)
    ('A-1', '12.50', '2026-05-01')
    """
    found: list[PricedProduct] = []
    seen: set[tuple[str, str, dt.date]] = set()
    for line, cells in _rows(text):
        row = _read(line, cells)
        key = (row.product, row.currency, row.from_on)
        if key in seen:
            raise RuleBroken("price.twice", field="rows", line=line, product=row.product)
        seen.add(key)
        found.append(row)
        if len(found) > MOST_LINES:
            raise RuleBroken("price.too_many", field="rows", most=MOST_LINES)
    if not found:
        raise RuleBroken("price.empty", field="rows")
    return found


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    plain = text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")
    first = plain.strip().partition("\n")[0]
    delimiter = next((each for each in "\t;" if each in first), ",")
    reader = csv.reader(io.StringIO(plain, newline=None), delimiter=delimiter)
    for cells in _read_on(reader):
        told = [cell.strip() for cell in cells]
        if not any(told) or (reader.line_num == 1 and _is_head(told)):
            continue
        yield reader.line_num, told


def _read_on(reader: Any) -> Iterator[list[str]]:
    """The lines; one that is longer than any cell may be is refused like one with cells missing."""
    try:
        yield from reader
    except csv.Error as error:
        raise RuleBroken("price.line", field="rows", line=reader.line_num, count=0) from error


def _is_head(cells: list[str]) -> bool:
    """Whether a first row names its columns: no price stands where one is asked for."""
    return len(cells) == COLUMNS and not any(letter.isdigit() for letter in cells[3] + cells[4])


def _read(line: int, cells: list[str]) -> PricedProduct:
    if len(cells) != COLUMNS:
        raise RuleBroken("price.line", field="rows", line=line, count=len(cells))
    product, unit, currency, price, day = cells
    if not product or len(product) > LONGEST or any(map(is_unseen, product + unit)):
        raise RuleBroken("price.product", field="rows", line=line)
    if currency.upper() not in CURRENCIES:
        raise RuleBroken("price.currency", field="rows", line=line, value=currency)
    return PricedProduct(product, unit[:LONGEST], currency.upper(), *_figures(line, price, day))


def _figures(line: int, price: str, day: str) -> tuple[Decimal, dt.date]:
    if not _PLAIN.fullmatch(price):
        raise RuleBroken("price.number", field="rows", line=line, value=price[:30])
    unit_price = Decimal(price)
    try:
        return unit_price, dt.date.fromisoformat(day)
    except ValueError as error:
        raise RuleBroken("price.day", field="rows", line=line, value=day) from error


def text_of(content: bytes) -> str:
    """The text of a file that was chosen. Raises: price.unreadable."""
    for encoding in ("utf-8-sig", "gb18030", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise RuleBroken("price.unreadable", field="file")
