"""A real conversation with a mail server, and everything it can answer."""

import email
import email.policy
from dataclasses import replace

import pytest
from sqlalchemy import update

from portal.base.config import ConfigError
from portal.base.mail import Recipient, queue_mail
from portal.base.outbox import Registry
from portal.base.transport import open_transport
from portal.tables.journal import Outbox
from tests.mail.conftest import drained, later, queue_note, row_of


def away(installation):
    """The installation with a mail server that nobody answers at."""
    config = replace(installation.config, mail_url="smtp://127.0.0.1:9")
    return replace(installation, config=config)


def subjects(mail_server):
    return [read(mail)["Subject"] for mail in mail_server.mails]


def read(mail):
    return email.message_from_bytes(mail.content, policy=email.policy.default)


def test_a_mail_arrives_as_it_was_written(posting, mail_server):
    queue_note(posting, text="你好")

    assert drained(posting) == {"sent": 1}
    assert mail_server.mails[0].mail_from == "ar@acme.example"
    assert mail_server.mails[0].rcpt_tos == ["chen@example.com"]
    assert read(mail_server.mails[0])["Subject"] == "Note: 你好"
    assert row_of(posting).sent_at == posting.clock.now()


def test_many_mails_leave_in_order_in_one_conversation(posting, mail_server):
    for n in range(5):
        queue_note(posting, f"note/{n}", str(n))

    assert drained(posting) == {"sent": 5}
    assert subjects(mail_server) == [f"Note: {n}" for n in range(5)]
    assert len(mail_server.script.peers) == 1


def test_a_refused_mail_fails_and_the_next_one_leaves(posting, mail_server):
    mail_server.script.answers = ["552 too large"]
    queue_note(posting, "note/1")
    queue_note(posting, "note/2")

    assert drained(posting) == {"failed": 1, "sent": 1}
    assert "552 too large" in row_of(posting, "note/1").problem


def test_a_refused_recipient_fails(posting, mail_server):
    mail_server.script.answers = ["rcpt 550 no such user"]
    queue_note(posting)

    assert drained(posting) == {"failed": 1}


def test_a_mail_that_was_put_off_is_tried_again(posting, mail_server):
    mail_server.script.answers = ["451 greylisted"]
    queue_note(posting)

    assert drained(posting) == {"waiting": 1}
    assert drained(later(posting, seconds=16)) == {"sent": 1}


def test_a_server_that_closes_keeps_everything_in_order(posting, mail_server):
    mail_server.script.answers = ["421 shutting down"]
    queue_note(posting, "note/1", "1")
    queue_note(posting, "note/2", "2")

    assert drained(posting) == {"unreachable": 1}
    assert drained(posting) == {"sent": 2}
    assert subjects(mail_server) == ["Note: 1", "Note: 2"]


def test_a_server_that_is_away_costs_nothing_but_time(posting, mail_server):
    for n in range(3):
        queue_note(posting, f"note/{n}", str(n))

    assert drained(away(posting)) == {"unreachable": 1}
    assert "cannot be reached" in row_of(posting, "note/0").problem
    assert drained(posting) == {"sent": 3}
    assert subjects(mail_server) == [f"Note: {n}" for n in range(3)]


def test_tasks_go_on_while_the_mail_server_is_away(posting):
    queue_note(posting)
    with posting.work() as w:
        w.later("task/1", "count", {})

    assert drained(away(posting), Registry(tasks={"count": lambda *_: None})) == {
        "unreachable": 1,
        "sent": 1,
    }


def test_an_hour_without_a_server_loses_nothing(posting):
    queue_note(posting)
    for minute in range(60):
        assert drained(later(away(posting), minutes=minute)) == {"unreachable": 1}

    assert drained(later(posting, minutes=61)) == {"sent": 1}


def test_after_days_without_a_server_the_mail_is_given_up_visibly(posting):
    queue_note(posting)
    drained(later(away(posting), days=4))

    assert row_of(posting).state == "failed"


def test_a_conversation_lost_after_the_mail_repeats_it_under_the_same_id(posting, mail_server):
    mail_server.script.answers = ["drop"]
    queue_note(posting)

    assert drained(posting) == {"waiting": 1}
    assert "may arrive twice" in row_of(posting).problem
    assert drained(later(posting, seconds=16)) == {"sent": 1}
    first, second = map(read, mail_server.mails)
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()
    assert "may arrive twice" in row_of(posting).problem


def test_a_code_is_forgotten_once_it_is_sent(posting, mail_server):
    with posting.work() as w:
        queue_mail(w, "code/1", "code", Recipient("li@example.com"), {"code": "123456"})
    drained(posting)
    row = row_of(posting, "code/1")

    assert b"123456" in mail_server.mails[0].content
    assert (row.payload, row.body_text, row.body_html) == ("{}", None, None)
    assert row.body_sha256


def test_a_forgotten_code_is_not_sent_again(posting, mail_server):
    mail_server.script.answers = ["550 no such user"]
    with posting.work() as w:
        queue_mail(w, "code/1", "code", Recipient("li@example.com"), {"code": "123456"})
    drained(posting)
    with posting.work() as w:
        w.session.execute(update(Outbox).values(state="pending"))

    assert drained(posting) == {"cancelled": 1}


def test_the_demos_mailbox_keeps_the_code(installation):
    with installation.work() as w:
        queue_mail(w, "code/1", "code", Recipient("li@example.com"), {"code": "123456"})
    drained(installation)

    assert "123456" in row_of(installation, "code/1").body_text


def test_an_unknown_way_to_mail_is_refused(installation):
    config = replace(installation.config, mail_url="ftp://mail.example.com")

    with pytest.raises(ConfigError, match="ACCORD_MAIL_URL"), open_transport(config):
        pass
