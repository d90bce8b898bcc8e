"""Provisions: the matrix over the books, single rates beside it, posted once."""

import datetime as dt
from decimal import Decimal

import pytest

from portal.bad_debts.posted import list_posted
from portal.bad_debts.providing import (
    EndSpecific,
    PostProvision,
    ProvideFor,
    end_specific,
    post_provision,
    provide_for,
    provisions_of,
)
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.policies import decide
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.tables.credit import Collateral
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
    """S-163."""
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
    """S-167."""
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


def secure(office: Office, code: str, minor: int, **when: dt.date) -> None:
    whose = customer_id(office, code)
    user_id = office.enter("admin").user_id
    with office.installation.work(SYSTEM) as w:
        row = Collateral(
            customer_id=whose,
            kind="bank_guarantee",
            giver="Bank",
            reference="",
            currency="CNY",
            amount_minor=minor,
            accepted_minor=minor,
            noted_by=user_id,
            noted_at=w.now,
            **{"from_on": dt.date(2026, 1, 1), **when},
        )
        w.session.add(row)


def test_what_securities_cover_is_not_provided_for(office: Office):
    # Half of 360.00: 125.00 not due at 1 %, 35.00 late at 3 %, 20.00 long late at 20 %.
    secure(office, "HUADONG", 180_00)

    assert told(office) == {"CNY": ("360.00", "6.30"), "EUR": ("80.00", "1.60")}
    with office.installation.reading(SYSTEM) as r:
        found = provisions_of(r, TODAY)[0]
    assert found.covered == Money(180_00, "CNY")
    assert [line.covered.minor for line in found.lines] == [125_00, 0, 35_00, 20_00, 0, 0]


def test_a_security_covers_what_has_a_rate_of_its_own_too(office: Office, manager: int):
    secure(office, "HUADONG", 1_000_00)
    with office.installation.work(actor(office.installation, manager)) as w:
        provide_for(w, ProvideFor(customer_id(office, "HUADONG"), None, Decimal(60), "Ill", TODAY))

    assert told(office)["CNY"] == ("360.00", "0.00")


@pytest.mark.parametrize("when", ["over", "later", "policy"])
def test_a_security_that_does_not_hold_covers_nothing(office: Office, when: str):
    day = dt.timedelta(days=1)
    held = {"over": {"until_on": TODAY - day}, "later": {"from_on": TODAY + day}}
    secure(office, "HUADONG", 180_00, **held.get(when, {}))
    if when == "policy":
        with office.installation.work(SYSTEM) as w:
            decide(w, {"provision_securities": False})

    assert told(office)["CNY"] == ("360.00", "12.60")
