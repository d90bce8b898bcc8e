"""R168–R173: an invoice beside its contract, aspect by aspect, and when it is asked about anew."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.contract_check import (
    Agreed,
    Invoiced,
    InvoicedLine,
    Price,
    check_digest,
    compare_with_contract,
    line_worth,
    prices_on,
)
from portal.core.money import Money


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


AGREED = Agreed(
    "C-1",
    day("2026-01-01"),
    day("2026-12-31"),
    "CNY",
    "net 30",
    "P-2026",
    {"A": Price(Decimal("12.50"), "pcs"), "B": Price(Decimal(3))},
)
LINES = (
    InvoicedLine(1, "A", "pcs", Decimal(10), Decimal("12.5"), 125_00),
    InvoicedLine(2, "B", "kg", Decimal("1.5"), Decimal(3), 4_50),
)
INVOICE = Invoiced(
    day("2026-05-01"), Money(129_50, "CNY"), "30d", due_on=(day("2026-05-31"),), lines=LINES
)


def said(invoice: Invoiced = INVOICE, **agreed: Any) -> list[tuple[str, str, int, str, str]]:
    found = compare_with_contract(invoice, replace(AGREED, **agreed))
    return [(each.aspect, each.code, each.line, each.invoice, each.contract) for each in found]


def with_line(**changes: Any) -> Invoiced:
    """The invoice with its first line changed, and its amount with it."""
    line = replace(LINES[0], **changes)
    amount = Money(line.amount_minor + LINES[1].amount_minor, "CNY")
    return replace(INVOICE, lines=(line, LINES[1]), amount=amount)


def test_an_invoice_that_keeps_to_its_contract_has_no_difference():
    assert said() == []


def test_a_contract_that_says_nothing_of_it_differs_in_nothing():
    assert said(currency="", terms="", price_list="", prices={}) == []


# ── Content ──────────────────────────────────────────────────────────────────


def test_a_product_that_is_not_on_the_price_list_is_told_with_its_line():
    assert said(with_line(product="C")) == [("content", "product", 1, "C", "–")]


def test_a_line_that_names_no_product_is_not_on_the_price_list():
    assert said(with_line(product="")) == [("content", "product", 1, "–", "–")]


def test_another_unit_than_the_lists_is_told_and_another_case_is_not():
    assert said(with_line(unit="box")) == [("content", "unit", 1, "box", "pcs")]
    assert said(with_line(unit="PCS")) == []


# ── Amounts ──────────────────────────────────────────────────────────────────


def test_another_price_than_the_lists_is_told_with_both():
    dearer = with_line(unit_price=Decimal("13.10"), amount_minor=131_00)

    assert said(dearer) == [("amount", "unit_price", 1, "13.1", "12.5")]


def test_a_line_that_is_not_quantity_times_price_is_told():
    assert said(with_line(amount_minor=126_00)) == [
        ("amount", "line_amount", 1, "126.00", "125.00")
    ]


def test_a_line_may_hold_its_tax():
    assert said(with_line(amount_minor=141_25, tax_minor=16_25)) == []


@pytest.mark.parametrize(("amount", "tax", "told"), [(146_34, 16_84, 0), (146_34, 0, 1)])
def test_the_lines_come_to_the_invoice_with_the_tax_beside_them(amount: int, tax: int, told: int):
    invoice = replace(INVOICE, amount=Money(amount, "CNY"), tax_minor=tax)

    assert [each[:2] for each in said(invoice)] == [("amount", "lines")] * told


def test_another_currency_than_the_contracts_is_told():
    assert said(currency="EUR") == [("amount", "currency", 0, "CNY", "EUR")]


@given(
    st.decimals(0, 10_000, places=3),
    st.decimals(0, 10_000, places=4),
    st.sampled_from(["CNY", "JPY"]),
)
def test_a_line_is_worth_its_product_to_half_a_smallest_unit(
    quantity: Decimal, price: Decimal, currency: str
):
    unit = Decimal(1) if currency == "JPY" else Decimal("0.01")
    apart = abs(line_worth(quantity, price, currency) * unit - quantity * price)

    assert apart <= unit / 2


# ── Dates ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("dated", "code"), [("2025-12-31", "before_start"), ("2027-01-01", "after_end")]
)
def test_an_invoice_outside_the_contracts_period_is_told(dated: str, code: str):
    due = day(dated) + dt.timedelta(days=30)
    found = said(replace(INVOICE, dated_on=day(dated), due_on=(due,)))

    assert [each[:2] for each in found] == [("date", code)]


@pytest.mark.parametrize("dated", ["2026-01-01", "2026-12-31"])
def test_the_first_and_the_last_day_are_within_it(dated: str):
    due = day(dated) + dt.timedelta(days=30)

    assert said(replace(INVOICE, dated_on=day(dated), due_on=(due,))) == []


def test_a_due_date_that_the_terms_do_not_give_is_told_with_both():
    late = replace(INVOICE, due_on=(day("2026-06-30"),))

    assert said(late) == [("date", "due_on", 0, "2026-06-30", "2026-05-31")]


def test_due_parts_are_compared_all_together():
    halves = replace(INVOICE, own_terms="", due_on=(day("2026-05-11"), day("2026-05-31")))

    assert said(halves, terms="50% 10d, 50% 30d") == []
    assert said(halves, terms="50% 10d, 50% 20d")[0][3:] == (
        "2026-05-11, 2026-05-31",
        "2026-05-11, 2026-05-21",
    )


def test_the_parts_are_split_as_agreed_where_their_days_are_the_same():
    days = (day("2026-05-11"), day("2026-05-31"))
    split = replace(INVOICE, own_terms="", due_on=days, due_minor=(29_50, 100_00))

    assert said(replace(split, due_minor=(64_75, 64_75)), terms="50% 10d, 50% 30d") == []
    assert said(split, terms="29.50 10d, balance 30d") == []
    assert said(split, terms="50% 10d, 50% 30d") == [
        (
            *("amount", "parts", 0),
            "2026-05-11: 29.50, 2026-05-31: 100.00",
            "2026-05-11: 64.75, 2026-05-31: 64.75",
        )
    ]


def test_parts_of_one_day_count_together():
    parts = replace(
        *(INVOICE,), own_terms="", due_on=(day("2026-05-31"),) * 2, due_minor=(9_50, 120_00)
    )

    assert said(parts, terms="20% 30d, 80% 30d") == []


def test_another_split_is_looked_at_anew_but_one_part_needs_no_second_look():
    days = (day("2026-05-11"), day("2026-05-31"))
    split = replace(INVOICE, due_on=days, due_minor=(29_50, 100_00))
    other = replace(split, due_minor=(64_75, 64_75))

    assert check_digest(split, AGREED, "C-1") != check_digest(other, AGREED, "C-1")
    whole = replace(INVOICE, due_minor=(129_50,))
    assert check_digest(whole, AGREED, "C-1") == check_digest(INVOICE, AGREED, "C-1")


def test_an_invoice_before_its_delivery_is_told_where_terms_count_from_it():
    early = replace(
        INVOICE, own_terms="", delivered_on=day("2026-05-04"), due_on=(day("2026-06-03"),)
    )

    assert said(early, terms="from delivery 30d") == [
        ("date", "too_early", 0, "2026-05-01", "2026-05-04")
    ]
    assert said(replace(early, due_on=INVOICE.due_on)) == []


def test_what_is_not_delivered_yet_is_not_due_and_not_compared():
    waiting = replace(INVOICE, own_terms="", due_on=(None,))

    assert said(waiting, terms="from delivery 30d") == []


# ── Terms ────────────────────────────────────────────────────────────────────


def test_terms_of_its_own_that_are_not_the_contracts_are_told():
    other = replace(INVOICE, own_terms="net 60", due_on=(day("2026-06-30"),))

    assert [each[:2] for each in said(other)] == [("date", "due_on"), ("terms", "terms")]


def test_the_same_terms_written_otherwise_are_the_same():
    assert said(replace(INVOICE, own_terms="NET  30")) == []


def test_fixed_parts_that_an_invoice_is_too_small_for_are_told():
    small = replace(INVOICE, own_terms="")

    assert said(small, terms="200.00 0d, balance 30d") == [
        ("terms", "terms_do_not_fit", 0, "129.50", "200.00 0d, balance 30d")
    ]


# ── Prices of a day, and when it is asked anew ───────────────────────────────


def test_a_price_holds_from_its_day_to_the_next_one():
    rows = [
        ("A", day("2026-01-01"), Price(Decimal(10))),
        ("A", day("2026-06-01"), Price(Decimal(11))),
        ("B", day("2026-07-01"), Price(Decimal(5))),
    ]

    assert prices_on(rows, day("2026-05-31")) == {"A": Price(Decimal(10))}
    assert prices_on(rows, day("2026-06-01"))["A"].unit_price == 11
    assert set(prices_on(rows, day("2026-07-01"))) == {"A", "B"}


def test_the_same_invoice_and_contract_are_not_asked_about_twice():
    again = replace(AGREED, prices={**AGREED.prices, "Z": Price(Decimal(1))})

    assert check_digest(INVOICE, AGREED, "C-1") == check_digest(INVOICE, again, "C-1")


@pytest.mark.parametrize(
    "other",
    [
        {"agreed": replace(AGREED, terms="net 45")},
        {"agreed": replace(AGREED, prices={**AGREED.prices, "A": Price(Decimal(13))})},
        {"invoice": replace(INVOICE, lines=LINES[:1])},
        {"invoice": replace(INVOICE, delivered_on=day("2026-05-02"))},
        {"agreed": None},
    ],
)
def test_what_one_side_says_otherwise_is_looked_at_anew(other: dict[str, Any]):
    told = {"invoice": INVOICE, "agreed": AGREED} | other

    assert check_digest(**told, number="C-1") != check_digest(INVOICE, AGREED, "C-1")
