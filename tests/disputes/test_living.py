"""A dispute's life on the customer's side, with what the house does in between."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM, Actor
from portal.core.dispute import Settlement, Verdict
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.disputes.checks import check_disputes
from portal.disputes.daily import run
from portal.disputes.deciding import Decided, DecideDispute, decide_dispute
from portal.disputes.living import ReopenDispute, WithdrawDispute, reopen_dispute, withdraw_dispute
from portal.disputes.raising import RaiseDispute, raise_dispute
from portal.disputes.subjects import About
from portal.disputes.talking import SayInDispute, say_in_dispute
from portal.invoices.position import customer_position
from portal.people.recognising import actor_of
from portal.tables.customers import Customer
from portal.tables.disputes import CreditRequest, Dispute
from portal.tables.invoices import InvoiceLine
from portal.tables.journal import Outbox
from tests.buyer import Buyer
from tests.desk import Office

NOTHING = Money(0, "CNY")


class House:
    """Both sides of one installation, acting without pages."""

    def __init__(self, office: Office, chen: Buyer) -> None:
        self.office, self.installation = office, office.installation
        self.chen = self.actor(chen.user_id)
        self.clerk = self.actor(office.enter("clerk").user_id)

    def actor(self, user_id: int) -> Actor:
        with self.installation.reading(SYSTEM) as r:
            return actor_of(r, user_id)

    def do(self, actor: Actor, act: Callable[..., Any], command: Any) -> Any:
        with self.installation.work(actor) as w:
            return act(w, command)

    def raised(self, minor: int = 100_00, about: About | None = None) -> int:
        amount = Money(minor, "CNY")
        command = RaiseDispute(about or About(2), "price", amount, "Price of the offer")
        return int(self.do(self.chen, raise_dispute, command))

    def dispute(self, dispute_id: int) -> Dispute:
        with self.installation.reading(SYSTEM) as r:
            return r.session.get_one(Dispute, dispute_id)

    def decide(self, dispute_id: int, accepted: int = 0) -> None:
        verdict = Verdict.ACCEPT_PART if accepted else Verdict.REJECT
        settlement = Settlement.CREDIT_NOTE if accepted else None
        decided = Decided(verdict, Money(accepted, "CNY"), settlement, "other", "We have looked.")
        version = self.dispute(dispute_id).row_version
        self.do(self.clerk, decide_dispute, DecideDispute(dispute_id, version, decided))

    @property
    def disputed(self) -> str:
        """Of Huadong, beside the 70.00 that its ledger marks."""
        with self.installation.reading(SYSTEM) as r:
            code = select(Customer.id).where(Customer.code == "HUADONG")
            [owed] = customer_position(r, r.session.scalars(code).one())
            return (owed.disputed - Money(70_00, "CNY")).major()

    def mails(self, kind: str) -> list[dict[str, Any]]:
        with self.installation.reading(SYSTEM) as r:
            found = r.session.scalars(select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id))
            return [{"to": row.to_address, **json.loads(row.payload)} for row in found]


@pytest.fixture
def house(office: Office, chen: Buyer) -> House:
    return House(office, chen)


def test_who_raises_a_dispute_is_mailed_that_it_is_here(house: House):
    dispute_id = house.raised()

    [mail] = house.mails("dispute_received")
    assert (mail["dispute_id"], mail["user_id"]) == (dispute_id, house.chen.user_id)


def test_a_message_of_the_house_begins_the_checking_and_is_mailed(house: House):
    dispute_id = house.raised()
    house.do(house.clerk, say_in_dispute, SayInDispute(dispute_id, "Which offer?"))

    assert house.dispute(dispute_id).state == "checking"
    assert [mail["to"] for mail in house.mails("dispute_reply")] == [house.chen.email]


def test_a_message_of_the_customer_is_mailed_to_who_has_the_dispute(house: House):
    dispute_id = house.raised()
    house.do(house.clerk, say_in_dispute, SayInDispute(dispute_id, "Which offer?"))
    house.do(house.chen, say_in_dispute, SayInDispute(dispute_id, "That of May."))

    assert house.mails("dispute_reply")[-1]["to"] == house.clerk.email


def test_what_is_rejected_is_due_again(house: House):
    dispute_id = house.raised()
    assert house.disputed == "100.00"
    house.decide(dispute_id)

    assert house.disputed == "0.00"


def test_who_opens_it_again_within_14_days_is_not_chased_for_it(house: House):
    dispute_id = house.raised()
    house.decide(dispute_id)
    house.office.pass_days(14)
    house.do(house.chen, reopen_dispute, ReopenDispute(dispute_id, "The offer says 90."))

    assert house.dispute(dispute_id).state == "checking"
    assert house.disputed == "100.00"


def test_the_15th_day_is_too_late_to_open_it_again(house: House):
    dispute_id = house.raised()
    house.decide(dispute_id)
    house.office.pass_days(15)

    with pytest.raises(RuleBroken, match=r"dispute\.reopened_too_late"):
        house.do(house.chen, reopen_dispute, ReopenDispute(dispute_id, "The offer says 90."))


def test_a_credit_note_that_was_not_posted_is_not_wanted_any_more_once_it_is_open_again(
    house: House,
):
    dispute_id = house.raised()
    house.decide(dispute_id, accepted=40_00)
    assert house.disputed == "40.00"
    house.do(house.chen, reopen_dispute, ReopenDispute(dispute_id, "All of it is wrong."))

    with house.installation.reading(SYSTEM) as r:
        assert [each.state for each in r.session.scalars(select(CreditRequest))] == ["void"]
    assert house.disputed == "100.00"


def test_opening_again_needs_a_reason(house: House):
    dispute_id = house.raised()
    house.decide(dispute_id)

    with pytest.raises(RuleBroken, match=r"dispute\.why_missing"):
        house.do(house.chen, reopen_dispute, ReopenDispute(dispute_id, " "))


def test_what_has_its_answer_is_not_withdrawn(house: House):
    dispute_id = house.raised()
    house.decide(dispute_id)

    with pytest.raises(RuleBroken, match=r"dispute\.not_in_this_state"):
        house.do(house.chen, withdraw_dispute, WithdrawDispute(dispute_id))


def test_withdrawing_twice_is_withdrawing_once(house: House):
    dispute_id = house.raised()
    for _click in range(2):
        house.do(house.chen, withdraw_dispute, WithdrawDispute(dispute_id))

    assert house.dispute(dispute_id).row_version == 1


def test_nobody_writes_in_a_dispute_that_is_over(house: House):
    dispute_id = house.raised()
    house.do(house.chen, withdraw_dispute, WithdrawDispute(dispute_id))

    with pytest.raises(RuleBroken, match=r"dispute\.over"):
        house.do(house.chen, say_in_dispute, SayInDispute(dispute_id, "One more thing"))


def test_a_dispute_told_on_the_phone_says_so(house: House):
    command = RaiseDispute(About(2), "price", Money(1_00, "CNY"), "He called")
    dispute_id = house.do(house.clerk, raise_dispute, command)

    assert house.dispute(dispute_id).way == "phone"
    assert house.mails("dispute_received") == []


def a_line(house: House, minor: int) -> None:
    with house.installation.work(SYSTEM) as w:
        line = InvoiceLine(
            entry_id=2,
            line=1,
            description="Motors",
            product_code=None,
            unit=None,
            quantity=1,
            unit_price=1,
            tax_rate=None,
            tax_minor=None,
            amount_minor=minor,
        )
        w.session.add(line)


def test_a_dispute_larger_than_the_line_is_refused(house: House):
    a_line(house, 60_00)

    with pytest.raises(RuleBroken, match=r"dispute\.amount_above_line") as refused:
        house.raised(60_01, About(2, line=1))
    assert refused.value.facts == {"most": Money(60_00, "CNY")}


def test_a_line_is_disputed_up_to_what_it_comes_to(house: House):
    a_line(house, 60_00)
    house.raised(60_00, About(2, line=1))

    assert house.disputed == "60.00"


def test_nothing_of_nothing_is_disputed(house: House):
    with pytest.raises(RuleBroken, match=r"dispute\.amount_missing"):
        house.do(house.chen, raise_dispute, RaiseDispute(About(2), "price", NOTHING))


def test_a_reason_that_nobody_offers_is_refused(house: House):
    with pytest.raises(RuleBroken, match=r"dispute\.reason_unknown"):
        house.do(house.chen, raise_dispute, RaiseDispute(About(2), "weather", NOTHING))


# ── Every day ────────────────────────────────────────────────────────────────


def test_what_nobody_opens_again_in_time_is_closed_by_the_day(house: House):
    dispute_id = house.raised()
    house.decide(dispute_id)
    states = []
    for days in (14, 1):
        house.office.pass_days(days)
        run(house.installation, house.installation.clock.now().date())
        states.append(house.dispute(dispute_id).state)

    assert states == ["decided", "closed"]


def test_what_waits_for_its_credit_note_is_not_closed_by_the_day(house: House):
    dispute_id = house.raised()
    house.decide(dispute_id, accepted=40_00)
    house.office.pass_days(30)
    run(house.installation, house.installation.clock.now().date())

    assert house.dispute(dispute_id).state == "decided"


def test_a_question_of_the_house_is_a_duty_until_it_is_answered(house: House, chen: Buyer):
    dispute_id = house.raised()
    duty = "We wrote to you about your dispute over CNY 100.00"
    told = [duty in chen.visit("/").text]
    for actor, said in ((house.clerk, "Which offer?"), (house.chen, "That of May.")):
        house.do(actor, say_in_dispute, SayInDispute(dispute_id, said))
        told.append(duty in chen.visit("/").text)

    assert told == [False, True, False]


def test_the_customers_file_tells_a_disputes_life(house: House):
    dispute_id = house.raised()
    house.decide(dispute_id)
    house.do(house.chen, reopen_dispute, ReopenDispute(dispute_id, "The offer says 90."))
    page = house.office.enter("collections_lead").visit(
        house.office.customer_path("HUADONG", "/timeline")
    )

    for said in ("was raised about INV-2", "has its answer", "was opened again"):
        assert f"Dispute DSP-{dispute_id} {said}" in page.text


# ── What `accord verify` asks ────────────────────────────────────────────────


def troubles(house: House) -> list[str]:
    with house.installation.reading(SYSTEM) as r:
        return [check.detail for check in check_disputes(r) if not check.ok]


def test_whatever_is_done_to_disputes_they_hold(house: House):
    for minor, accepted in ((10_00, 0), (20_00, 5_00), (30_00, 0)):
        house.decide(house.raised(minor), accepted)
    house.do(house.chen, withdraw_dispute, WithdrawDispute(house.raised(40_00)))
    house.do(house.chen, reopen_dispute, ReopenDispute(1, "The offer says 90."))

    assert troubles(house) == []


def test_what_is_over_and_holds_back_is_told(house: House):
    dispute_id = house.raised()
    with house.installation.work(SYSTEM) as w:
        w.session.get_one(Dispute, dispute_id).state = "closed"

    held, answer = troubles(house)
    assert f"DSP-{dispute_id}, closed, holds back 10000 of 10000" in held
    assert f"DSP-{dispute_id} has no answer" in answer
