"""
A write-off is proposed by one person, approved by two others, and posted by the last approval.

It is an act inside the house: ageing, provision and exposure lose the amount, the claim does not.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.approvals.asking import Proposal, ask_approval, withdraw_request
from portal.approvals.kinds import Facts, Kind
from portal.bad_debts.expected import PartKey, by_key, expected_parts
from portal.bad_debts.posting import Lowered, Memo, apply_memo, free_number, post_memo
from portal.base.access import Permission
from portal.base.batch import reserve_ids
from portal.base.locks import lock_customer, lock_row
from portal.base.work import Reader, Work
from portal.core.bad_debt import Chosen, Reason, check_chosen, needs_second_approval
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.tables.approvals import Approval
from portal.tables.bad_debts import WriteOff, WriteOffPart

KIND, SECOND = "write_off", "write_off_second"
SUBJECT = "write_off"
#: Looked at again after so long, so that nobody forgets it.
LOOK_AFTER = dt.timedelta(days=365)
LONGEST_NOTE = 1_000


@dataclass(frozen=True)
class ProposeWriteOff:
    """Items of a customer in one currency that are thought to be lost, and why."""

    customer_id: int
    #: (document, part) → what of it.
    amounts: Mapping[PartKey, Money]
    reason: Reason
    note: str
    idempotency_key: str


@dataclass(frozen=True)
class WithdrawWriteOff:
    """That a write-off is not proposed any longer."""

    write_off_id: int


def propose_write_off(w: Work, c: ProposeWriteOff) -> int:
    """
    The id of the write-off that now waits for its approval; sent twice, it is the same one.

    Raises: write_off.reason_missing, write_off.waiting, write_off.nothing, write_off.above_open.
    """
    customer = lock_customer(w, c.customer_id)
    w.require(Permission.BAD_DEBT_PROPOSE, customer)
    known = w.session.scalar(
        select(WriteOff.id).where(
            WriteOff.customer_id == customer.id, WriteOff.idempotency_key == c.idempotency_key
        )
    )
    if known is not None:
        return known
    if not c.note.strip():
        raise RuleBroken("write_off.reason_missing", field="note")
    amount = _check(w, c)
    row = _keep(w, c, amount)
    row.approval_id = ask_approval(w, _proposal(w, row, KIND))
    w.session.flush()
    _audit(w, row, "write_off.proposed")
    return row.id


def _check(w: Work, c: ProposeWriteOff) -> Money:
    parts = by_key(expected_parts(w, c.customer_id))
    chosen = []
    for key, amount in c.amounts.items():
        part = parts.get(key)
        if part is None:
            raise RuleBroken("write_off.changed")
        if part.is_waiting:
            raise RuleBroken("write_off.waiting", number=part.number)
        chosen.append(Chosen(part.number, amount, part.expected))
    return check_chosen(chosen)


def _keep(w: Work, c: ProposeWriteOff, amount: Money) -> WriteOff:
    assert w.actor.user_id is not None
    (row_id,) = reserve_ids(w.session, WriteOff.__table__, 1)
    row = WriteOff(
        id=row_id,
        number=free_number(w, f"WO-{row_id:05d}"),
        customer_id=c.customer_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        reason=c.reason.value,
        note=c.note.strip()[:LONGEST_NOTE],
        state="waiting",
        proposer_id=w.actor.user_id,
        proposed_at=w.now,
        idempotency_key=c.idempotency_key,
    )
    w.session.add(row)
    w.session.flush()
    for (entry_id, part), each in c.amounts.items():
        w.session.add(
            WriteOffPart(
                customer_id=c.customer_id,
                write_off_id=row.id,
                entry_id=entry_id,
                part=part,
                amount_minor=each.minor,
            )
        )
    w.session.flush()
    return row


def _proposal(r: Reader, row: WriteOff, kind: str) -> Proposal:
    amount = Money(row.amount_minor, row.currency)
    facts = _figures(r, row)
    return Proposal(
        kind=kind,
        subject=f"{SUBJECT}/{row.id}",
        customer_id=row.customer_id,
        amount=amount,
        before=facts,
        after={"expected": _told(_expected(r, row) - amount), "written_off": _told(amount)},
        fingerprint=_fingerprint(r, row),
        reason=row.note,
    )


def _figures(r: Reader, row: WriteOff) -> dict[str, str]:
    return {"expected": _told(_expected(r, row))}


def _expected(r: Reader, row: WriteOff) -> Money:
    """What the house expects of the parts today."""
    known = by_key(expected_parts(r, row.customer_id))
    found = [known[key].expected.minor for key in _parts(r, row) if key in known]
    return Money(sum(found), row.currency)


def _parts(r: Reader, row: WriteOff) -> dict[PartKey, int]:
    found = r.session.scalars(
        select(WriteOffPart)
        .where(WriteOffPart.write_off_id == row.id)
        .order_by(WriteOffPart.entry_id, WriteOffPart.part)
    )
    return {(each.entry_id, each.part): each.amount_minor for each in found}


def _told(amount: Money) -> str:
    return f"{amount.currency} {amount.major()}"


def _fingerprint(r: Reader, row: WriteOff) -> str:
    """Of the parts and what is expected of each: money that comes in changes it."""
    known = by_key(expected_parts(r, row.customer_id))
    stands = [
        [*key, minor, known[key].expected.minor if key in known else 0]
        for key, minor in _parts(r, row).items()
    ]
    return r.keys.seal(KIND, json.dumps(stands))


# ── Decided ──────────────────────────────────────────────────────────────────


def _subject(r: Reader, approval: Approval) -> WriteOff:
    return r.session.get_one(WriteOff, int(approval.subject.rpartition("/")[2]))


def _facts(r: Reader, approval: Approval) -> Facts:
    row = _subject(r, approval)
    makers = {row.proposer_id}
    if approval.kind == SECOND and row.approval_id is not None:
        first = r.session.get_one(Approval, row.approval_id)
        makers |= {first.decided_by} if first.decided_by is not None else set()
    return Facts(_fingerprint(r, row), _figures(r, row), makers)


def _approve(w: Work, approval: Approval) -> None:
    """The first approval asks for the second where one is needed; the last one posts."""
    row = lock_row(w, WriteOff, _subject(w, approval).id)
    if row.state != "waiting":
        raise RuleBroken("write_off.not_waiting")
    amount = Money(row.amount_minor, row.currency)
    up_to = w.policy.values["write_off_with_one_approval"]
    if approval.kind == KIND and needs_second_approval(amount, up_to):
        row.second_approval_id = ask_approval(w, _proposal(w, row, SECOND))
        w.session.flush()
        return
    _post(w, row, amount)


def _post(w: Work, row: WriteOff, amount: Money) -> None:
    known = by_key(expected_parts(w, row.customer_id))
    for key, minor in _parts(w, row).items():
        if key not in known or known[key].expected.minor < minor:
            raise RuleBroken("write_off.changed")
    # A file may have brought one with its number meanwhile.
    number = free_number(w, row.number)
    memo = Memo(row.customer_id, -amount, number, w.today, "write_off", row.note)
    entry_id = post_memo(w, memo)
    lowered = [
        Lowered(document, part, Money(minor, row.currency))
        for (document, part), minor in _parts(w, row).items()
    ]
    apply_memo(w, row.customer_id, entry_id, w.today, lowered)
    row.state, row.posted_on, row.entry_id = "posted", w.today, entry_id
    row.look_on = w.today + LOOK_AFTER
    w.session.flush()
    _audit(w, row, "write_off.posted")


def _refuse(w: Work, approval: Approval) -> None:
    row = lock_row(w, WriteOff, _subject(w, approval).id)
    row.state = "refused"
    w.session.flush()
    _audit(w, row, "write_off.refused")


WRITE_OFF_KINDS: Sequence[Kind] = tuple(
    Kind(name, _facts, _approve, _refuse, ("desk_write_offs.show", "wo")) for name in (KIND, SECOND)
)


def withdraw_write_off(w: Work, c: WithdrawWriteOff) -> None:
    """
    Nobody decides over it any more.

    Raises: write_off.not_waiting.
    """
    row = lock_row(w, WriteOff, c.write_off_id)
    w.require(Permission.BAD_DEBT_PROPOSE, row)
    if row.state != "waiting":
        raise RuleBroken("write_off.not_waiting")
    for kind in (KIND, SECOND):
        withdraw_request(w, kind, f"{SUBJECT}/{row.id}")
    row.state = "withdrawn"
    w.session.flush()
    _audit(w, row, "write_off.withdrawn")


def _audit(w: Work, row: WriteOff, kind: str) -> None:
    w.audit(
        kind,
        f"{SUBJECT}/{row.id}",
        customer_id=row.customer_id,
        write_off=row.number,
        amount=Money(row.amount_minor, row.currency).major(),
        currency=row.currency,
    )
