"""Which messages people get: chosen, gathered, kept back, stopped by one press."""

import datetime as dt
import email
import email.policy
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.clock import Clock
from portal.base.config import ROOT
from portal.base.installation import Installation
from portal.base.mail import queue_mail
from portal.base.notices import EVENTS, read_unsubscribe, unsubscribe_path, wished
from portal.base.outbox import Letter, Registry, drain
from portal.core.errors import RuleBroken
from portal.core.notices import Pace, pace_of
from portal.people import digest
from portal.people.commands import ChooseNotices, choose_notices, stop_notices
from portal.people.daily import send_digests
from portal.people.recognising import actor_of
from portal.people.words import NOTICES
from portal.tables.agreements import NoticeChoice
from portal.tables.journal import Outbox
from portal.tables.people import User
from tests.mail.conftest import MailServer, mail_server
from tests.people.cast import CHEN, LI, Browser, Cast

__all__ = ["mail_server"]

LETTERS = {
    "download": Letter(
        lambda _r, _payload: {
            "count": 3,
            "until": dt.datetime(2026, 12, 1, tzinfo=dt.UTC),
            "path": "/downloads/dl_1",
        }
    )
}
REGISTRY = Registry(letters={**LETTERS, "digest": digest.digest_letter(LETTERS)})


def choose(cast: Cast, quiet: tuple[int, int] | None = None, **paces: str) -> None:
    actor = cast.read(actor_of, cast.ids[CHEN])
    cast.do(choose_notices, ChooseNotices("en", paces, quiet), actor=actor)


def queue(cast: Cast, kind: str = "download", key: str = "d/1", **payload: Any) -> Outbox:
    with cast.installation.work(SYSTEM) as w:
        queue_mail(w, key, kind, w.session.get_one(User, cast.ids[CHEN]), payload)
    return row(cast, key)


def row(cast: Cast, key: str) -> Outbox:
    with cast.installation.reading(SYSTEM) as r:
        return r.session.scalars(select(Outbox).where(Outbox.key == key)).one()


def drained(cast: Cast, installation: Installation | None = None) -> dict[str, int]:
    return dict(drain(installation or cast.installation, REGISTRY))


def gathered(cast: Cast) -> int:
    return send_digests(cast.installation, dt.date(2026, 11, 20))["digests"]


def test_a_message_comes_at_once_where_nothing_was_chosen(any_cast: Cast):
    assert queue(any_cast).channel == "email"
    assert drained(any_cast) == {"sent": 1}


def test_what_is_switched_off_is_not_sent_and_says_why(any_cast: Cast):
    queue(any_cast)
    choose(any_cast, downloads="off")

    assert drained(any_cast) == {"cancelled": 1}
    assert "switched these mails off" in (row(any_cast, "d/1").problem or "")


@pytest.mark.parametrize(
    "kind",
    [
        *("statement", "code", "security_notice", "agreement", "invitation"),
        *("promise_made", "promise_due", "plan", "plan_instalment", "dispute_decided", "stand_in"),
    ],
)
def test_what_has_legal_effect_cannot_be_switched_off(cast: Cast, kind: str):
    """Rule R69."""
    choose(cast, downloads="off", receipts="off", **{kind: "off"})
    with cast.installation.reading(SYSTEM) as r:
        assert wished(r, cast.ids[CHEN], kind) == {}
        assert unsubscribe_path(r, cast.ids[CHEN], kind) == ""
        assert [choice.event for choice in r.session.scalars(select(NoticeChoice))] == [
            "downloads",
            "receipts",
        ]


def test_only_what_merely_tells_follows_a_choice():
    """Rule R69."""
    assert pace_of(Pace.OFF, is_optional=False) is Pace.AT_ONCE
    assert pace_of(Pace.DAILY, is_optional=True) is Pace.DAILY


def test_the_digest_is_one_mail_of_everything_held_back(any_cast: Cast):
    choose(any_cast, downloads="daily")
    for number in range(3):
        assert queue(any_cast, key=f"d/{number}").channel == "digest"

    assert drained(any_cast) == {}
    assert gathered(any_cast) == 1
    assert gathered(any_cast) == 0
    assert drained(any_cast) == {"sent": 1}
    with any_cast.installation.reading(SYSTEM) as r:
        sent = r.session.scalars(select(Outbox).where(Outbox.state == "sent")).one()
    assert sent.subject == "Your company: 3 messages of today"
    assert (sent.body_text or "").count("Your archive of 3 invoices is ready") == 3
    assert (sent.body_text or "").count("/downloads/dl_1") == 3


def test_a_digest_leaves_out_what_was_switched_off_since(any_cast: Cast):
    choose(any_cast, downloads="daily")
    queue(any_cast)
    gathered(any_cast)
    choose(any_cast, downloads="off")

    assert drained(any_cast) == {"cancelled": 1}


def at_hour(cast: Cast, hour: int) -> None:
    """The clock of the company in Shanghai."""
    moment = dt.datetime(2026, 11, 20, hour, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    object.__setattr__(cast.installation, "clock", Clock(fixed_at=moment.astimezone(dt.UTC)))


def test_in_quiet_hours_optional_mails_wait_for_the_morning(any_cast: Cast):
    with any_cast.installation.work() as w:
        w.company.timezone = "Asia/Shanghai"
    choose(any_cast, quiet=(20, 8))
    at_hour(any_cast, 22)
    queue(any_cast)

    assert drained(any_cast) == {}
    assert row(any_cast, "d/1").not_before == dt.datetime(2026, 11, 21, 0, 0, tzinfo=dt.UTC)
    assert queue(any_cast, "security_notice", "s/1").not_before is None
    at_hour(any_cast, 12)
    assert queue(any_cast, key="d/2").not_before is None


def test_what_is_to_wait_anyway_waits_for_the_later_of_both(cast: Cast):
    with cast.installation.work() as w:
        w.company.timezone = "Asia/Shanghai"
    choose(cast, quiet=(20, 8))
    at_hour(cast, 22)
    morning, later = (dt.datetime(2026, 11, 21, hour, tzinfo=dt.UTC) for hour in (0, 3))
    with cast.installation.work(SYSTEM) as w:
        chen = w.session.get_one(User, cast.ids[CHEN])
        queue_mail(w, "d/1", "download", chen, {}, not_before=w.now + dt.timedelta(minutes=5))
        queue_mail(w, "d/2", "download", chen, {}, not_before=later)

    assert row(cast, "d/1").not_before == morning
    assert row(cast, "d/2").not_before == later


def test_quiet_hours_have_an_end(cast: Cast):
    with pytest.raises(RuleBroken, match=r"notices\.quiet_all_day"):
        choose(cast, quiet=(8, 8))


# ── A real conversation with a mail server ───────────────────────────────────


def posting(cast: Cast, server: MailServer) -> Installation:
    config = replace(cast.installation.config, mail_url=server.url, public_url="https://ar.example")
    return replace(cast.installation, config=config)


def received(server: MailServer) -> Any:
    return email.message_from_bytes(server.mails[-1].content, policy=email.policy.default)


def test_an_optional_mail_carries_the_press_that_stops_it(any_cast: Cast, mail_server: MailServer):
    queue(any_cast)
    assert drained(any_cast, posting(any_cast, mail_server)) == {"sent": 1}

    raw, mail = mail_server.mails[-1].content.decode(), received(mail_server)
    link = mail["List-Unsubscribe"]
    assert re.fullmatch(r"<https://ar\.example/unsubscribe/[\w.-]+>", link)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "=?" not in raw.partition("List-Unsubscribe:")[2].partition("List-Unsubscribe-Post")[0]
    assert link[1:-1] in mail.get_body(("plain",)).get_content()
    assert link[1:-1] in mail.get_body(("html",)).get_content()


def test_a_legal_notice_carries_none(any_cast: Cast, mail_server: MailServer):
    payload = {"change": "enabled", "person": "Chen", "by": "Li", "where": ""}
    queue(any_cast, "security_notice", sentence="It was.", facts={}, at="", **payload)
    registry = Registry(
        letters={"security_notice": Letter(lambda r, _p: {"sentence": "It was.", "at": r.now})}
    )
    assert dict(drain(posting(any_cast, mail_server), registry)) == {"sent": 1}

    assert received(mail_server)["List-Unsubscribe"] is None
    assert "unsubscribe" not in mail_server.mails[-1].content.decode()


# ── Pages ────────────────────────────────────────────────────────────────────


def link(cast: Cast, kind: str = "download") -> str:
    with cast.installation.reading(SYSTEM) as r:
        return unsubscribe_path(r, cast.ids[CHEN], kind)


def paces(cast: Cast) -> dict[str, str]:
    with cast.installation.reading(SYSTEM) as r:
        return {each.event: each.pace for each in r.session.scalars(select(NoticeChoice))}


def test_opening_the_link_changes_nothing_and_pressing_stops(visitor: Browser, cast: Cast):
    page = visitor.visit(link(cast))
    assert paces(cast) == {}

    page = visitor.fill(page, link(cast), 200)
    assert "You get no more of these mails" in page.text
    assert paces(cast) == {"downloads": "off"}


def test_a_mail_program_stops_them_with_one_post(app: Flask, cast: Cast):
    said = {"List-Unsubscribe": "One-Click"}
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"}
    for _time in range(2):
        answer = app.test_client().post(link(cast), data=said, headers=headers)
        assert answer.status_code == 200
    assert paces(cast) == {"downloads": "off"}


def test_a_changed_link_stops_nothing(visitor: Browser, cast: Cast):
    visitor.visit(link(cast)[:-1] + "x", 410)
    visitor.visit(link(cast).replace("downloads", "receipts"), 410)
    with cast.installation.reading(SYSTEM) as r:
        assert read_unsubscribe(r, "nonsense") is None


def test_stopping_the_digest_stops_what_it_gathers(any_cast: Cast):
    choose(any_cast, downloads="daily", receipts="at_once")
    actor = any_cast.read(actor_of, any_cast.ids[CHEN])
    any_cast.do(stop_notices, "digest", actor=actor)

    assert paces(any_cast) == {"downloads": "off", "receipts": "at_once"}


def test_the_page_saves_what_was_chosen(chen: Browser, cast: Cast):
    page = chen.visit("/account/notifications")
    assert "always sent" in page.text
    fields = {
        "downloads": "daily",
        "receipts": "off",
        "comments": "daily",
        "language": "zh-CN",
        "has_quiet": "y",
    }
    chen.fill(page, "/account/notifications", **fields)

    chosen = {"downloads": "daily", "receipts": "off", "comments": "daily"}
    assert paces(cast) == {**chosen, "disputes": "at_once"}
    with cast.installation.reading(SYSTEM) as r:
        user = r.session.get_one(User, cast.ids[CHEN])
        assert user.language == "zh-CN"
    form = chen.visit("/account/notifications").form("/account/notifications")
    assert (form["downloads"], form["quiet_from"], form["quiet_until"]) == ("daily", "20", "8")


def test_quiet_hours_that_never_end_are_refused_on_the_page(chen: Browser):
    page = chen.visit("/account/notifications")
    fields = {"has_quiet": "y", "quiet_from": "8", "quiet_until": "8"}

    assert "Choose another hour" in chen.fill(page, "/account/notifications", 422, **fields).text


def test_every_event_has_its_words_and_every_kind_its_mail():
    kinds = {kind for each in EVENTS.values() for kind in each}
    written = {path.stem for path in (ROOT / "templates" / "mail").glob("*.txt")}

    assert set(NOTICES) == set(EVENTS)
    assert kinds <= written


def test_staff_choose_their_language_too(visitor: Browser, cast: Cast):
    visitor.sign_in_fully(LI, cast)

    assert "Codes, and changes of your account" in visitor.visit("/account/notifications").text
    assert json.dumps(paces(cast)) == "{}"


def test_without_a_text_service_no_texts_can_be_chosen(chen: Browser):
    page = chen.visit("/account/notifications")

    assert "phone" not in page.form("/account/notifications")
    assert "By text" not in page.text
