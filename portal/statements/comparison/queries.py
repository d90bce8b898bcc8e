"""What pages read of a comparison: where it is, its bridge, and its groups a page at a time."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, false, func, or_, select

from portal.base import formats
from portal.base.access import visible_to
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.comparison import Bridge
from portal.core.money import Money
from portal.core.statement import Line
from portal.statements.comparison.keeping import bridge_of, key_of
from portal.statements.comparison.marking import Pieces, marked
from portal.statements.rows import StatementView
from portal.tables.comparison import Comparison, OwnMatch, OwnRow
from portal.tables.people import User

KINDS = ("differs", "ours", "yours", "same")
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """A comparison as its page shows it."""

    id: int
    file_name: str
    #: uploaded | running | ready | failed | deleted
    state: str
    who: str
    created_at: dt.datetime
    deleted_at: dt.datetime | None
    applied_at: dt.datetime | None
    rows_total: int
    rows_done: int
    row_version: int
    #: Whether something was decided since it was applied, or it never was.
    is_applied: bool
    #: Whether it set answers that can be taken back.
    has_set: bool
    counts: dict[str, int]
    problems: list[dict[str, Any]]
    mapping: dict[str, Any] | None
    bridge: Bridge | None

    def count(self, word: str) -> int:
        """How many there are of something; none where that was never counted."""
        return int(self.counts.get(word, 0))


@dataclass(frozen=True, slots=True)
class Place:
    """A line or a row as it stands on one side; `number` and `amount` with what differs marked."""

    number: Pieces
    amount: Pieces
    dated_on: dt.date | None
    about: str
    #: The line's or the row's own number, and its amount.
    at: int
    minor: int


@dataclass(frozen=True, slots=True)
class ShownMatch:
    """Lines and rows that stand together, or a single one of them."""

    kind: str
    how: str
    ours: tuple[Place, ...]
    yours: tuple[Place, ...]
    ours_total: Money
    yours_total: Money
    decided: str
    why: str
    note: str

    @property
    def ref(self) -> str:
        """The id of its row on the page."""
        return f"match-{key_of(self.lines, self.rows)}"

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(place.at for place in self.ours)

    @property
    def rows(self) -> tuple[int, ...]:
        return tuple(place.at for place in self.yours)

    @property
    def name(self) -> str:
        """What the row is called where its buttons are read out."""
        first = (self.ours or self.yours)[0]
        return "".join(text for text, _ in first.number)

    @property
    def difference(self) -> Money:
        """Their books less ours."""
        return self.yours_total - self.ours_total


@dataclass(frozen=True, slots=True)
class Group:
    """One page of what was found of one kind, and what all of it comes to."""

    kind: str
    rows: tuple[ShownMatch, ...]
    count: int
    page: int
    pages: int
    ours: Money
    yours: Money

    @property
    def first(self) -> int:
        return (self.page - 1) * PER_PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def find_comparison(r: Reader, view: StatementView) -> ComparisonView | None:
    """The newest comparison of a statement that the reader was given; None where there is none."""
    columns: list[Any] = [Comparison, User.name]
    newest: Select[Any] = (
        select(*columns)
        .join(User, User.id == Comparison.user_id)
        .where(
            Comparison.customer_id == view.row.customer_id,
            Comparison.statement_id == view.row.id,
        )
        # What was deleted is only shown where nothing else is there.
        .order_by((Comparison.state == "deleted").asc(), Comparison.id.desc())
        .limit(1)
    )
    found = r.session.execute(visible_to(newest, r.actor, Comparison.customer_id)).first()
    return None if found is None else _view(*found)


def _view(row: Comparison, who: str) -> ComparisonView:
    return ComparisonView(
        id=row.id,
        file_name=row.file_name,
        state=row.state,
        who=who,
        created_at=row.created_at,
        deleted_at=row.deleted_at,
        applied_at=row.applied_at,
        rows_total=row.rows_total,
        rows_done=row.rows_done,
        row_version=row.row_version,
        is_applied=row.applied_version == row.row_version,
        has_set=row.applied != "{}",
        counts=json.loads(row.counts),
        problems=json.loads(row.problems),
        mapping=json.loads(row.mapping) if row.mapping else None,
        bridge=bridge_of(json.loads(row.bridge)) if row.bridge else None,
    )


def list_groups(
    r: Reader, view: StatementView, comparison: ComparisonView, pages: dict[str, int]
) -> dict[str, Group]:
    """By kind a page of what was found; kinds that `pages` does not name have their sums only."""
    sums = r.session.execute(
        _of(comparison, view)
        .with_only_columns(
            OwnMatch.kind,
            func.min(OwnMatch.nth),
            func.count(),
            func.sum(OwnMatch.ours_minor),
            func.sum(OwnMatch.yours_minor),
        )
        .group_by(OwnMatch.kind)
    )
    totals = {kind: (first, count, int(o), int(y)) for kind, first, count, o, y in sums}
    nothing = (0, 0, 0, 0)
    cut = {
        kind: page_within(page, totals.get(kind, nothing)[1], PER_PAGE)
        for kind, page in pages.items()
    }
    spans = [_span(*totals[kind][:2], cut[kind][0]) for kind in cut if kind in totals]
    found = _rows(r, view, comparison, spans)
    own = _own_rows(r, view, comparison, found)
    groups = {}
    for kind in KINDS:
        _first, count, ours, yours = totals.get(kind, nothing)
        page, last = cut.get(kind, (1, 1))
        shown = tuple(_shown(view, row, own) for row in found if row.kind == kind)
        sides = Money(ours, view.row.currency), Money(yours, view.row.currency)
        groups[kind] = Group(kind, shown, count, page, last, *sides)
    return groups


def _of(comparison: ComparisonView, view: StatementView) -> Select[Any]:
    return select(OwnMatch).where(
        OwnMatch.customer_id == view.row.customer_id, OwnMatch.comparison_id == comparison.id
    )


def _span(first: int, count: int, page: int) -> tuple[int, int]:
    """
    The numbers of one page of a kind: those of one kind follow one another.

    >>> _span(47, 60, 2)
    (97, 106)
    """
    start = first + (page - 1) * PER_PAGE
    return start, min(start + PER_PAGE, first + count) - 1


def _rows(
    r: Reader, view: StatementView, comparison: ComparisonView, spans: list[tuple[int, int]]
) -> list[OwnMatch]:
    parts = [OwnMatch.nth.between(first, last) for first, last in spans]
    rows = _of(comparison, view).where(or_(false(), *parts)).order_by(OwnMatch.nth)
    return list(r.session.scalars(rows))


def _own_rows(
    r: Reader, view: StatementView, comparison: ComparisonView, rows: Iterable[OwnMatch]
) -> dict[int, OwnRow]:
    wanted = {one for row in rows for one in json.loads(row.yours)}
    found = r.session.scalars(
        select(OwnRow).where(
            OwnRow.customer_id == view.row.customer_id,
            OwnRow.comparison_id == comparison.id,
            OwnRow.row.in_(wanted),
        )
    )
    return {row.row: row for row in found}


def list_all(r: Reader, view: StatementView, comparison: ComparisonView) -> Iterator[ShownMatch]:
    """Everything that was found, for a file."""
    rows = list(r.session.scalars(_of(comparison, view).order_by(OwnMatch.nth)))
    kept = r.session.scalars(
        select(OwnRow).where(
            OwnRow.customer_id == view.row.customer_id, OwnRow.comparison_id == comparison.id
        )
    )
    own = {row.row: row for row in kept}
    return (_shown(view, row, own) for row in rows)


def _shown(view: StatementView, row: OwnMatch, own: dict[int, OwnRow]) -> ShownMatch:
    seqs, numbers = json.loads(row.ours), json.loads(row.yours)
    lines = [view.snapshot.lines[seq - 1] for seq in seqs]
    rows = [own[number] for number in numbers if number in own]
    currency = view.row.currency
    ours = [_line(seq, line, currency) for seq, line in zip(seqs, lines, strict=True)]
    yours = [_row(each, currency) for each in rows]
    if len(ours) == len(yours) == 1:
        ours[0], yours[0] = _side_by_side(ours[0], yours[0], by_number=row.how != "amount")
    return ShownMatch(
        row.kind,
        row.how,
        tuple(ours),
        tuple(yours),
        Money(row.ours_minor, currency),
        Money(row.yours_minor, currency),
        row.decided,
        row.why,
        row.note,
    )


def _line(seq: int, line: Line, currency: str) -> Place:
    amount = formats.amount(line.amount_minor, currency)
    return Place(
        ((line.document, False),),
        ((amount, False),),
        line.dated_on,
        line.reference or "",
        seq,
        line.amount_minor,
    )


def _row(row: OwnRow, currency: str) -> Place:
    amount = formats.amount(row.amount_minor, currency)
    number, *more = [word for word in (row.number, row.reference, row.text) if word] or ["—"]
    return Place(
        ((number, False),),
        ((amount, False),),
        row.dated_on,
        " · ".join(word for word in more if word != number),
        row.row,
        row.amount_minor,
    )


def _side_by_side(one: Place, other: Place, *, by_number: bool) -> tuple[Place, Place]:
    """Both with what differs marked; numbers that are not meant to agree are left alone."""
    numbers = (one.number, other.number)
    if by_number:
        numbers = marked(_text(one.number), _text(other.number))
    amounts = marked(_text(one.amount), _text(other.amount))
    return (
        replace(one, number=numbers[0], amount=amounts[0]),
        replace(other, number=numbers[1], amount=amounts[1]),
    )


def _text(pieces: Pieces) -> str:
    return "".join(text for text, _ in pieces)
