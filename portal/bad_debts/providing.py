"""Provisions of a day: the matrix over what is open, single rates beside it, posted once a day."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select

from portal.base.access import NotFound, Permission
from portal.base.locks import lock_customer, lock_row
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.provision import Line, allowance_of, provide
from portal.invoices.open_items import bucket, open_items, seen_by
from portal.tables.bad_debts import Provision, SpecificProvision
from portal.tables.customers import Customer
from portal.tables.invoices import Entry

MATRIX = "matrix"
LONGEST_REASON = 500
PREFIX = "sp"


@dataclass(frozen=True, slots=True)
class SpecificRow:
    """Something that is provided for by itself, with what is open of it and the allowance."""

    ref: str
    customer_ref: str
    customer_name: str
    #: Empty: all that the customer owes.
    number: str
    percent: Decimal
    reason: str
    from_on: dt.date
    exposure: Money
    allowance: Money


@dataclass(frozen=True)
class CurrencyProvision:
    """The provision of a day in one currency, and how it moves from the last one posted."""

    currency: str
    lines: Sequence[Line]
    specific: Sequence[SpecificRow]
    exposure: Money
    allowance: Money
    #: What was posted last, before that day.
    previous: Money
    previous_on: dt.date | None
    #: What was posted of that day itself.
    posted: Money | None

    @property
    def movement(self) -> Money:
        return self.allowance - self.previous


@dataclass(frozen=True)
class PostProvision:
    """The provisions of a day, in every currency."""

    as_of: dt.date


@dataclass(frozen=True)
class ProvideFor:
    """A rate for a customer, or for one invoice of it, from a day on."""

    customer_id: int
    entry_id: int | None
    percent: Decimal
    reason: str
    from_on: dt.date


@dataclass(frozen=True)
class EndSpecific:
    """From now on the matrix holds for it again."""

    specific_id: int


# ── Read ─────────────────────────────────────────────────────────────────────


def provisions_of(r: Reader, as_of: dt.date) -> list[CurrencyProvision]:
    """What is to be provided for at the end of a day, by currency."""
    matrix = r.policy.provision_matrix
    names = len(matrix.scheme.names)
    apart, rows = _specific(r, as_of)
    by_bucket = _exposures(r, as_of, apart)
    currencies = sorted({*by_bucket, *(row.exposure.currency for row in rows)})
    last = _last_posted(r, as_of)
    found = []
    for currency in currencies:
        minors = by_bucket.get(currency, [0] * names)
        lines = provide([Money(minor, currency) for minor in minors], matrix)
        own = [row for row in rows if row.exposure.currency == currency]
        found.append(_together(currency, lines, own, last.get(currency, [])))
    return found


def _together(
    currency: str, lines: Sequence[Line], own: Sequence[SpecificRow], last: Sequence[Any]
) -> CurrencyProvision:
    nothing = Money.zero(currency)
    every = [(each.exposure, each.allowance) for each in lines]
    every += [(each.exposure, each.allowance) for each in own]
    earlier = [row for row in last if not row.is_same_day]
    same_day = [row for row in last if row.is_same_day]
    return CurrencyProvision(
        currency,
        lines,
        own,
        sum((exposure for exposure, _allowance in every), start=nothing),
        sum((allowance for _exposure, allowance in every), start=nothing),
        Money(earlier[0].amount_minor, currency) if earlier else nothing,
        earlier[0].as_of if earlier else None,
        Money(same_day[0].amount_minor, currency) if same_day else None,
    )


def _exposures(r: Reader, as_of: dt.date, apart: ColumnElement[bool]) -> dict[str, list[int]]:
    """What is open by currency, in the buckets of the matrix."""
    scheme = r.policy.provision_matrix.scheme
    items = open_items(as_of, seen_by(r.actor), inside=True)
    index = bucket(items.c.due_on, as_of, scheme).label("place")
    mine = _is_apart(items, apart)
    placed = select(items.c.currency, index, items.c.open).where(not_(mine)).subquery("placed")
    columns: list[Any] = [placed.c.currency, placed.c.place, func.sum(placed.c.open)]
    rows = select(*columns).group_by(placed.c.currency, placed.c.place)
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(scheme.names))
    for currency, place, minor in r.session.execute(rows):
        found[currency][int(place)] += int(minor)
    return dict(found)


def _is_apart(items: Any, apart: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an item is provided for by itself."""
    own = select(SpecificProvision.id).where(
        apart,
        SpecificProvision.customer_id == items.c.customer_id,
        or_(SpecificProvision.entry_id.is_(None), SpecificProvision.entry_id == items.c.entry_id),
    )
    return own.exists()


def _specific(r: Reader, as_of: dt.date) -> tuple[ColumnElement[bool], list[SpecificRow]]:
    """What has a rate of its own on a day; that of an invoice goes before its customer's."""
    runs = and_(
        SpecificProvision.from_on <= as_of,
        or_(SpecificProvision.ended_on.is_(None), SpecificProvision.ended_on > as_of),
    )
    items = open_items(as_of, seen_by(r.actor), inside=True)
    own = SpecificProvision.__table__.alias("own")
    has_own = (
        select(own.c.id)
        .where(
            own.c.customer_id == items.c.customer_id,
            own.c.entry_id == items.c.entry_id,
            own.c.from_on <= as_of,
            or_(own.c.ended_on.is_(None), own.c.ended_on > as_of),
        )
        .exists()
    )
    belongs = or_(
        SpecificProvision.entry_id == items.c.entry_id,
        and_(SpecificProvision.entry_id.is_(None), not_(has_own)),
    )
    columns: list[Any] = [
        SpecificProvision,
        Customer.name,
        Entry.number,
        items.c.currency,
        func.sum(items.c.open).label("open"),
    ]
    rows = (
        select(*columns)
        .select_from(SpecificProvision)
        .join(items, and_(items.c.customer_id == SpecificProvision.customer_id, belongs))
        .join(Customer, Customer.id == SpecificProvision.customer_id)
        .outerjoin(Entry, Entry.id == SpecificProvision.entry_id)
        .where(runs, items.c.open != 0)
        .group_by(SpecificProvision.id, Customer.name, Entry.number, items.c.currency)
        .order_by(Customer.name, SpecificProvision.id, items.c.currency)
    )
    return runs, [_specific_row(r, row) for row in r.session.execute(rows)]


def _specific_row(r: Reader, row: Any) -> SpecificRow:
    told: SpecificProvision = row.SpecificProvision
    exposure = Money(int(row.open), row.currency)
    return SpecificRow(
        ref=r.refs.of(PREFIX, told.id),
        customer_ref=r.refs.of("cu", told.customer_id),
        customer_name=row.name,
        number=row.number or "",
        percent=told.percent,
        reason=told.reason,
        from_on=told.from_on,
        exposure=exposure,
        allowance=allowance_of(exposure, told.percent),
    )


def _last_posted(r: Reader, as_of: dt.date) -> dict[str, list[Any]]:
    """Of each currency the provision of the day, where it was posted, and the one before it."""
    rows = (
        select(
            Provision.currency,
            Provision.as_of,
            Provision.amount_minor,
            (Provision.as_of == as_of).label("is_same_day"),
        )
        .where(Provision.as_of <= as_of)
        .order_by(Provision.currency, Provision.as_of.desc())
    )
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in r.session.execute(rows):
        found[row.currency].append(row)
    return dict(found)


@dataclass(frozen=True, slots=True)
class PostedRow:
    """A provision that was posted."""

    as_of: dt.date
    amount: Money
    previous: Money
    movement: Money
    made_at: dt.datetime


def list_posted(r: Reader, most: int = 60) -> list[PostedRow]:
    """The posted provisions, the latest first."""
    rows = select(Provision).order_by(Provision.as_of.desc(), Provision.currency).limit(most)
    return [
        PostedRow(
            row.as_of,
            Money(row.amount_minor, row.currency),
            Money(row.previous_minor, row.currency),
            Money(row.amount_minor - row.previous_minor, row.currency),
            row.made_at,
        )
        for row in r.session.scalars(rows)
    ]


# ── Done ─────────────────────────────────────────────────────────────────────


def post_provision(w: Work, c: PostProvision) -> int:
    """
    How many currencies were posted; those that stand for that day stay as they are.

    A provision is of a day that has come and not before the last one posted; its movement is the
    new amount less the one before (S-163, S-167, SECURITY 4.18).

    Raises: provision.as_of_in_future, provision.older_than_last.
    """
    w.require(Permission.PROVISION_KEEP)
    if c.as_of > w.today:
        raise RuleBroken("provision.as_of_in_future", field="as_of")
    last = w.session.scalar(select(func.max(Provision.as_of)))
    if last is not None and c.as_of < last:
        raise RuleBroken("provision.older_than_last", field="as_of", on=last)
    fresh = [each for each in _all_of(w, c.as_of) if each.posted is None]
    for each in fresh:
        w.session.add(_row(w, c.as_of, each))
    w.session.flush()
    if fresh:
        told = {each.currency: each.allowance.major() for each in fresh}
        w.audit("provision.posted", f"provision/{c.as_of.isoformat()}", amounts=told)
    return len(fresh)


def _all_of(w: Work, as_of: dt.date) -> list[CurrencyProvision]:
    """The provisions of a day; a currency in which nothing is open any more is provided nothing."""
    found = provisions_of(w, as_of)
    known = {each.currency for each in found}
    gone = [
        _together(currency, [], [], last)
        for currency, last in _last_posted(w, as_of).items()
        if currency not in known and last[0].amount_minor
    ]
    return [*found, *gone]


def _row(w: Work, as_of: dt.date, each: CurrencyProvision) -> Provision:
    assert w.actor.user_id is not None
    facts = {
        "lines": [
            [line.name, line.exposure.major(), str(line.percent), line.allowance.major()]
            for line in each.lines
        ],
        "specific": [
            [row.customer_name, row.number, row.exposure.major(), str(row.percent)]
            for row in each.specific
        ],
    }
    return Provision(
        as_of=as_of,
        currency=each.currency,
        method=MATRIX,
        amount_minor=each.allowance.minor,
        previous_minor=each.previous.minor,
        facts=json.dumps(facts, ensure_ascii=False),
        policy_id=w.policy.id,
        made_by=w.actor.user_id,
        made_at=w.now,
    )


def provide_for(w: Work, c: ProvideFor) -> int:
    """
    The id of what is now provided for by itself.

    Raises: provision.percent_out_of_range, provision.stands_already, write_off.reason_missing.
    """
    customer = lock_customer(w, c.customer_id)
    w.require(Permission.PROVISION_KEEP, customer)
    if not Decimal(0) <= c.percent <= Decimal(100):
        raise RuleBroken("provision.percent_out_of_range", field="percent")
    if not c.reason.strip():
        raise RuleBroken("write_off.reason_missing", field="reason")
    _check_alone(w, c)
    assert w.actor.user_id is not None
    row = SpecificProvision(
        customer_id=customer.id,
        entry_id=c.entry_id,
        percent=c.percent,
        reason=c.reason.strip()[:LONGEST_REASON],
        from_on=c.from_on,
        ended_on=None,
        set_by=w.actor.user_id,
        set_at=w.now,
    )
    w.session.add(row)
    w.session.flush()
    w.audit(
        "provision.specific",
        f"specific_provision/{row.id}",
        customer_id=customer.id,
        percent=str(c.percent),
    )
    return row.id


def _check_alone(w: Work, c: ProvideFor) -> None:
    if c.entry_id is not None:
        entry = w.session.get(Entry, c.entry_id)
        if entry is None or entry.customer_id != c.customer_id:
            raise NotFound("invoice")
    same = (
        SpecificProvision.entry_id.is_(None)
        if c.entry_id is None
        else SpecificProvision.entry_id == c.entry_id
    )
    standing = select(SpecificProvision.id).where(
        SpecificProvision.customer_id == c.customer_id, same, SpecificProvision.ended_at.is_(None)
    )
    if w.session.scalar(standing) is not None:
        raise RuleBroken("provision.stands_already", field="percent")


def end_specific(w: Work, c: EndSpecific) -> None:
    """It goes back into the matrix; ended twice, it stays ended as it was."""
    row = lock_row(w, SpecificProvision, c.specific_id)
    w.require(Permission.PROVISION_KEEP, row)
    if row.ended_at is not None:
        return
    row.ended_on, row.ended_by, row.ended_at = max(w.today, row.from_on), w.actor.user_id, w.now
    w.session.flush()
    w.audit("provision.specific_ended", f"specific_provision/{row.id}", customer_id=row.customer_id)
