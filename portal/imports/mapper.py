"""Finds a kind's columns in a file's header: by their own names, by a mapping, or set for all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from portal.imports.columns import Kind, Options, folded
from portal.imports.days import DayReader
from portal.imports.reader import PROBLEM, Chunk, Table
from portal.imports.rows import Findings, Rows


@dataclass
class Plan:
    """Which column of the file is which field, what is set, and what stays out."""

    kind: Kind
    #: field → place in a row
    places: dict[str, int] = field(default_factory=dict)
    #: field → the value of every row
    given: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    #: Mapped fields whose column the file does not have: field → column.
    absent: dict[str, str] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        """Required fields that the file has no column for."""
        return [
            column.name
            for column in self.kind.columns
            if column.is_required and column.name not in self.places | self.given
        ]

    def kind_reads(self, header: Sequence[str]) -> dict[str, str]:
        """The columns that the kind's fields are read from when nobody says otherwise."""
        by_itself = plan(self.kind, header, Options())
        return {name: header[place] for name, place in by_itself.places.items()}


def plan(kind: Kind, header: Sequence[str], options: Options) -> Plan:
    """What the columns of a header are; a mapping comes before a column's own name."""
    made = Plan(kind)
    by_name: dict[str, int] = {}
    for place, heading in enumerate(header):
        by_name.setdefault(folded(heading), place)
    _take_mapped(made, by_name, options)
    for place, heading in enumerate(header):
        _take_own(made, place, heading)
    for name, value in options.set.items():
        column = kind.column(name)
        if column is None:
            continue
        if column.name in made.places:
            made.unused.append(column.name)
        else:
            made.given[column.name] = value
    return made


def _take_mapped(made: Plan, by_name: dict[str, int], options: Options) -> None:
    for name, heading in options.map.items():
        column = made.kind.column(name)
        if column is None:
            continue
        place = by_name.get(folded(heading))
        if place is None:
            made.absent[column.name] = heading
        else:
            made.places[column.name] = place


def _take_own(made: Plan, place: int, heading: str) -> None:
    if place in made.places.values():
        return
    column = made.kind.column(heading)
    if column is None:
        if heading.strip() and heading.strip() != PROBLEM:
            made.unknown.append(heading.strip())
    elif column.name not in made.places:
        made.places[column.name] = place
    elif column.name in made.absent or made.places[column.name] < place:
        made.doubled.append(heading.strip())


def mapped(table: Table, made: Plan, findings: Findings, options: Options) -> Iterator[Rows]:
    """The rows of a table under the names of their fields, some thousands at a time."""
    findings.headings.update(
        {name: table.header[place].strip() for name, place in made.places.items()}
    )
    days = DayReader(options.date_format)
    width = len(table.header)
    for chunk in table.chunks:
        yield _rows(_squared(chunk, width, findings), made, findings, days)


def _rows(chunk: Chunk, made: Plan, findings: Findings, days: DayReader) -> Rows:
    lines, rows = chunk
    across = list(zip(*rows, strict=True)) if rows else []
    cells: dict[str, Sequence[str]] = {
        name: across[place] if across else () for name, place in made.places.items()
    }
    cells |= {name: [value] * len(lines) for name, value in made.given.items()}
    return Rows(lines, cells, findings, days)


def _squared(chunk: Chunk, width: int, findings: Findings) -> Chunk:
    """Every row as wide as the header: empty cells at the end may be left out, not added."""
    lines, rows = chunk
    if all(len(row) == width for row in rows):
        return chunk
    kept: Chunk = ([], [])
    for line, row in zip(lines, rows, strict=True):
        if len(row) > width and any(row[width:]):
            findings.refuse(line, "", row[width], "row.too_wide", cells=len(row), columns=width)
            findings.lose()
            continue
        kept[0].append(line)
        kept[1].append((row + [""] * (width - len(row)))[:width])
    return kept
