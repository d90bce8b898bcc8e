"""Shipments to a dealer are small (S-048): more than a month's purchases are advised in lots."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import update

from portal.base.access import SYSTEM
from portal.base.policies import decide
from portal.credit.checking import AskCheck, check
from portal.credit.names import reason_said
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from tests.credit.shipping import Depot, a_depot, cny

#: Of a year; with the months below that is 100.00 a month.
BOUGHT = "1200.00"


@pytest.fixture
def depot(any_installation):
    made = a_depot(any_installation)
    with any_installation.work(SYSTEM) as w:
        customer_id = made.customers["A"]
        dealer = update(Customer).where(Customer.id == customer_id)
        w.session.execute(dealer.values(customer_type="Dealer"))
        for turn, (days, amount) in enumerate([(800, "9.00"), (20, BOUGHT)]):
            w.session.add(
                Entry(
                    customer_id=customer_id,
                    currency="CNY",
                    kind=1,
                    space=1,
                    dated_on=w.today - dt.timedelta(days=days),
                    amount_minor=cny(amount).minor,
                    number=f"INV-{turn}",
                    posted_at=w.now,
                )
            )
    return made


def asked(depot: Depot, amount: str):
    with depot.installation.reading(SYSTEM) as r:
        return check(r, AskCheck(depot.customers["A"], cny(amount)), r.today).decision


def test_more_than_a_month_is_advised_in_lots_and_allowed(depot):
    month, more = asked(depot, "100.00"), asked(depot, "250.00")

    assert (month.verdict, month.reasons) == ("allow", ())
    assert more.verdict == "allow"
    assert reason_said(more.reasons[0]).replace("\u00a0", " ") == (
        "Advice: it is 75 days of what the customer usually buys. Ship it in 3 lots of about "
        "CNY 83.34, each of 15 to 30 days."
    )


def test_the_policy_can_hold_it(depot):
    with depot.installation.work(SYSTEM) as w:
        decide(w, {"credit_lot_holds": True, "credit_lot_most_days": 60})

    assert asked(depot, "200.00").verdict == "allow"
    assert asked(depot, "200.01").verdict == "hold"


@pytest.mark.parametrize(("types", "codes"), [([], []), (["shop"], []), (["*"], ["large_lot"])])
def test_the_policy_says_to_whom_small_lots_are_shipped(depot, types, codes):
    with depot.installation.work(SYSTEM) as w:
        decide(w, {"credit_lot_types": types})

    assert [reason.code for reason in asked(depot, "250.00").reasons] == codes
