"""The open-items SQL and core's plain model say the same of random books, on both databases."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.core.ageing import BUCKETS, GRADES, Basis, Scheme, age
from portal.core.ledger import Account, Book, open_items, position
from portal.invoices import open_items as sql
from portal.invoices.ageing import AsOf, aged_accounts
from portal.tables.customers import Customer
from tests.ledgers import store
from tests.random_books import a_random_book

DAYS = (date(2025, 12, 31), date(2026, 3, 15), date(2026, 5, 31), date(2026, 12, 1))
SCHEMES = (BUCKETS, GRADES, Scheme((10, 20, 45, 200)))


@pytest.fixture(params=range(3))
def book(request, any_installation) -> Book:
    made = a_random_book(request.param)
    store(any_installation, made)
    return made


def codes(r):
    return dict(r.session.execute(select(Customer.id, Customer.code)).all())


@pytest.mark.parametrize("as_of", DAYS)
def test_what_is_open_of_each_part_is_what_core_says(any_installation, book, as_of):
    items = sql.open_items(as_of)
    columns = items.c
    with any_installation.reading(SYSTEM) as r:
        found = r.session.execute(
            select(columns.entry_id, columns.part, columns.claim, columns.house, columns.disputed)
        ).all()

    assert sorted(map(tuple, found)) == sorted(
        (i.entry.id, i.part.part, i.claim.minor, i.house.minor, i.disputed.minor)
        for i in open_items(book, as_of)
        if i.claim.minor
    )


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("as_of", DAYS)
def test_accounts_age_as_in_core(any_installation, book, as_of, inside):
    for scheme in SCHEMES:
        for basis in Basis:
            asked = AsOf(as_of, scheme, basis, inside)

            assert by_account(any_installation, asked) == by_core(book, asked)


def by_account(installation, asked):
    with installation.reading(SYSTEM) as r:
        names = codes(r)
        return {
            Account(names[row.customer_id], row.currency): (row.buckets, row.unapplied_minor)
            for row in aged_accounts(r.session, asked)
            if not row.is_settled
        }


def by_core(book, asked):
    items = open_items(book, asked.day)
    found = {}
    for account in book.accounts:
        mine = [item for item in items if item.entry.account == account]
        aged = age(
            mine, asked.day, account.currency, asked.scheme, basis=asked.basis, inside=asked.inside
        )
        buckets = tuple(amount.minor for amount in aged.amounts)
        unapplied = position(book, account, asked.day).unapplied.minor
        if any(buckets) or unapplied:
            found[account] = (buckets, unapplied)
    return found


@pytest.mark.parametrize("as_of", DAYS)
def test_what_is_disputed_is_what_core_says(any_installation, book, as_of):
    with any_installation.reading(SYSTEM) as r:
        names = codes(r)
        disputed = {
            Account(names[row.customer_id], row.currency): row.disputed_minor
            for row in aged_accounts(r.session, AsOf(as_of))
        }

    assert disputed == {
        account: position(book, account, as_of).disputed.minor for account in disputed
    }


@pytest.mark.usefixtures("book")
def test_one_customer_asked_for_alone_has_what_it_has_among_all(any_installation):
    asked = AsOf(DAYS[-1])
    with any_installation.reading(SYSTEM) as r:
        alone = [
            row for wanted in codes(r) for row in aged_accounts(r.session, asked, sql.one(wanted))
        ]
        everyone = aged_accounts(r.session, asked)

    assert sorted(alone, key=key) == sorted(everyone, key=key)


def key(row):
    return (row.customer_id, row.currency)


@pytest.mark.parametrize("wanted", [[], [7], range(1, 200), [*range(1, 100), 100_000]])
def test_whoever_is_wanted_lies_within_the_span_and_few_others_do(wanted):
    said = str(sql.spanning(wanted)(Customer.id).compile(compile_kwargs={"literal_binds": True}))

    assert ("BETWEEN 1 AND 199" in said) == (len(wanted) == 199)
    assert "100000" in said or 100_000 not in wanted
