"""More time than the rule allows: asked for, decided by a second person, then a promise."""

import datetime as dt
import json

import pytest
from sqlalchemy import select

from portal.approvals.deciding import ApproveRequest, RefuseRequest, approve_request, refuse_request
from portal.approvals.kinds import know_kinds
from portal.base.access import SYSTEM
from portal.core.errors import RuleBroken
from portal.promises.extending import (
    EXTENSION,
    WithdrawExtension,
    ask_extension,
    withdraw_extension,
)
from portal.promises.wishes import WishedItem
from portal.tables.approvals import Approval
from portal.tables.journal import Outbox
from portal.tables.promises import Promise
from tests.desk import day
from tests.promises.giving import an_account, cny, give, pay, promises, somebody, wish

#: The first workday after the limit.
LATER = day("12-14")
know_kinds([EXTENSION])


@pytest.fixture
def books_of(any_installation):
    an_account(any_installation)
    return any_installation


@pytest.fixture
def account(installation):
    an_account(installation)
    return installation


def asked_for(installation, actor, **changes) -> int:
    told = {"pay_on": LATER, "note": "Our customer pays in December.", "key": "a page"} | changes
    with installation.work(actor) as w:
        return ask_extension(w, wish(installation, **told))


def request(installation) -> Approval:
    with installation.reading(SYSTEM) as r:
        return r.session.scalars(select(Approval).order_by(Approval.id.desc())).first()


def decided(installation, act, command) -> None:
    with installation.work(somebody(installation, "collections_lead")) as w:
        act(w, command)


def test_a_later_day_waits_for_a_second_person(books_of):
    asked_for(books_of, somebody(books_of))
    found = request(books_of)
    assert (found.kind, found.state, found.amount_minor) == ("extension", "waiting", 250_00)
    assert json.loads(found.before)["pay_on"] == "2026-12-12"
    assert json.loads(found.after)["pay_on"] == "2026-12-14"


def test_approved_it_is_a_promise_of_who_asked(books_of):
    chen = somebody(books_of)
    asked_for(books_of, chen)
    decided(books_of, approve_request, ApproveRequest(request(books_of).id))
    [row] = promises(books_of)
    assert (row.way, row.promised_on, row.user_id) == ("extension", LATER, chen.user_id)
    assert row.approval_id == request(books_of).id


def test_the_evidence_names_the_approver_and_holds_the_request(account):
    asked_for(account, somebody(account))
    decided(account, approve_request, ApproveRequest(request(account).id, "Once more."))
    with account.reading(SYSTEM) as r:
        evidence = json.loads(r.session.scalars(select(Promise.evidence)).one())
    assert evidence["approval"]["role"] == "collections_lead"
    assert evidence["approval"]["comment"] == "Once more."
    assert evidence["approval"]["asked"]["author"] == evidence["author"]


def test_approved_it_replaces_the_running_promise_on_the_items(account):
    chen = somebody(account)
    give(account, chen, wish(account))
    asked_for(account, chen)
    decided(account, approve_request, ApproveRequest(request(account).id))
    assert [row.ended_as for row in promises(account)] == ["replaced", ""]


def test_a_payment_since_overtakes_the_request(account):
    asked_for(account, somebody(account))
    pay(account, 60, 100_00)
    with account.reading(SYSTEM) as r:
        asked = r.session.scalars(select(Approval)).one()
        assert EXTENSION.facts(r, asked).fingerprint != asked.fingerprint


def test_refused_nothing_is_promised_and_who_asked_is_mailed(account):
    asked_for(account, somebody(account))
    decided(account, refuse_request, RefuseRequest(request(account).id, "Twice was enough."))
    with account.reading(SYSTEM) as r:
        kinds = set(r.session.scalars(select(Outbox.kind)))
    assert promises(account) == []
    assert "extension_refused" in kinds


def test_a_request_that_was_taken_back_waits_no_more(account):
    chen = somebody(account)
    extension_id = asked_for(account, chen)
    with account.work(chen) as w:
        withdraw_extension(w, WithdrawExtension(extension_id))
    assert request(account).state == "withdrawn"


def test_the_same_page_sent_twice_asks_once(account):
    chen = somebody(account)
    assert asked_for(account, chen) == asked_for(account, chen)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"note": " "}, "extension.reason_missing"),
        ({"pay_on": dt.date(2026, 12, 12)}, "promise.day_off"),
        ({"items": (WishedItem(2, 1, cny(300_00)),)}, "promise.exceeds_open"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(account, changes, code):
    with pytest.raises(RuleBroken) as broken:
        asked_for(account, somebody(account), **changes)
    assert broken.value.code == code


def test_more_time_for_one_item_is_asked_once_at_a_time(account):
    chen = somebody(account)
    asked_for(account, chen)
    with pytest.raises(RuleBroken, match=r"extension\.waiting"):
        asked_for(account, chen, key="another page")
