"""What a notice says now: its items, sums and days as the books are when it is written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.base.work import Reader
from portal.contracts.agreements import amendments_in_force, values_on
from portal.core.ladder_day import is_too_little
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.notice_items import Asked, still_asked
from portal.core.notice_text import Strength
from portal.escalation.notices.look import Look
from portal.escalation.notices.matter import Matter
from portal.tables.contracts import Contract


@dataclass(frozen=True, slots=True)
class ToldItem:
    """A due part as a notice tells it."""

    entry_id: int
    part: int
    ref: str
    kind: str
    number: str
    reference: str
    dated_on: dt.date
    due_on: dt.date
    #: Below zero before its day.
    days_overdue: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that a notice tells."""

    customer_id: int
    customer_name: str
    items: tuple[ToldItem, ...]
    set_off: Money
    total: Money
    deadline: dt.date
    #: The days of the earlier messages about any of these items.
    earlier: tuple[dt.date, ...]
    contract: str
    clause: str
    interest: Money | None = None

    @property
    def oldest(self) -> ToldItem:
        return self.items[0]

    def as_facts(self) -> dict[str, Any]:
        """What is kept of it with the notice."""
        return {
            "parts": [[item.entry_id, item.part] for item in self.items],
            "items": [
                {
                    "kind": item.kind,
                    "number": item.number,
                    "part": item.part,
                    "due_on": item.due_on.isoformat(),
                    "days_overdue": item.days_overdue,
                    "amount": item.amount.major(),
                }
                for item in self.items
            ],
            "currency": self.total.currency,
            "set_off": self.set_off.major(),
            "total": self.total.major(),
            "interest": self.interest.major() if self.interest else None,
            "deadline": self.deadline.isoformat(),
        }


def told_now(r: Reader, matter: Matter, look: Look | None = None) -> Told | None:
    """What is left to be told of a matter today; None where nothing is due of it any more."""
    look = look or Look(r, [matter.customer_id])
    key = (matter.customer_id, matter.currency)
    account = look.account(key)
    if account is None:
        return None
    at_law = matter.strength == Strength.LEGAL
    asked = still_asked(account, frozenset(matter.keys), at_law=at_law)
    if not asked:
        return None
    if _is_too_little(look, matter, sum(each.amount - each.set_off for each in asked)):
        return None
    said = [look.said(each.item.entry_id) for each in asked]
    items = tuple(_item(r, *each, matter.currency) for each in zip(asked, said, strict=True))
    set_off = Money(sum(each.set_off for each in asked), matter.currency)
    contract, clause = _contract(r, said)
    days = int(r.policy.values["reminders_deadline_workdays"])
    late = [(item.entry_id, item.part) for item in items if item.days_overdue > 0]
    interest = look.interest(key, late) if late else 0
    return Told(
        customer_id=matter.customer_id,
        customer_name=look.names(matter.customer_id)[1],
        items=items,
        set_off=set_off,
        total=Money.total((item.amount for item in items), matter.currency) - set_off,
        deadline=r.calendar().add_workdays(r.today, days),
        earlier=look.earlier(matter),
        contract=contract,
        clause=clause,
        interest=Money(interest, matter.currency) if interest > 0 else None,
    )


def _is_too_little(look: Look, matter: Matter, minor: int) -> bool:
    """Whether a step's ladder asks for no sum as small as what is left of it."""
    if matter.dunning_id is None:
        return False
    ladder = look.ladder(matter.dunning_id)
    return ladder is not None and is_too_little(ladder, matter.currency, minor)


def _item(r: Reader, asked: Asked, said: Any, currency: str) -> ToldItem:
    item = asked.item
    assert item.due_on is not None
    return ToldItem(
        entry_id=item.entry_id,
        part=item.part,
        ref=r.refs.of("iv", item.entry_id),
        kind=Kind(said.kind).word,
        number=item.number,
        reference=said.reference or "",
        dated_on=said.dated_on,
        due_on=item.due_on,
        days_overdue=(r.today - item.due_on).days,
        amount=Money(asked.amount, currency),
    )


def _contract(r: Reader, said: Any) -> tuple[str, str]:
    """The contract that all the items come from, and what it says of breach; else nothing."""
    codes = {row.contract_code or "" for row in said}
    code = codes.pop() if len(codes) == 1 else ""
    if not code:
        return "", ""
    contract = r.session.scalars(select(Contract).where(Contract.code == code)).first()
    if contract is None:
        return code, ""
    amended = amendments_in_force(r, [contract.id]).get(contract.id, ())
    now = values_on(contract, amended, r.today, ("breach_liability",))
    return code, str(now["breach_liability"] or "")
