"""The mails about approvals: in each reader's language, and only while they matter."""

import pytest
from sqlalchemy import select

from portal.approvals.stand_ins import NameStandIn, name_stand_in
from portal.base.access import SYSTEM
from portal.base.outbox import drain
from portal.tables.journal import Outbox
from portal.tables.people import User
from portal.worker import REGISTRY
from tests.approvals.inbox import Facts, Inbox, inbox_in


@pytest.fixture
def inbox(installation, facts: Facts) -> Inbox:
    return inbox_in(installation, facts)


def mail(inbox: Inbox, kind: str, to: str) -> Outbox:
    drain(inbox.installation, REGISTRY, channels=["email"])
    with inbox.installation.reading(SYSTEM) as r:
        address = f"{to}@northwind.example"
        rows = select(Outbox).where(Outbox.kind == kind, Outbox.to_address == address)
        return r.session.scalars(rows).one()


def test_who_may_decide_reads_what_is_to_change_and_where(inbox: Inbox):
    with inbox.installation.work(SYSTEM) as w:
        w.session.get_one(User, inbox.ids["zhao"]).language = "zh-CN"
    asked = inbox.ask()

    body = mail(inbox, "approval_asked", "li").body_text or ""
    assert "1 Dec 2026 → 15 Jan 2027" in body
    assert inbox_path(inbox, asked) in body
    assert "2026年12月1日 → 2027年1月15日" in (
        mail(inbox, "approval_asked", "zhao").body_text or ""
    )


def inbox_path(inbox: Inbox, approval_id: int) -> str:
    with inbox.installation.reading(SYSTEM) as r:
        return f"/desk/approvals/{r.refs.of('ap', approval_id)}"


def test_nobody_is_asked_for_what_was_decided_meanwhile(inbox: Inbox):
    inbox.approve(inbox.ask(), "li")

    assert mail(inbox, "approval_asked", "mo").state == "cancelled"


def test_the_proposer_reads_who_decided_and_why(inbox: Inbox):
    inbox.refuse(inbox.ask(), "li", "Too late.")

    sent = mail(inbox, "approval_decided", "tom")
    assert "your request was refused" in (sent.subject or "")
    assert "Li refused what you proposed" in (sent.body_text or "")
    assert "Too late." in (sent.body_text or "")


def test_both_read_who_stands_in_and_until_when(inbox: Inbox):
    with inbox.installation.work(inbox.actor("zhao")) as w:
        days = (w.today, w.today)
        name_stand_in(w, NameStandIn(inbox.ids["zhao"], inbox.ids["li"], *days))

    body = mail(inbox, "stand_in", "li").body_text or ""
    assert "Li decides requests in the place of Zhao from 20 Nov 2026 to 20 Nov 2026" in body
