"""
Scores of customers as of a day, for one or for all at once: the same statements either way.

What the books, the facts and the policy in force on the day say; nothing is written here. Figures
are collected, turned into points factor by factor, and their sum into a grade (S-024).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from portal.base.access import NotFound, visible_to
from portal.base.batch import plain_rows
from portal.base.policy import PolicyInForce, policy_on
from portal.base.work import Reader
from portal.core import payment_record as record
from portal.core.errors import RuleBroken
from portal.core.grading import bounds_for, grade_by, suggested_limit
from portal.core.money import Money
from portal.core.scorecard import FACTORS, Factor, Score, read_card, score_of
from portal.core.terms import parse_terms, schedule
from portal.core.terms_in_force import find_named
from portal.credit.facts import Fact, Facts, facts_on
from portal.credit.paid_and_bought import Record, record_of
from portal.customers.grades import grade_held
from portal.customers.limits import AMOUNT, BASE, amount_in_force, newest_rows
from portal.customers.terms_held import terms_held
from portal.invoices.open_items import Scope, among, between, one
from portal.tables.credit import CreditLimit, CustomerGrade
from portal.tables.customers import Customer
from portal.tables.terms import CustomerTerms

#: What is read of so many customers at once stays small.
SLICE = 5_000
#: Why a factor from the books is not known.
NOT_KNOWN = {
    "days_late": "nothing_due",
    "late_trend": "nothing_to_compare",
    "paid_on_time": "nothing_due",
    "promises_kept": "nothing_promised",
    "dispute_validity": "nothing_disputed",
    "dealing_months": "nothing_bought",
    "invoices_a_month": "nothing_bought",
    "limit_use": "no_limit",
}


class Books(NamedTuple):
    """What the books say of a customer on a day."""

    on: dt.date
    lateness: Sequence[record.Lateness]
    trade: Sequence[record.Trade]
    #: Kept of those promised, right of those decided.
    promises: tuple[int, int]
    disputes: tuple[int, int]
    limit: Money | None


def _dealing_months(books: Books) -> Decimal | None:
    months = record.dealing_months(record.first_deal(books.trade), books.on)
    return None if months is None else Decimal(months)


#: Factor of the scorecard → its figure, None where it is not known.
FIGURES: Mapping[str, Callable[[Books], Decimal | None]] = {
    "days_late": lambda books: record.days_late(books.lateness),
    "late_trend": lambda books: record.late_trend(books.lateness),
    "paid_on_time": lambda books: record.paid_on_time(books.lateness),
    "promises_kept": lambda books: record.share(*books.promises),
    "dispute_validity": lambda books: record.share(*books.disputes),
    "dealing_months": _dealing_months,
    "invoices_a_month": lambda books: record.invoices_a_month(books.trade, books.on),
    "limit_use": lambda books: record.limit_use(books.trade, books.limit),
}


@dataclass(frozen=True, slots=True)
class Input:
    """A factor of a score: its figure, what it earns, and where it comes from."""

    name: str
    weight: Decimal
    #: books | application | judged | agency; of an unknown one, where it would come from.
    source: str
    value: Decimal | None = None
    points: Decimal | None = None
    #: The day that the figure is of.
    as_of: dt.date | None = None
    #: What was noted beside it.
    note: str = ""
    #: Why it is not known: one of NOT_KNOWN, `not_told`, `stale`, `expired`.
    reason: str = ""


class CustomerScore(NamedTuple):
    """A customer's score on a day, with everything that it stands on and suggests."""

    customer_id: int
    code: str
    name: str
    on: dt.date
    card: Sequence[Factor]
    #: What is known besides the books, whether it counts or not.
    facts: Facts
    score: Score
    grade: str
    is_provisional: bool
    #: The grade in force when it was made; empty: none.
    held: str
    held_id: int | None
    currency: str
    monthly_sales: Money | None
    term_days: int | None
    #: The limit and the customer's own or the company's terms as they are; None: none is set.
    limit: Money | None
    terms: str
    suggested_limit: Money | None
    suggested_terms: str
    policy_id: int | None

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Every factor of the score, with where its figure comes from."""
        return tuple(_inputs(self.card, self.score, self.facts))


def score_of_customer(
    r: Reader, customer_id: int, on: dt.date, typed: Facts | None = None
) -> CustomerScore:
    """
    One customer's score on a day; `NotFound` where the reader may not see it.

    `typed` are facts that stand in the place of those that are known: for a preview.
    """
    found = r.session.execute(_customers(r, on, [customer_id])).first()
    if found is None:
        raise NotFound("customer")
    scorer = Scorer(r, on, [customer_id])
    scorer.read(r, one(customer_id))
    if typed:
        scorer.facts[customer_id] = {**scorer.facts.get(customer_id, {}), **typed}
    return scorer.score(found)


def scores_on(
    r: Reader, on: dt.date, customer_ids: Collection[int] | None = None
) -> Iterator[CustomerScore]:
    """The scores of everybody whom the reader may see, or of some, in the order of their ids."""
    customers = plain_rows(r.session, _customers(r, on, customer_ids)).all()
    scorer = Scorer(r, on, customer_ids)
    for at in range(0, len(customers), SLICE):
        some = customers[at : at + SLICE]
        if customer_ids is None:
            scorer.read(r, between(some[0].customer_id, some[-1].customer_id))
        else:
            scorer.read(r, among([row.customer_id for row in some]))
        for row in some:
            yield scorer.score(row)


def _customers(r: Reader, on: dt.date, customer_ids: Collection[int] | None) -> Select[Any]:
    """Each customer with its limit, own terms and grade in force on a day, in one question."""
    newest = newest_rows(on, customer_ids)
    held = terms_held(CustomerTerms.terms, Customer.id, on)
    own_terms = held.correlate(Customer).scalar_subquery()
    grade_id = grade_held(CustomerGrade.id, Customer.id, on).correlate(Customer).scalar_subquery()
    columns: list[Any] = [
        *(Customer.id.label("customer_id"), Customer.code, Customer.name),
        *(Customer.payment_terms, own_terms.label("own_terms")),
        *(*BASE[1:], *AMOUNT),
        *(CustomerGrade.id.label("grade_id"), CustomerGrade.grade),
    ]
    rows = (
        visible_to(select(*columns), r.actor, Customer.id)
        .outerjoin(newest, newest.c.customer_id == Customer.id)
        .outerjoin(CreditLimit, CreditLimit.id == newest.c.id)
        .outerjoin(CustomerGrade, CustomerGrade.id == grade_id)
        .order_by(Customer.id)
    )
    return rows if customer_ids is None else rows.where(Customer.id.in_(customer_ids))


class Scorer:
    """Everything that scores on a day need: little of each customer, and the books of a slice."""

    def __init__(self, r: Reader, on: dt.date, customer_ids: Collection[int] | None) -> None:
        self.on = on
        self.policy: PolicyInForce = r.policy if on == r.today else policy_on(r.session, on)
        self.house_currency = r.company.currency
        values = self.policy.values
        self.card = read_card(values["scorecard_factors"])
        self.by_name = {grade.name: grade for grade in self.policy.grades}
        self.floor_percent = int(values["scorecard_coverage_floor_percent"])
        self.hysteresis = int(values["scorecard_hysteresis_points"])
        self.factor = Fraction(str(values["scorecard_limit_factor"]))
        self.named = self.policy.named_terms
        self.record = Record()
        self.facts = facts_on(r, on, customer_ids)
        self.days_of = cache(self._days_of)
        self.bounds_of = cache(self._bounds_of)
        self.figures = [
            (each.name, FIGURES[each.name]) for each in self.card if each.name in FIGURES
        ]

    def read(self, r: Reader, whom: Scope) -> None:
        """Reads the books of the customers whose scores are asked for next."""
        self.record = record_of(r, self.on, whom)

    def score(self, row: Any) -> CustomerScore:
        """The score of a customer, by its row of `_customers`."""
        customer_id = row.customer_id
        limit = amount_in_force(row, self.house_currency)
        trade = self.record.trade.get(customer_id, [])
        currency = _currency(limit, row.currency, trade) or self.house_currency
        traded = next((each for each in trade if each.currency == currency), None)
        facts: Facts = self.facts.get(customer_id, {})
        books = self._books_of(customer_id, trade, limit)
        found_in = ((name, figure(books)) for name, figure in self.figures)
        known = {name: value for name, value in found_in if value is not None}
        if facts:
            known = {**{key: fact.value for key, fact in facts.items() if not fact.lapsed}, **known}
        found = score_of(self.card, known)
        name = grade_by(found.points, self.bounds_of(row.grade or ""))
        grade = self.by_name.get(name)
        sales = record.monthly_sales(traded, self.on)
        own = row.payment_terms if row.own_terms is None else row.own_terms
        terms = (grade.terms if grade else "") or own or self.policy.default_terms
        term_days = self.days_of(terms) if terms else record.usual_term(books.lateness)
        return CustomerScore(
            customer_id=customer_id,
            code=row.code,
            name=row.name,
            on=self.on,
            card=self.card,
            facts=facts,
            score=found,
            grade=name,
            is_provisional=found.is_provisional(self.floor_percent),
            held=row.grade or "",
            held_id=row.grade_id,
            currency=currency,
            monthly_sales=sales,
            term_days=term_days,
            limit=limit,
            terms=own or self.policy.default_terms,
            suggested_limit=suggested_limit(grade, sales, term_days, self.factor)
            if grade
            else None,
            suggested_terms=terms,
            policy_id=self.policy.id,
        )

    def _books_of(
        self, customer_id: int, trade: Sequence[record.Trade], limit: Money | None
    ) -> Books:
        return Books(
            self.on,
            self.record.lateness.get(customer_id, ()),
            trade,
            self.record.promises.get(customer_id, (0, 0)),
            self.record.disputes.get(customer_id, (0, 0)),
            limit,
        )

    def _bounds_of(self, in_force: str) -> list[tuple[int, str]]:
        return bounds_for(self.policy.grades, in_force, self.hysteresis)

    def _days_of(self, terms: str) -> int | None:
        """The days of a terms text or name; None where it makes no sense or has no days yet."""
        named = find_named(terms, self.named)
        amount = Money(100_00, self.house_currency)
        try:
            parsed = parse_terms(named.text if named else terms)
            calendar = self.policy.calendar()
            return schedule(parsed.undiscounted, self.on, amount, calendar).term_days
        except RuleBroken:
            return None


def _currency(limit: Money | None, own: str | None, trade: Sequence[record.Trade]) -> str | None:
    """
    In which currency a limit is suggested: that of the limit, its own, that of most sales.

    The first of them in which there is trade; where there is none in any, the first that is known.
    """
    asked = [each for each in (limit.currency if limit else None, own) if each]
    for each in asked:
        if any(row.currency == each for row in trade):
            return each
    if len(trade) > 1:
        return max(trade, key=lambda row: (row.sales_minor, row.currency)).currency
    return trade[0].currency if trade else next(iter(asked), None)


def _inputs(card: Iterable[Factor], found: Score, facts: Facts) -> Iterator[Input]:
    for factor, line in zip(card, found.lines, strict=True):
        fact = facts.get(factor.name)
        if line.value is None:
            yield _unknown(factor, fact)
        elif fact is None or factor.name in NOT_KNOWN:
            source = factor.source.value
            yield Input(factor.name, line.weight, source, line.value, line.points)
        else:
            told = (fact.source, line.value, line.points, fact.as_of, fact.note)
            yield Input(factor.name, line.weight, *told)


def _unknown(factor: Factor, fact: Fact | None) -> Input:
    if fact is not None and factor.name not in NOT_KNOWN:
        source, as_of = factor.source.value, fact.as_of
        return Input(factor.name, factor.weight, source, as_of=as_of, reason=fact.lapsed)
    return never_known(factor.name, factor.weight)


def never_known(name: str, weight: Decimal) -> Input:
    """A factor of which nothing was ever told."""
    return Input(name, weight, FACTORS[name].value, reason=NOT_KNOWN.get(name, "not_told"))
