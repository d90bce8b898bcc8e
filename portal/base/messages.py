"""The messages in the outbox as people look at them: what waits, what left, what failed."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy import Select, select

from portal.base.sms import shown_address
from portal.base.work import Reader
from portal.tables.customers import Customer
from portal.tables.journal import Outbox


@dataclass(frozen=True)
class Message:
    """One message; its subject is known once it has been written."""

    id: int
    key: str
    kind: str
    channel: str
    to: str
    to_name: str
    subject: str
    state: str
    created_at: dt.datetime
    sent_at: dt.datetime | None
    on: dt.date
    customer_code: str | None
    documents: list[str]
    tries: int
    problem: str
    text: str


def list_messages(r: Reader, state: str = "") -> list[Message]:
    """The messages, of one state when it is named, in the order in which they were queued."""
    query = _messages().order_by(Outbox.id)
    if state:
        query = query.where(Outbox.state == state)
    return [_message(row, code) for row, code in r.session.execute(query)]


def latest_messages(r: Reader, most: int, to: str = "") -> list[Message]:
    """The last messages, to addresses with this in them, the newest first."""
    query = _messages().order_by(Outbox.created_at.desc(), Outbox.id.desc()).limit(most)
    if to:
        query = query.where(Outbox.to_address.contains(to, autoescape=True))
    return [_message(row, code) for row, code in r.session.execute(query)]


def find_message(r: Reader, message_id: int) -> Message | None:
    """One message."""
    found = r.session.execute(_messages().where(Outbox.id == message_id)).first()
    return None if found is None else _message(found[0], found[1])


def _messages() -> Select[Outbox, str]:
    return (
        select(Outbox, Customer.code)
        .outerjoin(Customer, Customer.id == Outbox.customer_id)
        .where(Outbox.channel != "task")
    )


def _message(row: Outbox, customer_code: str | None) -> Message:
    return Message(
        id=row.id,
        key=row.key,
        kind=row.kind,
        channel=row.channel,
        to=shown_address(row),
        to_name=row.to_name,
        subject=row.subject or "",
        state=row.state,
        created_at=row.created_at,
        sent_at=row.sent_at,
        on=row.on,
        customer_code=customer_code,
        documents=json.loads(row.documents),
        tries=row.tries,
        problem=row.problem or "",
        text=row.body_text or "",
    )
