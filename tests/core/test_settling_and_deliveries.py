"""R88, R90, R91, R206: deliveries without an invoice, what is confirmed, what is settled."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from portal.core.deliveries import Delivered, Delivery, invoice_by, late_since, not_invoiced
from portal.core.errors import RuleBroken
from portal.core.ledger import Account, Entry, Kind
from portal.core.money import Money
from portal.core.settling import check_decision, is_settled
from portal.core.statement import Statement, canonical, read_statement
from portal.core.wording import Clauses, Wording
from tests.core.test_statement import HEAD, LINES

MINE = Account("C1", "CNY")
MAY = date(2026, 5, 31)
WORDING = Wording("cn", False, {"en": Clauses("Pay.", "Confirm {amount} at {day}.", "")})


def delivered(number, day=3, minor=500):
    return Delivered(date(2026, 5, day), number, None, None, None, minor)


def invoice(number, day, kind=Kind.INVOICE):
    return Entry(1, "C1", kind, number, day, Money(500, "CNY"))


@pytest.mark.parametrize(
    ("delivery", "entry", "waits"),
    [
        (Delivery(MINE, delivered("D")), None, True),
        (Delivery(MINE, delivered("D"), "I"), None, True),
        (Delivery(MINE, delivered("D"), "I"), invoice("I", MAY), False),
        (Delivery(MINE, delivered("D"), "I"), invoice("I", date(2026, 6, 1)), True),
        (Delivery(MINE, delivered("D"), "I"), invoice("I", MAY, Kind.CHARGE), True),
        (Delivery(Account("C1", "EUR"), delivered("D")), None, False),
    ],
    ids=["no invoice", "not posted", "billed", "billed later", "no invoice kind", "other account"],
)
def test_a_delivery_waits_until_its_invoice_is_dated(delivery, entry, waits):
    found = not_invoiced([delivery], [entry] if entry else [], MINE, MAY)

    assert bool(found) is waits


@pytest.mark.parametrize("days", [0, 1, 7, 365])
def test_a_delivery_is_late_the_day_after_the_last_one_for_its_invoice(days):
    last = invoice_by(MAY, days)

    assert (last - MAY).days == days
    assert not late_since(last, days) > MAY
    assert late_since(last + timedelta(days=1), days) > MAY


def test_they_stand_by_day_and_number():
    given = [
        Delivery(MINE, each) for each in (delivered("b", 4), delivered("a", 4), delivered("c"))
    ]

    assert [each.number for each in not_invoiced(given, [], MINE, MAY)] == ["c", "a", "b"]


def head(*, counts):
    return replace(HEAD, delivered_minor=700, counts_deliveries=counts, wording=WORDING)


def test_deliveries_count_in_what_is_confirmed_only_where_that_was_chosen():
    assert head(counts=False).to_confirm_minor == HEAD.sums.closing_minor
    assert head(counts=True).to_confirm_minor == HEAD.sums.closing_minor + 700


def test_the_second_shape_is_read_again_and_its_deliveries_sum():
    deliveries = (
        Delivered(date(2026, 10, 5), "D1", "SO", "PO", "张", 500),
        Delivered(date(2026, 10, 6), "D2", "", "", "", 200),
    )
    payload = canonical(head(counts=True), LINES, deliveries)

    assert read_statement(payload) == Statement(head(counts=True), LINES, deliveries)
    with pytest.raises(ValueError, match="deliveries of another sum"):
        read_statement(payload.replace(b'"500"]', b'"501"]'))


def test_a_difference_said_anew_waits_again():
    said, decided = datetime(2026, 5, 1, 12, tzinfo=UTC), datetime(2026, 5, 1, 13, tzinfo=UTC)

    assert is_settled(said, decided)
    assert not is_settled(datetime(2026, 5, 2, tzinfo=UTC), decided)
    assert not is_settled(said, None)


@pytest.mark.parametrize("answer", ["", "  \n", "x" * 2001])
def test_a_decision_needs_words_for_the_customer(answer):
    with pytest.raises(RuleBroken, match="resolution"):
        check_decision(answer)
