"""
Mails about statements that an address refused: told once, and sent to somebody else who is known.

The address stays marked, and is not written reminders to, until somebody clears it or puts in
another one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from portal.base.access import NotFound, visible_to
from portal.base.mail import Recipient, queue_mail
from portal.base.returned import Returned
from portal.base.work import Reader, Work
from portal.invoices.open_items import one
from portal.statements.chasing.recipients import Person, people_of
from portal.tables.customers import Customer
from portal.tables.journal import Outbox
from portal.tables.runs import Bounce
from portal.tables.statements import Statement

ABOUT_STATEMENTS = frozenset({"statement", "statement_corrected", "statement_reminder"})
#: Kind of another feature's mails → what it does when an address refuses one, telling to whom it
#: goes instead; the roof fills it in.
SENT_ON: dict[str, Callable[[Work, Outbox, str], str | None]] = {}


@dataclass(frozen=True)
class ReportReturned:
    """What a mail server sent back, as it was read from its notifications."""

    returned: tuple[Returned, ...]


@dataclass(frozen=True)
class ClearAddress:
    """The address takes mails again, somebody says."""

    customer_id: int
    address: str


@dataclass(frozen=True, slots=True)
class Bounced:
    """A mail that came back, whose, about what, and to whom it was sent instead."""

    message_id: str
    address: str
    customer_code: str
    number: str
    resent_to: str
    is_new: bool


def statement_refused(w: Work, row: Outbox) -> None:
    """Notes that the address of a mail refused it; the outbox calls this with its own end."""
    _note(w, row, row.problem or "")


def report_returned(w: Work, c: ReportReturned) -> list[Bounced]:
    """
    What of the returned mails was ours, each told once however often it is reported.

    A mail that is none of ours, or that went to somebody else, is left out.
    """
    w.require("statement.chase")
    told = [each for returned in c.returned for each in _reported(w, returned)]
    fresh = [each for each in told if each.is_new]
    if fresh:
        w.audit(
            "mails.returned", "outbox", count=len(fresh), ids=[each.message_id for each in fresh]
        )
    return told


def _reported(w: Work, returned: Returned) -> Iterable[Bounced]:
    row = w.session.scalars(
        select(Outbox)
        .where(Outbox.message_id == returned.message_id, Outbox.channel == "email")
        .with_for_update()
    ).first()
    if row is None:
        return
    known = w.session.scalars(select(Bounce).where(Bounce.outbox_id == row.id)).first()
    if known is None:
        row.problem = returned.problem[:500]
    bounce = known or _note(w, row, returned.problem)
    customer = w.session.get(Customer, row.customer_id) if row.customer_id else None
    statement = w.session.get(Statement, bounce.statement_id) if bounce.statement_id else None
    yield Bounced(
        message_id=returned.message_id,
        address=row.to_address,
        customer_code=customer.code if customer else "",
        number=statement.number if statement else "",
        resent_to=bounce.resent_to or "",
        is_new=known is None,
    )


def _note(w: Work, row: Outbox, problem: str) -> Bounce:
    """Marks the address, tells it in the statement's life, and writes to somebody else."""
    payload: dict[str, Any] = json.loads(row.payload)
    statement_id = payload.get("statement_id") if row.kind in ABOUT_STATEMENTS else None
    bounce = Bounce(
        outbox_id=row.id,
        address=row.to_address.lower(),
        customer_id=row.customer_id,
        statement_id=statement_id,
        problem=problem,
        at=w.now,
        resent_to=None,
        cleared_at=None,
    )
    w.session.add(bounce)
    w.session.flush()
    if statement_id is not None and row.customer_id is not None:
        facts = {"channel": row.channel, "address": row.to_address, "problem": problem}
        w.tell(row.customer_id, ("statement", statement_id), "bounced", **facts)
        bounce.resent_to = _send_to_another(w, row, payload)
    elif row.kind in SENT_ON:
        bounce.resent_to = SENT_ON[row.kind](w, row, problem)
    return bounce


def _send_to_another(w: Work, row: Outbox, payload: dict[str, Any]) -> str | None:
    """
    The address that gets the same mail instead; None where it reached somebody, or none is left.

    What was already sent in place of another is not sent on: one address too many is enough.
    """
    if payload.get("instead_of") is not None or row.customer_id is None:
        return None
    siblings = w.session.execute(
        select(Outbox.to_address, Outbox.state, Bounce.id)
        .outerjoin(Bounce, Bounce.outbox_id == Outbox.id)
        .where(
            Outbox.customer_id == row.customer_id,
            Outbox.channel == row.channel,
            Outbox.kind == row.kind,
            Outbox.documents == row.documents,
        )
    ).all()
    reaches = [each for each in siblings if each.state in {"pending", "sent"} and each.id is None]
    if any(each.to_address != row.to_address for each in reaches):
        return None
    people = people_of(w, one(row.customer_id))[row.customer_id]
    others = people.others(each.to_address for each in siblings)
    return _again(w, row, payload, others[0]) if others else None


def _again(w: Work, row: Outbox, payload: dict[str, Any], person: Person) -> str:
    told = {
        **payload,
        "user_id": person.user_id,
        "contact_id": person.contact_id,
        "spoken": person.language,
        "instead_of": row.id,
    }
    queue_mail(
        w,
        f"{row.key}/instead",
        row.kind,
        Recipient(person.email, person.name, person.language),
        told,
        user_id=person.user_id,
        customer_id=row.customer_id,
        documents=row.documents,
    )
    return person.email


def clear_address(w: Work, c: ClearAddress) -> None:
    """Lets an address be written to again; `NotFound` where none of the customer's is marked."""
    customer = w.session.get(Customer, c.customer_id, with_for_update=True)
    if customer is None:
        raise NotFound("customer")
    w.require("statement.chase", customer)
    marked = w.session.scalars(_marked(c.customer_id).where(Bounce.address == c.address)).all()
    if not marked:
        raise NotFound("address")
    for bounce in marked:
        bounce.cleared_at = w.now
    w.audit(
        "address.cleared", f"customer/{customer.id}", customer_id=customer.id, address=c.address
    )


def list_refusing(r: Reader, customer_id: int) -> dict[str, str]:
    """The addresses at a customer that refuse mails, by address, each with why."""
    rows = visible_to(_marked(customer_id), r.actor, Customer.id)
    found = r.session.scalars(rows.order_by(Bounce.id))
    return {bounce.address: bounce.problem for bounce in found}


def _marked(customer_id: int) -> Select[Bounce]:
    return (
        select(Bounce)
        .join(Customer, Customer.id == Bounce.customer_id)
        .where(Bounce.customer_id == customer_id, Bounce.cleared_at.is_(None))
    )
