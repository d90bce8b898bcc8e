"""What mail servers send back, read."""

import time

import pytest

from portal.base.returned import Returned, read_returned
from tests.statements.returned_mail import an_ordinary_mail, returned

ID, CHEN = "<0123abc@portal.example>", "chen@huadong.example"
REFUSED = Returned(ID, CHEN, f"550 5.1.1 <{CHEN}>: user unknown")


@pytest.mark.parametrize("only_head", [False, True])
def test_a_refused_mail_is_known_by_its_id_and_address(only_head: bool):
    assert read_returned(returned(ID, CHEN, only_head=only_head)) == [REFUSED]


def test_several_notifications_stand_in_one_mailbox():
    one, other = returned(ID, CHEN), returned("<other@portal.example>", "wang@huadong.example")
    box = b"From MAILER-DAEMON Fri Nov 20\n" + one + b"\nFrom MAILER-DAEMON Sat Nov 21\n" + other

    assert [each.message_id for each in read_returned(box)] == [ID, "<other@portal.example>"]


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed"])
def test_what_may_still_arrive_is_left_out(action: str):
    assert read_returned(returned(ID, CHEN, action)) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff\xfe", b"From ", an_ordinary_mail(ID), b"Content-Type: x\n\n"],
    ids=str,
)
def test_what_is_no_notification_says_nothing(content: bytes):
    assert read_returned(content) == []


def test_a_notification_that_was_cut_short_blames_nobody_else():
    whole = returned(ID, CHEN)
    found = [each for length in range(len(whole)) for each in read_returned(whole[:length])]

    assert {each.address for each in found} <= {CHEN}


def nested(depth: int) -> bytes:
    """A mail in a mail in a mail."""
    return b"Content-Type: message/rfc822\n\n" * depth


def test_a_mail_nested_without_end_does_not_stop_the_others():
    box = b"From a Fri Nov 20\n" + nested(3_000) + b"\nFrom b Fri Nov 20\n" + returned(ID, CHEN)

    assert read_returned(box) == [REFUSED]


def test_a_head_that_is_all_at_signs_takes_no_time():
    began = time.perf_counter()
    mail = returned("<" + "@" * 60_000, CHEN)

    assert read_returned(mail) == []
    assert time.perf_counter() - began < 2
