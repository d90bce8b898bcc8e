"""
Charging late interest: somebody proposes it for an account up to a day, a second person approves.

Nothing is charged by itself. What is proposed is what has accrued by then and was not asked for
yet, so charges that follow each other add up; what was worked out is kept with the charge.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select

from portal.approvals.asking import Proposal, ask_approval, withdraw_request
from portal.base.access import Permission
from portal.base.evidence import sha256_of_text
from portal.base.locks import lock_customer, lock_row
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.interest.workings import Worked, facts_of, worked_of
from portal.tables.interest import InterestCharge, InterestLine

KIND = "interest"
LONGEST_NOTE = 1_000
#: What of a part is asked for: its interest, and what the law adds once.
INTEREST, FIXED = "interest", "fixed"


class Due(StrEnum):
    """When a charge falls due, once it is approved."""

    AT_ONCE = "at_once"
    BY_TERMS = "by_terms"


@dataclass(frozen=True)
class ProposeCharge:
    """That late interest of an account up to a day is charged; the day itself is included."""

    customer_id: int
    currency: str
    through_on: dt.date
    due: Due
    note: str
    key: str


@dataclass(frozen=True)
class WithdrawCharge:
    """That a charge is not proposed any longer."""

    charge_id: int


def propose_charge(w: Work, c: ProposeCharge) -> int:
    """
    The id of the charge that now waits for a second person; the same page sent twice is one.

    Raises: interest.day_in_future, interest.nothing_to_charge, interest.waiting.
    """
    customer = lock_customer(w, c.customer_id)
    w.require(Permission.INTEREST_CHARGE, customer)
    same = select(InterestCharge.id).where(InterestCharge.idempotency_key == c.key)
    known = w.session.scalar(same)
    if known is not None:
        return known
    worked = _to_charge(w, c)
    amount = Money.total((each.open for each in worked), c.currency)
    charge = InterestCharge(
        customer_id=customer.id,
        currency=c.currency,
        through_on=c.through_on,
        amount_minor=amount.minor,
        state="waiting",
        note=c.note.strip()[:LONGEST_NOTE],
        facts=json.dumps({"due": c.due.value, "items": facts_of(worked)}, ensure_ascii=False),
        made_by=w.actor.user_id,
        made_at=w.now,
        idempotency_key=c.key,
    )
    w.session.add(charge)
    w.session.flush()
    _keep_lines(w, charge, worked)
    charge.approval_id = ask_approval(w, _proposal(charge, worked))
    w.audit(
        "interest.proposed",
        subject_of(charge.id),
        customer_id=customer.id,
        through_on=c.through_on.isoformat(),
        amount=amount.major(),
        currency=c.currency,
    )
    return charge.id


def _to_charge(w: Work, c: ProposeCharge) -> list[Worked]:
    if c.through_on > w.today:
        raise RuleBroken("interest.day_in_future", field="through_on", today=w.today)
    waiting = select(InterestCharge.id).where(
        InterestCharge.customer_id == c.customer_id,
        InterestCharge.currency == c.currency,
        InterestCharge.state == "waiting",
    )
    if w.session.scalar(waiting) is not None:
        raise RuleBroken("interest.waiting")
    worked = worked_of(w, c.customer_id, c.currency, c.through_on)
    found = [each for each in worked if each.open.minor]
    if not found:
        raise RuleBroken("interest.nothing_to_charge", field="through_on")
    return found


def _keep_lines(w: Work, charge: InterestCharge, worked: Sequence[Worked]) -> None:
    """What is asked for of each part; what the law adds once comes first, if it was not asked."""
    once = _asked_once(w, charge.customer_id)
    for each in worked:
        asked = once.get((each.entry_id, each.part), 0)
        fixed = min(max(each.fixed.minor - asked, 0), each.open.minor)
        told = {FIXED: (each.fixed, fixed), INTEREST: (each.interest, each.open.minor - fixed)}
        for kind, (total, minor) in told.items():
            if minor:
                w.session.add(
                    InterestLine(
                        customer_id=charge.customer_id,
                        charge_id=charge.id,
                        entry_id=each.entry_id,
                        part=each.part,
                        kind=kind,
                        total_minor=total.minor,
                        amount_minor=minor,
                    )
                )
    w.session.flush()


def _asked_once(w: Work, customer_id: int) -> Mapping[tuple[int, int], int]:
    """What of the law's sums was charged before, by part."""
    rows = w.session.execute(
        select(InterestLine.entry_id, InterestLine.part, func.sum(InterestLine.amount_minor))
        .join(InterestCharge, InterestCharge.id == InterestLine.charge_id)
        .where(
            InterestLine.customer_id == customer_id,
            InterestLine.kind == FIXED,
            InterestCharge.state == "charged",
        )
        .group_by(InterestLine.entry_id, InterestLine.part)
    )
    return {(entry_id, part): int(minor) for entry_id, part, minor in rows}


def _proposal(charge: InterestCharge, worked: Sequence[Worked]) -> Proposal:
    amount = Money(charge.amount_minor, charge.currency)
    return Proposal(
        kind=KIND,
        subject=subject_of(charge.id),
        customer_id=charge.customer_id,
        amount=amount,
        before=figures_of(charge, worked),
        after={
            "interest": f"{amount.currency} {amount.major()}",
            "through": charge.through_on.isoformat(),
            "items": str(len(worked)),
        },
        fingerprint=fingerprint_of(charge, worked),
        reason=charge.note,
    )


def subject_of(charge_id: int) -> str:
    """How approvals and the audit trail name a charge."""
    return f"interest/{charge_id}"


def charge_of(r: Reader, subject: str) -> InterestCharge:
    """The charge that an approval is about."""
    charge_id = int(subject.partition("/")[2])
    return r.session.get_one(InterestCharge, charge_id, populate_existing=True)


def figures_of(charge: InterestCharge, worked: Sequence[Worked]) -> dict[str, str]:
    """What has accrued up to the charge's day and was not asked for, as it is now."""
    now = Money.total((each.open for each in worked), charge.currency)
    return {"accrued": f"{now.currency} {now.major()}"}


def fingerprint_of(charge: InterestCharge, worked: Sequence[Worked]) -> str:
    """Of what a charge stands on: what is open of each part up to its day."""
    told = [(each.entry_id, each.part, each.open.minor) for each in worked if each.open.minor]
    return sha256_of_text(repr((charge.currency, charge.through_on.isoformat(), sorted(told))))


def withdraw_charge(w: Work, c: WithdrawCharge) -> None:
    """
    Nobody decides it any more; another can be proposed.

    Raises: interest.not_in_this_state.
    """
    charge = lock_row(w, InterestCharge, c.charge_id)
    w.require(Permission.INTEREST_CHARGE, charge)
    if charge.state != "waiting":
        raise RuleBroken("interest.not_in_this_state")
    charge.state = "withdrawn"
    w.session.flush()
    withdraw_request(w, KIND, subject_of(charge.id))
    w.audit("interest.withdrawn", subject_of(charge.id), customer_id=charge.customer_id)
