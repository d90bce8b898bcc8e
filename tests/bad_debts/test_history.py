"""What the house's own month ends say: every item followed from one to the next."""

import datetime as dt

import pytest

from portal.bad_debts.history import MONTHS, history_of, month_ends
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.ledger import Allocation, Book, Entry, Kind, Part
from portal.core.money import Money
from tests.credit.limiting import TODAY
from tests.desk import Office, an_office
from tests.ledgers import store


@pytest.fixture
def office(any_installation: Installation) -> Office:
    """A year in which, of 100.00 of each month, 60.00 is paid in time and 30.00 a month late."""
    entries, parts, applied = [], [], []
    for nth, due_on in enumerate(month_ends(TODAY)):
        dated = due_on - dt.timedelta(days=20)
        owed = Money(100_00, "CNY")
        entries.append(
            Entry(300 + nth, "SOLID", Kind.INVOICE, f"INV-{300 + nth}", dated, owed, "PO-7")
        )
        parts.append(Part(300 + nth, 1, due_on, owed))
        for turn, (minor, days) in enumerate(((60_00, 0), (30_00, 25))):
            paid_on, money = due_on + dt.timedelta(days=days or 1), Money(minor, "CNY")
            paid = Entry(
                400 + 2 * nth + turn, "SOLID", Kind.PAYMENT, f"RCT-{nth}-{turn}", paid_on, -money
            )
            if paid_on <= TODAY:
                entries.append(paid)
                applied.append(Allocation(paid.id, 300 + nth, 1, money, paid_on))
    store(any_installation, Book(tuple(entries), tuple(parts), tuple(applied)))
    return an_office(any_installation, with_books=False)


def test_what_is_paid_in_time_and_what_rolls_on_is_told_by_bucket(office: Office):
    with office.installation.reading(SYSTEM) as r:
        found = history_of(r, "CNY", TODAY)

    not_due, _fresh, late, _later, long_late, _older = found.rolled
    assert (not_due.months, not_due.stood) == (MONTHS, MONTHS * 100_00)
    assert not_due.share(not_due.paid) * 100 == 90
    assert not_due.share(not_due.moved) * 100 == 10
    assert late.paid == late.lost == long_late.moved == 0
    # Nothing has left what is late: rates in force stand in. Of the tenth that rolls on, five
    # months of twelve come to 2 %, the others, which last 31 days, to 50 %.
    assert found.rates == ["3.00", None, "50.00", "50.00", "50.00", None]
    assert found.to_on == dt.date(2026, 10, 31)


def test_the_page_leads_to_a_policy_with_the_rates(office: Office):
    manager = office.enter("credit_manager")
    page = manager.visit("/desk/provisions/history?factor=200")

    assert "6.00 %" in page.text
    fields = page.form("/desk/settings/policy/try")
    tried = manager.send("/desk/settings/policy/try", 200, data=fields)
    assert "What would change" in tried.text
    assert "No difference" not in tried.text
