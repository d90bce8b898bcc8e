"""The mails about statements: in their reader's language, and only while they are true."""

import datetime as dt
import json
import re

import pytest
from sqlalchemy import select, update

from portal.base.access import SYSTEM
from portal.base.config import ROOT
from portal.base.mail import queue_mail
from portal.tables.customers import Customer
from portal.tables.journal import Event
from portal.tables.people import Membership, User
from portal.tables.statements import Statement
from portal.worker import REGISTRY
from tests.mail.conftest import drained, row_of

MONEY = (
    "opening",
    "invoiced",
    "charged",
    "credited",
    "received",
    "discounted",
    "refunded",
    "adjusted",
    "closing",
    "open",
    "overdue",
    "unapplied",
    "disputed",
)


def add_statement(w, customer, **values):
    amounts = {f"{name}_minor": 0 for name in MONEY}
    statement = Statement(
        customer_id=customer.id,
        currency="CNY",
        period_from=dt.date(2026, 10, 1),
        period_to=dt.date(2026, 10, 31),
        version=1,
        number="ST-2026-10-C1",
        line_count=0,
        payload="{}",
        sha256="0" * 64,
        issued_on=dt.date(2026, 11, 4),
        issued_at=w.now,
        confirm_by=dt.date(2026, 11, 18),
        **{"state": "issued", **amounts, **values},
    )
    w.session.add(statement)
    w.session.flush()
    return statement


@pytest.fixture
def mailed(any_installation):
    """A statement with one reader, and the mail that tells them of it."""
    with any_installation.work() as w:
        customer = Customer(code="C1", name="华东贸易", statement_cycle="monthly", created_at=w.now)
        user = User(email="chen@example.com", name="陈伟", language="zh-CN", created_at=w.now)
        w.session.add_all([customer, user])
        w.session.flush()
        w.session.add(
            Membership(
                user_id=user.id, customer_id=customer.id, role="customer_viewer", since_at=w.now
            )
        )
        amounts = {"invoiced_minor": 153578200, "closing_minor": 153578200, "open_minor": 153578200}
        statement = add_statement(w, customer, **amounts)
        payload = {"statement_id": statement.id, "user_id": user.id}
        queue_mail(w, "note/1", "statement", user, payload, customer_id=customer.id)
    return any_installation


def change(installation, statement):
    with installation.work() as w:
        w.session.execute(statement)


def test_a_statement_is_told_with_its_sum_its_day_and_its_link(mailed):
    assert drained(mailed, REGISTRY) == {"sent": 1}
    row = row_of(mailed)

    assert "2026年10月" in row.subject
    assert "CNY\N{NO-BREAK SPACE}1,535,782.00" in row.body_text
    assert "2026年11月18日" in row.body_text
    assert f"{mailed.config.public_url}/s/st_" in row.body_text
    assert 'lang="zh-CN"' in row.body_html


def test_in_english_the_month_has_its_name(mailed):
    change(mailed, update(User).values(language="en"))
    with mailed.work() as w:
        row = row_of(mailed)
        w.session.merge(row).language = "en"
    drained(mailed, REGISTRY)

    assert row_of(mailed).subject == (
        "Your company: statement for October 2026, please answer by 18 Nov 2026"
    )


def test_that_a_person_was_told_becomes_part_of_the_statements_life(mailed):
    drained(mailed, REGISTRY)

    with mailed.reading(SYSTEM) as r:
        event = r.session.scalars(select(Event)).one()
    assert (event.kind, event.subject_kind) == ("notified", "statement")
    assert json.loads(event.facts)["address"] == "chen@example.com"


@pytest.mark.parametrize(
    "settled",
    [
        update(Statement).values(state="replaced", in_force=0),
        update(Statement).values(state="confirmed"),
        update(Membership).values(suspended_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC)),
        update(User).values(disabled_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC)),
    ],
)
def test_what_is_settled_is_not_told_any_more(mailed, settled):
    change(mailed, settled)

    assert drained(mailed, REGISTRY) == {"cancelled": 1}
    with mailed.reading(SYSTEM) as r:
        assert r.session.scalars(select(Event)).all() == []


QUEUED = re.compile(r"queue_mail\(\s*w,\s*[^,]+,\s*\"(\w+)\"")
KINDS = sorted(path.stem for path in (ROOT / "templates" / "mail").glob("*.txt"))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "footer"])
def test_every_mail_has_a_text_with_a_subject_and_html(kind):
    folder = ROOT / "templates" / "mail"

    assert (folder / f"{kind}.txt").read_text().startswith("Subject: ")
    assert (folder / f"{kind}.html").is_file()


def test_every_mail_that_is_queued_can_be_written():
    queued = {
        kind
        for path in (ROOT / "portal").rglob("*.py")
        for kind in QUEUED.findall(path.read_text("utf-8"))
    }

    assert queued <= set(KINDS)
