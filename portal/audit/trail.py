"""The audit trail as it is looked through: by who, what, what about, when, and from where."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from portal.base.chain import ChainState, read_stretch
from portal.base.work import Reader, audit_entry, chained_hash
from portal.tables.customers import Customer
from portal.tables.journal import Audit, AuditHead
from portal.tables.people import User
from portal.tables.statements import Statement

PER_PAGE = 50
#: A stretch that is longer is not read back while somebody waits; each shown entry is, by itself.
LONGEST_STRETCH = 3_000
#: A hash says nothing to the eye; the files that the trail is written to hold it whole.
HASH = re.compile(r"[0-9a-f]{64}")
MOST_FOUND = 200
MOST_EXPORTED = 100_000


@dataclass(frozen=True)
class AskTrail:
    """What is looked for; empty is everything."""

    actor: str = ""
    about: str = ""
    topic: str = ""
    kind: str = ""
    address: str = ""
    from_on: dt.date | None = None
    until_on: dt.date | None = None
    #: Only entries with a smaller number.
    before: int | None = None


@dataclass(frozen=True)
class Entry:
    """An entry of the trail as it is shown."""

    id: int
    at: dt.datetime
    kind: str
    actor_kind: str
    actor: str
    subject: str
    customer: str
    #: (name, before, after)
    changes: list[tuple[str, str, str]]
    #: (name, value)
    facts: list[tuple[str, str]]
    hash: str
    #: Whether it is as it was written, upon the hash that it names.
    is_whole: bool


@dataclass(frozen=True)
class Trail:
    """A page of the trail, newest first, and whether it stands unbroken."""

    entries: list[Entry] = field(default_factory=list)
    #: The number to ask below for the next page; None where there is no older one.
    older: int | None = None
    head_id: int = 0
    stretch: ChainState | None = None


def read_trail(r: Reader, asked: AskTrail) -> Trail:
    """The newest entries that match, each checked, and the stretch that they stand in."""
    rows = list(r.session.scalars(matching(r, asked).limit(PER_PAGE + 1)))
    shown, has_more = rows[:PER_PAGE], len(rows) > PER_PAGE
    head = r.session.scalar(select(AuditHead.last_id)) or 0
    if not shown:
        return Trail(head_id=head)
    lowest, highest = shown[-1].id, shown[0].id
    is_short = highest - lowest < LONGEST_STRETCH
    return Trail(
        entries=list(_entries(r, shown)),
        older=lowest if has_more else None,
        head_id=head,
        stretch=read_stretch(r, lowest, highest) if is_short else None,
    )


def matching(r: Reader, asked: AskTrail) -> Select[Audit]:
    """The entries that match, newest first."""
    rows = select(Audit).where(*_conditions(r, asked))
    if asked.before is not None:
        rows = rows.where(Audit.id < asked.before)
    return rows.order_by(Audit.id.desc())


def _conditions(r: Reader, asked: AskTrail) -> Iterator[ColumnElement[bool]]:
    zone = ZoneInfo(r.company.timezone)
    if asked.actor:
        yield _by(asked.actor)
    if asked.about:
        yield _about(r, asked.about)
    if asked.topic:
        yield Audit.kind.startswith(f"{asked.topic}.", autoescape=True)
    if asked.kind:
        yield Audit.kind == asked.kind
    if asked.address:
        yield Audit.facts.contains(f'"address": "{asked.address}', autoescape=True)
    if asked.from_on:
        yield Audit.at >= dt.datetime.combine(asked.from_on, dt.time(), zone)
    if asked.until_on:
        after = asked.until_on + dt.timedelta(days=1)
        yield Audit.at < dt.datetime.combine(after, dt.time(), zone)


def _by(text: str) -> ColumnElement[bool]:
    """Entries of a person by name or address, or of a kind of actor."""
    if text in {"customer", "staff", "system", "visitor"}:
        return Audit.actor_kind == text
    found = or_(
        User.name.icontains(text, autoescape=True), User.email.icontains(text, autoescape=True)
    )
    return Audit.actor_id.in_(select(User.id).where(found))


def _about(r: Reader, text: str) -> ColumnElement[bool]:
    """Entries about a statement, a customer or a person, by their printed names or as kept."""
    customers = select(Customer.id).where(
        or_(
            func.lower(Customer.code) == text.lower(),
            Customer.name.icontains(text, autoescape=True),
        )
    )
    statements = select(Statement.id).where(Statement.number == text).limit(MOST_FOUND)
    people = select(User.id).where(
        or_(User.email == text.lower(), User.name.icontains(text, autoescape=True))
    )
    subjects = [f"statement/{each}" for each in r.session.scalars(statements)]
    subjects += [f"user/{each}" for each in r.session.scalars(people.limit(MOST_FOUND))]
    return or_(
        Audit.subject.in_(subjects) if subjects else false(),
        and_(Audit.customer_id.is_not(None), Audit.customer_id.in_(customers)),
        Audit.subject == text,
    )


def _entries(r: Reader, rows: Iterable[Audit]) -> Iterator[Entry]:
    rows = list(rows)
    people = _names(r, User.id, User.name, {row.actor_id for row in rows} | _ids(rows, "user"))
    customers = _names(r, Customer.id, Customer.name, {row.customer_id for row in rows})
    numbers = _names(r, Statement.id, Statement.number, _ids(rows, "statement"))
    named = {"user": people, "statement": numbers, "customer": customers}
    for row in rows:
        facts = json.loads(row.facts)
        head, _, rest = row.subject.partition("/")
        yield Entry(
            id=row.id,
            at=row.at,
            kind=row.kind,
            actor_kind=row.actor_kind,
            actor=people.get(row.actor_id or 0, ""),
            subject=named.get(head, {}).get(int(rest), row.subject)
            if rest.isdecimal()
            else row.subject,
            customer=customers.get(row.customer_id or 0, ""),
            changes=changes_in(facts),
            facts=[
                (name, shown(value))
                for name, value in facts.items()
                if name not in {"before", "after"} and value not in (None, "", [], {})
            ],
            hash=row.hash,
            is_whole=row.hash == chained_hash(row.prev_hash, audit_entry(row)),
        )


def _names(r: Reader, key: Any, name: Any, wanted: set[Any]) -> dict[int, str]:
    ids = sorted(each for each in wanted if each is not None)
    if not ids:
        return {}
    return {row[0]: row[1] for row in r.session.execute(select(key, name).where(key.in_(ids)))}


def _ids(rows: Iterable[Audit], kind: str) -> set[int]:
    """The ids of things of a kind that entries are about."""
    parts = (row.subject.partition("/") for row in rows)
    return {int(rest) for head, _, rest in parts if head == kind and rest.isdecimal()}


def changes_in(facts: dict[str, Any]) -> list[tuple[str, str, str]]:
    """
    What an entry says was before and after, name by name.

    >>> changes_in({"before": {"name": "A", "zone": "x"}, "after": {"name": "B", "zone": "x"}})
    [('name', 'A', 'B')]
    >>> changes_in({"before": ["clerk"], "after": ["admin"]})
    [('', 'clerk', 'admin')]
    """
    if "before" not in facts or "after" not in facts:
        return []
    before, after = facts["before"], facts["after"]
    if isinstance(before, dict) and isinstance(after, dict):
        names = [*before, *(name for name in after if name not in before)]
        return [
            (name, shown(before.get(name)), shown(after.get(name)))
            for name in names
            if before.get(name) != after.get(name)
        ]
    return [("", shown(before), shown(after))]


def shown(value: Any) -> str:
    """
    A fact as one line of text.

    >>> shown(["a", 2]), shown(None), shown({"b": 1})
    ('a, 2', '—', 'b: 1')
    """
    if value is None:
        return "—"
    if isinstance(value, list):
        return ", ".join(shown(each) for each in value) or "—"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {shown(each)}" for name, each in value.items()) or "—"
    text = str(value)
    return f"{text[:12]}…" if HASH.fullmatch(text) else text
