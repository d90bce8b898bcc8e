"""Texts beside mails: for who asked, once, over HTTP, at an hour when people are awake."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from jinja2 import meta
from sqlalchemy import delete, select, update

from portal.base.access import SYSTEM
from portal.base.clock import Clock
from portal.base.config import ROOT, ConfigError, read_config
from portal.base.installation import Installation, open_installation
from portal.base.mail import queue_mail
from portal.base.messages import list_messages
from portal.base.sms import ALONE, TEXTS, HttpService, Text
from portal.base.templates import environment
from portal.base.transport import Unreachable
from portal.core.texting import SEGMENTS, segments
from portal.tables.agreements import QuietHours
from portal.tables.channels import TextChoice
from portal.tables.journal import Outbox
from portal.tables.people import User
from tests.faults.killing import killed_at
from tests.mail.conftest import free_port, later
from tests.mail.texting import (
    NUMBER,
    TextServer,
    add_reader,
    drained,
    queue_statement,
    text_of,
    text_server,
    texting,
)

#: The commits of a text after those of its mail: claimed, written, marked, before and after each.
SENDING_POINTS = range(7, 13)


@pytest.fixture
def server() -> Iterator[TextServer]:
    with text_server() as server:
        yield server


@pytest.fixture
def telling(any_installation: Installation, server: TextServer) -> Installation:
    """An installation whose statements are told by text too."""
    installation = texting(any_installation, server.url)
    queue_statement(installation, add_reader(installation, "statements"))
    return installation


def test_a_text_follows_the_mail_and_holds_neither_sum_nor_secret(
    telling: Installation, server: TextServer
):
    assert drained(telling) == {"sent": 2}

    [taken] = server.taken
    assert taken["to"] == NUMBER
    assert taken["text"] == (
        "Your company: your statement for October 2026 is ready. Please answer it by 18 Nov 2026."
        " https://ar.example/statements/st_0K3"
    )
    assert segments(taken["text"]) <= SEGMENTS


def test_the_service_knows_us_and_the_text_by_its_key(telling: Installation, server: TextServer):
    drained(telling)
    row = text_of(telling)
    assert row is not None

    assert server.headers[0]["Authorization"] == "Basic ZGVzazpzQGNyZXQ="
    assert server.taken[0]["key"] == server.headers[0]["Idempotency-Key"] == row.message_id
    assert "statement" not in server.taken[0]["key"]


def test_who_did_not_ask_gets_no_text(any_installation: Installation, server: TextServer):
    installation = texting(any_installation, server.url)
    queue_statement(installation, add_reader(installation, "disputes"))
    assert drained(installation) == {"sent": 1}

    assert server.taken == []


def test_without_a_number_or_a_service_there_is_no_text(installation: Installation):
    queue_statement(installation, add_reader(installation, "statements", phone=None))
    assert drained(texting(installation, "console:")) == {"sent": 1}
    with installation.work(SYSTEM) as w:
        w.session.execute(update(User).values(phone=NUMBER))
        w.session.execute(update(Outbox).values(state="pending"))

    assert drained(installation) == {"sent": 1}
    assert text_of(installation) is None


def test_a_number_that_is_refused_says_why_and_is_not_tried_again(
    telling: Installation, server: TextServer
):
    server.answers = [422]
    assert drained(telling) == {"sent": 1, "failed": 1}
    row = text_of(telling)
    assert row is not None

    assert row.problem == "The text service refused it: 422 no such number"
    assert drained(later(telling, hours=2)) == {}


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_a_service_in_trouble_is_asked_again_with_the_same_key(
    telling: Installation, server: TextServer, status: int
):
    server.answers = [status]
    assert drained(telling) == {"sent": 1, "waiting": 1}
    assert drained(telling) == {}
    assert drained(later(telling, seconds=16)) == {"sent": 1}

    assert server.taken[0] == server.taken[1]


def test_a_service_that_is_away_holds_up_no_mail(any_installation: Installation):
    installation = texting(any_installation, f"http://127.0.0.1:{free_port()}/texts")
    queue_statement(installation, add_reader(installation, "statements"))

    assert drained(installation) == {"sent": 1, "waiting": 1}
    row = text_of(installation)
    assert row is not None
    assert "cannot be reached" in (row.problem or "")
    assert drained(later(installation, days=2)) == {"failed": 1}


def test_a_service_that_does_not_answer_is_left_in_time():
    with text_server() as slow:
        slow.rests = 0.4

        with pytest.raises(Unreachable, match="cannot be reached"):
            HttpService(slow.url, seconds=0.1).send(Text(NUMBER, "hello", "key"))


def test_a_redirect_is_no_answer(telling: Installation, server: TextServer):
    server.answers = [302]

    assert drained(telling) == {"sent": 1, "failed": 1}


def test_a_text_waits_for_the_morning(telling: Installation):
    night = dt.datetime(2026, 11, 20, 22, 30, tzinfo=dt.UTC)
    asleep = replace(telling, clock=Clock(fixed_at=night))
    assert drained(asleep) == {"sent": 1}
    row = text_of(telling)
    assert row is not None

    assert row.not_before == dt.datetime(2026, 11, 21, 8, 0, tzinfo=dt.UTC)
    assert drained(later(asleep, hours=10)) == {"sent": 1}


def test_chosen_quiet_hours_count_for_texts(telling: Installation):
    with telling.work(SYSTEM) as w:
        user_id = w.session.scalars(select(User.id)).one()
        w.session.add(QuietHours(user_id=user_id, from_hour=0, until_hour=23))
    drained(telling)

    row = text_of(telling)
    assert row is not None
    assert row.not_before is not None


def test_who_wants_no_texts_any_more_gets_none_of_those_that_wait(
    telling: Installation, server: TextServer
):
    drained(telling, channels=["email"])
    with telling.work(SYSTEM) as w:
        w.session.execute(delete(TextChoice))

    assert drained(telling) == {"cancelled": 1}
    assert server.taken == []


def test_a_text_goes_to_no_number_that_was_given_up(telling: Installation):
    drained(telling, channels=["email"])
    with telling.work(SYSTEM) as w:
        w.session.execute(update(User).values(phone="+491711234567"))

    assert drained(telling) == {"cancelled": 1}


def test_lists_show_a_number_in_part(telling: Installation):
    drained(telling)
    with telling.reading(SYSTEM) as r:
        [text] = [found for found in list_messages(r) if found.channel == "sms"]

    assert text.to == "+86•••8000"
    assert NUMBER not in json.dumps(text.to + text.subject + text.text)


@pytest.mark.parametrize("nth", SENDING_POINTS)
def test_a_worker_killed_anywhere_sends_one_text(
    installation: Installation, server: TextServer, nth: int
):
    """One by its key: what is handed over twice is one text for the service."""
    telling = texting(installation, server.url)
    queue_statement(telling, add_reader(telling, "statements"))

    def work() -> None:
        drained(open_installation_of(telling))

    assert killed_at(nth, work)
    drained(later(telling, seconds=61))
    drained(later(telling, seconds=122))

    assert len({taken["key"] for taken in server.taken}) == 1
    row = text_of(telling)
    assert row is not None
    assert row.state == "sent"


def open_installation_of(installation: Installation) -> Installation:
    """The same through connections of its own, as another process has them."""
    return open_installation(installation.config, installation.clock)


def test_every_kind_that_may_be_texted_has_a_text_and_a_mail():
    written = {
        folder: {path.stem for path in (ROOT / "templates" / folder).glob("*.txt")}
        for folder in ("mail", "sms")
    }
    kinds = {kind for each in TEXTS.values() for kind in each} | ALONE

    assert written["sms"] == kinds
    assert kinds <= written["mail"]


@pytest.mark.parametrize("url", ["sms:", "http://sms.example/texts", "ftp://sms.example"])
def test_texts_travel_safely_or_not_at_all(url: str):
    with pytest.raises(ConfigError, match="ACCORD_SMS_URL"):
        read_config({"ACCORD_SMS_URL": url})


def test_who_gets_many_mails_at_once_gets_one_text(telling: Installation, server: TextServer):
    with telling.work(SYSTEM) as w:
        user = w.session.scalars(select(User)).one()
        for branch in range(2, 6):
            queue_mail(w, f"statement/{branch}", "statement", user, {}, documents='["st_0K3"]')
    assert drained(telling) == {"sent": 6}

    assert len(server.taken) == 1


@pytest.mark.parametrize("kind", sorted(kind for kinds in TEXTS.values() for kind in kinds))
def test_a_text_asks_for_nothing_that_its_mail_does_not_have(kind: str):
    jinja = environment()

    def asked(name: str) -> set[str]:
        source = jinja.loader.get_source(jinja, name)[0] if jinja.loader else ""
        return meta.find_undeclared_variables(jinja.parse(source))

    assert asked(f"sms/{kind}.txt") <= asked(f"mail/{kind}.txt") | {"documents"}
