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


def check_chain(r: Reader) -> Check:
    """
    Whether no audit entry was altered, removed or moved; else the first that was.

    Rule: I-51 — h(n) = SHA-256(h(n−1) + entry n); the head names the last (S-200).
    """
    last_id, last_hash = 0, GENESIS
    entries = select(Audit).order_by(Audit.id).execution_options(yield_per=1000)
    for row in r.session.scalars(entries):
        if row.id != last_id + 1:
            return _broken(f"entry {last_id + 1} is missing")
        if row.prev_hash != last_hash or row.hash != chained_hash(last_hash, audit_entry(row)):
            return _broken(f"entry {row.id} ({row.kind}, {row.subject}) was altered")
        last_id, last_hash = row.id, row.hash
        r.session.expunge(row)
    head = r.session.scalars(select(AuditHead)).one()
    if (head.last_id, head.hash) != (last_id, last_hash):
        return _broken(f"entries after {last_id} are missing: there were {head.last_id}")
    return Check("audit chain", ok=True, detail=f"{last_id} entries")


def _broken(what: str) -> Check:
    return Check("audit chain", ok=False, detail=what)
