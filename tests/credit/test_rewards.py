"""Paying on time earns a higher limit (S-016): the review tells it, and so does the own page."""

import datetime as dt

import pytest

from portal.base.access import SYSTEM
from portal.base.policies import decide
from portal.core.ledger import Allocation, Book, Entry, Kind, Part
from portal.core.money import Money
from portal.credit.rewards import has_paid_on_time, reward_of
from tests.buyer import Buyer
from tests.credit.limiting import TODAY, grant
from tests.desk import Office
from tests.ledgers import store


def paid(number: int, customer: str, due_on: dt.date, late: int = 0):
    amount = Money(100_00, "CNY")
    dated, day = due_on - dt.timedelta(days=30), due_on + dt.timedelta(days=late)
    bill = Entry(number, customer, Kind.INVOICE, f"R-{number}", dated, amount)
    money = Entry(number + 50, customer, Kind.PAYMENT, f"P-{number}", day, -amount)
    applied = Allocation(number + 50, number, 1, amount, day)
    return bill, money, Part(number, 1, due_on, amount), applied


def book(*late: int) -> Book:
    days = [TODAY - dt.timedelta(days=days) for days in (300, 200, 40)]
    made = [
        paid(1 + turn, "C1", day, days_late)
        for turn, (day, days_late) in enumerate(zip(days, late, strict=True))
    ]
    entries = [entry for bill, money, *_rest in made for entry in (bill, money)]
    return Book(tuple(entries), tuple(each[2] for each in made), tuple(each[3] for each in made))


@pytest.mark.parametrize(("late", "earned"), [((0, 0, 0), True), ((0, 1, 0), False)])
def test_one_late_payment_in_the_year_earns_nothing(any_installation, late, earned):
    store(any_installation, book(*late))
    with any_installation.reading(SYSTEM, TODAY) as r:
        found = reward_of(r, 1, Money(1_000_00, "CNY"), "")

        assert has_paid_on_time(r, 1) is earned
    assert found == (Money(1_100_00, "CNY") if earned else None)


def test_the_policy_can_offer_nothing(any_installation):
    store(any_installation, book(0, 0, 0))
    with any_installation.work(SYSTEM) as w:
        decide(w, {"credit_reward_percent": 0})
    with any_installation.reading(SYSTEM, TODAY) as r:
        assert reward_of(r, 1, Money(1_000_00, "CNY"), "") is None


def test_a_customer_reads_what_paying_on_time_earns(office: Office, chen: Buyer):
    grant(office, "HUADONG", 500_00)

    assert "Paying on time earns a higher limit" in chen.visit("/credit").text
