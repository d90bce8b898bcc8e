"""What a customer's person must do, owes and has seen happen lately, at all of their customers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Integer, Select, and_, case, func, literal, select, union_all

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.statement_status import UNANSWERED
from portal.home.matters import Matter, list_matters
from portal.invoices.ageing import AgedAccount, AsOf, aged_accounts
from portal.invoices.early_payment import InvoiceOffer, list_offers
from portal.invoices.open_items import open_items, seen_by
from portal.invoices.position import SOON
from portal.statements.agreement.agreements import is_undecided
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.journal import Event
from portal.tables.people import Membership, User
from portal.tables.statements import Statement
from portal.tables.types import UtcMoment

SIGNATORY = "customer_signatory"
#: What of a statement's life its reader finds worth telling again.
TOLD = ("issued", "acknowledged", "confirmed", "confirmed_with_differences", "refused", "replaced")
RECEIVED = (Kind.PAYMENT, Kind.CREDIT_NOTE)
#: So many of each kind of movement are told.
GLANCE = 4


@dataclass(frozen=True, slots=True)
class Branch:
    """One of the actor's customers: whom they ask there at the supplier's, and who may sign."""

    id: int
    ref: str
    name: str
    owner: str
    signatories: tuple[str, ...]
    #: Whether nobody has decided about the agreement on electronic reconciliation.
    is_undecided: bool = False


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed in one currency, by one customer or by several together."""

    currency: str
    #: Of one customer; 0 for several together.
    customer_id: int
    names: tuple[str, ...]
    buckets: tuple[Money, ...]
    unapplied: Money
    disputed: Money

    @property
    def open(self) -> Money:
        """What is open, of any age."""
        return Money.total(self.buckets, self.currency)

    @property
    def overdue(self) -> Money:
        """What is open and past its due date."""
        return self.open - self.buckets[0]

    @property
    def balance(self) -> Money:
        """What is owed in all."""
        return self.open - self.unapplied


@dataclass(frozen=True, slots=True)
class Dues:
    """What of one currency is overdue, and what falls due within a week; disputed parts apart."""

    overdue: Money
    overdue_count: int
    oldest_on: dt.date | None
    soon: Money
    soon_count: int
    soon_on: dt.date | None


@dataclass(frozen=True, slots=True)
class WaitingStatement:
    """A statement in force that has no answer yet."""

    ref: str
    customer_id: int
    customer_name: str
    period_from: dt.date
    period_to: dt.date
    closing: Money
    confirm_by: dt.date


@dataclass(frozen=True, slots=True)
class Movement:
    """Something that happened: to a statement, or money and credits that arrived."""

    on: dt.date
    kind: str
    ref: str
    number: str
    amount: Money
    customer_name: str
    #: Who of the customer did it; empty where it came from the supplier.
    who: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the first page shows."""

    branches: list[Branch]
    totals: list[Owed]
    by_branch: list[Owed]
    dues: list[Dues]
    waiting: list[WaitingStatement]
    offers: list[InvoiceOffer]
    matters: list[Matter]
    movements: list[Movement]

    def branch(self, customer_id: int) -> Branch:
        """One of the branches."""
        return next(each for each in self.branches if each.id == customer_id)


def overview(r: Reader) -> Overview:
    """The first page of somebody, over all customers that they belong to."""
    mine = seen_by(r.actor)
    scheme = r.policy.scheme
    accounts = aged_accounts(r.session, AsOf(r.today, scheme), mine)
    branches = _branches(r)
    places = {branch.id: place for place, branch in enumerate(branches)}
    accounts.sort(key=lambda account: (places[account.customer_id], account.currency))
    currencies = sorted({account.currency for account in accounts})
    return Overview(
        branches=branches,
        totals=[
            _owed([each for each in accounts if each.currency == currency], scheme.names, 0)
            for currency in currencies
        ],
        by_branch=[_owed([each], scheme.names, each.customer_id) for each in accounts],
        dues=_dues(r),
        waiting=_waiting(r),
        offers=list_offers(r),
        matters=list_matters(r),
        movements=_movements(r),
    )


def _owed(accounts: Sequence[AgedAccount], names: tuple[str, ...], customer_id: int) -> Owed:
    currency = accounts[0].currency
    sums = [sum(each) for each in zip(*(account.buckets for account in accounts), strict=True)]
    return Owed(
        currency=currency,
        customer_id=customer_id,
        names=names,
        buckets=tuple(Money(minor, currency) for minor in sums),
        unapplied=Money(sum(account.unapplied_minor for account in accounts), currency),
        disputed=Money(sum(account.disputed_minor for account in accounts), currency),
    )


def _branches(r: Reader) -> list[Branch]:
    """The actor's customers by name, with their signatories, in one query."""
    signs = and_(
        Membership.customer_id == Customer.id,
        Membership.role == SIGNATORY,
        Membership.suspended_at.is_(None),
    )
    columns: list[Any] = [Customer.id, Customer.name, Customer.owner, User.name.label("signatory")]
    columns.append(is_undecided(Customer.id).label("undecided"))
    rows: Select[Any] = (
        select(*columns)
        .outerjoin(Membership, signs)
        .outerjoin(User, and_(User.id == Membership.user_id, User.disabled_at.is_(None)))
    )
    found = r.session.execute(
        visible_to(rows, r.actor, Customer.id).order_by(Customer.name, Customer.id, User.name)
    )
    branches: dict[int, Branch] = {}
    for row in found:
        known = branches.get(row.id)
        names = known.signatories if known else ()
        names += (row.signatory,) if row.signatory else ()
        ref = r.refs.of("cu", row.id)
        branches[row.id] = Branch(
            row.id, ref, row.name, row.owner or "", names, bool(row.undecided)
        )
    return list(branches.values())


def _dues(r: Reader) -> list[Dues]:
    items = open_items(r.today, seen_by(r.actor))
    owed = items.c.open - items.c.disputed
    late = and_(items.c.due_on < r.today, owed > 0)
    soon = and_(items.c.due_on.between(r.today, r.today + SOON), owed > 0)
    found = r.session.execute(
        select(
            items.c.currency,
            *_summed(late, owed, items.c.due_on, items.c.entry_id),
            *_summed(soon, owed, items.c.due_on, items.c.entry_id),
        )
        .group_by(items.c.currency)
        .order_by(items.c.currency)
    )
    return [
        Dues(
            Money(int(overdue), currency),
            late_count,
            oldest_on,
            Money(int(due), currency),
            soon_count,
            soon_on,
        )
        for currency, overdue, late_count, oldest_on, due, soon_count, soon_on in found
    ]


def _summed(kept: Any, owed: Any, due_on: Any, entry_id: Any) -> Iterable[Any]:
    """Of the parts that a condition keeps: the sum, how many documents, the first due date."""
    yield func.sum(case((kept, owed), else_=0))
    yield func.count(case((kept, entry_id)).distinct())
    yield func.min(case((kept, due_on)))


def _waiting(r: Reader) -> list[WaitingStatement]:
    """The statements without an answer, the first deadline first."""
    columns: list[Any] = [
        *(Statement.id, Statement.customer_id, Statement.period_from, Statement.period_to),
        *(Statement.closing_minor, Statement.currency, Statement.confirm_by, Customer.name),
    ]
    rows: Select[Any] = select(*columns).join(Customer, Customer.id == Statement.customer_id)
    found = r.session.execute(
        visible_to(rows, r.actor, Statement.customer_id)
        .where(Statement.in_force == 1, Statement.state.in_(sorted(UNANSWERED)))
        .order_by(Statement.confirm_by, Customer.name, Statement.currency)
    )
    return [
        WaitingStatement(
            ref=r.refs.of("st", row.id),
            customer_id=row.customer_id,
            customer_name=row.name,
            period_from=row.period_from,
            period_to=row.period_to,
            closing=Money(row.closing_minor, row.currency),
            confirm_by=row.confirm_by,
        )
        for row in found
    ]


def _movements(r: Reader) -> list[Movement]:
    """The latest steps of statements, and the latest money and credits, the newest first."""
    both = (select(half.subquery()) for half in (_steps(r), _receipts(r)))
    zone = ZoneInfo(r.company.timezone)
    found = [_movement(r, row, zone) for row in r.session.execute(union_all(*both))]
    return sorted(found, key=lambda one: one.on, reverse=True)


def _steps(r: Reader) -> Select[Any]:
    about = and_(
        Event.subject_kind == "statement",
        Statement.customer_id == Event.customer_id,
        Statement.id == Event.subject_id,
    )
    columns: list[Any] = [
        *(Event.at, literal(None, Date).label("dated_on"), Event.kind.label("step")),
        *(literal(None, Integer).label("kind"), Statement.id, Statement.number),
        *(Statement.currency, Statement.closing_minor.label("minor"), Customer.name),
        func.coalesce(User.name, "").label("who"),
    ]
    rows: Select[Any] = (
        select(*columns)
        .join(Statement, about)
        .join(Customer, Customer.id == Event.customer_id)
        .outerjoin(User, User.id == Event.user_id)
        .where(Event.kind.in_(TOLD))
        .order_by(Event.id.desc())
        .limit(GLANCE)
    )
    return visible_to(rows, r.actor, Event.customer_id)


def _receipts(r: Reader) -> Select[Any]:
    columns: list[Any] = [
        *(literal(None, UtcMoment).label("at"), Entry.dated_on, literal("").label("step")),
        *(Entry.kind, Entry.id, Entry.number, Entry.currency),
        *((-Entry.amount_minor).label("minor"), Customer.name, literal("").label("who")),
    ]
    rows: Select[Any] = (
        select(*columns)
        .join(Customer, Customer.id == Entry.customer_id)
        .where(Entry.kind.in_(RECEIVED), Entry.dated_on <= r.today)
        .order_by(Entry.dated_on.desc(), Entry.id.desc())
        .limit(GLANCE)
    )
    return visible_to(rows, r.actor, Entry.customer_id)


def _movement(r: Reader, row: Any, zone: ZoneInfo) -> Movement:
    return Movement(
        on=row.at.astimezone(zone).date() if row.step else row.dated_on,
        kind=row.step or Kind(row.kind).word,
        ref=r.refs.of("st", row.id) if row.step else "",
        number=row.number,
        amount=Money(int(row.minor), row.currency),
        customer_name=row.name,
        who=row.who,
    )
