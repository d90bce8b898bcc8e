"""Six months of runs over random books say, byte for byte, what core composes."""

import json
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.core.composition import compose
from portal.core.deliveries import not_invoiced
from portal.core.errors import RuleBroken
from portal.core.period import Month, statement_period
from portal.core.statement import Head, Party, canonical, read_statement, sha256_of
from portal.core.wording import Wording
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.statements.issuing.snapshot import statement_number
from portal.statements.wording.wording import wording_in_force
from portal.tables.customers import Customer
from portal.tables.settings import Policy
from portal.tables.statements import Pending, Statement, StatementLine
from tests.ledgers import add_customers, store, store_deliveries
from tests.random_books import a_cycle, a_random_book, known_in, random_deliveries

MONTHS = [Month(2026, 1).plus(turn) for turn in range(6)]
ISSUED_ON = date(2026, 11, 20)
CONFIRM_BY = date(2026, 12, 4)


def issue(installation, month):
    return issue_statements(lambda: installation.work(SYSTEM), IssueStatements(month))


def expected(book, previous, month, house):
    """The newest composition of each account after a month, and the bytes issued in it."""
    issued = {}
    for account in book.accounts:
        cycle, before = a_cycle(account.customer), previous.get(account)
        if not cycle.ends_in(month):
            continue
        period = statement_period(cycle, month, before and before.period.to_on)
        composed = compose(book, account, period, before)
        if not composed.says_nothing:
            previous[account] = composed
            delivered = not_invoiced(house.deliveries, book.entries, account, month.last_on)
            issued[account] = payload(account, composed, delivered, house)
    return issued


@dataclass(frozen=True)
class House:
    """What was delivered, and the policy that the runs are under."""

    deliveries: list
    policy_id: int | None
    counts_deliveries: bool
    wording: Wording


def a_house(installation, deliveries, *, counts_deliveries):
    policy_id = None
    with installation.work(SYSTEM) as w:
        if counts_deliveries:
            body = json.dumps({"statement_deliveries": "inside", "statement_wording_law": "uk"})
            policy = Policy(
                effective_on=date(2026, 1, 1), body=body, author="test", created_at=w.now
            )
            w.session.add(policy)
            w.session.flush()
            policy_id = policy.id
    with installation.reading(SYSTEM) as r:
        return House(deliveries, policy_id, counts_deliveries, wording_in_force(r.policy))


def payload(account, composed, delivered, house):
    head = Head(
        number=statement_number(account.customer, composed.period.to_on, account.currency),
        version=1,
        supplier=Party("", "Your company", ""),
        customer=Party(account.customer, f"{account.customer} Ltd", ""),
        currency=account.currency,
        period=composed.period,
        issued_on=ISSUED_ON,
        confirm_by=CONFIRM_BY,
        policy_version=house.policy_id,
        sums=composed.sums,
        buckets=tuple(
            (name, amount.minor)
            for name, amount in zip(composed.ageing.names, composed.ageing.amounts, strict=True)
        ),
        unapplied_minor=composed.unapplied.minor,
        disputed_minor=composed.ageing.disputed.minor,
        delivered_minor=sum(each.amount_minor for each in delivered),
        counts_deliveries=house.counts_deliveries,
        wording=house.wording,
    )
    return canonical(head, composed.lines, delivered)


def found(installation, month):
    with installation.reading(SYSTEM) as r:
        rows = r.session.execute(
            select(Customer.code, Statement.currency, Statement.payload, Statement.sha256)
            .join(Customer, Customer.id == Statement.customer_id)
            .where(Statement.period_to == month.last_on)
        )
        return {(row.code, row.currency): (row.payload.encode(), row.sha256) for row in rows}


def keep_cycles(installation, book):
    with installation.work(SYSTEM) as w:
        add_customers(w, {entry.customer for entry in book.entries})
        for customer in w.session.scalars(select(Customer)):
            customer.statement_cycle = a_cycle(customer.code).value


@pytest.mark.parametrize("seed", range(4))
def test_six_months_of_runs_issue_what_core_composes(any_installation, seed):
    whole, previous = a_random_book(seed), {}
    keep_cycles(any_installation, whole)
    deliveries = random_deliveries(whole, seed)
    store_deliveries(any_installation, deliveries)
    house = a_house(any_installation, deliveries, counts_deliveries=seed % 2 == 1)
    for turn, month in enumerate(MONTHS):
        book = known_in(whole, seed, turn, month.last_on)
        store(any_installation, book)
        result = issue(any_installation, month)
        core = expected(book, previous, month, house)

        assert result.issued == len(core)
        assert found(any_installation, month) == {
            (account.customer, account.currency): (frozen, sha256_of(frozen))
            for account, frozen in core.items()
        }
        assert issue(any_installation, month).issued == 0
    every_entry_stands_once_or_waits(any_installation)
    late_documents_and_deliveries_were_among_them(any_installation)


def late_documents_and_deliveries_were_among_them(installation):
    with installation.reading(SYSTEM) as r:
        read = [read_statement(payload) for payload in r.session.scalars(select(Statement.payload))]

    assert any(line.late for each in read for line in each.lines)
    assert any(each.deliveries for each in read)
    assert any(each.head.delivered_minor == 0 for each in read)


def every_entry_stands_once_or_waits(installation):
    with installation.reading(SYSTEM) as r:
        waiting = set(r.session.scalars(select(Pending.entry_id)))
        stated = list(r.session.scalars(select(StatementLine.entry_id)))
        runs = r.session.scalar(select(func.count()).select_from(Statement))

    assert len(stated) == len(set(stated))
    assert not waiting & set(stated)
    assert runs


def test_a_month_that_has_not_begun_is_refused(installation):
    """A slip of the year would leave no room for the months before it."""
    with installation.reading(SYSTEM) as r:
        next_month = Month.of(r.today).plus(1)

    with pytest.raises(RuleBroken, match="month_not_over"):
        issue(installation, next_month)
