"""What paying early saves is offered for what is really settled by it."""

from pathlib import Path

import pytest

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.invoices.early_payment import find_offer, list_offers
from portal.invoices.queries import get_invoice
from tests.terms.trading import HEAD, House, a_house

TERMS = "2/10 net 30"


@pytest.fixture
def house(any_installation: Installation, tmp_path: Path) -> House:
    made = a_house(any_installation, tmp_path)
    made.bills(f"I-1,HUADONG,11-15,100.00,{TERMS}")
    return made


def offered(house: House) -> list[tuple[str, str, str]]:
    """Number, pay and save of each offer; the page of an invoice says the same as the list."""
    with house.installation.reading(SYSTEM) as r:
        found = list_offers(r)
        of_pages = [find_offer(r, get_invoice(r, each.ref)) for each in found]
        assert of_pages == [each.offer for each in found]
        return [(each.number, each.offer.pay.major(), each.offer.save.major()) for each in found]


def page_offers(house: House, number: str) -> bool:
    with house.installation.reading(SYSTEM) as r:
        select = f"select id from entry where number = '{number}'"
        entry_id = r.session.connection().exec_driver_sql(select).scalar_one()
        return find_offer(r, get_invoice(r, r.refs.of("iv", entry_id))) is not None


def test_what_is_open_within_the_window_is_offered(house: House):
    assert offered(house) == [("I-1", "98.00", "2.00")]


def test_past_the_window_nothing_is_offered(house: House):
    house.pass_days(6)

    assert offered(house) == []


def test_what_is_disputed_is_not_offered_for_no_discount_settles_it(house: House):
    head = f"{HEAD},disputed"
    row = f"I-1,HUADONG,CNY,2026-11-15,100.00,{TERMS},,,,20.00"
    assert house.desk.takes("invoices.csv", head, row).is_clean

    assert offered(house) == []
    assert not page_offers(house, "I-1")


def test_what_is_held_is_not_offered_before_somebody_has_looked(house: House):
    contract = "K-1,BERGMANN,2026-01-01"
    house.desk.takes("contracts.csv", "contract_id,customer_id,starts_on", contract)
    house.bills(f"I-2,HUADONG,11-16,100.00,{TERMS},,K-1")

    assert [number for number, _pay, _save in offered(house)] == ["I-1"]
    assert not page_offers(house, "I-2")
