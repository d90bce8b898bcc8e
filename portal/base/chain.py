"""The audit chain read back: whether every entry still stands as it was written."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal.base.work import GENESIS, Reader, audit_entry, chained_hash
from portal.tables.journal import Audit, AuditHead


@dataclass(frozen=True)
class Check:
    """Something that must hold, whether it does, and what was found."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True)
class ChainState:
    """How far the chain was read, and the first entry that is not as it was written."""

    last_id: int
    broken_id: int | None
    detail: str


def check_chain(r: Reader) -> Check:
    """
    Whether no audit entry was altered, removed or moved; else the first that was.

    Rule: I-51 — h(n) = SHA-256(h(n−1) + entry n); the head names the last (S-200).
    """
    found = read_chain(r)
    return Check("audit chain", ok=found.broken_id is None, detail=found.detail)


def read_chain(r: Reader) -> ChainState:
    """The whole chain read back, entry by entry."""
    last_id, last_hash = 0, GENESIS
    entries = select(Audit).order_by(Audit.id).execution_options(yield_per=1000)
    for row in r.session.scalars(entries):
        broken = _break(row, last_id, last_hash)
        if broken is not None:
            return broken
        last_id, last_hash = row.id, row.hash
        r.session.expunge(row)
    head = r.session.scalars(select(AuditHead)).one()
    if (head.last_id, head.hash) != (last_id, last_hash):
        detail = f"entries after {last_id} are missing: there were {head.last_id}"
        return ChainState(last_id, last_id + 1, detail)
    return ChainState(last_id, None, f"{last_id} entries")


def read_stretch(r: Reader, lowest_id: int, highest_id: int) -> ChainState:
    """A stretch of the chain read back, each entry upon the one before it, both ends included."""
    before = r.session.scalar(select(Audit.hash).where(Audit.id == lowest_id - 1))
    last_id, last_hash = lowest_id - 1, before if before is not None else GENESIS
    rows = select(Audit).where(Audit.id.between(lowest_id, highest_id)).order_by(Audit.id)
    for row in r.session.scalars(rows):
        broken = _break(row, last_id, last_hash)
        if broken is not None:
            return broken
        last_id, last_hash = row.id, row.hash
    if last_id != highest_id:
        return ChainState(last_id, last_id + 1, f"entry {last_id + 1} is missing")
    return ChainState(last_id, None, f"entries {lowest_id} to {highest_id}")


def _break(row: Audit, last_id: int, last_hash: str) -> ChainState | None:
    """What is wrong with an entry that follows another; None where nothing is."""
    if row.id != last_id + 1:
        return ChainState(last_id, last_id + 1, f"entry {last_id + 1} is missing")
    if row.prev_hash != last_hash or row.hash != chained_hash(last_hash, audit_entry(row)):
        detail = f"entry {row.id} ({row.kind}, {row.subject}) was altered"
        return ChainState(last_id, row.id, detail)
    return None
