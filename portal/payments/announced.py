"""What pages read of announced payments: the list, one of them, and those that a payment may be."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from portal.base.access import NotFound, visible_to
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.remittance import Slip, is_as_announced
from portal.invoices.rows import PER_PAGE
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.payments import Allocation
from portal.tables.people import User
from portal.tables.promises import RemittanceAdvice, RemittanceLine


@dataclass(frozen=True, slots=True)
class AdviceLine:
    """What of a due part an announced payment is for."""

    entry_id: int
    part: int
    ref: str
    kind: str
    number: str
    amount: Money

    @property
    def key(self) -> str:
        """What names its item in a form: entry_part."""
        return f"{self.entry_id}_{self.part}"


@dataclass(frozen=True, slots=True)
class AdviceRow:
    """A payment that a customer announced, and what became of it."""

    id: int
    ref: str
    customer_id: int
    customer_ref: str
    customer_name: str
    amount: Money
    pay_on: dt.date
    method: str
    reference: str
    note: str
    by: str
    at: dt.datetime
    #: open | arrived (a payment looks like it) | late (its day is over) | received | withdrawn
    state: str
    ended_at: dt.datetime | None
    #: The payment that came, or that looks as if it were the announced one.
    payment_id: int | None
    payment_ref: str
    payment_number: str
    lines: tuple[AdviceLine, ...]

    @property
    def number(self) -> str:
        """How people call it."""
        return f"ADV-{self.id}"

    @property
    def on_account(self) -> Money:
        """What goes beyond the documents that it names."""
        lines = Money.total((line.amount for line in self.lines), self.amount.currency)
        return self.amount - lines

    @property
    def is_open(self) -> bool:
        return self.state in {"open", "arrived", "late"}

    @property
    def slip(self) -> Slip:
        """What a payment is compared with."""
        return Slip(self.amount, self.pay_on, self.reference)


@dataclass(frozen=True, slots=True)
class AdviceFilter:
    """What a list of announced payments is narrowed to; empty is no restriction."""

    customer_id: int | None = None
    #: open | arrived (open, and a payment looks like it) | received | withdrawn
    state: str = ""
    text: str = ""
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class AdvicePage:
    """One page of announced payments, and the counts and sums of all of them by currency."""

    rows: list[AdviceRow]
    sums: list[tuple[int, Money]]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A payment that looks like an announced one and has money left."""

    payment_id: int
    number: str
    amount: Money


Arrived = aliased(Entry)
Author = aliased(User)


def _advices(r: Reader) -> Select[Any]:
    columns: list[Any] = [
        *(RemittanceAdvice, Customer.name.label("customer_name"), Author.name.label("author")),
        Arrived.number.label("payment_number"),
    ]
    rows: Select[Any] = (
        select(*columns)
        .join(Customer, Customer.id == RemittanceAdvice.customer_id)
        .join(Author, Author.id == RemittanceAdvice.user_id)
        .outerjoin(Arrived, Arrived.id == RemittanceAdvice.payment_id)
    )
    return visible_to(rows, r.actor, RemittanceAdvice.customer_id)


def list_advices(r: Reader, asked: AdviceFilter) -> AdvicePage:
    """One page of what a filter keeps, the latest day of payment first, and the sums of it all."""
    arrived = list_arrived(r)
    kept = _kept(asked, arrived)
    columns: list[Any] = [
        *(RemittanceAdvice.currency, func.count(), func.sum(RemittanceAdvice.amount_minor)),
    ]
    counted: Select[Any] = (
        select(*columns)
        .join(Customer, Customer.id == RemittanceAdvice.customer_id)
        .where(*kept)
        .group_by(RemittanceAdvice.currency)
        .order_by(RemittanceAdvice.currency)
    )
    sums = [
        (int(count), Money(int(minor), currency))
        for currency, count, minor in r.session.execute(
            visible_to(counted, r.actor, RemittanceAdvice.customer_id)
        )
    ]
    count = sum(each for each, _ in sums)
    page, pages = page_within(asked.page, count, asked.per_page)
    found = r.session.execute(
        _advices(r)
        .where(*kept)
        .order_by(RemittanceAdvice.pay_on.desc(), RemittanceAdvice.id.desc())
        .limit(asked.per_page)
        .offset((page - 1) * asked.per_page)
    ).all()
    return AdvicePage(_rows(r, found, arrived), sums, page, pages, count)


def _kept(asked: AdviceFilter, arrived: Mapping[int, Any]) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = []
    if asked.customer_id is not None:
        kept.append(RemittanceAdvice.customer_id == asked.customer_id)
    if asked.state == "arrived":
        kept.append(RemittanceAdvice.id.in_(arrived))
    elif asked.state == "open":
        kept.append(RemittanceAdvice.ended_at.is_(None))
    elif asked.state:
        kept.append(RemittanceAdvice.ended_as == asked.state)
    words = asked.text.strip().lower()
    if words:
        number = words.removeprefix("adv-")
        named = (Customer.name, Customer.code, RemittanceAdvice.reference)
        is_named = [RemittanceAdvice.id == int(number)] if _is_number(number) else []
        kept.append(or_(*says(words, *named), *is_named))
    return kept


def _is_number(text: str) -> bool:
    """Whether it is one that a database can look for."""
    return text.isascii() and text.isdigit() and len(text) < 18


def _rows(r: Reader, found: Sequence[Any], arrived: Mapping[int, Arrival]) -> list[AdviceRow]:
    """The rows with their lines, in one query for them all."""
    lines = _lines(r, [row[0] for row in found])
    return [_row(r, row, lines.get(row[0].id, ()), arrived) for row in found]


def _row(
    r: Reader, found: Any, lines: tuple[AdviceLine, ...], arrived: Mapping[int, Arrival]
) -> AdviceRow:
    row: RemittanceAdvice = found[0]
    payment_id, payment_number = row.payment_id, found.payment_number or ""
    if payment_id is None and row.id in arrived:
        payment_id, payment_number = arrived[row.id].payment_id, arrived[row.id].number
    return AdviceRow(
        id=row.id,
        ref=r.refs.of("ra", row.id),
        customer_id=row.customer_id,
        customer_ref=r.refs.of("cu", row.customer_id),
        customer_name=found.customer_name,
        amount=Money(row.amount_minor, row.currency),
        pay_on=row.pay_on,
        method=row.method,
        reference=row.reference,
        note=row.note,
        by=found.author,
        at=row.at,
        state=_state(r, row, has_arrived=row.id in arrived),
        ended_at=row.ended_at,
        payment_id=payment_id,
        payment_ref=r.refs.of("iv", payment_id) if payment_id else "",
        payment_number=payment_number,
        lines=lines,
    )


def _state(r: Reader, row: RemittanceAdvice, *, has_arrived: bool) -> str:
    if row.ended_as or has_arrived:
        return row.ended_as or "arrived"
    return "late" if row.pay_on < r.today else "open"


def _lines(r: Reader, advices: Iterable[RemittanceAdvice]) -> dict[int, tuple[AdviceLine, ...]]:
    currencies = {advice.id: advice.currency for advice in advices}
    found = r.session.execute(
        select(RemittanceLine, Entry.number, Entry.kind)
        .join(Entry, Entry.id == RemittanceLine.entry_id)
        .where(RemittanceLine.advice_id.in_(currencies))
        .order_by(Entry.dated_on, Entry.number, RemittanceLine.part)
    )
    lines: defaultdict[int, list[AdviceLine]] = defaultdict(list)
    for line, number, kind in found:
        lines[line.advice_id].append(
            AdviceLine(
                entry_id=line.entry_id,
                part=line.part,
                ref=r.refs.of("iv", line.entry_id),
                kind=Kind(kind).word,
                number=number,
                amount=Money(line.amount_minor, currencies[line.advice_id]),
            )
        )
    return {advice_id: tuple(each) for advice_id, each in lines.items()}


def get_advice(r: Reader, ref: str) -> AdviceRow:
    """An announced payment; `NotFound` where there is none to see."""
    wanted = _advices(r).where(RemittanceAdvice.id == r.id_of("ra", ref))
    found = r.session.execute(wanted).all()
    if not found:
        raise NotFound("advice")
    return _rows(r, found, list_arrived(r))[0]


def advices_about(r: Reader, credit: Entry) -> list[AdviceRow]:
    """
    The announcements that a payment may answer: the one it was taken for, then the open ones.

    Those that fit it come first, then by the day on which the money was to be paid.
    """
    if credit.kind != Kind.PAYMENT:
        return []
    is_its_own = RemittanceAdvice.payment_id == credit.id
    wanted = _advices(r).where(
        RemittanceAdvice.customer_id == credit.customer_id,
        RemittanceAdvice.currency == credit.currency,
        or_(is_its_own, RemittanceAdvice.ended_at.is_(None)),
    )
    rows = _rows(r, r.session.execute(wanted.order_by(RemittanceAdvice.pay_on)).all(), {})
    return sorted(rows, key=lambda row: (not row.payment_id, not fits(row, credit), row.pay_on))


def fits(advice: AdviceRow, credit: Entry) -> bool:
    """Whether a payment is the announced one, as rule R133 says it."""
    arrived = Slip(
        Money(-credit.amount_minor, credit.currency), credit.dated_on, credit.reference or ""
    )
    return is_as_announced(advice.slip, arrived)


def list_arrived(r: Reader) -> dict[int, Arrival]:
    """
    For each open announcement the payment that looks like it and still has money left.

    The database finds equal amounts on the same account, which are few; the rule does the rest.
    """
    other = aliased(RemittanceAdvice)
    used = (
        select(func.coalesce(func.sum(Allocation.amount_minor), 0))
        .where(
            Allocation.customer_id == Entry.customer_id,
            Allocation.credit_id == Entry.id,
            Allocation.ended_on.is_(None),
        )
        .scalar_subquery()
    )
    same = and_(
        Entry.customer_id == RemittanceAdvice.customer_id,
        Entry.currency == RemittanceAdvice.currency,
        Entry.amount_minor == -RemittanceAdvice.amount_minor,
        Entry.kind == Kind.PAYMENT,
    )
    rows = (
        select(RemittanceAdvice, Entry)
        .join(Entry, same)
        .where(
            RemittanceAdvice.ended_at.is_(None),
            Entry.dated_on <= r.today,
            -Entry.amount_minor > used,
            ~exists().where(other.payment_id == Entry.id),
        )
        .order_by(RemittanceAdvice.pay_on, RemittanceAdvice.id, Entry.dated_on, Entry.id)
    )
    found: dict[int, Arrival] = {}
    taken: set[int] = set()
    for advice, entry in r.session.execute(visible_to(rows, r.actor, RemittanceAdvice.customer_id)):
        amount = Money(advice.amount_minor, advice.currency)
        told = Slip(amount, advice.pay_on, advice.reference)
        came = Slip(amount, entry.dated_on, entry.reference or "")
        is_free = advice.id not in found and entry.id not in taken
        if is_free and is_as_announced(told, came):
            found[advice.id] = Arrival(entry.id, entry.number, amount)
            taken.add(entry.id)
    return found
