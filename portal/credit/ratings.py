"""
Ratings: scores that were written down with all that they stand on, one after the other.

A rating is never changed. On one day the same score is written once, however often it is made.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, select

from portal.base.access import visible_to
from portal.base.batch import insert_rows
from portal.base.lookup import BATCH, plain_moment
from portal.base.work import Reader, Work
from portal.core.money import Money
from portal.core.scorecard import Line
from portal.credit.scoring import CustomerScore, Input, never_known, scores_on
from portal.tables.credit import Rating

COLUMNS = (
    *("customer_id", "as_of", "score_hundredths", "coverage_bp", "grade", "is_provisional"),
    *("inputs", "currency", "suggested_limit_minor", "suggested_terms", "policy_id"),
    *("made_by", "at"),
)
#: So many of the columns are what a rating says; the others are who wrote it when.
SAYS = len(COLUMNS) - 2


@dataclass(frozen=True, slots=True)
class RatingRow:
    """A rating as it was written."""

    id: int
    customer_id: int
    as_of: dt.date
    #: None: nothing was known.
    score: Decimal | None
    coverage_bp: int
    grade: str
    is_provisional: bool
    inputs: tuple[Input, ...]
    suggested_limit: Money | None
    suggested_terms: str
    policy_id: int | None
    made_by: str
    at: dt.datetime


def score_customers(w: Work, on: dt.date, customer_ids: Collection[int] | None = None) -> int:
    """
    How many ratings were written as of a day, of everybody or of some.

    Who was rated the same on the same day already gets none.
    """
    scores = scores_on(w, on, customer_ids)
    return sum(keep_scores(w, batch) for batch in batches(scores))


def batches(scores: Iterator[CustomerScore]) -> Iterator[list[CustomerScore]]:
    """Scores some thousands at a time."""
    while batch := list(islice(scores, BATCH)):
        yield batch


def keep_scores(w: Work, found: Sequence[CustomerScore]) -> int:
    """How many of some scores of one day, in the order of their customers, were written down."""
    first, last = found[0], found[-1]
    whose = Rating.customer_id.between(first.customer_id, last.customer_id)
    before = dict(_said_on(w, first.on, whose))
    told: dict[str, str] = {}
    said_now = ((each.customer_id, _said(each, told)) for each in found)
    made = (w.actor.name, plain_moment(w.session, w.now))
    new = [(*said, *made) for key, said in said_now if before.get(key) != said]
    if new:
        insert_rows(w.session, Rating.__table__, COLUMNS, new, are_plain=True)
        w.audit("score.made", f"scores/{first.on.isoformat()}", number=len(new))
    return len(new)


def rate(w: Work, found: CustomerScore) -> int:
    """The id of the rating that says a score: a new one, unless it was said on that day already."""
    keep_scores(w, [found])
    newest = (
        select(Rating.id)
        .where(Rating.customer_id == found.customer_id, Rating.as_of == found.on)
        .order_by(Rating.id.desc())
    )
    return w.session.scalars(newest.limit(1)).one()


def _said_on(
    w: Work, on: dt.date, whose: ColumnElement[bool]
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Customers with what their ratings of a day say, the last of each behind the others."""
    columns: list[Any] = [getattr(Rating, name) for name in COLUMNS[:SAYS]]
    rows = select(*columns).where(Rating.as_of == on, whose).order_by(Rating.id)
    return ((row[0], _plain(row)) for row in w.session.execute(rows))


def _plain(row: Iterable[Any]) -> tuple[Any, ...]:
    """A row's values as they were given to be written."""
    return tuple(each.isoformat() if isinstance(each, dt.date) else each for each in row)


def _said(found: CustomerScore, told: dict[str, str]) -> tuple[Any, ...]:
    limit = found.suggested_limit
    return (
        found.customer_id,
        found.on.isoformat(),
        found.score.hundredths,
        found.score.coverage_bp,
        found.grade,
        found.is_provisional,
        inputs_told(found.inputs) if found.facts else _books_told(found.score.lines, told),
        found.currency,
        None if limit is None else limit.minor,
        found.suggested_terms,
        found.policy_id,
    )


# ── What it stands on, as text ───────────────────────────────────────────────


def inputs_told(inputs: Iterable[Input]) -> str:
    """Every factor of a score as JSON: value, points, weight, source, day, note and reason."""
    return "{" + ",".join(_input_told(each) for each in inputs) + "}"


def _books_told(lines: Iterable[Line], told: dict[str, str]) -> str:
    """
    The same of whom only the books tell anything, as of most.

    `told` is for the scores of one card: what they share is told once.
    """
    parts = []
    for name, weight, value, points in lines:
        if value is None:
            if name not in told:
                told[name] = _input_told(never_known(name, weight))
            parts.append(told[name])
        else:
            head = f'"{name}":{{"weight":"{weight:f}","source":"books","value":"'
            parts.append(f'{head}{value:f}","points":"{points:f}"}}')
    return "{" + ",".join(parts) + "}"


def _input_told(each: Input) -> str:
    """With whatever is known of it."""
    told = {"weight": format(each.weight, "f"), "source": each.source}
    if each.value is not None and each.points is not None:
        told |= {"value": format(each.value, "f"), "points": format(each.points, "f")}
    if each.as_of is not None:
        told["as_of"] = each.as_of.isoformat()
    if each.note:
        told["note"] = each.note
    if each.reason:
        told["reason"] = each.reason
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return f'"{each.name}":{text}'


def inputs_read(text: str) -> tuple[Input, ...]:
    """The factors that were told."""
    return tuple(_input_read(name, told) for name, told in json.loads(text).items())


def _input_read(name: str, told: dict[str, str]) -> Input:
    return Input(
        name,
        Decimal(told["weight"]),
        told["source"],
        Decimal(told["value"]) if "value" in told else None,
        Decimal(told["points"]) if "points" in told else None,
        dt.date.fromisoformat(told["as_of"]) if "as_of" in told else None,
        told.get("note", ""),
        told.get("reason", ""),
    )


# ── Read again ───────────────────────────────────────────────────────────────


def list_ratings(r: Reader, customer_id: int, most: int = 24) -> list[RatingRow]:
    """The last ratings of a customer, the newest first: of each day the last one."""
    rows = (
        select(Rating)
        .where(Rating.customer_id == customer_id, Rating.as_of <= r.today)
        .order_by(Rating.as_of.desc(), Rating.id.desc())
        .limit(4 * most)
    )
    found = (_row(row) for row in r.session.scalars(visible_to(rows, r.actor, Rating.customer_id)))
    return list(_one_a_day(found))[:most]


def _one_a_day(rows: Iterable[RatingRow]) -> Iterator[RatingRow]:
    before = None
    for row in rows:
        if row.as_of != before:
            yield row
        before = row.as_of


def _row(row: Rating) -> RatingRow:
    limit = row.suggested_limit_minor
    return RatingRow(
        id=row.id,
        customer_id=row.customer_id,
        as_of=row.as_of,
        score=None if row.score_hundredths is None else Decimal(row.score_hundredths).scaleb(-2),
        coverage_bp=row.coverage_bp,
        grade=row.grade,
        is_provisional=row.is_provisional,
        inputs=inputs_read(row.inputs),
        suggested_limit=None if limit is None else Money(limit, row.currency or ""),
        suggested_terms=row.suggested_terms,
        policy_id=row.policy_id,
        made_by=row.made_by,
        at=row.at,
    )
