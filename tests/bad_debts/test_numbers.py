"""Write-offs and recoveries have numbers of their own beside those that files bring along."""

import datetime as dt

from sqlalchemy import select

from portal.bad_debts import daily
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.ledger import Book, Entry, Kind
from portal.core.money import Money
from portal.tables.invoices import Entry as Posted
from tests.bad_debts.writing_off import approve, pay, propose, write_off
from tests.desk import Office, an_office
from tests.ledgers import count_on, store


def brought(office: Office, row_id: int, number: str) -> None:
    """A write-off that came with a file."""
    on, amount = dt.date(2026, 11, 18), Money(-1_00, "CNY")
    entry = Entry(row_id, "HUADONG", Kind.WRITE_OFF, number, on, amount)
    store(office.installation, Book((entry,), ()))
    count_on(office.installation)


def numbers(office: Office) -> list[str]:
    with office.installation.reading(SYSTEM) as r:
        rows = select(Posted.number).where(Posted.memo == 1).order_by(Posted.id)
        return list(r.session.scalars(rows))


def test_a_number_that_a_file_brought_along_is_passed_by(any_installation: Installation):
    office = an_office(any_installation)
    count_on(any_installation)
    clerk, lead, admin = (office.enter(r).user_id for r in ("clerk", "collections_lead", "admin"))
    brought(office, 600, "WO-00001")
    propose(office, clerk, {"INV-4": 40_00})
    brought(office, 601, "WO-00001-2")
    approve(office, lead)
    approve(office, admin)
    brought(office, 602, "WO-00001-2-2/recovery-2")
    pay(office, clerk, "INV-4", 10_00)

    daily.run(office.installation, office.installation.clock.now().date())

    assert (write_off(office).state, write_off(office).number) == ("posted", "WO-00001-2")
    assert set(numbers(office)) >= {"WO-00001-2-2", "WO-00001-2-2/recovery"}
