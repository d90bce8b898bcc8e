"""Mails that an address refuses: told on the statement, and sent once to somebody else."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from portal.base.access import SYSTEM, NotFound
from portal.base.installation import Installation
from portal.base.outbox import drain
from portal.base.returned import read_returned
from portal.statements.chasing.bounces import (
    ClearAddress,
    ReportReturned,
    clear_address,
    list_refusing,
    report_returned,
)
from portal.tables.customers import Contact
from portal.tables.journal import Audit, Event, Outbox
from portal.tables.people import Membership
from portal.tables.runs import Bounce
from portal.worker import REGISTRY
from tests.mail.conftest import MailServer, scripted_server
from tests.people.cast import CHEN, TOM, WANG, cast_into
from tests.statements.returned_mail import returned
from tests.statements.stage import Stage, staged

OFFICE = "office@huadong.example"
GONE = "rcpt 550 5.1.1 no such user"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with scripted_server() as made:
        yield made


@pytest.fixture
def mailing(any_installation: Installation, server: MailServer) -> Stage:
    """The stage of Huadong's October, its mails on their way through a real server."""
    config = replace(any_installation.config, mail_url=server.url)
    return staged(cast_into(replace(any_installation, config=config)))


def only_chen(stage: Stage) -> None:
    with stage.installation.work() as w:
        wang = stage.cast.ids[WANG]
        suspended = update(Membership).where(Membership.user_id == wang)
        w.session.execute(suspended.values(suspended_at=w.now))
        w.session.execute(update(Outbox).where(Outbox.user_id == wang).values(state="cancelled"))


def add_office(stage: Stage) -> None:
    with stage.installation.work() as w:
        customer_id = stage.cast.customers["C1"]
        office = Contact(customer_id=customer_id, name="Office", email=OFFICE, language="zh-CN")
        w.session.add(office)


def send(stage: Stage) -> dict[str, int]:
    return dict(drain(stage.installation, REGISTRY, channels=["email"]))


def kinds(stage: Stage) -> list[str]:
    with stage.installation.reading(SYSTEM) as r:
        return list(r.session.scalars(select(Event.kind).order_by(Event.id)))


def bounces(stage: Stage) -> list[tuple[str, str | None]]:
    with stage.installation.reading(SYSTEM) as r:
        found = r.session.scalars(select(Bounce).order_by(Bounce.id))
        return [(bounce.address, bounce.resent_to) for bounce in found]


def mail_to(stage: Stage, address: str) -> Outbox:
    with stage.installation.reading(SYSTEM) as r:
        query = select(Outbox).where(Outbox.to_address == address, Outbox.kind == "statement")
        return r.session.scalars(query).one()


def test_a_refused_address_is_told_and_another_one_gets_the_mail(
    mailing: Stage, server: MailServer
):
    only_chen(mailing)
    add_office(mailing)
    server.script.answers = [GONE]

    assert send(mailing) == {"failed": 1, "sent": 1}
    assert [mail.rcpt_tos for mail in server.mails] == [[OFFICE]]
    assert bounces(mailing) == [(CHEN, OFFICE)]
    assert kinds(mailing) == ["issued", "bounced", "notified"]
    office = mail_to(mailing, OFFICE)
    assert office.language == "zh-CN"
    assert "/s/" not in (office.body_text or "")


def test_where_a_colleague_was_reached_nobody_else_is_written_to(
    mailing: Stage, server: MailServer
):
    add_office(mailing)
    server.script.answers = [GONE]

    assert send(mailing) == {"failed": 1, "sent": 1}
    assert bounces(mailing) == [(CHEN, None)]


def test_what_went_to_another_address_is_not_sent_on_again(mailing: Stage, server: MailServer):
    only_chen(mailing)
    add_office(mailing)
    server.script.answers = [GONE, GONE]

    assert send(mailing) == {"failed": 2}
    assert bounces(mailing) == [(CHEN, OFFICE), (OFFICE, None)]


@pytest.mark.parametrize("answer", ["552 5.3.4 too large", "rcpt 554 5.7.1 relay denied"])
def test_what_is_not_the_addresses_fault_does_not_mark_it(
    mailing: Stage, server: MailServer, answer: str
):
    only_chen(mailing)
    server.script.answers = [answer]

    assert send(mailing) == {"failed": 1}
    assert bounces(mailing) == []


def report(stage: Stage, *contents: bytes):
    told = ReportReturned(tuple(each for content in contents for each in read_returned(content)))
    with stage.installation.work() as w:
        return report_returned(w, told)


def test_a_mail_that_comes_back_later_is_told_once(mailing: Stage):
    only_chen(mailing)
    add_office(mailing)
    send(mailing)
    notice = returned(mail_to(mailing, CHEN).message_id or "", CHEN)
    [first], [second] = report(mailing, notice), report(mailing, notice)

    assert (first.is_new, second.is_new) == (True, False)
    assert (first.customer_code, first.resent_to) == ("C1", OFFICE)
    assert send(mailing) == {"sent": 1}
    assert bounces(mailing) == [(CHEN, OFFICE)]
    assert kinds(mailing).count("bounced") == 1
    with mailing.installation.reading(SYSTEM) as r:
        assert (
            len(r.session.scalars(select(Audit).where(Audit.kind == "mails.returned")).all()) == 1
        )


def test_a_mail_that_is_none_of_ours_is_left_out(mailing: Stage):
    assert report(mailing, returned("<somebody@elsewhere.example>", CHEN)) == []
    assert bounces(mailing) == []


def test_an_address_is_marked_until_somebody_clears_it(mailing: Stage, server: MailServer):
    server.script.answers = [GONE]
    send(mailing)
    customer_id = mailing.cast.customers["C1"]

    def refusing() -> list[str]:
        return [*mailing.cast.read(list_refusing, customer_id)]

    assert refusing() == [CHEN]
    mailing.act(clear_address, ClearAddress(customer_id, CHEN), TOM)
    assert refusing() == []
    with pytest.raises(NotFound):
        mailing.act(clear_address, ClearAddress(customer_id, CHEN), TOM)
