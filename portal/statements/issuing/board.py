"""The board of a run: what became of each statement, and how many answered on which day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, Select, and_, case, cast, func, literal, select, union_all

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.statements.duties import is_bounced, is_mailed, is_reminded, is_to_call
from portal.statements.queries import list_statements
from portal.statements.rows import BoardRow, RunRow, StatementFilter, StatementPage
from portal.tables.journal import Event, Outbox
from portal.tables.runs import Bounce, Chase
from portal.tables.statements import Confirmation, Statement

#: The mails that tell of a statement or of a version of it.
MAILS = ("statement", "statement_corrected")
#: At most so many days stand on the board, from the day of issue.
MOST_DAYS = 60
PER_CENT = 100


@dataclass(frozen=True, slots=True)
class Mailing:
    """Of how many statements of a run a mail left, came back, was followed by a reminder."""

    mailed: int = 0
    bounced: int = 0
    reminded: int = 0
    to_call: int = 0


@dataclass(frozen=True, slots=True)
class DayOfAnswers:
    """The answers of one day, and how far all of them have come by its end."""

    on: dt.date
    confirmed: int
    differing: int
    refused: int
    so_far: int
    #: Of all statements of the run, rounded down.
    percent: int

    @property
    def answered(self) -> int:
        """How many answered on the day."""
        return self.confirmed + self.differing + self.refused


def list_board(r: Reader, asked: StatementFilter) -> tuple[StatementPage, list[BoardRow]]:
    """One page of a run's statements, each with when it was mailed, opened, reminded, answered."""
    page = list_statements(r, asked)
    ids = [row.id for row in page.rows]
    customer_ids = {row.customer_id for row in page.rows}
    happened = _happened(r, ids, customer_ids)
    mailed, problems = _mails(r, [row.ref for row in page.rows], customer_ids)
    nothing = None, 0, 0
    return page, [
        BoardRow(
            statement=row,
            mailed_at=mailed.get(row.ref),
            opened_at=happened.get((row.id, "opened"), nothing)[0],
            answered_at=happened.get((row.id, "answered"), nothing)[0],
            problem=problems.get(row.ref, ""),
            reminded_at=happened.get((row.id, "reminded"), nothing)[0],
            reminders=happened.get((row.id, "reminded"), nothing)[1],
            is_to_call=happened.get((row.id, "reminded"), nothing)[2] == 1,
            is_bounced=(row.id, "bounced") in happened,
        )
        for row in page.rows
    ]


Happened = tuple[dt.datetime | None, int, int]


def _happened(r: Reader, ids: list[int], customer_ids: set[int]) -> dict[tuple[int, str], Happened]:
    """By statement and kind: when, how often, and for reminders whether the last one is out."""
    none = cast(literal(0), Integer)
    opened = _told("opened", Event.subject_id, func.min(Event.at), none).where(
        Event.customer_id.in_(customer_ids),
        Event.subject_kind == "statement",
        Event.subject_id.in_(ids),
        Event.kind == "opened",
    )
    answered = _told(
        "answered", Confirmation.statement_id, func.max(Confirmation.signed_at), none
    ).where(Confirmation.statement_id.in_(ids), Confirmation.withdrawn_at.is_(None))
    is_last = func.max(case((Chase.is_last.is_(True), 1), else_=0))
    reminded = _told("reminded", Chase.statement_id, func.max(Chase.at), is_last).where(
        Chase.statement_id.in_(ids)
    )
    bounced = _told("bounced", Bounce.statement_id, func.max(Bounce.at), none).where(
        Bounce.statement_id.in_(ids), Bounce.cleared_at.is_(None)
    )
    found = r.session.execute(union_all(opened, answered, reminded, bounced))
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in found}


def _told(kind: str, statement_id: Any, at: Any, flag: Any) -> Select[Any]:
    columns: list[Any] = [
        statement_id.label("id"),
        literal(kind).label("kind"),
        at.label("at"),
        func.count().label("count"),
        flag.label("flag"),
    ]
    rows: Select[Any] = select(*columns)
    return rows.group_by(statement_id)


def _mails(
    r: Reader, refs: list[str], customer_ids: set[int]
) -> tuple[dict[str, dt.datetime], dict[str, str]]:
    """By a statement's ref: when its first mail left, and what kept one from leaving."""
    documents = {f'["{ref}"]': ref for ref in refs}
    found = r.session.execute(
        select(Outbox.documents, Outbox.sent_at, Outbox.problem)
        .where(
            and_(
                Outbox.customer_id.in_(customer_ids),
                Outbox.kind.in_(MAILS),
                Outbox.channel == "email",
                Outbox.documents.in_(documents),
            )
        )
        .order_by(Outbox.sent_at.desc())
    )
    sent: dict[str, dt.datetime] = {}
    problems: dict[str, str] = {}
    for mail in found:
        ref = documents[mail.documents]
        if mail.sent_at:
            sent[ref] = mail.sent_at
        if mail.problem:
            problems[ref] = mail.problem
    return sent, problems


def get_mailing(r: Reader, run_id: int) -> Mailing:
    """How far the mails of a run are."""
    columns: list[Any] = [
        _count(is_mailed()).label("mailed"),
        _count(is_bounced()).label("bounced"),
        _count(is_reminded()).label("reminded"),
        _count(is_to_call()).label("to_call"),
    ]
    rows: Select[Any] = visible_to(select(*columns), r.actor, Statement.customer_id)
    found = r.session.execute(rows.where(Statement.run_id == run_id, Statement.in_force == 1)).one()
    return Mailing(*(int(count or 0) for count in found))


def _count(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def answers_by_day(r: Reader, run: RunRow, issued: int) -> list[DayOfAnswers]:
    """The days of a run from its issue to the last answer, or to the day by which to answer."""
    columns: list[Any] = [Confirmation.signed_at, Confirmation.result]
    rows: Select[Any] = select(*columns)
    mine = visible_to(
        rows.join(Statement, Statement.id == Confirmation.statement_id),
        r.actor,
        Statement.customer_id,
    ).where(
        Statement.run_id == run.id,
        Statement.in_force == 1,
        Confirmation.withdrawn_at.is_(None),
    )
    zone = ZoneInfo(r.company.timezone)
    counted: Counter[tuple[dt.date, str]] = Counter(
        (signed_at.astimezone(zone).date(), result) for signed_at, result in r.session.execute(mine)
    )
    return list(_days(run, issued, counted, r.today)) if counted else []


def _days(
    run: RunRow, issued: int, counted: Counter[tuple[dt.date, str]], today: dt.date
) -> Iterable[DayOfAnswers]:
    first = min(run.issued_on, *(on for on, _ in counted))
    last = max(min(today, run.confirm_by), *(on for on, _ in counted))
    first = max(first, last - dt.timedelta(days=MOST_DAYS - 1))
    so_far = sum(count for (on, _), count in counted.items() if on < first)
    for place in range((last - first).days + 1):
        on = first + dt.timedelta(days=place)
        kinds = ("confirmed", "confirmed_with_differences", "refused")
        confirmed, differing, refused = (counted[(on, kind)] for kind in kinds)
        so_far += confirmed + differing + refused
        percent = so_far * PER_CENT // issued if issued else 0
        yield DayOfAnswers(on, confirmed, differing, refused, so_far, percent)
