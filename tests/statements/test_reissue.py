"""Late postings and new versions, told as a bookkeeper would."""

from datetime import date
from functools import partial

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.core.errors import RuleBroken
from portal.core.ledger import Kind
from portal.core.period import Month
from portal.core.statement import read_statement
from portal.statements.checks import check_statements
from portal.statements.commands import ReissueStatement, reissue_statement
from portal.statements.issuing.preview import statements_of
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.tables.journal import Outbox
from portal.tables.statements import Pending, Statement
from tests.core.books import Ledger, day
from tests.ledgers import store

MAY, JUNE, JULY = (Month(2026, month) for month in (5, 6, 7))


@pytest.fixture
def ledger() -> Ledger:
    told = Ledger()
    told.invoice("I0", day("04-20"), "80.00")
    told.invoice("I1", day("05-05"), "100.00", due=[(day("06-04"), "100.00")])
    told.pay("P1", day("05-20"), "80.00", pays="I0")
    return told


def issue(installation, ledger, month):
    store(installation, ledger.book)
    return issue_statements(partial(installation.work, SYSTEM), IssueStatements(month))


def in_force(installation, month):
    with installation.reading(SYSTEM) as r:
        row = r.session.scalars(
            select(Statement).where(Statement.period_to == month.last_on, Statement.in_force == 1)
        ).one()
    return row, read_statement(row.payload)


def reissue(installation, row):
    with installation.work(SYSTEM) as w:
        return reissue_statement(w, ReissueStatement(row.id, "posted late"))


def documents(statement):
    return [(line.document, line.late) for line in statement.lines]


def assert_checks_hold(installation):
    with installation.reading(SYSTEM) as r:
        assert [check for check in check_statements(r) if not check.ok] == []


def test_what_is_posted_late_stands_on_the_next_statement_with_its_own_date(
    any_installation, ledger
):
    issue(any_installation, ledger, MAY)
    ledger.pay("P2", day("05-31"), "30.00", pays="I1")
    ledger.invoice("I2", day("06-10"), "5.00")
    issue(any_installation, ledger, JUNE)
    row, statement = in_force(any_installation, JUNE)

    assert documents(statement) == [("P2", True), ("I2", False)]
    assert (row.opening_minor, row.closing_minor) == (10000, 7500)
    assert_checks_hold(any_installation)


def test_a_statement_in_force_never_changes(any_installation, ledger):
    issue(any_installation, ledger, MAY)
    before, _ = in_force(any_installation, MAY)
    ledger.pay("P2", day("05-31"), "30.00", pays="I1")
    again = issue(any_installation, ledger, MAY)
    after, _ = in_force(any_installation, MAY)

    assert (again.issued, again.unchanged) == (0, 1)
    assert before.payload == after.payload


def test_a_new_version_holds_what_was_posted_since_and_the_next_opens_with_it(
    any_installation, ledger
):
    issue(any_installation, ledger, MAY)
    old, _ = in_force(any_installation, MAY)
    ledger.pay("P2", day("05-31"), "30.00", pays="I1")
    store(any_installation, ledger.book)
    reissue(any_installation, old)
    new, statement = in_force(any_installation, MAY)
    ledger.invoice("I2", day("06-10"), "5.00")
    issue(any_installation, ledger, JUNE)
    june, _ = in_force(any_installation, JUNE)

    assert (new.version, new.number, new.closing_minor) == (2, old.number, 7000)
    assert documents(statement) == [("I1", False), ("P1", False), ("P2", False)]
    assert (june.prev_id, june.opening_minor) == (new.id, 7000)
    assert_checks_hold(any_installation)


def test_a_first_statement_issued_again_opens_with_what_was_posted_to_the_time_before(
    any_installation, ledger
):
    issue(any_installation, ledger, MAY)
    old, _ = in_force(any_installation, MAY)
    ledger.invoice("I9", day("03-01"), "7.00")
    store(any_installation, ledger.book)
    reissue(any_installation, old)
    new, _ = in_force(any_installation, MAY)

    assert (old.opening_minor, new.opening_minor) == (8000, 8700)
    assert_checks_hold(any_installation)
    with any_installation.reading(SYSTEM) as r:
        assert r.session.scalars(select(Pending)).all() == []


def test_only_the_newest_statement_is_issued_again(any_installation, ledger):
    issue(any_installation, ledger, MAY)
    may, _ = in_force(any_installation, MAY)
    ledger.invoice("I2", day("06-10"), "5.00")
    issue(any_installation, ledger, JUNE)

    with pytest.raises(RuleBroken, match=r"statement\.followed"):
        reissue(any_installation, may)


def test_a_preview_covers_its_month_by_dates_alone(any_installation, ledger):
    issue(any_installation, ledger, MAY)
    ledger.pay("P2", day("05-31"), "30.00", pays="I1")
    ledger.invoice("I2", day("07-10"), "5.00")
    store(any_installation, ledger.book)
    with any_installation.reading(SYSTEM) as r:
        [may], [july] = statements_of(r, MAY), statements_of(r, JULY)

    assert (may.status, may.statement.head.sums.closing_minor) == ("issued", 10000)
    assert (july.status, july.sha256) == ("preview", None)
    assert july.statement.head.period.from_on == date(2026, 7, 1)
    assert july.statement.head.sums.opening_minor == 7000
    assert documents(july.statement) == [("I2", False)]


def test_whoever_has_neither_movement_nor_balance_is_skipped(any_installation, ledger):
    issue(any_installation, ledger, MAY)
    ledger.pay("P2", day("06-02"), "100.00", pays="I1")
    issue(any_installation, ledger, JUNE)
    skipped = issue(any_installation, ledger, JULY).skipped

    assert [(each.customer_code, each.reason) for each in skipped] == [("C1", "nothing")]


def test_a_write_off_stands_on_no_statement(any_installation, ledger):
    ledger.credit(Kind.WRITE_OFF, "W1", day("05-25"), "100.00", pays="I1")
    issue(any_installation, ledger, MAY)
    row, statement = in_force(any_installation, MAY)

    assert "W1" not in dict(documents(statement))
    assert (row.closing_minor, row.open_minor) == (10000, 10000)


def test_nobody_is_written_to_who_is_no_user(any_installation, ledger):
    issue(any_installation, ledger, MAY)
    with any_installation.reading(SYSTEM) as r:
        assert r.session.scalars(select(Outbox).where(Outbox.kind == "statement")).all() == []
