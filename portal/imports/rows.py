"""Rows of a file, a column at a time: cells become keys, texts, days and amounts, or problems."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from portal.core.errors import RuleBroken
from portal.core.money import CURRENCIES, Money, exponent
from portal.imports.days import DayReader

LONGEST_KEY = 200
LONGEST_LINE = 500
LONGEST_TEXT = 10_000
#: Problems told one by one; beyond it they are only counted.
MOST_TOLD = 20_000
YES = {"1", "yes", "y", "true", "是"}
NO = {"0", "no", "n", "false", "否", ""}

_PLAIN = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{1,20})?|\.[0-9]{1,20})", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a cell, as a code and facts; the reporter says it in words."""

    line: int
    column: str
    value: str
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass
class Findings:
    """What was found wrong in one file, and what is worth a warning."""

    problems: list[Problem] = field(default_factory=list)
    bad_lines: set[int] = field(default_factory=set)
    warnings: list[Problem] = field(default_factory=list)
    #: Bad rows that never became rows.
    lost: int = 0
    #: field → what the file's own header calls it
    headings: dict[str, str] = field(default_factory=dict)

    def lose(self) -> None:
        """Counts a row that is so bad that nobody takes it."""
        self.lost += 1

    def refuse(
        self, line: int, field_name: str, value: object, code: str, /, **facts: object
    ) -> None:
        """Makes the line a bad one, for this reason."""
        self.bad_lines.add(line)
        if len(self.problems) < MOST_TOLD:
            self.problems.append(self._problem(line, field_name, value, code, facts))

    def warn(
        self, line: int, field_name: str, value: object, code: str, /, **facts: object
    ) -> None:
        """Tells something about a line that stays good."""
        if len(self.warnings) < MOST_TOLD:
            self.warnings.append(self._problem(line, field_name, value, code, facts))

    def _problem(
        self, line: int, field_name: str, value: object, code: str, facts: dict[str, object]
    ) -> Problem:
        heading = self.headings.get(field_name, field_name)
        return Problem(line, heading, "" if value is None else str(value), code, facts)


class Rows:
    """Some rows of a file; every reading gives one value a row, nothing where the cell is bad."""

    def __init__(
        self,
        lines: Sequence[int],
        cells: Mapping[str, Sequence[str]],
        findings: Findings,
        days: DayReader,
    ) -> None:
        self.lines = lines
        self.cells = cells
        self.findings = findings
        self._days = days
        self._nothing: list[None] = [None] * len(lines)

    def __len__(self) -> int:
        return len(self.lines)

    def has(self, name: str) -> bool:
        """Whether the file has the column, or was given it."""
        return name in self.cells

    def refuse(self, place: int, name: str, code: str, /, **facts: object) -> None:
        """Makes a row a bad one, for what its cell holds."""
        cell = self.cells[name][place] if name in self.cells else ""
        self.findings.refuse(self.lines[place], name, cell, code, **facts)

    def good(self) -> Iterator[int]:
        """The places of the rows that nothing is wrong with so far."""
        bad = self.findings.bad_lines
        return (place for place, line in enumerate(self.lines) if line not in bad)

    def keys(self, name: str) -> Sequence[str]:
        """Keys, of which every row needs one; no control characters, not too long."""
        keys = [cell.strip() for cell in self.cells[name]]
        for place, key in enumerate(keys):
            if not key or len(key) > LONGEST_KEY or not key.isprintable():
                self._check_key(place, name, key)
        return keys

    def optional_keys(self, name: str) -> Sequence[str | None]:
        """Keys, or nothing where the cell is empty."""
        if name not in self.cells:
            return self._nothing
        keys = [cell.strip() or None for cell in self.cells[name]]
        for place, key in enumerate(keys):
            if key is not None and (len(key) > LONGEST_KEY or not key.isprintable()):
                self._check_key(place, name, key)
        return keys

    def _check_key(self, place: int, name: str, key: str) -> None:
        if not key:
            self.refuse(place, name, "cell.empty")
        elif len(key) > LONGEST_KEY:
            self.refuse(place, name, "cell.too_long", longest=LONGEST_KEY)
        elif _CONTROL.search(key):
            self.refuse(place, name, "key.control_characters")

    def texts(self, name: str, longest: int = LONGEST_LINE) -> Sequence[str | None]:
        """Texts exactly as they stand, or nothing where there are only blanks."""
        if name not in self.cells:
            return self._nothing
        texts = [cell if cell and not cell.isspace() else None for cell in self.cells[name]]
        for place, told in enumerate(texts):
            if told is not None and (len(told) > longest or "\0" in told):
                code = "cell.nul" if "\0" in told else "cell.too_long"
                self.refuse(place, name, code, longest=longest)
        return texts

    def days(self, name: str, *, is_required: bool = False) -> Sequence[str | None]:
        """Days as ISO text."""
        if name not in self.cells:
            return self._nothing
        read = self._days.known
        days = [read.get(cell, "") for cell in self.cells[name]]
        if "" in days:
            for place, day in enumerate(days):
                if day == "":
                    days[place] = self._day(place, name)
        if is_required and None in days:
            for place, day in enumerate(days):
                if day is None and not self.cells[name][place].strip():
                    self.refuse(place, name, "cell.empty")
        return days

    def _day(self, place: int, name: str) -> str | None:
        cell = self.cells[name][place]
        try:
            return self._days.read(cell)
        except ValueError:
            self.refuse(place, name, "day.malformed", format=self._days.told)
            return None

    def currencies(self, name: str = "currency") -> Sequence[str]:
        """Currency codes of ISO 4217, of which every row needs one."""
        return [
            code or self._no_currency(place, name)
            for place, code in enumerate(self.optional_currencies(name))
        ]

    def _no_currency(self, place: int, name: str) -> str:
        if not self.cells[name][place].strip():
            self.refuse(place, name, "cell.empty")
        return ""

    def optional_currencies(self, name: str = "currency") -> Sequence[str | None]:
        """Currency codes of ISO 4217, or nothing where the cell is empty."""
        if name not in self.cells:
            return self._nothing
        codes: list[str | None] = [cell if cell in CURRENCIES else "" for cell in self.cells[name]]
        for place, code in enumerate(codes):
            if code == "":
                written = self.cells[name][place].strip().upper()
                codes[place] = written if written in CURRENCIES else None
                if written and written not in CURRENCIES:
                    self.refuse(place, name, "currency.unknown")
        return codes

    def amounts(
        self, name: str, currencies: Iterable[str | None], *, is_required: bool = True
    ) -> list[int]:
        """Amounts in minor units of each row's currency; 0 where the cell is empty or bad."""
        cells = self.cells[name]
        amounts = []
        for place, (cell, currency) in enumerate(zip(cells, currencies, strict=True)):
            # What most cells look like costs least: digits, a point, the currency's decimals.
            decimals = _DECIMALS.get(currency, -1)
            head, tail = cell[: -decimals - 1], cell[-decimals:]
            if (
                decimals > 0
                and cell[-decimals - 1 : -decimals] == "."
                and (digits := head + tail).isdigit()
                and digits.isascii()
                and len(digits) < 15
            ):
                amounts.append(int(digits))
            else:
                amounts.append(self._amount(place, name, currency, is_required=is_required) or 0)
        return amounts

    def optional_amounts(self, name: str, currencies: Iterable[str | None]) -> Sequence[int | None]:
        """Amounts in minor units, or nothing where the cell is empty."""
        if name not in self.cells:
            return self._nothing
        return [
            self._amount(place, name, currency, is_required=False) if cell else None
            for place, (cell, currency) in enumerate(zip(self.cells[name], currencies, strict=True))
        ]

    def _amount(
        self, place: int, name: str, currency: str | None, *, is_required: bool
    ) -> int | None:
        cell = self.cells[name][place].strip()
        if not cell:
            if is_required:
                self.refuse(place, name, "cell.empty")
            return None
        if not currency:  # said already about the currency's own cell
            return None
        try:
            return Money.parse(cell, currency).minor
        except RuleBroken as broken:
            self.refuse(place, name, broken.code, **broken.facts)
            return None

    def above_zero(self, name: str, amounts: Sequence[int]) -> None:
        """Refuses the rows whose amount is nothing or less, unless the cell was refused already."""
        bad = self.findings.bad_lines
        for place, amount in enumerate(amounts):
            if amount <= 0 and self.lines[place] not in bad:
                self.refuse(place, name, "amount.not_above_zero")

    def wholes(self, name: str, smallest: int = 1, largest: int = 32_767) -> Sequence[int | None]:
        """Whole numbers within bounds, or nothing where the cell is empty."""

        def read(cell: str) -> int:
            number = int(cell) if cell.isascii() and cell.isdigit() else smallest - 1
            if not smallest <= number <= largest:
                raise ValueError(cell)
            return number

        return self._each(name, read, "number.not_whole", smallest=smallest, largest=largest)

    def decimals(self, name: str) -> Sequence[Decimal | None]:
        """Plain decimals with a point, or nothing where the cell is empty."""

        def read(cell: str) -> Decimal:
            if _PLAIN.fullmatch(cell) is None:
                raise ValueError(cell)
            return Decimal(cell)

        return self._each(name, read, "number.malformed")

    def choices(self, name: str, words: Mapping[str, Any]) -> Sequence[Any]:
        """What a word of a list stands for, whatever its case, or nothing for an empty cell."""

        def read(cell: str) -> Any:
            word = cell.casefold().replace(" ", "_").replace("-", "_")
            if word not in words:
                raise ValueError(cell)
            return words[word]

        return self._each(name, read, "word.unknown", words=", ".join(words))

    def required(self, name: str, values: Sequence[Any]) -> None:
        """Refuses the rows whose cell is empty."""
        for place, value in enumerate(values):
            if value is None and not self.cells[name][place].strip():
                self.refuse(place, name, "cell.empty")

    def _each(
        self, name: str, read: Callable[[str], Any], code: str, **facts: object
    ) -> Sequence[Any]:
        if name not in self.cells:
            return self._nothing
        values: list[Any] = []
        for place, cell in enumerate(self.cells[name]):
            stripped = cell.strip()
            try:
                values.append(read(stripped) if stripped else None)
            except ValueError:
                self.refuse(place, name, code, **facts)
                values.append(None)
        return values


_DECIMALS: dict[str | None, int] = {currency: exponent(currency) for currency in CURRENCIES}


def is_yes(cell: str) -> bool | None:
    """
    What a cell of a yes/no column says; None where it is neither.

    >>> is_yes("Yes"), is_yes("否"), is_yes("100.00")
    (True, False, None)
    """
    word = unicodedata.normalize("NFKC", cell).strip().casefold()
    if word in YES:
        return True
    return False if word in NO else None
