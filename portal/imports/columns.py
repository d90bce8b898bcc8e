"""What a kind of file is: its name, its key and its columns, and who takes its rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from portal.base.work import Work

if TYPE_CHECKING:
    from portal.imports.rows import Findings, Rows

_BLANKS = re.compile(r"[\s_]+")


def folded(name: str) -> str:
    """
    A name as headers and file names are compared: without case, blanks and underscores.

    >>> folded(" Invoice_ID"), folded("invoice id")
    ('invoiceid', 'invoiceid')
    """
    return _BLANKS.sub("", name.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")).casefold()


@dataclass(frozen=True)
class Column:
    """A column of an import file, by its own name and the others it is also read by."""

    name: str
    is_required: bool = False
    also: tuple[str, ...] = ()


def columns(required: str, optional: str = "", **also: str) -> tuple[Column, ...]:
    """The columns named in two lists of words: the required ones first."""
    named = [(name, True) for name in required.split()]
    named += [(name, False) for name in optional.split()]
    return tuple(
        Column(name, is_required, tuple(also.get(name, "").split())) for name, is_required in named
    )


@dataclass(frozen=True)
class Options:
    """How to read and what to do: the options of `accord import`."""

    kind: str | None = None
    #: field → column of the file
    map: Mapping[str, str] = field(default_factory=dict)
    #: field → value of a column that the file lacks
    set: Mapping[str, str] = field(default_factory=dict)
    date_format: str | None = None
    creates_customers: bool = False
    skips_bad_rows: bool = False
    is_dry_run: bool = False
    #: Invoices whose due parts a file of the same call gives: they are settled after it.
    invoices_in_parts: frozenset[str] = frozenset()
    #: Invoices whose discounts a file of the same call tells: none is granted by itself.
    invoices_discounted: frozenset[str] = frozenset()
    #: The import of the page that this is; only such a one can be taken back as a whole.
    run_id: int | None = None


@dataclass
class Counts:
    """What became of the good rows of a file."""

    added: int = 0
    unchanged: int = 0
    updated: int = 0


class Importer(Protocol):
    """Takes the rows of one file, some thousands at a time, and posts the good ones."""

    counts: Counts

    def take(self, rows: Rows) -> None:
        """Checks and posts some rows; what is wrong goes to the rows' findings."""

    def finish(self, findings: Findings) -> None:
        """Does what needs the whole file."""


@dataclass(frozen=True)
class Kind:
    """A kind of import file, as INTERFACES section 3 lists them."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    importer: Callable[[Work, Options], Importer]

    def column(self, name: str) -> Column | None:
        """The column that a name means, however it is written."""
        return self._by_name.get(folded(name))

    @property
    def _by_name(self) -> dict[str, Column]:
        return {
            folded(each): column for column in self.columns for each in (column.name, *column.also)
        }
