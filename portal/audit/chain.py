"""The audit chain read back as a whole: on request by a worker, and every day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.chain import ChainState, read_chain
from portal.base.installation import Installation
from portal.base.work import Reader, Work
from portal.tables.audits import ChainCheck

TASK = "audit_chain"


@dataclass(frozen=True)
class ReadChain:
    """Somebody wants the whole chain read back."""


def ask_to_read(w: Work, _c: ReadChain) -> int:
    """Has the whole chain read back by a worker; asking while one reads asks nothing more."""
    w.require("audit.view")
    waiting = w.session.scalar(select(ChainCheck.id).where(ChainCheck.finished_at.is_(None)))
    if waiting is not None:
        return waiting
    check = ChainCheck(user_id=w.actor.user_id, asked_at=w.now, detail="")
    w.session.add(check)
    w.session.flush()
    w.later(f"{TASK}/{check.id}", TASK, {"check_id": check.id})
    w.audit("audit.chain_asked", f"chain/{check.id}")
    return check.id


def do_read(installation: Installation, payload: dict[str, Any]) -> None:
    """The task: reads the chain back and keeps what was found."""
    read_back(installation, payload["check_id"])


def read_back(installation: Installation, check_id: int | None = None) -> ChainState:
    """Reads the whole chain and keeps the result, for who asked or for everybody."""
    with installation.reading(SYSTEM) as r:
        state = read_chain(r)
    with installation.work(SYSTEM) as w:
        check = w.session.get(ChainCheck, check_id) if check_id is not None else None
        if check is None:
            check = ChainCheck(asked_at=w.now, detail="")
            w.session.add(check)
        check.finished_at, check.ok = w.now, state.broken_id is None
        check.last_id, check.broken_id, check.detail = state.last_id, state.broken_id, state.detail
    return state


def latest_checks(r: Reader) -> tuple[ChainCheck | None, bool]:
    """The newest finished reading of the whole chain, and whether another one is under way."""
    rows = list(r.session.scalars(select(ChainCheck).order_by(ChainCheck.id.desc()).limit(5)))
    finished = next((row for row in rows if row.finished_at is not None), None)
    return finished, any(row.finished_at is None for row in rows)


TASKS = {TASK: do_read}
