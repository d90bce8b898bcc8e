"""promises.csv: told, judged by what came, written back as it was; ours as well as a file's."""

from portal.base.access import SYSTEM
from portal.core.promise_kept import State
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter
from tests.conftest import config_in, founded
from tests.imports.conftest import INVOICE_HEAD, PAYMENT_HEAD, Desk
from tests.promises.giving import an_account, give, somebody, wish

HEAD = "promise_id,customer_id,promised_on,amount,invoice_id,made_on,reason"


def invoiced(desk: Desk) -> None:
    desk.takes("invoices.csv", INVOICE_HEAD, "I,C,CNY,2026-10-01,2026-10-31,100.00")


def states(desk: Desk) -> dict[str, State]:
    with desk.installation.reading(SYSTEM) as r:
        return {row.number: row.state for row in list_promises(r, PromiseFilter())}


def test_promises_are_judged_by_the_payments_of_the_books(desk: Desk):
    invoiced(desk)
    desk.takes("payments.csv", PAYMENT_HEAD, "P,C,2026-11-09,60.00,CNY,I")
    desk.takes(
        "promises.csv",
        HEAD,
        "kept,C,2026-11-10,60.00,I,2026-11-02,",
        "open,C,2026-12-10,40.00,I,2026-11-12,short_of_cash",
    )
    assert states(desk) == {"kept": State.KEPT, "open": State.OPEN}


def test_the_day_it_was_made_may_be_left_out(desk: Desk):
    invoiced(desk)
    desk.takes("payments.csv", PAYMENT_HEAD, "P,C,2026-11-09,60.00,CNY,I")
    desk.takes(
        "promises.csv",
        "promise_id,customer_id,promised_on,amount,invoice_id",
        *[
            "past,C,2026-11-10,60.00,I",
            "to come,C,2026-12-10,40.00,I",
        ],
    )
    assert states(desk) == {"past": State.KEPT, "to come": State.OPEN}


def test_a_promise_without_an_invoice_is_kept_by_whatever_comes(desk: Desk):
    desk.takes("payments.csv", PAYMENT_HEAD, "P,C,2026-11-09,60.00,CNY,")
    desk.takes("promises.csv", HEAD, "A,C,2026-11-10,60.00,,2026-11-02,")
    assert states(desk) == {"A": State.KEPT}


def test_the_same_row_again_is_unchanged_and_another_amount_a_bad_row(desk: Desk):
    invoiced(desk)
    row = "A,C,2026-12-10,60.00,I,2026-11-02,a flood"
    desk.takes("promises.csv", HEAD, row)
    assert desk.counts(desk.takes("promises.csv", HEAD, row)) == (0, 1, 0, 0)
    report = desk.takes("promises.csv", HEAD, row.replace("60.00", "50.00"))
    assert report.rejects[0].column == "amount"


def test_bad_rows_are_told(quick_desk: Desk):
    invoiced(quick_desk)
    report = quick_desk.takes(
        "promises.csv",
        HEAD,
        "A,C,2026-12-10,100.01,I,2026-11-02,",
        "B,D,2026-12-10,1.00,I,2026-11-02,",
        "C,C,2026-12-10,1.00,unknown,2026-11-02,",
        "D,C,2026-12-10,1.00,I,2026-12-11,",
        "E,C,2026-12-10,0.00,I,,",
    )
    columns = [(each.line, each.column) for each in report.rejects]
    assert columns == [
        (2, "amount"),
        (3, "invoice_id"),
        (4, "invoice_id"),
        (5, "made_on"),
        (6, "amount"),
    ]


def test_ours_come_back_under_their_numbers(installation, tmp_path):
    an_account(installation)
    here = Desk(installation, tmp_path / "here")
    give(installation, somebody(installation), wish(installation))
    written = here.export()
    there = Desk(founded(config_in(tmp_path / "there")), tmp_path / "there-files")
    there.imports(tmp_path / "here" / "out")
    assert written["promises.csv"].splitlines()[1].startswith(b"PRM-1,HUADONG,2026-12-11,250.00")
    assert there.export()["promises.csv"] == written["promises.csv"]
    assert here.counts(here.imports(tmp_path / "here" / "out" / "promises.csv")) == (0, 1, 0, 0)
    there.installation.database.engine.dispose()


def test_a_number_that_a_file_brought_is_not_given_again(installation, tmp_path):
    an_account(installation)
    desk = Desk(installation, tmp_path / "files")
    desk.takes("promises.csv", HEAD, "PRM-2,HUADONG,2026-12-10,10.00,INV-4,2026-11-02,")
    give(installation, somebody(installation), wish(installation))
    assert sorted(states(desk)) == ["PRM-2", "PRM-3"]
