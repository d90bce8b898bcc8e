"""
The due parts that a change of terms concerns, with the terms that they would get: set-based.

New due dates are worked out once for each terms and baseline date, never for each row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
)

from portal.base.lookup import plain_day
from portal.base.work import Reader
from portal.core.errors import RuleBroken
from portal.core.impact import Dates, dates_by
from portal.core.terms import Terms
from portal.customers.grades import grade_held
from portal.customers.terms_held import terms_held
from portal.invoices.due_parts import BASELINES
from portal.invoices.open_items import Scope, due_parts
from portal.tables.credit import CustomerGrade
from portal.tables.customers import Customer
from portal.tables.invoices import Invoice, Part
from portal.tables.terms import CustomerTerms
from portal.terms.replacing import EVERYWHERE, GRADE, OWN, Replacing

#: Where terms come from that a change of the customer's or the company's can replace.
REPLACEABLE = ("customer", "grade", "company", "none")
WITHOUT_OWN = ("grade", "company", "none")

#: Terms, baseline and number of parts: what new due dates hang on.
Question = tuple[str, str, int]


@dataclass
class Redating:
    """Works out new due dates, each once."""

    by_key: Mapping[str, Terms]
    calendar: Any
    _found: dict[Question, Dates | None] = field(default_factory=dict)

    @property
    def is_simple(self) -> bool:
        """Whether all the new terms have one part, so that it does not matter how many are due."""
        return all(len(terms.parts) == 1 for terms in self.by_key.values())

    def dates(self, key: str | None, baseline: dt.date | str | None, parts: int) -> Dates | None:
        """The dates of an invoice's parts; None where it stays as it is."""
        if key is None or baseline is None:
            return None
        day = plain_day(baseline)
        assert day is not None
        question = (key, day, parts)
        if question not in self._found:
            self._found[question] = self._worked_out(question)
        return self._found[question]

    def _worked_out(self, question: Question) -> Dates | None:
        key, day, parts = question
        try:
            return dates_by(self.by_key[key], dt.date.fromisoformat(day), parts, self.calendar)
        except RuleBroken:
            return None  # beyond the calendar: it stays

    def date(
        self, key: str | None, baseline: dt.date | str | None, parts: int, part: int
    ) -> tuple[dt.date, int] | None:
        """The new due day and term days of one part; None where it stays."""
        dates = self.dates(key, baseline, parts)
        return dates[part - 1] if dates and part <= len(dates) else None


@dataclass(frozen=True)
class Concern:
    """Whose books a change can concern, what it replaces in them, and the dates it gives."""

    whose: Scope
    replacing: Replacing
    redating: Redating


def open_parts(as_of: dt.date, concern: Concern) -> Subquery:
    """What is open of every document on a day, with `key` and `baseline` where it is concerned."""
    items = due_parts(as_of, concern.whose)
    part = and_(
        Part.customer_id == items.c.customer_id,
        Part.entry_id == items.c.entry_id,
        Part.part == items.c.part,
    )
    source = (
        select(items, items.c.claim.label("amount"), Part.term_days)
        .select_from(items)
        .join(Part, part)
        .where(items.c.claim > 0)
        .subquery("open_part")
    )
    return _with_terms(source, concern)


def recent_parts(r: Reader, since: dt.date, concern: Concern) -> Subquery:
    """The due parts of the invoices after a day and up to today, paid or not."""
    source = (
        select(Part, Part.amount_minor.label("amount"))
        .select_from(Part)
        .join(Invoice, Invoice.entry_id == Part.entry_id)
        .where(Part.dated_on > since, Part.dated_on <= r.today, concern.whose(Part.customer_id))
        .subquery("recent_part")
    )
    return _with_terms(source, concern)


def _with_terms(source: Subquery, concern: Concern) -> Subquery:
    replacing, redating = concern.replacing, concern.redating
    keyed = (
        select(
            source.c.customer_id,
            source.c.entry_id,
            source.c.part,
            source.c.currency,
            source.c.dated_on,
            source.c.due_on,
            source.c.term_days,
            source.c.amount,
            func.coalesce(Invoice.terms_source, "").label("source"),
            *(getattr(Invoice, name) for name in BASELINES.values()),
            _key(source, replacing).label("key"),
        )
        .select_from(source)
        .outerjoin(Invoice, Invoice.entry_id == source.c.entry_id)
        .subquery("keyed")
    )
    known = keyed.c.key.in_(sorted(redating.by_key))
    parts, place = _parts(keyed, known, redating), literal(1)
    return select(
        *(keyed.c[name] for name in ("customer_id", "entry_id", "part", "currency", "dated_on")),
        *(keyed.c[name] for name in ("due_on", "term_days", "amount", "source")),
        case((known, keyed.c.key), else_=null()).label("key"),
        case((known, _baseline(keyed, redating)), else_=null()).label("baseline"),
        parts.label("parts"),
        (place if redating.is_simple else keyed.c.part).label("place"),
    ).subquery("concerned")


def _key(source: Subquery, replacing: Replacing) -> ColumnElement[Any]:
    """What finds the new terms of an invoice; null where they stay."""
    from_where = Invoice.terms_source
    if replacing.everywhere is not None:
        return case((from_where.in_(REPLACEABLE), literal(EVERYWHERE)), else_=null())
    ways: list[Any] = []
    if replacing.grades:
        ways.append((from_where.in_(WITHOUT_OWN), _grade_key(source, replacing)))
    if replacing.own:
        ways.append((from_where == "customer", literal(OWN) + _own_text(source)))
    return case(*ways, else_=null()) if ways else cast(null(), String)


def _own_text(source: Subquery) -> ColumnElement[Any]:
    """A customer's own terms on the day of an invoice: the dated ones, else those of the file."""
    held = terms_held(CustomerTerms.terms, source.c.customer_id, source.c.dated_on)
    dated = held.scalar_subquery()
    undated = (
        select(Customer.payment_terms).where(Customer.id == source.c.customer_id).scalar_subquery()
    )
    return func.coalesce(dated, undated, "")


def _grade_key(source: Subquery, replacing: Replacing) -> ColumnElement[Any]:
    if not replacing.told_apart:
        return literal(GRADE)
    held = grade_held(CustomerGrade.grade, source.c.customer_id, source.c.dated_on)
    grade = held.scalar_subquery()
    apart = grade.in_(sorted(replacing.told_apart))
    return case((apart, literal(GRADE) + grade), else_=literal(GRADE))


def _baseline(keyed: Subquery, redating: Redating) -> ColumnElement[Any]:
    """The day from which the new terms count; null while it is not known."""
    by_kind: dict[str, list[str]] = {}
    for key, terms in redating.by_key.items():
        if terms.baseline_kind != "invoice":
            by_kind.setdefault(terms.baseline_kind, []).append(key)
    ways: list[Any] = [
        (keyed.c.key.in_(keys), keyed.c[BASELINES[kind]] if kind in BASELINES else null())
        for kind, keys in sorted(by_kind.items())
    ]
    return case(*ways, else_=keyed.c.dated_on) if ways else keyed.c.dated_on


def _parts(keyed: Subquery, known: ColumnElement[bool], redating: Redating) -> ColumnElement[Any]:
    """How many parts the invoice has, where that matters."""
    if redating.is_simple:
        return literal(1)
    siblings = Part.__table__.alias("sibling")
    counted: Select[Any] = select(func.count()).where(
        siblings.c.customer_id == keyed.c.customer_id, siblings.c.entry_id == keyed.c.entry_id
    )
    return case((known, counted.scalar_subquery()), else_=literal(1))


def grouped(rows: Subquery, names: Iterable[str]) -> Select[Any]:
    """How many rows are alike in these columns, and their sum."""
    columns: list[Any] = [rows.c[name] for name in names]
    return select(
        *columns, func.count().label("alike"), func.sum(rows.c.amount).label("amount")
    ).group_by(*columns)
