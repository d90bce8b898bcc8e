"""Provisions: the matrix over the books, single rates beside it, posted once."""

import datetime as dt
from decimal import Decimal

import pytest

from portal.bad_debts.providing import (
    EndSpecific,
    PostProvision,
    ProvideFor,
    end_specific,
    list_posted,
    post_provision,
    provide_for,
    provisions_of,
)
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.errors import RuleBroken
from tests.bad_debts.writing_off import approve, propose
from tests.credit.limiting import TODAY, actor, customer_id
from tests.desk import Office, an_office
from tests.ledgers import count_on


@pytest.fixture
def office(any_installation: Installation) -> Office:
    made = an_office(any_installation)
    count_on(any_installation)
    return made


@pytest.fixture
def manager(office: Office) -> int:
    return office.enter("credit_manager").user_id


def told(office: Office, on: dt.date = TODAY) -> dict[str, tuple[str, str]]:
    """Exposure and provision by currency."""
    with office.installation.reading(SYSTEM) as r:
        found = provisions_of(r, on)
        return {each.currency: (each.exposure.major(), each.allowance.major()) for each in found}


def test_every_item_stands_in_one_bucket_with_its_rate(office: Office):
    # 250.00 not due at 1 %, 70.00 50 days late at 3 %, 40.00 142 days late at 20 %; 80.00 11 days.
    assert told(office) == {"CNY": ("360.00", "12.60"), "EUR": ("80.00", "1.60")}


def test_what_is_provided_for_by_itself_leaves_the_matrix(office: Office, manager: int):
    with office.installation.work(actor(office.installation, manager)) as w:
        command = ProvideFor(customer_id(office, "BERGMANN"), None, Decimal(60), "Insolvent", TODAY)
        row_id = provide_for(w, command)
        with pytest.raises(RuleBroken, match=r"provision\.stands_already"):
            provide_for(w, command)

    assert told(office)["EUR"] == ("80.00", "48.00")

    with office.installation.work(actor(office.installation, manager)) as w:
        end_specific(w, EndSpecific(row_id))
    assert told(office)["EUR"] == ("80.00", "1.60")


def test_what_is_written_off_is_not_provided_for(office: Office, manager: int):
    admin, lead = office.enter("admin").user_id, office.enter("collections_lead").user_id
    propose(office, manager, {"INV-4": 40_00})
    approve(office, admin)
    approve(office, lead)

    assert told(office)["CNY"] == ("320.00", "4.60")


def test_a_provision_is_posted_once_and_the_next_tells_its_movement(office: Office, manager: int):
    who = actor(office.installation, manager)
    earlier = TODAY - dt.timedelta(days=20)
    counts = []
    for on in (earlier, earlier, TODAY):
        with office.installation.work(who) as w:
            counts.append(post_provision(w, PostProvision(on)))

    assert counts == [2, 0, 2]
    with office.installation.reading(SYSTEM) as r:
        newest = next(row for row in list_posted(r) if row.amount.currency == "CNY")
    assert newest.movement == newest.amount - newest.previous
    assert newest.previous.minor > 0


@pytest.mark.parametrize(
    ("days", "code"), [(1, "provision.as_of_in_future"), (-30, "provision.older_than_last")]
)
def test_a_day_that_does_not_fit_is_refused(office: Office, manager: int, days: int, code: str):
    who = actor(office.installation, manager)
    with office.installation.work(who) as w:
        post_provision(w, PostProvision(TODAY))
    with (
        office.installation.work(who) as w,
        pytest.raises(RuleBroken) as broken,
    ):
        post_provision(w, PostProvision(TODAY + dt.timedelta(days=days)))

    assert broken.value.code == code
