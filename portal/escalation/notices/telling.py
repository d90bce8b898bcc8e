"""What a notice says now: its items, sums and days as the books are when it is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, tuple_

from portal.base.work import Reader
from portal.contracts.agreements import amendments_in_force, values_on
from portal.core.ladder import Ladder, Step
from portal.core.ladder_day import is_too_little
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.notice_items import Asked, still_asked
from portal.core.notice_text import Strength
from portal.escalation.facts import Books, ladders_of_version
from portal.escalation.notices.matter import Matter
from portal.escalation.notices.readers import MESSAGES
from portal.escalation.planning import account_of
from portal.interest.queries import accrued_of
from portal.tables.contracts import Contract
from portal.tables.customers import Customer
from portal.tables.escalation import DunnedPart, Dunning
from portal.tables.invoices import Entry, Invoice

#: Looks at every open item that falls due within the days of a reminder, whatever the ladders say.
EVERYTHING = Ladder("", steps=(Step("", days_overdue=-90),))


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


def told_now(r: Reader, matter: Matter) -> Told | None:
    """What is left to be told of a matter today; None where nothing is due of it any more."""
    found = account_of(Books(r, r.today, (EVERYTHING,)), matter.customer_id, matter.currency)
    if found is None:
        return None
    at_law = matter.strength == Strength.LEGAL
    asked = still_asked(found[0], frozenset(matter.keys), at_law=at_law)
    if not asked:
        return None
    if _is_too_little(r, matter, sum(each.amount - each.set_off for each in asked)):
        return None
    said = _said_of(r, asked)
    items = tuple(_item(r, each, said[each.item.entry_id], matter.currency) for each in asked)
    set_off = Money(sum(each.set_off for each in asked), matter.currency)
    customer = r.session.get_one(Customer, matter.customer_id)
    contract, clause = _contract(r, said.values())
    days = int(r.policy.values["reminders_deadline_workdays"])
    return Told(
        customer_id=customer.id,
        customer_name=customer.legal_name or customer.name,
        items=items,
        set_off=set_off,
        total=Money.total((item.amount for item in items), matter.currency) - set_off,
        deadline=r.calendar().add_workdays(r.today, days),
        earlier=_earlier(r, matter),
        contract=contract,
        clause=clause,
        interest=_interest(r, items, matter),
    )


def _is_too_little(r: Reader, matter: Matter, minor: int) -> bool:
    """Whether a step's ladder asks for no sum as small as what is left of it."""
    if matter.dunning_id is None:
        return False
    dunning = r.session.get_one(Dunning, matter.dunning_id)
    ladders = ladders_of_version(r, dunning.policy_id)
    return any(
        is_too_little(ladder, matter.currency, minor)
        for ladder in ladders
        if ladder.name == dunning.ladder
    )


def _interest(r: Reader, items: Sequence[ToldItem], matter: Matter) -> Money | None:
    """The late interest of these items that was not asked for yet; None where there is none."""
    late = {(item.entry_id, item.part) for item in items if item.days_overdue > 0}
    if not late:
        return None
    lines = accrued_of(r, matter.customer_id, matter.currency)
    sums = (line.open for line in lines if (line.entry_id, line.part) in late)
    found = Money.total(sums, matter.currency)
    return found if found.minor > 0 else None


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


def _said_of(r: Reader, asked: Sequence[Asked]) -> Mapping[int, Any]:
    columns: list[Any] = [
        *(Entry.id, Entry.kind, Entry.reference, Entry.dated_on, Invoice.contract_code)
    ]
    rows = (
        select(*columns)
        .outerjoin(Invoice, Invoice.entry_id == Entry.id)
        .where(Entry.id.in_(sorted({each.item.entry_id for each in asked})))
    )
    return {row.id: row for row in r.session.execute(rows)}


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


def _earlier(r: Reader, matter: Matter) -> tuple[dt.date, ...]:
    rows = (
        select(Dunning.done_on)
        .join(
            DunnedPart,
            (DunnedPart.dunning_id == Dunning.id) & (DunnedPart.customer_id == Dunning.customer_id),
        )
        .where(
            Dunning.customer_id == matter.customer_id,
            Dunning.state == "done",
            Dunning.channel.in_(MESSAGES),
            Dunning.done_on < matter.on,
            Dunning.id != (matter.dunning_id or 0),
            tuple_(DunnedPart.entry_id, DunnedPart.part).in_(list(matter.keys)),
        )
        .distinct()
    )
    return tuple(sorted(on for on in r.session.scalars(rows) if on is not None))
