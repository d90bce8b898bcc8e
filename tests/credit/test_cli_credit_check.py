"""`accord credit check` answers as INTERFACES section 5 says, on its own machine."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from portal.cli import main

CUSTOMERS = """customer_id,name,currency,credit_limit,parent_id
C1,One,CNY,1000.00,
C2,Two,CNY,,
C3,Three,EUR,0,
C4,Four,CNY,,C1
"""
INVOICES = """invoice_id,customer_id,currency,invoice_date,due_date,amount
I-1,C1,CNY,2026-11-02,2026-12-02,600.00
I-2,C4,CNY,2026-11-02,2026-12-02,150.00
I-3,C2,JPY,2026-11-02,2026-12-02,9000
"""
ORDERS = """order_id,customer_id,currency,order_date,amount
O-1,C1,CNY,2026-11-03,50.00
"""
PAYMENTS = """payment_id,customer_id,payment_date,amount,currency
P-1,C3,2026-11-04,80.00,EUR
"""


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    folder = tmp_path_factory.mktemp("check")
    settings = {"ACCORD_INSTANCE": str(folder), "ACCORD_SECRET_KEY": "x" * 40}

    def run(*words):
        return CliRunner().invoke(main, words, env=settings)

    assert run("init").exit_code == 0
    books = folder / "books"
    books.mkdir()
    told = {"customers": CUSTOMERS, "invoices": INVOICES, "orders": ORDERS, "payments": PAYMENTS}
    for name, text in told.items():
        (books / f"{name}.csv").write_text(text, encoding="utf-8")
    imported = run("import", str(books))
    assert imported.exit_code == 0, imported.stderr
    return run


def answer(ask, *words):
    said = ask("credit", "check", *words, "--on", "2026-11-20", "--format", "json")
    assert said.exit_code == 0, said.stderr
    return json.loads(said.stdout)


def test_a_group_shares_a_limit_up_to_the_last_cent(ask):
    figures = {"exposure": "800.00", "limit": "1000.00", "available": "200.00", "currency": "CNY"}

    for customer in ("C1", "C4"):
        assert answer(ask, customer, "--amount", "200") == {
            "decision": "allow",
            "reasons": [],
            **figures,
        }
        over = answer(ask, customer, "--amount", "200.01")
        assert {**over, "reasons": None} == {"decision": "hold", "reasons": None, **figures}
        assert over["reasons"][0].startswith("over_limit: ")


def test_a_named_order_is_taken_out_first(ask):
    told = answer(ask, "C1", "--amount", "250", "--order", "O-1")

    assert (told["decision"], told["exposure"]) == ("allow", "750.00")


def test_without_a_limit_there_is_none_and_nothing_to_convert(ask):
    assert answer(ask, "C2", "--amount", "99999999") == {
        "decision": "allow",
        "reasons": [],
        "exposure": None,
        "limit": None,
        "available": None,
        "currency": "CNY",
    }


@pytest.mark.parametrize(("amount", "decision"), [("80.00", "allow"), ("80.01", "refuse")])
def test_a_limit_of_nothing_is_prepayment_only(ask, amount, decision):
    told = answer(ask, "C3", "--amount", amount)

    assert (told["decision"], told["limit"], told["exposure"]) == (decision, "0.00", "-80.00")


def test_a_missing_rate_holds_and_names_the_pair(ask):
    told = answer(ask, "C1", "--amount", "1", "--currency", "USD")

    assert told["decision"] == "hold"
    assert told["reasons"] == [
        "missing_rate: There is no exchange rate USD/CNY for this day or before. Enter one."
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("C9", "--amount", "1"), "C9"),
        (("C1", "--amount", "1", "--order", "O-9"), "no order O-9"),
        (("C1", "--amount", "x"), "number"),
        (("C1", "--amount", "-1"), "below zero"),
        (("C1", "--amount", "1", "--currency", "ABC"), "ABC"),
        (("C1", "--amount", "1", "--currency", "EUR", "--order", "O-1"), "CNY"),
        (("C4", "--amount", "1", "--order", "O-1"), "another customer"),
        (("C1", "--amount", "1", "--on", "20.11.2026"), "YYYY-MM-DD"),
    ],
)
def test_wrong_usage_ends_with_two_and_one_sentence(ask, words, told):
    said = ask("credit", "check", *words)

    assert (said.exit_code, said.stdout) == (2, "")
    assert told in said.stderr
    assert "Traceback" not in said.stderr


def test_a_table_and_a_csv_say_the_same(ask):
    table = ask("credit", "check", "C1", "--amount", "300", "--on", "2026-11-20").stdout
    csv = ask("credit", "check", "C1", "--amount", "300", "--on", "2026-11-20", "--format", "csv")

    assert "hold" in table
    assert csv.stdout.splitlines()[0] == "decision,reasons,exposure,limit,available,currency"
    assert csv.stdout.splitlines()[1].endswith("800.00,1000.00,200.00,CNY")
