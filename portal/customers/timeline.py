"""What happened with customers, newest first: the life of their statements, and acts on them."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, select

from portal.base.access import visible_to
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.tables.customers import Customer
from portal.tables.journal import Audit, Event
from portal.tables.people import User
from portal.tables.statements import Statement

#: kind of event on a statement → what is said, and its tone
TOLD = {
    "issued": (N_("Statement %(number)s was issued"), "neutral"),
    "notified": (N_("Statement %(number)s was mailed to %(address)s"), "neutral"),
    "opened": (N_("Statement %(number)s was opened"), "info"),
    "acknowledged": (N_("The receipt of statement %(number)s was acknowledged"), "info"),
    "confirmed": (N_("Statement %(number)s was confirmed"), "ok"),
    "confirmed_with_differences": (
        N_("Statement %(number)s was confirmed with differences"),
        "warn",
    ),
    "refused": (N_("Statement %(number)s was not agreed to"), "bad"),
    "withdrawn": (N_("Statement %(number)s was withdrawn"), "neutral"),
    "replaced": (N_("Statement %(number)s was replaced by a new version"), "neutral"),
}
#: One for each reader of a mail: too many for a glance.
MAILS = {"notified"}
#: kind of audit entry → what is said, and its tone
NOTED = {
    "contact.added": (N_("A contact was added"), "neutral"),
    "contact.changed": (N_("A contact was changed"), "neutral"),
    "contact.removed": (N_("A contact was removed"), "neutral"),
    "person.invited": (N_("%(email)s was invited"), "neutral"),
    "person.invited_again": (N_("A portal user was invited again"), "neutral"),
    "person.role_given": (N_("%(email)s was given a role"), "neutral"),
    "person.roles_changed": (N_("The roles of a portal user were changed"), "neutral"),
    "person.suspended": (N_("A portal user was suspended"), "warn"),
    "person.unsuspended": (N_("A portal user was let in again"), "neutral"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened: when, by whom, at which customer, in words."""

    at: dt.datetime
    #: Empty where the system did it by itself.
    who: str
    what: str
    tone: str
    customer_ref: str
    customer_name: str
    #: The statement it is about, if it is about one.
    statement_ref: str


def list_happenings(
    r: Reader, customer_id: int | None = None, limit: int = 20, *, with_mails: bool = True
) -> list[Happening]:
    """The newest happenings at a customer, or at all that the reader may see."""
    kinds = set(TOLD) if with_mails else set(TOLD) - MAILS
    found = [*_events(r, customer_id, limit, kinds), *_audits(r, customer_id, limit)]
    return sorted(found, key=lambda one: one.at, reverse=True)[:limit]


def _events(r: Reader, customer_id: int | None, limit: int, kinds: set[str]) -> list[Happening]:
    subject = and_(
        Event.subject_kind == "statement",
        Statement.customer_id == Event.customer_id,
        Statement.id == Event.subject_id,
    )
    columns: list[Any] = [
        *(Event.at, Event.kind, Event.facts, User.name.label("who"), Statement.number),
        *(Statement.id.label("statement_id"), Customer.id, Customer.name),
    ]
    rows: Select[Any] = (
        select(*columns)
        .join(Statement, subject)
        .join(Customer, Customer.id == Event.customer_id)
        .outerjoin(User, User.id == Event.user_id)
        .where(Event.kind.in_(sorted(kinds)))
    )
    rows = visible_to(rows, r.actor, Event.customer_id)
    if customer_id is not None:
        rows = rows.where(Event.customer_id == customer_id)
    found = r.session.execute(rows.order_by(Event.id.desc()).limit(limit))
    return [
        _happening(r, row, TOLD[row.kind], {"number": row.number}, row.statement_id)
        for row in found
    ]


def _audits(r: Reader, customer_id: int | None, limit: int) -> list[Happening]:
    columns: list[Any] = [
        *(Audit.at, Audit.kind, Audit.facts, User.name.label("who"), Customer.id, Customer.name),
    ]
    rows: Select[Any] = (
        select(*columns)
        .join(Customer, Customer.id == Audit.customer_id)
        .outerjoin(User, User.id == Audit.actor_id)
        .where(Audit.kind.in_(NOTED))
    )
    rows = visible_to(rows, r.actor, Customer.id)
    if customer_id is not None:
        rows = rows.where(Audit.customer_id == customer_id)
    found = r.session.execute(rows.order_by(Audit.id.desc()).limit(limit))
    return [_happening(r, row, NOTED[row.kind], {}, None) for row in found]


def _happening(
    r: Reader,
    row: Any,
    said: tuple[str, str],
    facts: dict[str, Any],
    statement_id: int | None,
) -> Happening:
    words, tone = said
    known = {"number": "", "address": "", "email": "", **json.loads(row.facts), **facts}
    return Happening(
        at=row.at,
        who=row.who or "",
        what=_(words) % known,
        tone=tone,
        customer_ref=r.refs.of("cu", row.id),
        customer_name=row.name,
        statement_ref="" if statement_id is None else r.refs.of("st", statement_id),
    )
