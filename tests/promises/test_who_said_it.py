"""Who promised and how is what happened, not what a form says; colleagues' remarks stay inside."""

import pytest
from sqlalchemy import select

from portal.approvals.deciding import ApproveRequest, RefuseRequest, approve_request, refuse_request
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.menus import NAVIGATION
from portal.promises.commands import record_promise
from portal.promises.extending import ask_extension
from portal.promises.extensions import list_extensions
from portal.tables.approvals import Approval
from portal.tables.journal import Event
from portal.tables.promises import Extension, PlanSignature, Promise
from tests.desk import day
from tests.promises.giving import an_account, give, promises, somebody, wish
from tests.promises.planning import ZHAO, a_talk

assert NAVIGATION  # the roof knows the kinds of what is approved
REMARK = "They are nearly insolvent, watch them"


@pytest.fixture
def account(installation: Installation) -> Installation:
    an_account(installation)
    return installation


def asked_on_the_phone(account: Installation) -> int:
    """A clerk asks for more time for a customer; the id of the approval that waits."""
    told = {"pay_on": day("12-14"), "note": "Please", "key": "k", "given_by": "Mr Wu"}
    with account.work(somebody(account, "clerk")) as w:
        ask_extension(w, wish(account, **told))
        return w.session.scalars(select(Approval.id)).one()


def told_of(account: Installation) -> str:
    """All that is kept of promises and requests where customers can come to it."""
    with account.reading(SYSTEM) as r:
        columns = (Promise.evidence, Extension.evidence, PlanSignature.evidence, Event.facts)
        kept = [str(text) for column in columns for text in r.session.scalars(select(column))]
    with account.reading(somebody(account)) as r:
        return " ".join([*kept, *(row.comment for row in list_extensions(r))])


def test_a_customer_says_nothing_on_the_phone_by_a_form(account: Installation):
    give(account, somebody(account), wish(account, way="phone", given_by="The boss"))

    assert [(row.way, row.given_by) for row in promises(account)] == [("portal", "")]


def test_what_the_house_writes_down_was_said_on_the_phone(account: Installation):
    with account.work(somebody(account, "clerk")) as w:
        record_promise(w, wish(account, way="portal", given_by="Mr Wu"))

    assert [(row.way, row.given_by) for row in promises(account)] == [("phone", "Mr Wu")]


@pytest.mark.parametrize(
    ("act", "command"), [(approve_request, ApproveRequest), (refuse_request, RefuseRequest)]
)
def test_a_remark_for_a_colleague_is_in_no_promise(account: Installation, act, command):
    approval_id = asked_on_the_phone(account)
    with account.work(somebody(account, "collections_lead")) as w:
        act(w, command(approval_id, REMARK))

    assert REMARK not in told_of(account)


def test_a_remark_for_a_colleague_is_in_no_plan(installation: Installation):
    talk = a_talk(installation)
    talk.ask()
    talk.accept()
    with installation.reading(SYSTEM) as r:
        waiting = r.session.scalars(select(Approval.id)).one()
    talk.act(ZHAO, approve_request, ApproveRequest(waiting, REMARK))
    talk.sign()
    talk.sign_for_house()

    assert talk.state == "agreed"
    assert REMARK not in told_of(installation)
