"""A whole import taken back, on both databases, and everything that stands in the way of it."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from portal.base.access import SYSTEM, Actor
from portal.base.clock import Clock
from portal.base.storage import keep_file
from portal.core.dispute import Settlement, Verdict
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.period import Month
from portal.disputes.deciding import Decided, DecideDispute, decide_dispute
from portal.disputes.raising import RaiseDispute, raise_dispute
from portal.disputes.subjects import About
from portal.imports.background import run_import
from portal.imports.columns import Options
from portal.imports.commands import StartImport, start_import, written
from portal.imports.undoing import UndoImport, undo_import
from portal.payments.commands import ApplyByHand, Take, apply_by_hand
from portal.people.commands import NewUser, create_user_with_password
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.tables.escalation import ItemStep
from portal.tables.invoices import Entry
from portal.tables.journal import Audit, ImportRun
from tests.imports.conftest import INVOICE_HEAD, PAYMENT_HEAD, Desk

INVOICES = (INVOICE_HEAD, "I1,C,CNY,2026-10-05,2026-11-05,100.00", "I2,D,CNY,2026-10-06,,50.00")
PAYMENTS = (PAYMENT_HEAD, "P1,C,2026-10-20,60.00,CNY,I1", "P2,D,2026-10-21,9.00,CNY,")

Upload = Callable[..., int]


@pytest.fixture
def upload(desk: Desk) -> Upload:
    """Uploads a file as the page does, and imports it; tells the import's id."""

    def uploaded(name: str, *lines: str, **options: bool) -> int:
        content = "".join(f"{line}\n" for line in lines).encode()
        with desk.installation.work(SYSTEM) as w:
            digest = keep_file(w, desk.installation.storage, content, "text/csv")
            run = ImportRun(
                file_sha256=digest,
                file_name=name,
                options=written(Options(**options)),
                state="checked",
                started_at=w.now,
            )
            w.session.add(run)
            w.session.flush()
            start_import(w, StartImport(run.id, is_dry_run=False))
            run_id = run.id
        run_import(desk.installation, run_id)
        return run_id

    return uploaded


def take_back(desk: Desk, run_id: int) -> None:
    with desk.installation.work(SYSTEM) as w:
        undo_import(w, UndoImport(run_id))


def books(desk: Desk, tmp: Path) -> dict[str, bytes]:
    """The books as an export writes them; no table may hold more than it shows."""
    counted = (
        "entry",
        "part",
        "allocation",
        "pending",
        "payment",
        "invoice",
        "contact",
        "customer",
    )
    rows = {table: str(desk.ask(f"select count(*) from {table}")).encode() for table in counted}
    return desk.export(str(tmp)) | rows


def refused(desk: Desk, run_id: int, code: str) -> RuleBroken:
    with pytest.raises(RuleBroken, match=re.escape(code)) as told:
        take_back(desk, run_id)
    return told.value


FILES = {
    "customers.csv": ("customer_id,name,parent_id", "N,New,P", "M,Newer,N", "C,Renamed,"),
    "contacts.csv": ("customer_id,name,email,limit", "C,Ann,ann@c.example,500.00"),
    "invoices.csv": (
        f"{INVOICE_HEAD},disputed,settled_on",
        "I1,C,CNY,2026-10-05,2026-11-05,100.00,yes,",
        "I2,NEW,CNY,2026-10-06,,50.00,,2026-10-30",
    ),
    "payments.csv": (PAYMENT_HEAD, "P1,C,2026-10-20,9.00,CNY,OLD", "P2,D,2026-10-21,9.00,CNY,"),
    "credit_notes.csv": (
        "credit_note_id,customer_id,currency,credit_date,amount,invoice_id",
        "N1,C,CNY,2026-10-20,1.00,OLD",
    ),
    "adjustments.csv": (
        "adjustment_id,customer_id,currency,adjusted_on,kind,amount,counter_customer_id",
        "A1,C,CNY,2026-10-20,transfer,5.00,D",
        "A2,C,CNY,2026-10-20,charge,5.00,",
    ),
    "allocations.csv": ("credit_id,invoice_id,amount,allocated_on", "OLDPAY,OLD,3.00,2026-10-09"),
    "invoice_lines.csv": (
        "invoice_id,line,description,quantity,unit_price,amount",
        "OLD,1,Bolts,1,70.00,70.00",
    ),
    "deliveries.csv": (
        "delivery_id,customer_id,currency,delivered_on,amount",
        "D1,C,CNY,2026-10-20,5.00",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_what_was_imported_and_taken_back_never_was(desk: Desk, upload: Upload, name: str):
    """R95."""
    desk.takes("invoices.csv", INVOICE_HEAD, "OLD,C,CNY,2026-10-01,2026-10-31,70.00")
    desk.takes("payments.csv", PAYMENT_HEAD, "OLDPAY,C,2026-10-02,7.00,CNY,")
    before = books(desk, Path("before"))
    run_id = upload(name, *FILES[name], creates_customers=True)
    assert books(desk, Path("with")) != before
    take_back(desk, run_id)

    after = books(desk, Path("after"))
    if name == "customers.csv":  # what it changed of known ones stays, and the page says so
        after["customers.csv"] = after["customers.csv"].replace(b"Renamed", b"Child")
        after["customers.csv"] = after["customers.csv"].replace(b",,monthly", b",P,monthly")
        before["customers.csv"] = before["customers.csv"].replace(b",P,monthly", b",P,monthly")
        assert sorted(after) == sorted(before)
        return
    assert after == before


def test_the_mended_file_can_be_imported_again(desk: Desk, upload: Upload):
    take_back(desk, upload("invoices.csv", *INVOICES))
    highest = desk.ask("select max(last_id) from import_range where kind = 'entry'")
    upload("invoices.csv", INVOICE_HEAD, "I1,C,CNY,2026-10-05,2026-11-05,110.00")

    assert desk.parts() == [("I1", "1", "2026-11-05", "11000")]
    # A link to what is gone must not lead to something else.
    assert int(desk.ask("select id from entry")[0][0]) > 2
    assert highest != [(None,)]


def test_it_leaves_one_audit_entry_with_the_files_digest(desk: Desk, upload: Upload):
    run_id = upload("invoices.csv", *INVOICES)
    take_back(desk, run_id)

    with desk.installation.reading(SYSTEM) as r:
        last = r.session.scalars(select(Audit).order_by(Audit.id.desc())).first()
        run = r.session.get_one(ImportRun, run_id)
        assert last is not None
        assert (last.kind, last.subject) == ("import.undone", f"import/{run_id}")
        assert '"entry": 2' in last.facts
        assert str(run.file_sha256) in last.facts


def test_it_can_be_taken_back_for_a_day_and_once(desk: Desk, upload: Upload):
    """R95."""
    first, second = upload("invoices.csv", *INVOICES), upload("payments.csv", *PAYMENTS)
    take_back(desk, second)
    refused(desk, second, "import.undone_already")
    later = desk.installation.clock.now() + dt.timedelta(hours=24, seconds=1)
    object.__setattr__(desk.installation, "clock", Clock(fixed_at=later))
    refused(desk, first, "import.undo_too_late")


def test_what_stands_on_a_statement_stays(desk: Desk, upload: Upload):
    run_id = upload("invoices.csv", *INVOICES)
    issue_statements(lambda: desk.installation.work(SYSTEM), IssueStatements(Month(2026, 10)))

    assert refused(desk, run_id, "import.undo_stated").facts["number"] == "I1"


def test_what_was_paid_since_stays_until_that_is_taken_back(desk: Desk, upload: Upload):
    invoices, payments = upload("invoices.csv", *INVOICES), upload("payments.csv", *PAYMENTS)
    assert refused(desk, invoices, "import.undo_paid").facts == {"number": "I1", "other": "P1"}

    take_back(desk, payments)
    take_back(desk, invoices)
    assert desk.ask("select count(*) from entry") == [("0",)]


def test_what_its_customer_disputes_stays(desk: Desk, upload: Upload):
    run_id = upload("invoices.csv", *INVOICES)
    with desk.installation.work(SYSTEM) as w:
        new = NewUser("wang@example.com", "Wang", "a password that is long enough", ("clerk",))
        clerk_id = create_user_with_password(w, new).user_id
        entry_id = w.session.scalars(select(Entry.id).where(Entry.number == "I1")).one()
    with desk.installation.work(Actor("staff", clerk_id, staff_role="clerk")) as w:
        raise_dispute(w, RaiseDispute(About(entry_id), "price", Money(900, "CNY")))

    facts = refused(desk, run_id, "import.undo_disputed").facts
    assert facts == {"number": "I1", "dispute": 1}


def test_what_was_collected_since_stays(desk: Desk, upload: Upload):
    run_id = upload("invoices.csv", *INVOICES)
    with desk.installation.work(SYSTEM) as w:
        entry = w.session.scalars(select(Entry).where(Entry.number == "I1")).one()
        step = ItemStep(
            customer_id=entry.customer_id,
            entry_id=entry.id,
            part=1,
            ladder="standard",
            step="sms",
            how="passed",
            on=w.today,
        )
        w.session.add(step)

    assert refused(desk, run_id, "import.undo_collected").facts["number"] == "I1"


def test_what_settled_a_dispute_stays(desk: Desk, upload: Upload):
    upload("invoices.csv", *INVOICES)
    with desk.installation.work(SYSTEM) as w:
        new = NewUser("wang@example.com", "Wang", "a password that is long enough", ("clerk",))
        clerk = Actor("staff", create_user_with_password(w, new).user_id, staff_role="clerk")
        entry_id = w.session.scalars(select(Entry.id).where(Entry.number == "I1")).one()
    nine = Money(900, "CNY")
    with desk.installation.work(clerk) as w:
        dispute_id = raise_dispute(w, RaiseDispute(About(entry_id), "price", nine))
        told = Decided(Verdict.ACCEPT, nine, Settlement.CREDIT_NOTE, "other", "So it is.")
        decide_dispute(w, DecideDispute(dispute_id, 0, told))
    head, row = "credit_note_id,customer_id,currency,credit_date,amount,invoice_id", "CNY"
    run_id = upload("credit_notes.csv", head, f"CN1,C,{row},2026-11-02,9.00,I1")

    facts = refused(desk, run_id, "import.undo_credited").facts
    assert facts == {"number": "CN1", "dispute": dispute_id}


def test_what_was_applied_by_hand_stays(desk: Desk, upload: Upload):
    upload("invoices.csv", *INVOICES)
    run_id = upload("payments.csv", *PAYMENTS)
    with desk.installation.work(SYSTEM) as w:
        ids = {e.number: e.id for e in w.session.scalars(select(Entry))}
        take = Take(ids["I2"], 1, Money(900, "CNY"))
        apply_by_hand(w, ApplyByHand(ids["P2"], (take,)))

    assert refused(desk, run_id, "import.undo_applied").facts["other"] == "I2"


def test_what_a_later_file_changed_stays(desk: Desk, upload: Upload):
    customers = upload("customers.csv", "customer_id,name", "N,New")
    upload("customers.csv", "customer_id,name", "N,Changed")
    refused(desk, customers, "import.undo_changed")
    invoices = upload("invoices.csv", *INVOICES)
    upload("invoices.csv", f"{INVOICE_HEAD},disputed", "I1,C,CNY,2026-10-05,2026-11-05,100.00,yes")
    refused(desk, invoices, "import.undo_changed")


def test_a_customer_with_documents_of_another_file_stays(desk: Desk, upload: Upload):
    customers = upload("customers.csv", "customer_id,name", "N,New")
    upload("invoices.csv", INVOICE_HEAD, "I9,N,CNY,2026-10-05,,1.00")

    assert refused(desk, customers, "import.undo_customer_used").facts == {"customer": "N"}


def test_what_a_file_ended_does_not_begin_again(desk: Desk, upload: Upload):
    upload("invoices.csv", *INVOICES)
    payments = upload("payments.csv", *PAYMENTS)
    head = "credit_id,invoice_id,amount,allocated_on,ended_on"
    ends = upload("allocations.csv", head, "P1,I1,60.00,2026-10-20,2026-10-25")

    refused(desk, ends, "import.undo_ended")
    refused(desk, payments, "import.undo_ended_since")


def test_posted_rows_go_in_no_other_way(desk: Desk, upload: Upload):
    """Invariant 3: neither without an open undo, nor with one that stays open."""
    run_id = upload("invoices.csv", *INVOICES)
    upload("payments.csv", *PAYMENTS)
    for table in ("allocation", "entry", "import_range"):
        with pytest.raises(DatabaseError, match="append_only"), desk.installation.work(SYSTEM) as w:
            w.session.execute(text(f"delete from {table}"))
    at = "2026-11-20 08:00:00"
    left_open = (
        "insert into import_undo (run_id, at, counts, open_as)"
        f" values ({run_id}, '{at}', '{{}}', -{run_id})"
    )
    with pytest.raises(DatabaseError), desk.installation.work(SYSTEM) as w:
        w.session.connection().exec_driver_sql(left_open)

    assert desk.ask("select count(*) from import_undo") == [("0",)]


def test_rows_of_another_import_stay_while_one_is_undone(desk: Desk, upload: Upload):
    first = upload("invoices.csv", *INVOICES)
    upload("invoices.csv", INVOICE_HEAD, "I3,C,CNY,2026-10-05,2026-11-05,1.00")
    take_back(desk, first)

    assert desk.ask("select number from entry") == [("I3",)]


def test_an_import_of_the_command_line_notes_nothing(desk: Desk):
    desk.takes("invoices.csv", *INVOICES)

    assert desk.ask("select count(*) from import_range") == [("0",)]
