"""A run killed with -9 anywhere is finished by the next one: every statement and mail, once."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.base.chain import check_chain
from portal.invoices.checks import check_books
from portal.statements.checks import check_statements
from portal.tables.customers import Customer
from portal.tables.journal import Event, Outbox
from portal.tables.people import Membership, User
from portal.tables.statements import RunSlice, Statement, StatementRun
from tests.ledgers import store
from tests.random_books import a_random_book

ROOT = Path(__file__).parents[2]
POINTS = [("statement_run.before_commit", 2), ("statement_run.after_commit", 3)]


def start(installation, point="", nth=0):
    config = installation.config
    words = [config.instance, config.database_url, point, str(nth)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.statements.killed_run", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def run(installation, point="", nth=0):
    process = start(installation, point, nth)
    told, _ = process.communicate(timeout=120)
    return process.returncode, told


def books_with_readers(installation):
    """Thirty customers, each with a person who gets the statements."""
    store(installation, a_random_book(11, customers=30, documents=300))
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


def counted(r, table, *kept):
    return r.session.scalar(select(func.count()).select_from(table).where(*kept))


def assert_all_is_well(installation):
    with installation.reading(SYSTEM) as r:
        statements = counted(r, Statement)

        assert statements > 25
        assert counted(r, Outbox, Outbox.kind == "statement") == statements
        assert counted(r, Event, Event.kind == "issued") == statements
        assert counted(r, StatementRun, StatementRun.finished_at.is_(None)) == 0
        assert counted(r, RunSlice, RunSlice.done_at.is_(None)) == 0
        for check in (check_chain(r), *check_books(r), *check_statements(r)):
            assert check.ok, check


@pytest.mark.slow
@pytest.mark.parametrize(("point", "nth"), POINTS)
def test_a_killed_run_is_finished_by_the_next(any_installation, point, nth):
    books_with_readers(any_installation)
    status, _ = run(any_installation, point, nth)

    assert status == -signal.SIGKILL
    assert run(any_installation)[0] == 0
    assert_all_is_well(any_installation)
    assert run(any_installation) == (0, "0\n")


@pytest.mark.slow
def test_two_runs_at_once_share_the_work(any_installation):
    books_with_readers(any_installation)
    both = [start(any_installation), start(any_installation)]
    made = [int(process.communicate(timeout=120)[0]) for process in both]

    with any_installation.reading(SYSTEM) as r:
        assert sum(made) == counted(r, Statement)
    assert_all_is_well(any_installation)
