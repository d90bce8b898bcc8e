"""Reminders: each step once, to whoever may answer, and never after an answer."""

import datetime as dt
import threading
from functools import partial

import pytest
from sqlalchemy import select, update

from portal.base.access import SYSTEM
from portal.base.installation import Installation, open_installation
from portal.base.outbox import drain
from portal.core.confirmation import Result
from portal.core.errors import RuleBroken
from portal.day import run_day
from portal.people.commands import NewUser, create_user_with_password
from portal.statements.chasing.reminding import RemindByHand, remind_by_hand
from portal.statements.daily import remind
from portal.tables.agreements import Agreement, Deemed
from portal.tables.customers import Contact, Customer
from portal.tables.journal import Audit, Event, Outbox
from portal.tables.people import Membership, User
from portal.tables.runs import Bounce, Chase
from portal.tables.statements import Statement
from portal.worker import REGISTRY
from tests.faults.killing import killed_at
from tests.people.cast import CHEN, TOM, WANG
from tests.statements.stage import Stage

#: Issued on Friday, 20 November: three, five and eight workdays later.
FIRST, SECOND, LAST = dt.date(2026, 11, 25), dt.date(2026, 11, 27), dt.date(2026, 12, 2)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


def change(stage: Stage, statement) -> None:
    with stage.installation.work() as w:
        w.session.execute(statement)


def rows(stage: Stage, query) -> list:
    with stage.installation.reading(SYSTEM) as r:
        return list(r.session.execute(query).all())


def steps(stage: Stage) -> list[str]:
    return [row.step for row in rows(stage, select(Chase.step).order_by(Chase.id))]


def mails(stage: Stage, kind: str = "statement_reminder") -> list[Outbox]:
    with stage.installation.reading(SYSTEM) as r:
        query = select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id)
        return list(r.session.scalars(query))


def sent_to(stage: Stage) -> list[str]:
    return [mail.to_address for mail in mails(stage)]


def reasons(found) -> list[str]:
    return [each.reason for each in found.skipped]


def drained(stage: Stage) -> dict[str, int]:
    return dict(drain(stage.installation, REGISTRY, channels=["email"]))


def test_each_step_leaves_on_its_workday_and_once(any_stage: Stage):
    told = {}
    for offset in range(30):
        on = day("11-20") + dt.timedelta(days=offset)
        for _again in range(3):
            for each in remind(any_stage.installation, on).reminders:
                told.setdefault(on, []).append(each.step)

    assert told == {FIRST: ["1"], SECOND: ["2"], LAST: ["3"]}
    assert steps(any_stage) == ["1", "2", "3"]


def test_two_workers_at_once_remind_once(any_stage: Stage):
    workers = [
        threading.Thread(target=remind, args=(any_stage.installation, FIRST)) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert steps(any_stage) == ["1"]
    assert sorted(sent_to(any_stage)) == [CHEN, WANG]


def remind_afresh(installation: Installation) -> None:
    """Through connections of its own, as another process has them."""
    fresh = open_installation(installation.config, installation.clock)
    remind(fresh, FIRST)
    fresh.database.engine.dispose()


def test_a_reminding_killed_anywhere_is_done_once_by_the_next(any_stage: Stage):
    nth = 1
    while killed_at(nth, partial(remind_afresh, any_stage.installation)):
        nth += 1
    remind(any_stage.installation, FIRST)

    assert nth > 2
    assert steps(any_stage) == ["1"]
    assert sorted(sent_to(any_stage)) == [CHEN, WANG]


def test_nothing_leaves_after_the_answer(any_stage: Stage):
    remind(any_stage.installation, FIRST)
    any_stage.confirm(Result.CONFIRMED)

    found = remind(any_stage.installation, SECOND)
    assert (found.reminders, reasons(found)) == ([], ["answered"])


def test_an_answer_between_the_queue_and_the_sending_stops_the_mail(any_stage: Stage):
    remind(any_stage.installation, FIRST)
    change(any_stage, update(Statement).values(state="confirmed"))
    drained(any_stage)

    assert {mail.state for mail in mails(any_stage)} == {"cancelled"}


def test_what_counts_as_agreed_is_not_chased(stage: Stage):
    remind(stage.installation, FIRST)
    with stage.installation.work() as w:
        agreed = Agreement(
            customer_id=stage.cast.customers["C1"],
            language="en",
            version=1,
            text_sha256="",
            body="",
            delivery_address="",
            counts_silence=1,
            silence_workdays=10,
            user_id=stage.cast.ids[CHEN],
            evidence="{}",
            accepted_at=w.now,
        )
        w.session.add(agreed)
        w.session.flush()
        ids = {"statement_id": stage.id, "customer_id": agreed.customer_id}
        w.session.add(Deemed(**ids, agreement_id=agreed.id, on=w.today, noted_at=w.now))
    drained(stage)

    assert {mail.state for mail in mails(stage)} == {"cancelled"}
    assert reasons(remind(stage.installation, SECOND)) == ["deemed"]


def test_missed_days_are_caught_up_with_one_reminder(any_stage: Stage):
    found = remind(any_stage.installation, day("11-30"))

    assert [each.step for each in found.reminders] == ["2"]
    assert len(mails(any_stage)) == 2


def test_the_daily_run_catches_up_with_one_reminder(any_stage: Stage):
    run_day(any_stage.installation, day("11-20"))
    done = run_day(any_stage.installation, LAST)

    assert [act.on for act in done if act.act == "chasing"] == [LAST]
    assert steps(any_stage) == ["3"]


def test_a_dry_run_tells_the_same_and_sends_nothing(any_stage: Stage):
    dry = remind(any_stage.installation, FIRST, dry_run=True)
    assert steps(any_stage) == []

    real = remind(any_stage.installation, FIRST)
    assert [(each.statement.number, each.step, each.to) for each in dry.reminders] == [
        (each.statement.number, each.step, each.to) for each in real.reminders
    ]


def test_a_new_version_is_chased_from_its_own_day(stage: Stage):
    change(stage, update(Statement).values(state="replaced", in_force=0))

    assert remind(stage.installation, FIRST).reminders == []


def test_only_those_who_may_act_are_written_to(stage: Stage):
    with stage.installation.work() as w:
        viewer = NewUser("viewer@huadong.example", "Viewer", "", ("customer_viewer",), ("C1",))
        create_user_with_password(w, viewer)
    remind(stage.installation, FIRST)

    assert sent_to(stage) == [CHEN, WANG]


def test_what_was_passed_on_waits_for_its_signatories_alone(stage: Stage):
    change(stage, update(Statement).values(state="prepared"))
    remind(stage.installation, FIRST)

    assert sent_to(stage) == [CHEN]


def test_suspended_disabled_and_spared_people_are_left_out(stage: Stage):
    now = stage.installation.clock.now()
    chen, wang = stage.cast.ids[CHEN], stage.cast.ids[WANG]
    change(stage, update(Membership).where(Membership.user_id == wang).values(suspended_at=now))
    change(stage, update(User).where(User.id == chen).values(disabled_at=now))

    assert reasons(remind(stage.installation, FIRST)) == ["no_recipient"]
    assert steps(stage) == []


def add_contact(stage: Stage, email: str = "office@huadong.example", **told) -> None:
    with stage.installation.work() as w:
        customer_id = stage.cast.customers["C1"]
        w.session.add(Contact(customer_id=customer_id, name="The office", email=email, **told))


def without_people(stage: Stage) -> None:
    change(stage, update(Membership).values(suspended_at=stage.installation.clock.now()))


def test_where_nobody_has_access_the_contacts_are_written_to_in_their_language(stage: Stage):
    without_people(stage)
    add_contact(stage)
    add_contact(stage, "silent@huadong.example", gets_statements=False)
    change(stage, update(Customer).values(language="zh-CN"))
    remind(stage.installation, FIRST)
    drained(stage)

    [mail] = mails(stage)
    assert (mail.to_address, mail.language) == ("office@huadong.example", "zh-CN")
    assert "/s/" not in (mail.body_text or "")


def test_an_address_that_refuses_mails_is_left_out(stage: Stage):
    remind(stage.installation, FIRST)
    first = mails(stage)[0]
    with stage.installation.work() as w:
        told = {"customer_id": first.customer_id, "address": first.to_address}
        w.session.add(Bounce(outbox_id=first.id, problem="550", at=w.now, **told))
    remind(stage.installation, SECOND)

    assert sent_to(stage) == [CHEN, WANG, WANG]


def test_reminders_get_firmer_and_name_what_is_to_be_done(stage: Stage):
    for on in (FIRST, SECOND, LAST):
        remind(stage.installation, on)
    drained(stage)
    texts = [mail.body_text for mail in mails(stage) if mail.to_address == CHEN]
    subjects = [mail.subject for mail in mails(stage) if mail.to_address == CHEN]

    assert "still waits for your answer" in texts[0]
    assert "still had no answer" in texts[1]
    assert "last reminder" in texts[2]
    assert len(set(subjects)) == 3
    for text in texts:
        assert "CNY\N{NO-BREAK SPACE}177,748.56" in text
        assert "October 2026" in text
        assert "/s/" in text
        assert "What is due stays due" in text
        assert "checking only" not in text


def test_the_payee_is_named_with_the_last_digits_of_the_account(stage: Stage):
    with stage.installation.work() as w:
        w.company.bank_name, w.company.bank_account = "ICBC Shanghai", "6222 0200 1234 5678"
        w.company.bank_holder = "Northwind (Shanghai) Ltd"
    remind(stage.installation, FIRST)
    drained(stage)

    text = mails(stage)[0].body_text or ""
    assert "Northwind (Shanghai) Ltd, ICBC Shanghai, ending in 5678" in text
    assert "1234" not in text.replace("1,234", "")


def test_what_happened_stands_in_the_statements_life(stage: Stage):
    remind(stage.installation, FIRST)
    drained(stage)

    kinds = [row.kind for row in rows(stage, select(Event.kind).order_by(Event.id))]
    assert kinds.count("chased") == 1
    assert kinds.count("reminded") == 2
    [audited] = rows(stage, select(Audit.subject).where(Audit.kind == "statements.reminded"))
    assert audited.subject.startswith("chase/2026-11-25/")


def by_hand(stage: Stage, on: dt.date, expected: int = 0) -> int:
    with stage.installation.work(stage.actor(TOM), on) as w:
        return remind_by_hand(w, RemindByHand((stage.id,), expected))


def test_a_reminder_by_hand_is_a_step_of_its_own(any_stage: Stage):
    assert by_hand(any_stage, day("11-23")) == 1
    remind(any_stage.installation, FIRST)

    assert steps(any_stage) == ["hand/2026-11-23", "1"]


def test_by_hand_two_days_lie_between_two_reminders(any_stage: Stage):
    remind(any_stage.installation, FIRST)
    for on in ("11-25", "11-26"):
        assert by_hand(any_stage, day(on)) == 0

    assert by_hand(any_stage, day("11-27")) == 1
    assert remind(any_stage.installation, SECOND).reminders == []


def test_after_the_last_step_only_a_hand_reminds(any_stage: Stage):
    for on in (FIRST, SECOND, LAST):
        remind(any_stage.installation, on)
    assert reasons(remind(any_stage.installation, day("12-20"))) == ["already"]

    assert by_hand(any_stage, day("12-20")) == 1
    flags = rows(any_stage, select(Chase.step).where(Chase.is_last.is_(True)))
    assert [row.step for row in flags] == ["3"]


def test_who_answered_meanwhile_makes_the_preview_stale(any_stage: Stage):
    with pytest.raises(RuleBroken, match=r"chase\.stale"):
        by_hand(any_stage, day("11-23"), expected=2)

    assert steps(any_stage) == []


def test_a_customer_may_not_remind(stage: Stage):
    with (
        pytest.raises(Exception, match=r"statement\.chase"),
        stage.installation.work(stage.actor(CHEN)) as w,
    ):
        remind_by_hand(w, RemindByHand((stage.id,)))
