"""Promising: within the rule and the room there is, once, with its evidence in the chain."""

import datetime as dt
import json

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM, Denied, NotFound
from portal.base.evidence import sha256_of_text
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.promise import Reason
from portal.core.promise_kept import State
from portal.promises.commands import WithdrawPromise, make_promise, record_promise, withdraw_promise
from portal.promises.wishes import WishedItem, broken_days
from portal.tables.journal import Audit, Outbox
from portal.tables.promises import Promise
from tests.desk import day
from tests.promises.giving import (
    LAST_DAY,
    an_account,
    cny,
    customer_id,
    give,
    pay,
    promises,
    somebody,
    wish,
)


@pytest.fixture
def books_of(any_installation):
    an_account(any_installation)
    return any_installation


@pytest.fixture
def account(installation):
    an_account(installation)
    return installation


def refused(installation, actor, asked, code):
    with pytest.raises(RuleBroken) as broken:
        give(installation, actor, asked)
    assert broken.value.code == f"promise.{code}"
    return broken.value.facts


def test_a_promise_runs_until_its_day(books_of):
    give(books_of, somebody(books_of), wish(books_of))
    [row] = promises(books_of)
    assert (row.state, row.awaited, row.items[0].number) == (State.OPEN, cny(250_00), "INV-2")


def test_the_evidence_is_hashed_and_its_hash_is_in_the_chain(books_of):
    give(books_of, somebody(books_of), wish(books_of, note="", method="transfer"))
    with books_of.reading(SYSTEM) as r:
        promise = r.session.scalars(select(Promise)).one()
        entry = r.session.scalars(select(Audit).where(Audit.kind == "promise.made")).one()
    assert sha256_of_text(promise.evidence) == promise.evidence_sha256
    assert json.loads(entry.facts)["evidence_sha256"] == promise.evidence_sha256
    assert json.loads(promise.evidence)["rule"]["latest"] == "2026-12-12"


def test_the_same_page_sent_twice_promises_once(books_of):
    chen, asked = somebody(books_of), wish(books_of, 100_00, key="one page")
    assert give(books_of, chen, asked) == give(books_of, chen, asked)
    assert len(promises(books_of)) == 1


def test_its_author_is_mailed_and_the_letter_is_to_be_made(account):
    give(account, somebody(account), wish(account))
    with account.reading(SYSTEM) as r:
        kinds = set(r.session.scalars(select(Outbox.kind)))
    assert {"promise_made", "promise_letter"} <= kinds


@pytest.mark.parametrize(
    ("pay_on", "code"),
    [
        ("2026-11-19", "day_over"),
        ("2026-12-05", "day_off"),
        ("2026-12-14", "too_late"),
        ("2027-12-14", "too_far"),
    ],
)
def test_a_day_that_the_rule_does_not_allow_is_refused(account, pay_on, code):
    asked = wish(account, pay_on=dt.date.fromisoformat(pay_on))
    refused(account, somebody(account), asked, code)


def test_more_than_is_open_is_refused(account):
    facts = refused(account, somebody(account), wish(account, 250_01), "exceeds_open")
    assert facts["open"] == cny(250_00)


def test_two_promises_never_hold_more_than_is_open(books_of):
    chen = somebody(books_of)
    give(books_of, chen, wish(books_of, 200_00))
    facts = refused(books_of, chen, wish(books_of, 50_01), "promised_already")
    assert facts["left"] == cny(50_00)


def test_a_second_tab_that_saw_more_room_is_told_what_changed(account):
    chen = somebody(account)
    give(account, chen, wish(account, 200_00))
    seen = (WishedItem(2, 1, cny(250_00), seen=cny(250_00)),)
    facts = refused(account, chen, wish(account, items=seen), "stale")
    assert (facts["before"], facts["now"]) == (cny(250_00), cny(50_00))


def test_a_payment_while_the_page_is_open_is_told(books_of):
    pay(books_of, 60, 250_00)
    seen = (WishedItem(2, 1, cny(250_00), seen=cny(250_00)),)
    facts = refused(books_of, somebody(books_of), wish(books_of, items=seen), "stale")
    assert facts["now"] == cny(0)


def test_a_paid_item_is_not_promised(account):
    pay(account, 60, 250_00)
    refused(account, somebody(account), wish(account), "item_paid")


def test_an_item_in_another_currency_is_not_promised_along(account):
    chen = somebody(account, code="BERGMANN")
    euro = (WishedItem(3, 1, Money(80_00, "EUR")),)
    asked = wish(account, items=euro, customer_id=customer_id(account, "BERGMANN"))
    refused(account, chen, asked, "currencies_differ")


def test_another_customers_item_is_not_there(account):
    with pytest.raises(NotFound):
        give(account, somebody(account), wish(account, items=(WishedItem(3, 1, cny(1)),)))


def test_another_customer_is_not_there(account):
    with pytest.raises(NotFound):
        give(account, somebody(account, code="BERGMANN"), wish(account))


def test_who_only_looks_cannot_promise(account):
    with pytest.raises(Denied):
        give(account, somebody(account, "customer_viewer"), wish(account))


def test_a_new_promise_takes_the_place_of_an_earlier_one_when_asked(books_of):
    chen = somebody(books_of)
    give(books_of, chen, wish(books_of, pay_on=day("12-01")))
    second = give(books_of, chen, wish(books_of, replaces=True))
    first, last = promises(books_of)
    assert (first.ended_as, first.replaced_by_id, last.id) == ("replaced", second, second)
    assert (first.state, last.state) == (State.ENDED, State.OPEN)


def test_a_promise_is_taken_back_before_its_day(books_of):
    chen = somebody(books_of)
    promise_id = give(books_of, chen, wish(books_of))
    for _twice in range(2):
        with books_of.work(chen) as w:
            withdraw_promise(w, WithdrawPromise(promise_id))
    assert [row.ended_as for row in promises(books_of)] == ["withdrawn"]


def test_a_kept_promise_is_not_taken_back(account):
    chen = somebody(account)
    promise_id = give(account, chen, wish(account))
    pay(account, 60, 250_00)
    with (
        pytest.raises(RuleBroken, match=r"promise\.not_in_this_state"),
        account.work(chen) as w,
    ):
        withdraw_promise(w, WithdrawPromise(promise_id))


def test_two_missed_promises_stop_a_third_until_they_are_paid(account):
    chen = somebody(account)
    for amount in (100_00, 50_00):
        give(account, chen, wish(account, amount, pay_on=day("11-20")))
    later = account.work(chen, day("11-23"))
    with pytest.raises(RuleBroken, match=r"promise\.cooling_down"), later as w:
        make_promise(w, wish(account, 100_00))


def test_missed_and_promised_again_it_counts_as_missed_until_its_items_are_paid(account):
    chen = somebody(account)
    give(account, chen, wish(account, pay_on=day("11-20")))
    with account.work(chen, day("11-23")) as w:
        make_promise(w, wish(account, pay_on=day("11-24")))
    with account.reading(SYSTEM, day("11-25")) as r:
        assert broken_days(r, customer_id(account)) == [day("11-20"), day("11-24")]
    pay(account, 60, 250_00, on="11-25")
    with account.reading(SYSTEM, day("11-25")) as r:
        assert broken_days(r, customer_id(account)) == []


def test_the_house_writes_down_who_said_so(account):
    clerk = somebody(account, "clerk")
    asked = wish(account, way="phone", given_by="Mr Zhao", reason=Reason.UNWILLING)
    with account.work(clerk) as w:
        record_promise(w, asked)
    [row] = promises(account)
    assert (row.given_by, row.reason, row.way) == ("Mr Zhao", "unwilling", "phone")


def test_a_promise_on_the_phone_names_its_giver(account):
    with (
        pytest.raises(RuleBroken, match=r"promise\.giver_missing"),
        account.work(somebody(account, "clerk")) as w,
    ):
        record_promise(w, wish(account, way="phone"))


def test_a_customer_is_not_called_unwilling_by_itself(account):
    asked = wish(account, reason=Reason.UNWILLING)
    refused(account, somebody(account), asked, "reason_unfit")


def test_money_of_the_same_day_keeps_a_promise_that_was_made_before_it(books_of):
    give(books_of, somebody(books_of), wish(books_of))
    pay(books_of, 60, 250_00)
    assert [row.state for row in promises(books_of)] == [State.KEPT]


def test_money_that_was_there_before_keeps_nothing(books_of):
    pay(books_of, 60, 100_00)
    give(books_of, somebody(books_of), wish(books_of, 150_00))
    [row] = promises(books_of, LAST_DAY + dt.timedelta(days=1))
    assert row.state is State.BROKEN
