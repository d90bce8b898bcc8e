"""What time and the chain say of a claim: until when it can be sued for, and the audit trail."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Select, func, select

from portal.base import formats
from portal.base.access import SYSTEM
from portal.base.chain import read_stretch
from portal.base.language import gettext as _
from portal.base.work import Reader, audit_entry
from portal.escalation.cases.pack.packing import (
    Content,
    Lack,
    Packing,
    Piece,
    Record,
    Table,
    record_piece,
)
from portal.tables.journal import Audit

#: What of the trail is shown outside: acts of both sides, none of what the house weighs for itself.
SHOWN = (
    *("statement.confirmed", "statement.confirmed_with_differences", "statement.refused"),
    *("statement.certified", "statement.certificate_stamped", "statement.withdrawn"),
    *("statement.receipt_acknowledged", "statement.difference_said", "statement.deemed"),
    *("promise.made", "promise.lettered", "promise.withdrawn", "promise.replaced"),
    *("plan.signed", "plan.lettered", "dispute.raised", "dispute.withdrawn"),
)
#: So many entries are read back at once.
STRETCH = 5_000


# ── Limitation ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Clock:
    """Until when a due part can be taken to court, and since which act with which proof."""

    entry_id: int
    number: str
    part: int
    due_on: dt.date
    #: None: it does not lapse while a court has it.
    lapses_on: dt.date | None
    #: What begins the period, on which day, under which number; empty where it is the due date.
    since: str
    since_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Clocks:
    """The law that holds in words, and what it makes of a customer's open parts."""

    law: list[str]
    rows: list[Clock]


#: Tells the clocks of an account; the roof fills it in, reports stand above this feature.
LIMITATION: list[Callable[[Reader, int, str], Clocks]] = []


def know_limitation(tells: Callable[[Reader, int, str], Clocks]) -> None:
    """From here on packs tell until when a claim can be taken to court."""
    LIMITATION[:] = [tells]


def limited(p: Packing) -> Content:
    """Until when each item can be taken to court, and which act began its period."""
    clocks = None
    if LIMITATION:
        with p.reading() as r:
            clocks = LIMITATION[0](r, p.customer_id, p.currency)
    rows = [each for each in clocks.rows if each.entry_id in p.entries] if clocks else []
    if clocks is None or not rows:
        return [Lack(_("No period of limitation is known for these items."))]
    heads = [_("Document"), _("Due"), _("Can be taken to court until"), _("Since"), _("Proof")]
    told = [
        [
            *(each.number, formats.day(each.due_on), _until(each)),
            *(formats.day(each.since_on or each.due_on), each.since or _("due date")),
        ]
        for each in rows
    ]
    record = Record(_("Limitation"), tables=[Table(heads, told)], texts=clocks.law)
    return [record_piece(p, _("limitation"), record)]


def _until(clock: Clock) -> str:
    return formats.day(clock.lapses_on) if clock.lapses_on else _("before a court")


# ── The audit trail ──────────────────────────────────────────────────────────


def trailed(p: Packing) -> Content:
    """The customer's own acts in the audit trail with their hashes, and the chain read back."""
    with p.reading() as r:
        reach = r.session.execute(_reach(p)).one()
    if reach.lowest is None:
        return [Lack(_("The audit trail has no act of the customer about these items."))]
    return [
        Piece("audit.jsonl", _("Entries of the audit trail"), partial(_entries, p)),
        Piece("chain.json", _("The chain read back"), partial(_chain, p, reach.lowest)),
    ]


def _kept(p: Packing, rows: Select[Any]) -> Select[Any]:
    since = dt.datetime.combine(p.first_on, dt.time(), dt.UTC)
    return rows.where(
        Audit.customer_id == p.customer_id,
        Audit.kind.in_(SHOWN),
        Audit.at >= since,
        Audit.at <= p.asked_at,
    )


def _reach(p: Packing) -> Select[Any]:
    columns: list[Any] = [func.min(Audit.id).label("lowest"), func.max(Audit.id).label("highest")]
    return _kept(p, select(*columns))


def _entries(p: Packing) -> bytes:
    """One entry a line, as it was hashed, with the hash before it and its own."""
    lines = []
    with p.installation.reading(SYSTEM) as r:
        for row in r.session.scalars(_kept(p, select(Audit)).order_by(Audit.id)):
            entry = audit_entry(row) | {"prev_hash": row.prev_hash, "hash": row.hash}
            told = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
            lines.append(told + "\n")
    return "".join(lines).encode()


def _chain(p: Packing, lowest: int) -> bytes:
    """Whether the chain stands from the first entry to the last one of that moment."""
    with p.installation.reading(SYSTEM) as r:
        newest = select(Audit.id, Audit.hash).where(Audit.at <= p.asked_at)
        last = r.session.execute(newest.order_by(Audit.id.desc()).limit(1)).one()
        broken = _broken(r, lowest, last.id)
    told = {
        "first_entry": lowest,
        "last_entry": last.id,
        "last_hash": last.hash,
        "is_unbroken": not broken,
        "detail": broken or f"entries {lowest} to {last.id} follow on each other",
        "rule": "hash = SHA-256(prev_hash + the entry as sorted JSON without both hashes)",
    }
    return (json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _broken(r: Reader, lowest: int, last: int) -> str:
    """What is wrong with the chain, read back stretch by stretch; empty where nothing is."""
    for first in range(lowest, last + 1, STRETCH):
        found = read_stretch(r, first, min(first + STRETCH - 1, last))
        r.session.expunge_all()
        if found.broken_id is not None:
            return found.detail
    return ""
