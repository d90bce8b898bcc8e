"""Before a promised day whoever promised is written to: once, on a workday, while it is awaited."""

import datetime as dt
import json

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.outbox import NotNeeded
from portal.promises.daily import remind
from portal.promises.eve import due_values
from portal.tables.journal import Outbox
from tests.promises.giving import an_account, give, pay, somebody, wish

#: A Friday; what is promised for the Monday after is told on the Friday.
MONDAY = dt.date(2026, 11, 30)
FRIDAY = dt.date(2026, 11, 27)


@pytest.fixture
def promised(any_installation: Installation) -> Installation:
    an_account(any_installation)
    give(any_installation, somebody(any_installation), wish(any_installation, pay_on=MONDAY))
    return any_installation


def mails(installation: Installation) -> list[Outbox]:
    with installation.reading(SYSTEM) as r:
        return list(r.session.scalars(select(Outbox).where(Outbox.kind == "promise_due")))


def test_the_mail_leaves_on_the_workday_before_and_once(promised: Installation):
    days = [FRIDAY - dt.timedelta(days=1), FRIDAY, FRIDAY, MONDAY]

    assert [remind(promised, on)["mailed"] for on in days] == [0, 1, 0, 0]


def test_it_says_what_is_awaited_and_until_when(promised: Installation):
    remind(promised, FRIDAY)
    [mail] = mails(promised)
    with promised.reading(SYSTEM, FRIDAY) as r:
        values = due_values(r, json.loads(mail.payload))

    assert (values["amount"].minor, values["pay_on"]) == (250_00, MONDAY)


def test_what_was_paid_meanwhile_is_not_asked_for(promised: Installation):
    remind(promised, FRIDAY)
    [mail] = mails(promised)
    pay(promised, 50, 250_00, on="11-27")

    with promised.reading(SYSTEM, FRIDAY) as r, pytest.raises(NotNeeded):
        due_values(r, json.loads(mail.payload))
