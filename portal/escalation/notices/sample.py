"""A text tried out on a real customer: as it would read, and as a mail to who writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from portal.base.access import visible_to
from portal.base.mail import queue_mail
from portal.base.outbox import Letter, NotNeeded
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.notice_lint import check_text
from portal.core.notice_text import BEFORE, SMS, NoticeText
from portal.escalation.notices.look import Look
from portal.escalation.notices.matter import Matter
from portal.escalation.notices.readers import Addressee, Readers
from portal.escalation.notices.rendering import Content, content_of, values_of
from portal.escalation.notices.telling import told_now
from portal.invoices.open_items import one, open_items, seen_by
from portal.tables.customers import Customer
from portal.tables.people import User

TEST = "notice_test"


@dataclass(frozen=True)
class SendTest:
    """Send a text to oneself, as a customer would get it."""

    text: NoticeText
    customer_code: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A text filled in for a real customer."""

    customer_name: str
    customer_code: str
    to: Addressee
    content: Content


def sample_of(r: Reader, text: NoticeText, customer_code: str = "") -> Sample | None:
    """
    A text as a customer would read it today; None where there is nobody to tell it to.

    The one who owes most of what it would speak of stands for all, unless somebody is named.
    """
    account = _account(r, text, customer_code.strip())
    if account is None:
        return None
    customer_id, currency = account
    look = Look(r, [customer_id])
    found = look.account(account)
    if found is None:
        return None
    matter = Matter(
        customer_id=customer_id,
        currency=currency,
        keys=tuple(
            (item.entry_id, item.part)
            for item in found.items
            if item.due_on is not None and (item.due_on < r.today) != (text.strength in BEFORE)
        ),
        step=text.step,
        channel=text.channel,
        strength=text.strength,
        on=r.today,
    )
    told = told_now(r, matter, look)
    if told is None:
        return None
    to = _reader_of(r, customer_id, text)
    content = content_of(r, matter, told, to, text)
    return Sample(told.customer_name, look.names(customer_id)[0], to, content)


def _reader_of(r: Reader, customer_id: int, text: NoticeText) -> Addressee:
    """The first who would get it, in the text's own language."""
    found = Readers(r, one(customer_id)).of(customer_id, text.channel)
    to = found[0] if found else Addressee(text.channel, "", "", text.language)
    return Addressee(text.channel, to.name, to.address, text.language, user_id=to.user_id or 0)


def _account(r: Reader, text: NoticeText, code: str) -> tuple[int, str] | None:
    items = open_items(r.today, seen_by(r.actor), inside=True)
    is_meant = items.c.due_on >= r.today if text.strength in BEFORE else items.c.due_on < r.today
    rows = (
        select(items.c.customer_id, items.c.currency)
        .join(Customer, Customer.id == items.c.customer_id)
        .where(items.c.open > items.c.disputed, is_meant)
        .group_by(items.c.customer_id, items.c.currency)
        .order_by(func.sum(items.c.open - items.c.disputed).desc(), items.c.customer_id)
        .limit(1)
    )
    if code:
        rows = rows.where(Customer.code == code)
    row = r.session.execute(visible_to(rows, r.actor, Customer.id)).first()
    return None if row is None else (row.customer_id, row.currency)


# ── To oneself ───────────────────────────────────────────────────────────────


def send_test(w: Work, c: SendTest) -> str:
    """
    The address to which a test is on its way.

    Raises: notice.nobody_to_test, and what is wrong with the text.
    """
    w.require("ladder.change")
    check_text(c.text)
    user = w.session.get(User, w.actor.user_id) if w.actor.user_id else None
    if user is None or not user.email:
        raise RuleBroken("notice.nobody_to_test")
    payload = {
        "text": {
            "name": c.text.name,
            "strength": c.text.strength,
            "channel": c.text.channel,
            "language": c.text.language,
            "subject": c.text.subject,
            "body": c.text.body,
            "step": c.text.step,
        },
        "customer_code": c.customer_code,
    }
    queue_mail(w, f"{TEST}/{user.id}/{w.now.isoformat()}", TEST, user, payload)
    w.audit("notice.tested", f"user/{user.id}", strength=c.text.strength, channel=c.text.channel)
    return user.email


def test_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """What a test says; `NotNeeded` where there is nobody any more whom it could be tried on."""
    text = NoticeText.read(payload["text"])
    sample = sample_of(r, text, payload["customer_code"])
    if sample is None:
        raise NotNeeded("Nobody owes anything that this text could speak of.")
    values = values_of(sample.content)
    return {**values, "is_text": text.channel == SMS, "about": sample.customer_name}


LETTERS = {TEST: Letter(test_values)}
