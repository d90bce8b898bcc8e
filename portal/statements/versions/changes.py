"""The versions of a statement: what the one in force says otherwise than the one before it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.money import Money
from portal.core.statement import Line, read_statement
from portal.core.statement import Statement as Snapshot
from portal.core.statement_diff import LineDiff, diff
from portal.statements.names import decision_name, kind_name, term_name
from portal.statements.rows import StatementView
from portal.statements.settling.settled import our_answers
from portal.statements.versions.walking import walk_to
from portal.tables.resolutions import Reissue
from portal.tables.statements import Statement


@dataclass(frozen=True)
class Changes:
    """What a version in force says otherwise than an older one."""

    old_version: int
    new_version: int
    new_ref: str
    issued_at: dt.datetime
    currency: str
    #: Why there is a new version, as the customer reads it.
    reason: str
    is_sign_off: bool
    #: How many answers went over, and how many lines are new or changed.
    carried: int
    changed: int
    lines: LineDiff
    before: Snapshot
    after: Snapshot

    @property
    def closing_before(self) -> Money:
        return Money(self.before.head.sums.closing_minor, self.currency)

    @property
    def closing_after(self) -> Money:
        return Money(self.after.head.sums.closing_minor, self.currency)

    @property
    def opening_before(self) -> Money:
        return Money(self.before.head.sums.opening_minor, self.currency)

    @property
    def opening_after(self) -> Money:
        return Money(self.after.head.sums.opening_minor, self.currency)

    @property
    def rows(self) -> list[tuple[Line | None, Line | None]]:
        """Each line that is new, gone or changed: as it was and as it is, by date."""
        pairs: list[tuple[Line | None, Line | None]] = [
            *((old, new) for old, new in self.lines.changed),
            *((None, line) for line in self.lines.added),
            *((line, None) for line in self.lines.removed),
        ]
        return sorted(pairs, key=_day)


def _day(pair: tuple[Line | None, Line | None]) -> tuple[dt.date, int, str]:
    line = pair[1] or pair[0]
    assert line is not None
    return (line.dated_on, line.kind, line.document)


def changes_since(r: Reader, view: StatementView) -> Changes | None:
    """For a replaced version: what the version in force says otherwise; None for others."""
    if view.in_force:
        return None
    newer = r.session.execute(
        _versions(r).where(
            Statement.customer_id == view.row.customer_id,
            Statement.currency == view.row.currency,
            Statement.period_to == view.row.period_to,
            Statement.in_force == 1,
        )
    ).first()
    if newer is None:
        return None
    return _changes(r, newer, view.snapshot, read_statement(newer.payload))


def changes_in(r: Reader, view: StatementView) -> Changes | None:
    """For a version that replaced another: what it says otherwise; None for a first version."""
    if view.row.version == 1:
        return None
    row = r.session.execute(_versions(r).where(Statement.id == view.row.id)).first()
    if row is None or row.replaces_id is None:
        return None
    before = select(Statement.payload).where(Statement.id == row.replaces_id)
    payload = r.session.scalars(visible_to(before, r.actor, Statement.customer_id)).one()
    return _changes(r, row, read_statement(payload), view.snapshot)


def _versions(r: Reader) -> Select[Any]:
    columns: list[Any] = [
        Statement.id,
        Statement.version,
        Statement.issued_at,
        Statement.payload,
        Reissue.cause,
        Reissue.reason,
        Reissue.carried,
        Reissue.changed,
        Reissue.replaces_id,
    ]
    rows: Select[Any] = select(*columns).outerjoin(Reissue, Reissue.statement_id == Statement.id)
    return visible_to(rows, r.actor, Statement.customer_id)


def _changes(r: Reader, newer: Row[Any], before: Snapshot, after: Snapshot) -> Changes:
    return Changes(
        old_version=before.head.version,
        new_version=newer.version,
        new_ref=r.refs.of("st", newer.id),
        issued_at=newer.issued_at,
        currency=after.head.currency,
        reason=newer.reason or "",
        is_sign_off=newer.cause == "sign_off",
        carried=newer.carried or 0,
        changed=newer.changed or 0,
        lines=diff(before.lines, after.lines),
        before=before,
        after=after,
    )


def about_versions(r: Reader, view: StatementView, *, is_part: bool) -> dict[str, Any]:
    """What a page says of a statement beside others: newer, older, agreed before; our answers."""
    answers = our_answers(r, view.row.id)
    return {
        "replaced": changes_since(r, view),
        # A part of the page shows neither.
        "changes": changes_in(r, view) if view.in_force and not is_part else None,
        "walk": None if is_part else walk_to(r, view),
        "answers": {each.seq: each for each in answers if each.seq},
        "answers_beside": [each for each in answers if not each.seq],
        "decision_name": decision_name,
        "kind_name": kind_name,
        "term_name": term_name,
    }
