"""Bills: noted for a payment, listed by maturity, watched until they are honoured (S-072)."""

import datetime as dt
from typing import Any

import pytest

from portal.base.access import Denied
from portal.core.bill import State
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.credit.noticing.daily import run as notice
from portal.credit.signals import ClearSignal, clear_signal
from portal.payments.bills.commands import MoveBill, NoteBill, move_bill, note_bill
from portal.payments.bills.daily import run
from portal.payments.bills.queries import BillFilter, list_bills
from portal.tables.approvals import Task
from portal.tables.credit import Bill, WarningSignal
from portal.tables.journal import Audit
from tests.contracts.keeping import CLERK, OTHER, SALES, Archive, day
from tests.desk import DeskBrowser, rows_of

TODAY = dt.date(2026, 11, 20)


def noted(archive: Archive, email: str = CLERK, **changes: Any) -> int:
    told: dict[str, Any] = {
        "customer_id": archive.customer_id(),
        "number": "B-1",
        "kind": "bank_acceptance",
        "amount": Money(30_00, "CNY"),
        "received_on": day("2026-10-02"),
        "matures_on": day("2026-11-25"),
        "drawer": "Huadong",
        "acceptor": "Bank of Communications",
        "payment_code": "RCT-10",
    }
    return int(archive.act(email, note_bill, NoteBill(**(told | changes))))


def moved(archive: Archive, bill_id: int, then: State, on: str = "2026-11-20") -> None:
    [row] = archive.rows(Bill, Bill.id == bill_id)
    archive.act(CLERK, move_bill, MoveBill(bill_id, then, day(on), row.row_version, "Seen"))


def tasks(archive: Archive) -> list[tuple[str, bool]]:
    return sorted((task.kind, task.done_at is not None) for task in archive.rows(Task))


def test_a_bill_is_noted_for_its_payment(any_archive: Archive):
    noted(any_archive)
    [row] = any_archive.rows(Bill)

    assert (row.state, row.payment_code, row.amount_minor) == ("held", "RCT-10", 3000)
    assert len(any_archive.rows(Audit, Audit.kind == "bill.noted")) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"matures_on": day("2026-10-01")}, "matures_before_receipt"),
        ({"received_on": day("2026-11-21")}, "received_in_future"),
        ({"payment_code": "RCT-9"}, "payment_unknown"),
        ({"amount": Money(0, "CNY")}, "no_amount"),
    ],
)
def test_a_bill_that_cannot_be_is_refused(archive: Archive, changes: dict[str, Any], code: str):
    with pytest.raises(RuleBroken, match=rf"bill\.{code}"):
        noted(archive, **changes)


def test_a_number_is_noted_once(archive: Archive):
    noted(archive)

    with pytest.raises(RuleBroken, match=r"bill\.known"):
        noted(archive)


def test_sales_note_none(archive: Archive):
    with pytest.raises(Denied):
        noted(archive, SALES)


def test_a_week_before_it_matures_there_is_one_task(any_archive: Archive):
    noted(any_archive)
    run(any_archive.installation, dt.date(2026, 11, 17))
    assert tasks(any_archive) == []
    run(any_archive.installation, dt.date(2026, 11, 18))
    run(any_archive.installation, dt.date(2026, 11, 19))

    assert tasks(any_archive) == [("bill_due", False)]


def test_an_honoured_one_ends_the_task_and_is_a_risk_no_more(any_archive: Archive):
    bill_id = noted(any_archive, matures_on=day("2026-11-20"))
    run(any_archive.installation, TODAY)
    moved(any_archive, bill_id, State.HONOURED)

    assert tasks(any_archive) == [("bill_due", True)]
    assert any_archive.read(list_bills, BillFilter()).rows == []


def test_a_dishonoured_one_is_somebodys_to_see_to(any_archive: Archive):
    bill_id = noted(any_archive, matures_on=day("2026-11-10"))
    moved(any_archive, bill_id, State.DISHONOURED)
    assert tasks(any_archive) == [("bill_dishonoured", False)]
    moved(any_archive, bill_id, State.HONOURED)

    assert tasks(any_archive) == [("bill_dishonoured", True)]


def test_two_who_note_what_became_of_it_do_not_overwrite_each_other(archive: Archive):
    bill_id = noted(archive, matures_on=day("2026-11-10"))
    command = MoveBill(bill_id, State.DISHONOURED, TODAY, 1)
    archive.act(CLERK, move_bill, MoveBill(bill_id, State.HONOURED, TODAY, 1))

    with pytest.raises(RuleBroken, match=r"bill\.not_in_this_state"):
        archive.act(OTHER, move_bill, command)


# ── At the desk ──────────────────────────────────────────────────────────────

TYPED = {
    "customer_code": "HUADONG",
    "number": "B-1",
    "kind": "cheque",
    "currency_code": "CNY",
    "amount": "30.00",
    "received_on": "2026-10-02",
    "matures_on": "2026-11-10",
}


def test_a_clerk_notes_a_bill_and_what_became_of_it(clerk: DeskBrowser):
    clerk.fill(clerk.visit("/desk/bills/new"), "/desk/bills/new", **TYPED)
    listed = clerk.visit("/desk/bills")
    [row] = rows_of(listed, "bills")
    assert row[:2] == ["B-1", "Held"]
    path = listed.links["B-1"]
    clerk.fill(clerk.visit(path), f"{path}/state", then="dishonoured", on="2026-11-11")

    assert "It was not honoured" in clerk.visit(path).text
    assert "was not honoured on" in clerk.visit("/desk/tasks").text


def test_what_is_wrong_about_a_bill_is_said_and_nothing_is_lost(clerk: DeskBrowser):
    wrong = TYPED | {"matures_on": "2026-09-01", "drawer": "Huadong"}
    page = clerk.fill(clerk.visit("/desk/bills/new"), "/desk/bills/new", 422, **wrong)

    assert "mature before it was received" in page.text
    assert page.form("/desk/bills/new")["drawer"] == "Huadong"


def test_honoured_before_it_matures_is_refused_on_its_page(clerk: DeskBrowser):
    later = TYPED | {"matures_on": "2026-12-10"}
    clerk.fill(clerk.visit("/desk/bills/new"), "/desk/bills/new", **later)
    path = clerk.visit("/desk/bills").links["B-1"]
    page = clerk.fill(clerk.visit(path), f"{path}/state", 422, then="honoured", on="2026-11-20")

    assert "matures on" in page.text


def test_a_dishonoured_bill_is_noted_as_a_danger_signal_once(any_archive: Archive):
    moved(any_archive, noted(any_archive, matures_on=TODAY), State.DISHONOURED)

    assert notice(any_archive.installation, TODAY) == {"noted": 1}
    assert notice(any_archive.installation, TODAY) == {"noted": 0}
    [signal] = any_archive.rows(WarningSignal)
    assert (signal.signal, signal.note) == ("bounced_cheque", "B-1: CNY 30.00, 2026-11-20")


def test_a_cleared_signal_of_a_bill_stays_cleared(any_archive: Archive):
    moved(any_archive, noted(any_archive, matures_on=TODAY), State.DISHONOURED)
    notice(any_archive.installation, TODAY)
    [signal] = any_archive.rows(WarningSignal)
    any_archive.act(CLERK, clear_signal, ClearSignal(signal.id, "The bank's mistake"))

    assert notice(any_archive.installation, TODAY) == {"noted": 0}
