"""The rules for invoices (S-069): issued in time, submitted once fit, kept as they are."""

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.tables.invoices import Entry, Part
from tests.desk import Office, an_office, books
from tests.ledgers import store

SETTINGS = "/desk/settings/statements"


@pytest.fixture
def office(installation: Installation) -> Office:
    return an_office(installation)


def test_an_admin_says_when_they_are_issued_and_how_long_they_are_kept(office: Office):
    admin = office.enter("admin")
    page = admin.visit(SETTINGS)
    admin.follow(admin.fill(page, SETTINGS, invoice_within_days="3", retention_years="15"))

    with office.installation.reading(SYSTEM) as r:
        assert (r.policy.invoice_within_days, r.policy.retention_years) == (3, 15)


@pytest.mark.parametrize("told", [{"invoice_within_days": "366"}, {"retention_years": "0"}])
def test_rules_that_nobody_could_keep_are_refused(office: Office, told: dict[str, str]):
    admin = office.enter("admin")

    page = admin.fill(admin.visit(SETTINGS), SETTINGS, 422, **told)
    assert page.by_id(next(iter(told))).get("aria-invalid") == "true"


@pytest.mark.parametrize(
    "act",
    [
        delete(Entry).where(Entry.number == "INV-1"),
        update(Entry).where(Entry.number == "INV-1").values(amount_minor=1),
        update(Part).where(Part.entry_id == 1).values(amount_minor=1),
    ],
    ids=["deleted", "another amount", "another part"],
)
def test_what_is_posted_is_archived_as_it_is(any_installation: Installation, act):
    store(any_installation, books())
    refused = pytest.raises(DBAPIError)

    with refused, any_installation.work(SYSTEM) as w:
        w.session.execute(act)
