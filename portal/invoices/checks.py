"""What must hold of the books, checked over all of them: `accord verify` tells what does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from portal.base.chain import Check
from portal.base.work import Reader
from portal.core.money import Money
from portal.invoices.ageing import AsOf, aged_accounts
from portal.invoices.open_items import applied, counts_on
from portal.tables.customers import Customer
from portal.tables.invoices import Entry, Part
from portal.tables.payments import Allocation

#: Broken rows that a check names; the rest is only counted.
NAMED_AT_MOST = 5


def check_books(r: Reader) -> Iterator[Check]:
    """The books: parts, applications, and that open items and ledger tell the same balance."""
    yield told("parts sum to their entry", _entries_with_other_parts(r))
    yield told("applications within their part", _overpaid_parts(r))
    yield told("applications within their credit", _overspent_credits(r))
    yield told("open items tie to the ledger", _accounts_apart(r, inside=False))
    yield told("claim less memo is the books", _accounts_apart(r, inside=True))


def check_controls(r: Reader, controls: Mapping[str, Money]) -> Iterator[Check]:
    """Whether the books of today agree with the control accounts of the general ledger."""
    balances = {
        currency: Money(int(total), currency)
        for currency, total in r.session.execute(
            select(Entry.currency, func.sum(Entry.amount_minor))
            .where(Entry.dated_on <= r.today)
            .group_by(Entry.currency)
        )
    }
    for currency, said in controls.items():
        balance = balances.get(currency, Money.zero(currency))
        detail = f"books {balance.major()}, control account {said.major()}"
        if said != balance:
            detail += f", apart by {(said - balance).major()}"
        yield Check(f"control account {currency}", ok=said == balance, detail=detail)


def told(name: str, broken: Iterable[str]) -> Check:
    """A check that holds when nothing is broken; else it names the first broken ones."""
    found = list(broken)
    detail = "; ".join(found[:NAMED_AT_MOST])
    if len(found) > NAMED_AT_MOST:
        detail += f"; and {len(found) - NAMED_AT_MOST} more"
    return Check(name, ok=not found, detail=detail or "holds")


def _entries_with_other_parts(r: Reader) -> Iterator[str]:
    parts = (
        select(Part.customer_id, Part.entry_id, func.sum(Part.amount_minor).label("total"))
        .group_by(Part.customer_id, Part.entry_id)
        .subquery("parts")
    )
    same = and_(parts.c.entry_id == Entry.id, parts.c.customer_id == Entry.customer_id)
    found = r.session.scalars(
        select(Entry.number)
        .outerjoin(parts, same)
        .where(
            or_(
                and_(
                    Entry.amount_minor > 0,
                    Entry.memo == 0,
                    func.coalesce(parts.c.total, 0) != Entry.amount_minor,
                ),
                and_(Entry.amount_minor < 0, parts.c.total.is_not(None)),
            )
        )
        .order_by(Entry.id)
    )
    return (str(number) for number in found)


def _overpaid_parts(r: Reader) -> Iterator[str]:
    paid = applied(r.today)
    same = and_(
        paid.c.customer_id == Part.customer_id,
        paid.c.entry_id == Part.entry_id,
        paid.c.part == Part.part,
    )
    found = r.session.execute(
        select(Entry.number, Part.part)
        .join(Entry, Entry.id == Part.entry_id)
        .join(paid, same)
        .where(or_(paid.c.claim > Part.amount_minor, paid.c.memo > Part.amount_minor))
        .order_by(Entry.id, Part.part)
    )
    return (f"{row.number} part {row.part}" for row in found)


def _overspent_credits(r: Reader) -> Iterator[str]:
    used = (
        select(
            Allocation.customer_id,
            Allocation.credit_id,
            func.sum(Allocation.amount_minor).label("total"),
        )
        .where(Allocation.ended_on.is_(None))
        .group_by(Allocation.customer_id, Allocation.credit_id)
        .subquery("used")
    )
    found = r.session.scalars(
        select(Entry.number)
        .join(used, used.c.credit_id == Entry.id)
        .where(used.c.total > -Entry.amount_minor)
        .order_by(Entry.id)
    )
    return (str(number) for number in found)


def _accounts_apart(r: Reader, *, inside: bool) -> Iterator[str]:
    """The accounts whose open items less unapplied credits are not their ledger's balance."""
    accounts = aged_accounts(r.session, AsOf(r.today, inside=inside), settled=True)
    aged = {(each.customer_id, each.currency): each.balance_minor for each in accounts}
    if inside:
        for key, minor in _memo_not_applied(r).items():
            aged[key] = aged.get(key, 0) - minor
    ledger = {
        (row[0], row[1]): int(row[2])
        for row in r.session.execute(_balances(inside=inside).where(Entry.dated_on <= r.today))
    }
    apart = sorted(
        key for key in aged.keys() | ledger.keys() if aged.get(key, 0) != ledger.get(key, 0)
    )
    named = Customer.id.in_([key[0] for key in apart[:NAMED_AT_MOST]])
    found = r.session.execute(select(Customer.id, Customer.code).where(named))
    codes: dict[int, str] = {row.id: row.code for row in found}
    for customer_id, currency in apart:
        one, other = aged.get((customer_id, currency), 0), ledger.get((customer_id, currency), 0)
        yield (
            f"{codes.get(customer_id, customer_id)}: items {Money(one, currency).major()},"
            f" ledger {Money(other, currency).major()} {currency}"
        )


def _memo_not_applied(r: Reader) -> dict[tuple[int, str], int]:
    """What was written off of an account without naming the items."""
    written_off = (
        select(Entry.customer_id, Entry.currency, func.sum(-Entry.amount_minor))
        .where(Entry.memo == 1, Entry.dated_on <= r.today)
        .group_by(Entry.customer_id, Entry.currency)
    )
    applied_to = (
        select(Allocation.customer_id, Allocation.currency, func.sum(-Allocation.amount_minor))
        .where(Allocation.memo == 1, counts_on(r.today))
        .group_by(Allocation.customer_id, Allocation.currency)
    )
    left: dict[tuple[int, str], int] = {}
    for rows in (written_off, applied_to):
        for customer_id, currency, minor in r.session.execute(rows):
            key = (customer_id, currency)
            left[key] = left.get(key, 0) + int(minor)
    return left


def _balances(*, inside: bool) -> Select[Any]:
    columns: list[Any] = [Entry.customer_id, Entry.currency, func.sum(Entry.amount_minor)]
    every: Select[Any] = select(*columns).group_by(Entry.customer_id, Entry.currency)
    return every if inside else every.where(Entry.memo == 0)
