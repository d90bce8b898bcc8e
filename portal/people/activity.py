"""One's own record: what one did, what was done to one's account, what one looked at."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select

from portal.base.access import visible_to
from portal.base.language import gettext as _
from portal.base.spreadsheets import Row
from portal.base.work import Reader
from portal.people.words import happened, looked
from portal.tables.invoices import Entry
from portal.tables.journal import AccessLog, Audit
from portal.tables.people import User
from portal.tables.statements import Confirmation, Statement

#: So many of the newest stand on the page, and in a file.
GLANCE = 100
WHOLE = 10_000


@dataclass(frozen=True)
class Activity:
    """Something that stands in one's record, in words."""

    at: dt.datetime
    what: str
    #: The number of the document it is about; empty where it is about none.
    about: str
    #: Who did it; empty for oneself.
    who: str
    address: str


def list_activity(r: Reader, limit: int = GLANCE) -> list[Activity]:
    """The newest of the actor's record, as the supplier keeps it, newest first."""
    found = [*_audited(r, limit), *_looked_at(r, limit)]
    found.sort(key=lambda row: row[0], reverse=True)
    found = found[:limit]
    numbers = _numbers(r, {subject for _at, _what, subject, *_rest in found})
    return [
        Activity(at, what, numbers.get(subject, ""), who, address)
        for at, what, subject, who, address in found
    ]


def _audited(r: Reader, limit: int) -> Iterator[tuple[dt.datetime, str, str, str, str]]:
    """The acts: two selects, each by its own index."""
    me = r.actor.user_id
    by_others = and_(Audit.subject == f"user/{me}", Audit.actor_id.is_distinct_from(me))
    columns: list[Any] = [Audit.at, Audit.kind, Audit.subject, Audit.facts, Audit.actor_id]
    columns.append(Audit.actor_kind)
    for mine in (Audit.actor_id == me, by_others):
        rows = select(*columns, User.name).outerjoin(User, User.id == Audit.actor_id)
        for row in r.session.execute(rows.where(mine).order_by(Audit.id.desc()).limit(limit)):
            who = "" if row.actor_id == me else row.name or _who(r, row.actor_kind)
            address = str(json.loads(row.facts).get("address", ""))
            yield row.at, happened(row.kind), row.subject, who, address


def _who(r: Reader, actor_kind: str) -> str:
    """Nobody by name: who has yet to prove who they are, or the portal itself."""
    return _("at the sign-in page") if actor_kind == "visitor" else r.company.name


def _looked_at(r: Reader, limit: int) -> Iterator[tuple[dt.datetime, str, str, str, str]]:
    rows = (
        select(AccessLog.at, AccessLog.act, AccessLog.subject, AccessLog.address)
        .where(AccessLog.user_id == r.actor.user_id)
        .order_by(AccessLog.id.desc())
        .limit(limit)
    )
    for at, act, subject, address in r.session.execute(rows):
        yield at, looked(act, subject.partition("/")[0]), subject, "", address


def _numbers(r: Reader, subjects: Iterable[str]) -> dict[str, str]:
    """The printed numbers of the documents among these, as far as the actor may still see them."""
    ids: dict[str, list[int]] = {"statement": [], "invoice": [], "confirmation": []}
    for subject in subjects:
        kind, _slash, row_id = subject.partition("/")
        if kind in ids and row_id.isdigit():
            ids[kind].append(int(row_id))
    wanted = {
        "statement": visible_to(
            select(Statement.id, Statement.number), r.actor, Statement.customer_id
        ).where(Statement.id.in_(ids["statement"])),
        "invoice": visible_to(select(Entry.id, Entry.number), r.actor, Entry.customer_id).where(
            Entry.id.in_(ids["invoice"])
        ),
        "confirmation": visible_to(
            select(Confirmation.id, Statement.number), r.actor, Confirmation.customer_id
        )
        .join(Statement, Statement.id == Confirmation.statement_id)
        .where(Confirmation.id.in_(ids["confirmation"])),
    }
    return {
        f"{kind}/{row_id}": number
        for kind, rows in wanted.items()
        if ids[kind]
        for row_id, number in r.session.execute(rows)
    }


def activity_sheet(rows: Iterable[Activity]) -> tuple[list[str], Iterator[Row]]:
    """The head and the rows of the record as a file; moments in UTC."""
    head = [_("When (UTC)"), _("What"), _("About"), _("Who"), _("Address")]
    return head, (
        (
            row.at.astimezone(dt.UTC).isoformat(timespec="seconds"),
            *(row.what, row.about, row.who or _("you"), row.address),
        )
        for row in rows
    )
