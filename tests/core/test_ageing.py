"""R31–R36: buckets and grades cover every day once, and due today is not overdue."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.ageing import BUCKETS, GRADES, Basis, Grade, Scheme, age, days_late, is_overdue
from portal.core.errors import RuleBroken
from portal.core.ledger import DisputedPart, Kind, open_items
from portal.core.money import Money
from tests.core.books import Ledger, day, euro

bounds = st.lists(st.integers(1, 400), max_size=6, unique=True).map(sorted).map(tuple)
schemes = st.one_of(bounds.map(Scheme), st.just(GRADES))


@pytest.mark.parametrize(
    ("late", "bucket"),
    [
        (-1, "not_due"),
        (0, "not_due"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "91+"),
        (None, "not_due"),
    ],
)
def test_each_bound_is_the_last_day_of_its_bucket(late, bucket):
    assert BUCKETS.bucket_of(late) == bucket


@pytest.mark.parametrize(
    ("late", "grade"),
    [
        (-8, Grade.IN_TERM),
        (-7, Grade.ALERT),
        (-1, Grade.ALERT),
        (0, Grade.DUE),
        (1, Grade.OVERDUE),
        (None, Grade.IN_TERM),
    ],
)
def test_the_first_four_grades_follow_from_dates(late, grade):
    assert GRADES.bucket_of(late) == grade


def test_bucket_names_follow_the_bounds():
    assert Scheme((365, 730)).names == ("not_due", "1-365", "366-730", "731+")


@pytest.mark.parametrize("wrong", [(0,), (-5, 30), (30, 30), (60, 30)])
def test_bounds_that_do_not_rise_are_refused(wrong):
    with pytest.raises(RuleBroken) as refused:
        Scheme(wrong)

    assert refused.value.code == "ageing.bounds_not_rising"


@given(schemes, st.integers(-500, 500))
def test_every_number_of_days_lies_in_exactly_one_bucket(scheme, late):
    index = scheme.index_of(late)
    reached = [start for start in scheme.starts if start <= late]

    by_days = scheme.names[:-4] if scheme.is_decided else scheme.names
    assert len(by_days) == len(scheme.starts) + 1
    assert index == len(reached)


@given(schemes, st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(-500, 500))
def test_the_cut_offs_for_sql_give_the_same_bucket(scheme, as_of, late):
    due_on = as_of - timedelta(days=late)

    assert sum(due_on < cut for cut in scheme.cut_offs(as_of)) == scheme.index_of(late)


@pytest.mark.parametrize(("on", "overdue"), [("03", False), ("04", True)])
def test_what_is_due_today_is_not_overdue(on, overdue):
    assert is_overdue(date(2025, 1, 3), date(2025, 1, int(on))) is overdue


def test_what_has_no_due_date_is_not_late():
    assert (days_late(None, day("05-01")), is_overdue(None, day("05-01"))) == (None, False)


def a_ledger():
    ledger = Ledger(disputes=[DisputedPart(1, 1, day("05-02"))])
    ledger.invoice("I", day("05-01"), "100.00", due=[(day("05-11"), "70.00"), (None, "30.00")])
    ledger.credit(Kind.WRITE_OFF, "W", day("05-20"), "20.00", pays="I")
    return ledger


def aged(as_of, **how):
    return [
        amount.major()
        for amount in age(open_items(a_ledger().book, as_of), as_of, "EUR", **how).amounts
    ]


def test_parts_are_aged_by_their_own_due_dates():
    assert aged(day("06-20")) == ["30.00", "0.00", "70.00", "0.00", "0.00"]


def test_the_other_basis_is_the_invoice_date():
    assert aged(day("06-05"), basis=Basis.INVOICE) == ["0.00", "0.00", "100.00", "0.00", "0.00"]


def test_inside_the_house_a_write_off_is_left_out():
    assert aged(day("06-20"), inside=True) == ["30.00", "0.00", "50.00", "0.00", "0.00"]


def test_the_disputed_part_is_told_beside_the_buckets():
    as_of = day("06-20")
    told = age(open_items(a_ledger().book, as_of), as_of, "EUR")

    assert (told.disputed, told.open) == (euro("70.00"), euro("100.00"))


def test_the_items_of_another_currency_are_refused():
    with pytest.raises(TypeError, match="CNY meets EUR"):
        age(open_items(a_ledger().book, day("05-20")), day("05-20"), "CNY")


@given(st.lists(st.tuples(st.integers(1, 10_000), st.integers(-200, 200)), max_size=10), schemes)
def test_the_buckets_sum_to_what_is_open(invoices, scheme):
    ledger, as_of = Ledger(), day("12-31")
    for number, (minor, late) in enumerate(invoices):
        amount = Money(minor, "EUR").major()
        due_on = as_of - timedelta(days=late)
        ledger.invoice(f"I{number}", day("01-01"), amount, due=[(due_on, amount)])

    told = age(open_items(ledger.book, as_of), as_of, "EUR", scheme)

    assert told.open.minor == sum(minor for minor, _ in invoices)
