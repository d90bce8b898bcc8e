"""R37–R40: the equation, the order of lines, and bytes that do not change."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.ledger import Kind
from portal.core.period import Period
from portal.core.statement import (
    SUMS,
    Head,
    Line,
    Party,
    Statement,
    Sums,
    assert_adds_up,
    canonical,
    line_order,
    read_statement,
    sha256_of,
)

HEAD = Head(
    number="2026-10-0007",
    version=1,
    supplier=Party("", "Seller Ltd", "91310000X"),
    customer=Party("C1", '华东 "贸易"\n有限公司', ""),
    currency="CNY",
    period=Period(date(2026, 10, 1), date(2026, 10, 31)),
    issued_on=date(2026, 11, 4),
    confirm_by=date(2026, 11, 18),
    policy_version=3,
    sums=Sums(opening_minor=100, invoiced_minor=250, received_minor=50),
    buckets=(("not_due", 250), ("1-30", 100)),
    unapplied_minor=50,
    disputed_minor=0,
)
LINES = (
    Line(date(2026, 9, 30), 4, "P-1", "", None, 0, -50, 50, late=True),
    Line(date(2026, 10, 5), 1, "INV-1", "PO 7", date(2026, 11, 4), 1, 250, 300, late=False),
)


def test_the_bytes_are_compact_json_in_a_fixed_order():
    said = canonical(HEAD, LINES).decode()

    assert said == json.dumps(json.loads(said), ensure_ascii=False, separators=(",", ":"))
    assert list(json.loads(said)) == [
        "format",
        "number",
        "version",
        "supplier",
        "customer",
        "currency",
        "decimals",
        "period",
        "issued_on",
        "confirm_by",
        "policy_version",
        "opening",
        "invoiced",
        "charged",
        "credited",
        "received",
        "discounted",
        "refunded",
        "adjusted",
        "closing",
        "ageing",
        "unapplied",
        "disputed",
        "columns",
        "lines",
    ]


def test_a_line_is_written_under_its_columns():
    said = json.loads(canonical(HEAD, LINES))

    assert dict(zip(said["columns"], said["lines"][1], strict=True)) == {
        "date": "2026-10-05",
        "kind": "invoice",
        "document": "INV-1",
        "reference": "PO 7",
        "due_on": "2026-11-04",
        "parts": 1,
        "amount": "250",
        "balance": "300",
        "late": False,
    }


def test_the_bytes_of_today_are_those_of_every_later_version():
    assert sha256_of(canonical(HEAD, LINES)) == (
        "cc3fdce4c64ee44df00bfc12e4398f2d5fa0df8b6b001f465a1ab04c36044790"
    )


def test_rows_of_sql_give_the_same_bytes_as_lines():
    rows = [
        ("2026-09-30", 4, "P-1", None, None, 0, -50, 50, 1),
        (date(2026, 10, 5), 1, "INV-1", "PO 7", "2026-11-04", 1, 250, 300, 0),
    ]

    assert canonical(HEAD, rows) == canonical(HEAD, LINES)


def test_what_is_written_is_read_again():
    assert read_statement(canonical(HEAD, LINES)) == Statement(HEAD, LINES)


def test_a_changed_byte_changes_the_fingerprint():
    payload = canonical(HEAD, LINES)

    assert sha256_of(payload) != sha256_of(payload.replace(b"INV-1", b"INV-2"))


@pytest.mark.parametrize(
    ("found", "put", "told"),
    [
        (b"accord-statement/1", b"accord-statement/0", "in the format"),
        (b'"closing":"300"', b'"closing":"301"', "closes with another sum"),
        (b'"opening":"100"', b'"opening":"101"', "does not add up"),
        (b'["1-30","100"]', b'["1-30","99"]', "does not add up"),
        (b'"-50","50"', b'"-50","51"', "does not add up"),
    ],
    ids=["format", "closing", "opening", "ageing", "balance"],
)
def test_bytes_that_contradict_themselves_are_refused(found, put, told):
    with pytest.raises(ValueError, match=told):
        read_statement(canonical(HEAD, LINES).replace(found, put))


def test_lines_out_of_order_are_refused():
    late = LINES[1]._replace(amount_minor=-50, balance_minor=50)
    early = LINES[0]._replace(amount_minor=250, balance_minor=300)

    with pytest.raises(ValueError, match="out of order"):
        assert_adds_up(Statement(HEAD, (late, early)))


def test_a_statement_without_lines_closes_as_it_opens():
    sums = Sums(opening_minor=100)
    head = replace(HEAD, sums=sums, buckets=(("not_due", 100),), unapplied_minor=0)

    assert read_statement(canonical(head, ())).head.sums.closing_minor == 100


def test_every_kind_that_is_shown_is_in_one_sum():
    counted = [kind for kinds, _ in SUMS.values() for kind in kinds]

    assert sorted(counted) == [kind for kind in Kind if not kind.is_memo]


@pytest.mark.parametrize(("minor", "columns"), [(250, (250, 0)), (-50, (0, 50))])
def test_an_amount_stands_in_debit_or_credit(minor, columns):
    line = LINES[0]._replace(amount_minor=minor)

    assert (line.debit_minor, line.credit_minor) == columns


def test_lines_are_ordered_by_date_kind_and_code_point():
    keys = [
        line_order(date(2026, 5, 2), Kind.INVOICE, "A"),
        line_order(date(2026, 5, 1), Kind.OPENING, "A"),
        line_order(date(2026, 5, 1), Kind.ADJUSTMENT, "B"),
        line_order(date(2026, 5, 1), Kind.INVOICE, "a"),
        line_order(date(2026, 5, 1), Kind.INVOICE, "Z"),
        line_order(date(2026, 5, 1), Kind.INVOICE, "甲"),
    ]

    assert [document for _, _, document in sorted(keys)] == ["Z", "a", "甲", "A", "B", "A"]


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(texts, texts, texts)
def test_any_text_survives_the_bytes(name, document, reference):
    head = replace(HEAD, customer=Party("C1", name, ""))
    line = LINES[1]._replace(document=document, reference=reference)
    read = read_statement(canonical(head, (LINES[0], line)))

    assert (read.head, read.lines[1]) == (head, line)
