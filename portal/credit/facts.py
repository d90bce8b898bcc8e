"""
What is known of a customer besides the books: figures it told, and what a person judged.

The latest by its day counts, while it is still valid; balance-sheet figures go stale. What a rating
agency says is one of them, `external_report` (S-034).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from sqlalchemy import select

from portal.base.access import Permission, visible_to
from portal.base.locks import lock_customer
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.grading import is_stale
from portal.core.scorecard import FACTORS, Source
from portal.tables.credit import CreditFact

#: factor → fact
Facts: TypeAlias = Mapping[str, "Fact"]
#: What a person judges, and what figures can be at all.
JUDGED_RANGE = (Decimal(0), Decimal(100))
WIDEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure or a judgement, the day it is of, and why it does not count where it does not."""

    value: Decimal
    as_of: dt.date
    source: str
    note: str
    #: Empty where it counts; else `stale` or `expired`.
    lapsed: str = ""


@dataclass(frozen=True)
class NoteFact:
    """That a factor of a customer has a value."""

    customer_id: int
    factor: str
    #: As it was typed.
    value: str
    as_of: dt.date
    note: str = ""
    valid_until: dt.date | None = None


def facts_on(
    r: Reader, on: dt.date, customer_ids: Collection[int] | None = None
) -> dict[int, dict[str, Fact]]:
    """By customer and factor: what is known on a day, of each whom the reader may see."""
    rows = (
        select(CreditFact)
        .where(CreditFact.as_of <= on)
        .order_by(CreditFact.customer_id, CreditFact.as_of, CreditFact.id)
    )
    if customer_ids is not None:
        rows = rows.where(CreditFact.customer_id.in_(customer_ids))
    found: dict[int, dict[str, Fact]] = defaultdict(dict)
    for row in r.session.scalars(visible_to(rows, r.actor, CreditFact.customer_id)):
        found[row.customer_id][row.factor] = Fact(
            row.value, row.as_of, row.source, row.note, _lapsed(row, on)
        )
    return found


def _lapsed(row: CreditFact, on: dt.date) -> str:
    if row.valid_until is not None and row.valid_until < on:
        return "expired"
    return "stale" if is_stale(row.factor, row.as_of, on) else ""


def note_fact(w: Work, c: NoteFact) -> int | None:
    """
    The id of the new fact; None where the very same is the last one known already.

    Raises: score.figure_malformed, score.figure_out_of_range, score.day_of_figure.
    """
    customer = lock_customer(w, c.customer_id)
    w.require(Permission.CREDIT_DECIDE, customer)
    source = FACTORS.get(c.factor)
    assert source in (Source.APPLICATION, Source.JUDGED), c.factor
    value = figure_typed(c.factor, c.value)
    check_day(c, w.today)
    last = facts_on(w, w.today, [customer.id]).get(customer.id, {}).get(c.factor)
    if last and (last.value, last.as_of, last.note) == (value, c.as_of, c.note.strip()):
        return None
    fact = CreditFact(
        customer_id=customer.id,
        factor=c.factor,
        value=value,
        as_of=c.as_of,
        valid_until=c.valid_until,
        source="agency" if c.factor == "external_report" else source.value,
        note=c.note.strip(),
        noted_by=w.actor.user_id,
        at=w.now,
    )
    w.session.add(fact)
    w.session.flush()
    w.audit(
        "score.fact_noted",
        f"credit_fact/{fact.id}",
        customer_id=customer.id,
        factor=c.factor,
        value=format(value, "f"),
        as_of=c.as_of.isoformat(),
    )
    return fact.id


def check_day(c: NoteFact, today: dt.date) -> None:
    """
    Refuse a figure of a day to come.

    Raises: score.day_of_figure.
    """
    if c.as_of > today:
        raise RuleBroken("score.day_of_figure", field=c.factor)


def figure_typed(factor: str, text: str) -> Decimal:
    """
    The number that was typed for a factor.

    Raises: score.figure_malformed, score.figure_out_of_range.
    """
    plain = text.strip().removesuffix("%").strip()
    try:
        value = Decimal(plain)
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite():
        raise RuleBroken("score.figure_malformed", field=factor, value=text.strip()[:40])
    least, most = JUDGED_RANGE if FACTORS[factor] is Source.JUDGED else (-WIDEST, WIDEST)
    if not least <= value <= most:
        raise RuleBroken("score.figure_out_of_range", field=factor, least=least, most=most)
    return value.quantize(Decimal("0.0001")).normalize()
