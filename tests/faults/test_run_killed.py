"""
F-01: two workers of a statement run killed at random, time and again: every statement once.

`ACCORD_TEST_KILLS=100` kills that often; a run of the suite kills fewer times. The seed is fixed,
so that what fails fails again.
"""

import os
import random
from functools import partial

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.base.chain import check_chain
from portal.base.installation import Installation, open_installation
from portal.core.period import Month
from portal.invoices.checks import check_books
from portal.statements.checks import check_statements
from portal.statements.issuing import plan
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.tables.customers import Customer
from portal.tables.journal import Event, Outbox
from portal.tables.people import Membership, User
from portal.tables.statements import RunSlice, Statement
from tests.faults.killing import start, was_killed
from tests.kept import keep_statements
from tests.ledgers import store
from tests.random_books import a_random_book

KILLS = int(os.environ.get("ACCORD_TEST_KILLS", "16"))
JUNE = IssueStatements(Month(2026, 6))
#: A slice passes four points; a worker lives for two slices on average.
LONGEST_LIFE = 16


def work(installation: Installation) -> None:
    """A worker through connections of its own, as another process has them."""
    fresh = open_installation(installation.config, installation.clock)
    keep_statements(fresh.database.engine)
    issue_statements(partial(fresh.work, SYSTEM), JUNE)
    fresh.database.engine.dispose()


def give_readers(installation: Installation) -> None:
    """Each customer has somebody who gets the statements."""
    with installation.work(SYSTEM) as w:
        for customer_id in w.session.scalars(select(Customer.id)).all():
            user = User(
                email=f"c{customer_id}@example.com", name="Chen", language="en", created_at=w.now
            )
            w.session.add(user)
            w.session.flush()
            w.session.add(
                Membership(
                    user_id=user.id,
                    customer_id=customer_id,
                    role="customer_viewer",
                    since_at=w.now,
                )
            )


@pytest.mark.slow
def test_two_workers_killed_at_random_make_every_statement_once(
    any_installation: Installation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(plan, "SLICE", 1)  # a slice for each customer
    store(any_installation, a_random_book(7, customers=2 * KILLS + 20, documents=8 * KILLS))
    give_readers(any_installation)
    chance, killed, at_once = random.Random(2026), 0, True
    while at_once:
        lives = [chance.randint(1, LONGEST_LIFE) for _ in range(2)]
        children = [start(life, partial(work, any_installation)) for life in lives]
        deaths = [was_killed(child) for child in children]
        killed, at_once = killed + sum(deaths), all(deaths)
    work(any_installation)

    with any_installation.reading(SYSTEM) as r:
        made = r.session.scalar(select(func.count()).select_from(Statement))
        told = r.session.scalar(select(func.count()).where(Event.kind == "issued"))
        mails = r.session.scalar(select(func.count()).where(Outbox.kind == "statement"))
        undone = r.session.scalar(select(func.count()).where(RunSlice.done_at.is_(None)))
        checks = (check_chain(r), *check_books(r), *check_statements(r))
    assert killed >= KILLS
    assert (told, mails, undone) == (made, made, 0)
    assert [check for check in checks if not check.ok] == []
