"""Notices on their way: written as the books are, kept, and nothing lost or doubled on the way."""

import datetime as dt
import hashlib
import json
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.outbox import drain
from portal.base.policies import decide
from portal.base.returned import read_returned
from portal.core.ledger import Allocation, Book, Entry, Kind
from portal.core.money import Money
from portal.core.texting import SEGMENTS, segments
from portal.escalation.notices import look
from portal.statements.chasing.bounces import ReportReturned, report_returned
from portal.tables.approvals import Task
from portal.tables.customers import Contact, Customer
from portal.tables.disputes import DisputedPart
from portal.tables.escalation import DunningHold
from portal.tables.journal import Event
from portal.tables.people import Membership
from portal.tables.runs import Bounce
from portal.worker import REGISTRY
from tests.asked import asked
from tests.escalation.notices.steps import OVERDUE, PAID_AHEAD, Chased, chased
from tests.ledgers import store
from tests.mail.conftest import MailServer
from tests.people.cast import CHEN, WANG
from tests.statements.returned_mail import returned
from tests.statements.stage import october

GONE = "rcpt 550 5.1.1 no such user"
OFFICE = "office@huadong.example"
CONSOLE = "console:"


def states(account: Chased) -> dict[str, str]:
    return {each.to_address: each.state for each in account.notices}


def pay(account: Chased, *entries: int) -> None:
    """Money that settles these invoices today."""
    today = account.installation.clock.now().date()
    made = [
        Entry(900 + n, "C1", Kind.PAYMENT, f"RCT-9{n}", today, Money(-OVERDUE[n], "CNY"))
        for n in entries
    ]
    applied = [Allocation(900 + n, n, 1, Money(OVERDUE[n], "CNY"), today) for n in entries]
    before = october()
    book = Book((*before.entries, *made), before.parts, tuple(applied))
    store(account.installation, book)


def test_one_message_tells_each_reader_of_everything_due(any_account: Chased):
    """S-132, S-133."""
    any_account.step()

    assert any_account.send() == {"sent": 2}
    chen = any_account.to(CHEN)
    assert chen.state == "sent"
    assert chen.subject == "Northwind: CNY 177,748.56 is past due"
    body = chen.body_text or ""
    assert all(f"INV-2026-0{4100 + n}" in body for n in OVERDUE)
    assert "ending in 3456" in body
    assert "CN44" not in body
    assert states(any_account) == {CHEN: "sent", WANG: "sent"}


def test_what_was_sent_is_kept_with_its_facts_and_hash(any_account: Chased):
    any_account.step()
    any_account.send()

    chen = any_account.to(CHEN)
    told = json.loads(chen.facts)
    assert told["total"] == "177748.56"
    amounts = (Money.parse(item["amount"], "CNY").minor for item in told["items"])
    assert sum(amounts) == sum(OVERDUE.values())
    words = f"{chen.subject}\n{chen.body_text}".encode()
    assert chen.body_sha256 == hashlib.sha256(words).hexdigest()
    assert chen.rendered_at == any_account.installation.clock.now()


def test_it_speaks_its_readers_language(any_account: Chased):
    any_account.change(Customer, any_account.customer_id, language="zh-CN", email=OFFICE)
    with any_account.installation.work(SYSTEM) as w:
        for row in w.session.scalars(select(Membership)):
            row.suspended_at = w.now
    any_account.step(strength="final")
    any_account.send()

    office = any_account.to(OFFICE)
    assert office.language == "zh-CN"
    assert "最后催收通知" in (office.subject or "")
    assert "《中华人民共和国民法典》" in (office.body_text or "")


def test_what_is_paid_meanwhile_is_not_asked_for(any_account: Chased):
    any_account.step()
    pay(any_account, 1, 2)
    any_account.send()

    told = json.loads(any_account.to(CHEN).facts)
    assert [item["number"] for item in told["items"]] == [
        f"INV-2026-0{4100 + n}" for n in (4, 5, 6)
    ]
    left = sum(OVERDUE[n] for n in (4, 5, 6)) - PAID_AHEAD
    assert told["total"] == Money(left, "CNY").major()


def test_nothing_is_sent_of_what_was_settled_meanwhile(any_account: Chased):
    any_account.step()
    pay(any_account, *OVERDUE)

    assert any_account.send() == {"cancelled": 2}
    assert states(any_account) == {CHEN: "cancelled", WANG: "cancelled"}
    assert any_account.to(CHEN).body_text is None


def test_less_than_the_smallest_amount_of_its_ladder_is_not_asked_for(any_account: Chased):
    step = {"name": "mail", "days_overdue": 1, "channel": "email"}
    told = {"name": "standard", "minimum": {"CNY": "20000.00"}, "step": [step]}
    with any_account.installation.work(SYSTEM) as w:
        policy_id = decide(w, {"ladders": [told]})
    any_account.step(policy_id=policy_id)
    pay(any_account, 1, 2, 5)

    assert any_account.send() == {"cancelled": 2}


def test_what_is_disputed_or_held_meanwhile_is_left_alone(any_account: Chased):
    any_account.step()
    today = any_account.installation.clock.now().date()
    with any_account.installation.work(SYSTEM) as w:
        w.session.add_all(
            DisputedPart(customer_id=any_account.customer_id, entry_id=n, part=1, from_on=today)
            for n in OVERDUE
            if n != 6
        )
        w.session.add(
            DunningHold(
                customer_id=any_account.customer_id,
                entry_id=6,
                from_on=today,
                reason="asked",
                set_by=any_account.cast.ids[WANG],
                set_at=w.now,
            )
        )

    assert any_account.send() == {"cancelled": 2}


def test_at_night_nothing_leaves_until_the_morning(any_account: Chased):
    night = any_account.later(hours=6)  # ten in the evening in Shanghai
    night.step()

    assert night.send() == {}
    assert night.later(hours=9).send() == {}
    assert night.later(hours=10).send() == {"sent": 2}


def test_on_a_day_off_it_waits_for_the_next_workday(any_account: Chased):
    with any_account.installation.work(SYSTEM) as w:
        decide(w, {"reminders_days_off": "wait"})
    saturday = any_account.later(days=1)
    saturday.step()

    assert saturday.send() == {}
    assert saturday.later(days=2).send() == {"sent": 2}
    assert {each.on for each in saturday.notices} == {dt.date(2026, 11, 21)}


# ── Through a real mail server ───────────────────────────────────────────────


def only_chen(account: Chased) -> None:
    with account.installation.work(SYSTEM) as w:
        rows = select(Membership).where(Membership.user_id == account.cast.ids[WANG])
        for row in w.session.scalars(rows):
            row.suspended_at = w.now


def test_a_server_that_puts_off_gets_it_later_and_once(posting: Chased, server: MailServer):
    only_chen(posting)
    posting.step()
    server.script.answers = ["451 greylisted"]

    assert posting.send() == {"waiting": 1}
    assert posting.to(CHEN).state == "queued"
    assert posting.later(seconds=20).send() == {"sent": 1}
    assert len(server.mails) == 1


def test_what_was_paid_between_two_tries_is_not_asked_for(posting: Chased, server: MailServer):
    only_chen(posting)
    posting.step()
    server.script.answers = ["451 greylisted"]
    posting.send()
    pay(posting, 1)
    posting.later(seconds=20).send()

    assert b"INV-2026-04101" not in server.mails[0].content
    assert "INV-2026-04101" not in (posting.to(CHEN).body_text or "")


def test_a_conversation_that_ends_after_the_mail_is_told_and_carries_the_same_id(
    posting: Chased, server: MailServer
):
    only_chen(posting)
    posting.step()
    server.script.answers = ["drop"]

    assert posting.send() == {"waiting": 1}
    assert posting.later(seconds=20).send() == {"sent": 1}
    first, second = server.mails
    assert first.content == second.content
    assert "may arrive twice" in posting.to(CHEN).problem


def test_a_refused_address_is_told_and_another_one_gets_it(posting: Chased, server: MailServer):
    only_chen(posting)
    posting.change(Customer, posting.customer_id, email=OFFICE)
    posting.step()
    server.script.answers = [GONE]

    assert posting.send() == {"failed": 1, "sent": 1}
    assert states(posting) == {CHEN: "failed", OFFICE: "sent"}
    assert [mail.rcpt_tos for mail in server.mails] == [[OFFICE]]
    with posting.installation.reading(SYSTEM) as r:
        bounce = r.session.scalars(select(Bounce)).one()
    assert (bounce.address, bounce.resent_to) == (CHEN, OFFICE)


def test_where_a_colleague_was_reached_nobody_else_is(posting: Chased, server: MailServer):
    posting.change(Customer, posting.customer_id, email=OFFICE)
    posting.step()
    server.script.answers = [GONE]

    assert posting.send() == {"failed": 1, "sent": 1}
    assert states(posting) == {CHEN: "failed", WANG: "sent"}


def test_where_nobody_takes_mails_a_letter_waits_for_the_printer(
    posting: Chased, server: MailServer
):
    only_chen(posting)
    posting.change(Customer, posting.customer_id, address="1 Harbour Road, Ningbo")
    posting.step()
    server.script.answers = [GONE]
    posting.send()

    letter = posting.notices[-1]
    assert (letter.channel, letter.state) == ("letter", "to_print")


def test_where_nothing_is_known_the_house_has_a_task(posting: Chased, server: MailServer):
    only_chen(posting)
    posting.step()
    server.script.answers = [GONE]
    posting.send()

    with posting.installation.reading(SYSTEM) as r:
        task = r.session.scalars(select(Task).where(Task.kind == "notice_bounced")).one()
    assert task.subject == f"notice/{posting.to(CHEN).id}"
    assert json.loads(task.facts)["number"] == CHEN


def test_a_mail_that_comes_back_later_is_sent_on_too(posting: Chased, server: MailServer):
    only_chen(posting)
    posting.change(Customer, posting.customer_id, email=OFFICE)
    posting.step()
    posting.send()
    assert len(server.mails) == 1
    row = posting.row_to(CHEN)
    report = ReportReturned(tuple(read_returned(returned(row.message_id or "", CHEN))))

    told = posting.cast.do(report_returned, report)
    again = posting.cast.do(report_returned, report)

    assert [each.resent_to for each in told] == [OFFICE]
    assert [each.is_new for each in again] == [False]
    assert posting.send() == {"sent": 1}


def test_a_bounced_address_is_written_to_no_more(posting: Chased, server: MailServer):
    only_chen(posting)
    posting.change(Customer, posting.customer_id, email=OFFICE)
    posting.step()
    server.script.answers = [GONE]
    posting.send()
    posting.step(strength="firm")

    assert [each.to_address for each in posting.notices][-1] == OFFICE


def test_two_workers_send_each_message_once(posting: Chased, server: MailServer):
    posting.step()

    posting.send()
    posting.send()

    assert len(server.mails) == 2
    with posting.installation.reading(SYSTEM) as r:
        sent = select(func.count()).select_from(Event).where(Event.kind == "notice_sent")
        assert r.session.scalar(sent) == 2


def test_who_was_disabled_is_not_written_to(any_account: Chased):
    any_account.step()
    only_chen(any_account)

    any_account.send()

    assert states(any_account) == {CHEN: "sent", WANG: "cancelled"}


def test_a_step_that_is_no_message_makes_none(any_account: Chased):
    any_account.step("call")

    assert any_account.notices == []


@pytest.mark.parametrize("channel", ["letter", "registered_letter"])
def test_a_letter_without_an_address_goes_by_mail(any_account: Chased, channel: str):
    any_account.step(channel)

    assert {each.channel for each in any_account.notices} == {"email"}


# ── Texts ────────────────────────────────────────────────────────────────────


@pytest.fixture
def texting(any_installation: Installation) -> Chased:
    """The account, with a text service, and a number that stands in the file of contacts."""
    texts = chased(
        replace(any_installation, config=replace(any_installation.config, sms_url=CONSOLE))
    )
    with texts.installation.work(SYSTEM) as w:
        contact = Contact(
            customer_id=texts.customer_id, name="Chen Wei", email=CHEN, phone="138 0013 8000"
        )
        w.session.add(contact)
    texts.change(Customer, texts.customer_id, country="CN")
    return texts


def test_a_text_goes_to_who_has_a_number_and_a_mail_to_who_has_none(texting: Chased):
    texting.step("sms")

    assert texting.send() == {"sent": 2}
    text = texting.to("+8613800138000")
    assert (text.channel, text.state) == ("sms", "sent")
    assert "177,748.56" in (text.body_text or "")
    assert "/notices/nt_" in (text.body_text or "")
    assert segments(text.body_text or "") <= SEGMENTS
    assert texting.to(WANG).channel == "email"


def test_without_a_text_service_a_text_goes_as_a_mail(any_account: Chased):
    any_account.step("sms")

    assert {each.channel for each in any_account.notices} == {"email"}


def one_of_them(account: Chased) -> dict[str, int]:
    """The next message alone, by a worker that is stopped after it."""
    stops = iter([False, True])
    found = drain(account.installation, REGISTRY, stopping=lambda: next(stops))
    return dict(found)


def test_messages_that_leave_together_look_at_the_books_once(account: Chased):
    account.step()
    with asked(account.installation) as first:
        one_of_them(account)
    with asked(account.installation) as second:
        assert one_of_them(account) == {"sent": 1}

    assert any("FROM part " in each for each in first)
    assert not any("FROM part " in each for each in second)
    assert len(second) <= 30


def test_what_is_paid_between_messages_of_one_look_is_asked_for_no_more(any_account: Chased):
    any_account.step()
    assert one_of_them(any_account) == {"sent": 1}
    pay(any_account, *OVERDUE)

    assert one_of_them(any_account) == {"cancelled": 1}


def test_a_hold_between_messages_of_one_look_stops_the_second(any_account: Chased):
    any_account.step()
    assert one_of_them(any_account) == {"sent": 1}
    with any_account.installation.work(SYSTEM) as w:
        held = {"customer_id": any_account.customer_id, "from_on": w.today, "reason": "Talks."}
        w.session.add(DunningHold(**held, set_by=any_account.cast.ids[WANG], set_at=w.now))

    assert one_of_them(any_account) == {"cancelled": 1}


def test_a_step_that_is_done_after_a_look_is_told(any_account: Chased):
    any_account.step()
    assert one_of_them(any_account) == {"sent": 1}
    any_account.step(strength="firm")

    assert drain(any_account.installation, REGISTRY) == {"sent": 3}


def test_a_step_beyond_those_that_leave_next_is_told_by_the_same_look(
    any_account: Chased, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(look, "TOGETHER", 1)
    any_account.step()
    any_account.step(strength="firm")

    assert drain(any_account.installation, REGISTRY) == {"sent": 4}
