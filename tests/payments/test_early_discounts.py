"""R19–R20 over the books, invariant 45 of SECURITY.md: who pays early gets the discount."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from portal.base.access import SYSTEM
from portal.base.policies import decide
from portal.core.money import Money
from portal.payments.commands import ApplyByHand, Take, apply_by_hand
from portal.payments.undoing import UndoHandAct, undo_hand_act
from tests.imports.conftest import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]

INVOICES = "invoice_id,customer_id,currency,invoice_date,amount,payment_terms,disputed"
PAYMENTS = "payment_id,customer_id,payment_date,amount,currency,invoice_id"
NOTES = "credit_note_id,customer_id,currency,credit_date,amount,invoice_id"
ADJUSTMENTS = "adjustment_id,customer_id,currency,adjusted_on,kind,amount,invoice_id"
GRANTED = """select number, dated_on, amount_minor from entry where kind = 5 order by number"""


def invoiced(
    desk: Desk, terms: str = "2/10 net 30", amount: str = "100.00", more: str = ""
) -> None:
    desk.takes("invoices.csv", INVOICES, f"I,C,CNY,2026-05-01,{amount},{terms},{more}")


def paid(desk: Desk, on: str, amount: str, number: str = "P") -> None:
    assert desk.takes("payments.csv", PAYMENTS, f"{number},C,{on},{amount},CNY,I").is_clean


def is_open(desk: Desk, number: str = "I") -> int:
    rows = desk.ask(
        "select e.amount_minor - coalesce((select sum(a.amount_minor) from allocation a"
        " where a.customer_id = e.customer_id and a.entry_id = e.id and a.ended_on is null), 0)"
        f" from entry e where e.number = '{number}' and e.space = 1"
    )
    return int(rows[0][0])


@pytest.mark.parametrize(
    ("on", "amount", "granted", "left"),
    [
        ("2026-05-11", "98.00", [("I/discount", "2026-05-11", "-200")], 0),
        ("2026-05-12", "98.00", [], 200),
        ("2026-05-11", "97.99", [], 201),
        ("2026-05-03", "99.00", [("I/discount", "2026-05-03", "-100")], 0),
        ("2026-05-11", "100.00", [], 0),
    ],
)
def test_who_closes_an_invoice_in_time_gets_its_discount(desk: Desk, on, amount, granted, left):
    invoiced(desk)
    paid(desk, on, amount)

    assert desk.ask(GRANTED) == granted
    assert is_open(desk) == left


def test_paid_in_two_the_second_in_time_closes_it(desk: Desk):
    invoiced(desk)
    paid(desk, "2026-05-04", "50.00", "P1")
    assert desk.ask(GRANTED) == []
    paid(desk, "2026-05-11", "48.00", "P2")

    assert desk.ask(GRANTED) == [("I/discount", "2026-05-11", "-200")]
    assert is_open(desk) == 0


def test_the_second_payment_too_late_leaves_the_short_amount_open(desk: Desk):
    invoiced(desk)
    paid(desk, "2026-05-04", "50.00", "P1")
    paid(desk, "2026-05-12", "48.00", "P2")

    assert desk.ask(GRANTED) == []
    assert [row[2] for row in desk.parts()] == ["2026-05-31"]
    assert is_open(desk) == 200


def test_credit_notes_lower_what_the_discount_is_taken_off(desk: Desk):
    invoiced(desk, amount="18800.00")
    desk.takes("credit_notes.csv", NOTES, "CN,C,CNY,2026-05-02,400.00,I")
    paid(desk, "2026-05-10", "18032.00")

    assert desk.ask(GRANTED) == [("I/discount", "2026-05-10", "-36800")]


def test_what_a_file_of_the_same_call_tells_is_not_granted_twice(desk: Desk):
    (desk.folder / "customers.csv").unlink()
    desk.write("invoices.csv", INVOICES, "I,C,CNY,2026-05-01,100.00,2/10 net 30,")
    desk.write("payments.csv", PAYMENTS, "P,C,2026-05-10,98.00,CNY,I")
    desk.write("adjustments.csv", ADJUSTMENTS, "ERP-1,C,CNY,2026-05-10,discount,-2.00,I")

    assert desk.imports().is_clean
    assert desk.ask(GRANTED) == [("ERP-1", "2026-05-10", "-200")]
    assert is_open(desk) == 0


def test_imported_again_nothing_is_granted_again(desk: Desk):
    invoiced(desk)
    for _again in range(2):
        paid(desk, "2026-05-10", "98.00")

    assert len(desk.ask(GRANTED)) == 1


def test_what_is_disputed_is_not_settled_by_a_discount(desk: Desk):
    invoiced(desk, more="2.00")
    paid(desk, "2026-05-10", "98.00")

    assert desk.ask(GRANTED) == []


def test_a_window_that_ends_on_a_day_off_is_kept_on_the_next_workday(quick_desk: Desk):
    with quick_desk.installation.work(SYSTEM) as w:
        decide(w, {"calendar_country": "DE"}, dt.date(2026, 1, 1))
    # The tenth day after 29 April 2026 is Saturday, 9 May.
    quick_desk.takes("invoices.csv", INVOICES, "I,C,CNY,2026-04-29,100.00,2/10 net 30,")
    paid(quick_desk, "2026-05-11", "98.00")

    assert len(quick_desk.ask(GRANTED)) == 1


def ids(desk: Desk) -> dict[str, int]:
    return {number: int(row_id) for number, row_id in desk.ask("select number, id from entry")}


def test_applied_by_hand_it_is_granted_and_undone_with_it(desk: Desk):
    invoiced(desk)
    desk.takes("payments.csv", PAYMENTS, "P,C,2026-05-10,98.00,CNY,")
    known = ids(desk)
    take = Take(known["I"], 1, Money(98_00, "CNY"))
    for turn in (1, 2):
        with desk.installation.work(SYSTEM) as w:
            act = apply_by_hand(w, ApplyByHand(known["P"], (take,), dt.date(2026, 5, 10)))
        assert is_open(desk) == 0
        assert len(desk.ask(GRANTED)) == turn
        with desk.installation.work(SYSTEM) as w:
            undo_hand_act(w, UndoHandAct(act))
        assert is_open(desk) == 100_00
    balance = desk.ask("select sum(amount_minor) from entry where memo = 0")
    assert balance == [("200",)]


@pytest.fixture
def many(any_installation, tmp_path) -> Desk:
    made = Desk(any_installation, tmp_path / "files")
    made.takes("customers.csv", "customer_id", "C")
    return made


OFFERS = {
    "2/10 net 30": (20, 10),
    "30d; discount 3.5% 15d": (35, 15),
    "1/20 net 10": (10, 20),
}


def half_up(minor: int, rate: int) -> int:
    return (minor * rate * 2 + 1000) // 2000


CASES = st.lists(
    st.tuples(st.integers(100, 90_000), st.integers(0, 40), st.integers(-2, 3)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CASES, st.sampled_from(sorted(OFFERS)))
def test_invariant_45_whatever_is_paid_when(many: Desk, cases, terms):
    # A part of a thousand, so that nothing is reckoned with floats.
    rate, days = OFFERS[terms]
    turn = int(many.ask("select count(*) from entry")[0][0])
    invoices, payments = [], []
    for nth, (minor, later, off) in enumerate(cases):
        offer = half_up(minor, rate)
        paid_minor = max(1, minor - offer + off)
        on = dt.date(2026, 5, 1) + dt.timedelta(days=later)
        number = f"I{turn}-{nth}"
        invoices.append(f"{number},C,CNY,2026-05-01,{minor / 100:.2f},{terms},")
        payments.append(f"P{turn}-{nth},C,{on},{paid_minor / 100:.2f},CNY,{number}")
    many.takes("invoices.csv", INVOICES, *invoices)
    many.takes("payments.csv", PAYMENTS, *payments)

    with many.installation.reading(SYSTEM) as r:
        rows = r.session.execute(
            text(
                "select e.number, e.amount_minor, -d.amount_minor as off, d.dated_on,"
                " -p.amount_minor as paid, p.dated_on as paid_on from entry e"
                " join entry p on p.about_id = e.id and p.kind = 4"
                " left join entry d on d.about_id = e.id and d.kind = 5"
                f" where e.number like 'I{turn}-%'"
            )
        ).all()
    assert len(rows) == len(cases)
    for row in rows:
        paid_on = dt.date.fromisoformat(str(row.paid_on)[:10])
        is_early = paid_on <= dt.date(2026, 5, 1) + dt.timedelta(days=days)
        short = row.amount_minor - row.paid
        offer = half_up(row.amount_minor, rate)
        if row.off is None:
            assert not is_early or short <= 0 or short > offer
            assert is_open(many, row.number) == max(0, short)
        else:
            assert is_early
            assert 0 < row.off <= offer
            assert row.off + row.paid == row.amount_minor
            assert is_open(many, row.number) == 0


@pytest.mark.parametrize(
    ("terms", "amount", "came", "granted"),
    [
        ("30d; discount 50.00 10d", "1000.00", "950.00", [("I/discount", "2026-05-11", "-5000")]),
        ("30d; discount 50.00 10d", "1000.00", "949.99", []),
        ("30d; discount 50.00 10d", "40.00", "30.00", []),
        ('"30% 9d, balance 30d; discount 50.00 10d"', "40.00", "30.00", []),
    ],
)
def test_a_fixed_discount_is_for_invoices_that_are_larger(desk: Desk, terms, amount, came, granted):
    """What falls due does not depend on it, and a smaller invoice is offered none."""
    invoiced(desk, terms, amount)
    paid(desk, "2026-05-11", came)

    assert desk.ask(GRANTED) == granted


def test_a_discount_is_never_older_than_its_invoice(desk: Desk):
    invoiced(desk)
    paid(desk, "2026-04-28", "98.00")

    assert desk.ask(GRANTED) == [("I/discount", "2026-05-01", "-200")]
