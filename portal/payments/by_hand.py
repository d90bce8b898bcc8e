"""What acts by hand stand on: the credit under its lock, entries they post, the row they leave."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from portal.base.access import NotFound, Permission
from portal.base.batch import reserve_ids
from portal.base.lookup import plain_moment
from portal.base.work import Work
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.invoices.posting import NewEntry, NewPart, post_entries, post_parts
from portal.payments.applying_singly import Key
from portal.payments.asks import Ask
from portal.tables.customers import Customer
from portal.tables.hand import HandAct
from portal.tables.invoices import Entry

#: Who says that something be applied.
CLERK = "clerk"
#: What a posted number is made of, so that it stays one that a file can bring back.
LONGEST_STEM = 120


@dataclass
class Done:
    """What an act by hand did, for its row, its audit entry and its undoing."""

    made: list[Key] = field(default_factory=list)
    #: Applications ended, each with the day from which.
    ended: list[tuple[Key, dt.date]] = field(default_factory=list)
    posted: list[int] = field(default_factory=list)
    #: The documents it was about, as people know them.
    documents: list[str] = field(default_factory=list)

    def as_json(self) -> str:
        """As the row keeps it."""
        told = {
            "made": self.made,
            "ended": [[*key, on.isoformat()] for key, on in self.ended],
            "posted": self.posted,
            "documents": self.documents,
        }
        return json.dumps(told, ensure_ascii=False, sort_keys=True)


def read_done(text: str) -> Done:
    """What a row kept of an act."""
    told: dict[str, Any] = json.loads(text)
    return Done(
        [_key(each) for each in told["made"]],
        [(_key(each[:-1]), dt.date.fromisoformat(each[-1])) for each in told["ended"]],
        list(told["posted"]),
        list(told["documents"]),
    )


def _key(numbers: Sequence[int]) -> Key:
    customer, entry, part, credit, nth = numbers
    return customer, entry, part, credit, nth


def locked(w: Work, customer_ids: Iterable[int]) -> dict[int, Customer]:
    """The customers under their locks, the lowest first; who may not act on them does not pass."""
    wanted = sorted(set(customer_ids))
    rows = select(Customer).where(Customer.id.in_(wanted)).order_by(Customer.id)
    found = {each.id: each for each in w.session.scalars(rows.with_for_update())}
    for customer in found.values():
        w.require(Permission.PAYMENT_APPLY, customer)
    return found


def find_credit(w: Work, credit_id: int) -> Entry:
    """A credit that can be applied; `NotFound` for anything else."""
    credit = w.session.get(Entry, credit_id)
    if credit is None or credit.amount_minor >= 0 or credit.memo:
        raise NotFound("credit")
    return credit


def free_number(w: Work, credit: Entry, word: str) -> str:
    """A number of our own for what is posted about a credit: `RCT-1/refund`, `RCT-1/refund-2`."""
    stem = f"{credit.number[:LONGEST_STEM]}/{word}"
    taken = set(
        w.session.scalars(
            select(Entry.number).where(
                Entry.space == Kind.REFUND.space, Entry.number.startswith(stem, autoescape=True)
            )
        )
    )
    turn, number = 1, stem
    while number in taken:
        turn += 1
        number = f"{stem}-{turn}"
    return number


@dataclass(frozen=True)
class Leg:
    """An entry to be posted: on whose account, of which kind, how much."""

    customer_id: int
    kind: Kind
    amount: Money
    number: str
    dated_on: dt.date
    subkind: str
    reason: str | None = None
    about_id: int | None = None
    counter_customer_id: int | None = None
    leg: int = 0


def post(w: Work, legs: Sequence[Leg]) -> list[int]:
    """Posts entries, what raises a debt with its one due part; their ids."""
    ids = reserve_ids(w.session, Entry.__table__, len(legs))
    at = plain_moment(w.session, w.now)
    post_entries(w.session, [_entry(*pair, at) for pair in zip(ids, legs, strict=True)])
    raising = [pair for pair in zip(ids, legs, strict=True) if pair[1].amount.minor > 0]
    post_parts(w.session, [_part(*pair) for pair in raising])
    return ids


def _entry(row_id: int, leg: Leg, at: str) -> NewEntry:
    return NewEntry(
        row_id,
        leg.customer_id,
        leg.amount.currency,
        leg.kind,
        leg.kind.space,
        leg.dated_on.isoformat(),
        leg.amount.minor,
        leg.number,
        at,
        reason=leg.reason,
        about_id=leg.about_id,
        subkind=leg.subkind,
        counter_customer_id=leg.counter_customer_id,
        leg=leg.leg,
    )


def _part(row_id: int, leg: Leg) -> NewPart:
    day = leg.dated_on.isoformat()
    amount = leg.amount
    return NewPart(leg.customer_id, row_id, 1, amount.currency, day, day, 0, amount.minor)


def ask(credit_id: int, item: Entry, amount: Money, on: dt.date, part: int = 1) -> Ask:
    """That a credit of the item's own account be applied to it; a refusal names the item."""
    return Ask(
        credit_id,
        item.id,
        item.customer_id,
        amount.currency,
        item.number,
        on.isoformat(),
        amount.minor,
        part=part,
    )


def leave(w: Work, credit: Entry, kind: str, amount: Money, on: dt.date, done: Done) -> int:
    """The row of an act, its audit entry and its step on the customer's timeline; the row's id."""
    act = HandAct(
        customer_id=credit.customer_id,
        currency=credit.currency,
        credit_id=credit.id,
        user_id=w.actor.user_id,
        kind=kind,
        acted_on=on,
        amount_minor=amount.minor,
        facts=done.as_json(),
        at=w.now,
    )
    w.session.add(act)
    w.session.flush()
    told = told_of(act, credit.number, done)
    w.audit(WORDS[kind], f"hand_act/{act.id}", customer_id=credit.customer_id, **told)
    w.tell(credit.customer_id, ("payment", credit.id), WORDS[kind].partition(".")[2], **told)
    return act.id


def told_of(act: HandAct, credit: str, done: Done) -> dict[str, Any]:
    """What audit and timeline say of an act."""
    return {
        "credit": credit,
        "amount": Money(act.amount_minor, act.currency).major(),
        "currency": act.currency,
        "on": act.acted_on.isoformat(),
        "documents": ", ".join(done.documents),
    }


#: kind of act → kind of its audit entry
WORDS = {
    "apply": "payment.applied",
    "unapply": "payment.unapplied",
    "refund": "payment.refunded",
    "transfer": "payment.transferred",
}
