"""A look at how both sides keep a contract: written down, and when somebody looks again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.approvals.tasks import close_tasks
from portal.base.work import Work
from portal.contracts.keeping import locked_contract
from portal.core.errors import RuleBroken
from portal.core.readable import readable
from portal.tables.contracts import ContractNote

LONGEST_NOTE = 4_000
#: The same written again so soon is a second click.
LOOKED_JUST_NOW = dt.timedelta(minutes=1)
#: The kinds of tasks about contracts.
LOOK, ENDS = "contract_look", "contract_ends"


@dataclass(frozen=True)
class LookAtContract:
    """What somebody found, and when to look again; no day: not any more."""

    contract_id: int
    outcome: str
    note: str
    next_look_on: dt.date | None = None


def look_at_contract(w: Work, c: LookAtContract) -> int:
    """
    The note's id; the task that asked for the look is done. Sent twice, it is one look.

    Raises: contract.note_missing, contract.look_in_past.
    """
    contract = locked_contract(w, c.contract_id)
    note = readable(c.note)[:LONGEST_NOTE]
    if not note:
        raise RuleBroken("contract.note_missing", field="note")
    if c.next_look_on is not None and c.next_look_on <= w.today:
        raise RuleBroken("contract.look_in_past", field="next_look_on", today=w.today)
    assert w.actor.user_id is not None
    told = {
        "customer_id": contract.customer_id,
        "contract_id": contract.id,
        "outcome": c.outcome,
        "note": note,
        "author_id": w.actor.user_id,
    }
    same = select(ContractNote.id).filter_by(**told)
    before = w.session.scalar(same.where(ContractNote.at > w.now - LOOKED_JUST_NOW).limit(1))
    if before is not None and contract.next_look_on == c.next_look_on:
        return before
    row = ContractNote(**told, at=w.now)
    w.session.add(row)
    if contract.next_look_on is not None:
        close_tasks(w, LOOK, [task_subject(contract.id, contract.next_look_on)], note[:500])
    contract.next_look_on = c.next_look_on
    contract.row_version += 1
    w.session.flush()
    w.audit(
        "contract.looked_at",
        f"contract/{contract.id}",
        customer_id=contract.customer_id,
        number=contract.code,
        outcome=c.outcome,
    )
    return row.id


def task_subject(contract_id: int, on: dt.date) -> str:
    """The cause of a task about a contract: the contract, and the day it is about."""
    return f"contract/{contract_id}/{on.isoformat()}"
