"""Invoices beside their contracts after an import and every day: held, let be, looked at anew."""

import json
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from portal.base.access import SYSTEM
from portal.base.policies import decide
from portal.contracts.checking import check_all, check_list
from portal.invoices.held import held_invoices
from portal.people.commands import NewUser, create_user_with_password
from portal.tables.contracts import ContractAmendment, InvoiceCheck, Price
from tests.desk import day as day_of
from tests.imports.conftest import Desk

CONTRACTS = "contract_id,customer_id,starts_on,ends_on,payment_terms,price_list"
INVOICES = "invoice_id,customer_id,currency,invoice_date,amount,contract_id"
LINES = "invoice_id,line,description,quantity,unit_price,amount,product_id,unit"


@pytest.fixture
def kept(any_desk: Desk) -> Desk:
    """A contract over 30 days and a price list; nothing else."""
    any_desk.takes("customers.csv", "customer_id", "C", "D")
    any_desk.takes("contracts.csv", CONTRACTS, "K-1,C,2026-01-01,2026-12-31,net 30,P-1")
    with any_desk.installation.work() as w:
        for from_on, price in (("01-01", "10"), ("06-01", "12")):
            w.session.add(
                Price(
                    price_list="P-1",
                    product_code="A",
                    currency="CNY",
                    from_on=day_of(from_on),
                    unit="pcs",
                    unit_price=Decimal(price),
                )
            )
    return any_desk


def check_of(desk: Desk, number: str = "I-1") -> InvoiceCheck | None:
    with desk.installation.reading(SYSTEM) as r:
        entry_id = (
            r.session.connection()
            .exec_driver_sql(f"select id from entry where number = '{number}'")
            .scalar_one()
        )
        return r.session.get(InvoiceCheck, entry_id)


def said(desk: Desk, number: str = "I-1") -> tuple[str, list[str]]:
    check = check_of(desk, number)
    assert check is not None
    return check.state, [each["code"] for each in json.loads(check.differences)]


def let_pass(desk: Desk) -> None:
    """A person has let everything pass."""
    with desk.installation.work() as w:
        decided = {"state": "confirmed", "decided_at": w.now, "decided_by": somebody(w)}
        w.session.query(InvoiceCheck).filter_by(state="held").update(decided)


def somebody(w: Any) -> int:
    new = NewUser("amy@northwind.example", "Amy", "a password of some length", ("clerk",))
    return create_user_with_password(w, new).user_id


def test_an_invoice_that_keeps_to_its_contract_fits(kept: Desk):
    kept.takes("invoices.csv", INVOICES, "I-1,C,CNY,2026-05-01,20.00,K-1")

    assert said(kept) == ("fits", [])


def test_one_that_falls_due_later_is_held_with_both_days(kept: Desk):
    kept.takes("invoices.csv", f"{INVOICES},due_date", "I-1,C,CNY,2026-05-01,20.00,K-1,2026-06-30")
    check = check_of(kept)

    assert check is not None
    assert check.state == "held"
    [told] = json.loads(check.differences)
    assert (told["aspect"], told["code"]) == ("date", "due_on")
    assert (told["invoice"], told["contract"]) == ("2026-06-30", "2026-05-31")


def test_terms_of_its_own_hold_it_too(kept: Desk):
    kept.takes("invoices.csv", f"{INVOICES},payment_terms", "I-1,C,CNY,2026-05-01,20.00,K-1,net 60")

    assert said(kept) == ("held", ["due_on", "terms"])


def test_another_split_of_its_parts_holds_it(any_desk: Desk):
    any_desk.takes("customers.csv", "customer_id", "C")
    any_desk.takes("contracts.csv", CONTRACTS, 'K-1,C,2026-01-01,,"50% 10d, 50% 30d",')
    invoices = ("I-1,C,CNY,2026-05-01,20.00,K-1", "I-2,C,CNY,2026-05-01,20.00,K-1")
    any_desk.takes("invoices.csv", INVOICES, *invoices)
    parts = ("I-2,1,2026-05-11,5.00", "I-2,2,2026-05-31,15.00")
    any_desk.takes("invoice_parts.csv", "invoice_id,part,due_on,amount", *parts)

    assert said(any_desk) == ("fits", [])
    assert said(any_desk, "I-2") == ("held", ["parts"])


def test_a_name_means_to_the_contract_what_it_means_to_its_invoices(any_desk: Desk):
    """Names from a later day are known before it, as they are when an invoice is posted."""
    with any_desk.installation.work() as w:
        decide(w, {}, day_of("01-01"))
        decide(w, {"terms": [{"name": "trade", "text": "net 45"}]}, day_of("07-01"))
    any_desk.takes("customers.csv", "customer_id", "C")
    any_desk.takes("contracts.csv", CONTRACTS, "K-1,C,2026-01-01,,trade,")
    any_desk.takes("invoices.csv", INVOICES, "I-1,C,CNY,2026-05-01,20.00,K-1")
    any_desk.takes("invoices.csv", f"{INVOICES},due_date", "I-2,C,CNY,2026-05-01,9,K-1,2026-05-31")

    assert said(any_desk) == ("fits", [])
    assert said(any_desk, "I-2") == ("held", ["due_on"])


def test_an_invoice_that_names_no_contract_is_not_compared(kept: Desk):
    kept.takes("invoices.csv", INVOICES, "I-1,C,CNY,2026-05-01,20.00,")

    assert check_of(kept) is None


def test_an_unknown_contract_holds_an_invoice(kept: Desk):
    report = kept.takes("invoices.csv", INVOICES, "I-1,C,CNY,2026-05-01,20.00,K-9")

    assert kept.counts(report) == (1, 0, 0, 0)
    assert said(kept) == ("held", ["contract_unknown"])


def test_another_customers_contract_holds_an_invoice(kept: Desk):
    kept.takes("invoices.csv", INVOICES, "I-1,D,CNY,2026-05-01,20.00,K-1")

    assert said(kept) == ("held", ["contract_of_another"])


def test_where_no_contract_is_kept_nothing_is_compared(any_desk: Desk):
    any_desk.takes("customers.csv", "customer_id", "C")
    any_desk.takes("invoices.csv", INVOICES, "I-1,C,CNY,2026-05-01,20.00,K-9")
    with any_desk.installation.work(SYSTEM) as w:
        check_all(w)

    assert check_of(any_desk) is None


def test_an_unknown_contract_of_before_contracts_were_kept_holds_nothing(any_desk: Desk):
    any_desk.takes("customers.csv", "customer_id", "C")
    any_desk.takes("invoices.csv", INVOICES, "I-1,C,CNY,2026-05-01,20.00,K-9")
    any_desk.takes("contracts.csv", CONTRACTS, "K-1,C,2026-01-01,,,")
    with any_desk.installation.work(SYSTEM) as w:
        w.session.connection().exec_driver_sql(
            "update contract set created_at = '2026-11-21 00:00:00'"
        )
        check_all(w)

    assert check_of(any_desk) is None


def test_its_lines_come_later_and_are_compared_then(kept: Desk):
    kept.takes("invoices.csv", INVOICES, "I-1,C,CNY,2026-05-01,24.00,K-1")
    assert said(kept) == ("fits", [])
    kept.takes("invoice_lines.csv", LINES, "I-1,1,Bolts,2,12,24.00,A,pcs")

    assert said(kept) == ("held", ["unit_price"])


def test_the_price_is_that_of_the_invoices_day(kept: Desk):
    kept.takes(
        "invoices.csv",
        INVOICES,
        "I-1,C,CNY,2026-05-31,20.00,K-1",
        "I-2,C,CNY,2026-06-01,24.00,K-1",
    )
    kept.takes(
        "invoice_lines.csv", LINES, "I-1,1,Bolts,2,10,20.00,A,pcs", "I-2,1,Bolts,2,12,24.00,A,pcs"
    )

    assert [said(kept, number) for number in ("I-1", "I-2")] == [("fits", []), ("fits", [])]


def test_a_contract_that_comes_after_its_invoices_is_compared_with_them(any_desk: Desk):
    any_desk.takes("customers.csv", "customer_id", "C")
    any_desk.takes(
        "invoices.csv", f"{INVOICES},due_date", "I-1,C,CNY,2026-05-01,20.00,K-1,2026-06-30"
    )
    any_desk.takes("contracts.csv", CONTRACTS, "K-1,C,2026-01-01,,net 30,")

    assert said(any_desk) == ("held", ["due_on"])


def test_what_a_person_let_pass_is_not_asked_about_again(kept: Desk):
    row = "I-1,C,CNY,2026-05-01,20.00,K-1,2026-06-30"
    kept.takes("invoices.csv", f"{INVOICES},due_date", row)
    let_pass(kept)
    kept.takes("invoices.csv", f"{INVOICES},due_date", row)
    with kept.installation.work(SYSTEM) as w:
        check_all(w)

    assert said(kept)[0] == "confirmed"


def test_what_was_let_pass_is_asked_about_anew_when_its_lines_come(kept: Desk):
    kept.takes("invoices.csv", f"{INVOICES},due_date", "I-1,C,CNY,2026-05-01,20.00,K-1,2026-06-30")
    let_pass(kept)
    kept.takes("invoice_lines.csv", LINES, "I-1,1,Bolts,2,10,20.00,B,pcs")
    check = check_of(kept)

    assert said(kept) == ("held", ["product", "due_on"])
    assert check is not None
    assert check.decided_by is None


def test_a_change_of_the_contract_from_a_later_day_asks_nothing(kept: Desk):
    kept.takes("invoices.csv", INVOICES, "I-1,C,CNY,2026-05-01,20.00,K-1")
    amended(kept, "2026-05-02")

    assert said(kept) == ("fits", [])


def test_a_change_of_the_contract_from_its_day_asks_anew(kept: Desk):
    kept.takes("invoices.csv", INVOICES, "I-1,C,CNY,2026-05-01,20.00,K-1")
    amended(kept, "2026-05-01")

    assert said(kept) == ("held", ["due_on"])


def amended(desk: Desk, effective: str, state: str = "in_force") -> None:
    with desk.installation.work() as w:
        w.session.add(
            ContractAmendment(
                customer_id=1,
                contract_id=1,
                effective_on=day_of(effective[5:]),
                changes='{"payment_terms": "net 10"}',
                content="Paid sooner",
                author_id=somebody(w),
                at=w.now,
                state=state,
            )
        )
        w.session.flush()
        check_all(w)


@pytest.mark.parametrize("state", ["waiting", "refused"])
def test_an_amendment_that_is_not_in_force_asks_nothing(kept: Desk, state: str):
    kept.takes("invoices.csv", INVOICES, "I-1,C,CNY,2026-05-01,20.00,K-1")
    amended(kept, "2026-05-01", state)

    assert said(kept) == ("fits", [])


def test_a_price_that_changes_is_compared_with_the_lists_invoices(kept: Desk):
    kept.takes("invoices.csv", INVOICES, "I-1,C,CNY,2026-05-01,20.00,K-1")
    kept.takes("invoice_lines.csv", LINES, "I-1,1,Bolts,2,10,20.00,A,pcs")
    with kept.installation.work() as w:
        w.session.query(Price).filter_by(from_on=day_of("01-01")).update({"unit_price": Decimal(9)})
        check_list(w, "P-1")

    assert said(kept) == ("held", ["unit_price"])


def test_what_is_held_stays_held_until_a_person_lets_it_go(kept: Desk):
    """S-067: making the contract say what the invoice says is no confirmation."""
    kept.takes("invoices.csv", INVOICES, "I-1,C,CNY,2026-05-01,20.00,K-1")
    kept.takes("invoice_lines.csv", LINES, "I-1,1,Bolts,2,10,20.00,A,pcs")
    for price in (9, 10):
        with kept.installation.work() as w:
            of_list = w.session.query(Price).filter_by(from_on=day_of("01-01"))
            of_list.update({"unit_price": Decimal(price)})
            check_list(w, "P-1")

    assert said(kept) == ("held", [])


def test_held_and_returned_ones_are_what_nobody_is_reminded_of(kept: Desk):
    kept.takes(
        "invoices.csv",
        INVOICES,
        "I-1,C,CNY,2026-05-01,20.00,K-1",
        "I-2,C,CNY,2026-05-01,20.00,K-9",
    )
    with kept.installation.reading(SYSTEM) as r:
        [held] = r.session.scalars(held_invoices())
    check = check_of(kept, "I-2")

    assert check is not None
    assert held == check.entry_id


def test_a_dry_run_compares_and_keeps_nothing(kept: Desk):
    kept.takes("invoices.csv", INVOICES, "I-1,C,CNY,2026-05-01,20.00,K-9", is_dry_run=True)

    assert kept.ask("select 1 from invoice_check") == []


def test_many_invoices_take_as_many_statements_a_batch_as_one(kept: Desk):
    def counted(first: int, count: int) -> int:
        rows = [f"I-{first + n},C,CNY,2026-05-01,20.00,K-1" for n in range(count)]
        kept.takes("invoices.csv", INVOICES, *rows)
        return statements_of(kept)

    few = counted(1, 3)
    assert counted(100, 60) == few


def statements_of(desk: Desk) -> int:
    told: list[str] = []
    engine = desk.installation.database.engine
    event.listen(engine, "before_cursor_execute", lambda *given: told.append(given[2]))
    with desk.installation.work(SYSTEM) as w:
        check_all(w)
    return len(told)
