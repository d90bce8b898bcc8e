"""Provisions of a day: the matrix over what is open, single rates beside it, posted once a day."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from portal.bad_debts.covering import cover_of
from portal.bad_debts.exposed import SpecificRow, by_bucket, specific_rows
from portal.bad_debts.posted import last_posted
from portal.base.access import NotFound, Permission
from portal.base.locks import lock_customer, lock_row
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.provision import Line, provide
from portal.tables.bad_debts import Provision, SpecificProvision
from portal.tables.invoices import Entry

MATRIX = "matrix"
LONGEST_REASON = 500


@dataclass(frozen=True)
class CurrencyProvision:
    """The provision of a day in one currency, and how it moves from the last one posted."""

    currency: str
    lines: Sequence[Line]
    specific: Sequence[SpecificRow]
    exposure: Money
    #: What securities cover of it.
    covered: Money
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
    cover = cover_of(r, as_of, specific_rows(r, as_of))
    open_ = by_bucket(r, as_of)
    currencies = sorted({*open_, *(row.exposure.currency for row in cover.specific)})
    last = last_posted(r, as_of)
    found = []
    for currency in currencies:
        minors = open_.get(currency, [0] * names)
        owed = [Money(minor, currency) for minor in minors]
        lines = provide(owed, matrix, cover.buckets.get(currency, ()))
        own = [row for row in cover.specific if row.exposure.currency == currency]
        found.append(_together(currency, lines, own, last.get(currency, [])))
    return found


def _together(
    currency: str, lines: Sequence[Line], own: Sequence[SpecificRow], last: Sequence[Any]
) -> CurrencyProvision:
    nothing = Money.zero(currency)
    every: list[Line | SpecificRow] = [*lines, *own]
    earlier = [row for row in last if not row.is_same_day]
    same_day = [row for row in last if row.is_same_day]
    return CurrencyProvision(
        currency,
        lines,
        own,
        sum((each.exposure for each in every), start=nothing),
        sum((each.covered for each in every), start=nothing),
        sum((each.allowance for each in every), start=nothing),
        Money(earlier[0].amount_minor, currency) if earlier else nothing,
        earlier[0].as_of if earlier else None,
        Money(same_day[0].amount_minor, currency) if same_day else None,
    )


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
        for currency, last in last_posted(w, as_of).items()
        if currency not in known and last[0].amount_minor
    ]
    return [*found, *gone]


def _row(w: Work, as_of: dt.date, each: CurrencyProvision) -> Provision:
    assert w.actor.user_id is not None
    facts = {
        "lines": [
            [
                *(line.name, line.exposure.major(), str(line.percent), line.allowance.major()),
                line.covered.major(),
            ]
            for line in each.lines
        ],
        "specific": [
            [
                *(row.customer_name, row.number, row.exposure.major(), str(row.percent)),
                row.covered.major(),
            ]
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
