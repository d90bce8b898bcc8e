"""
A look at the books for messages: what is open, held, promised, late and told before.

Asked for some customers at once. A worker keeps one for the messages that leave next, a minute at
most. Before each of them it asks whether anything of that customer has changed since, and looks
anew where it has: what was paid meanwhile is asked for no more.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select

from portal.base.lookup import found_by
from portal.base.work import Reader
from portal.core.ladder import Ladder, Step
from portal.core.ladder_day import Account
from portal.escalation.facts import Books, ladders_of_version
from portal.escalation.notices.matter import Matter, PartKey
from portal.escalation.notices.readers import MESSAGES
from portal.interest.accruing import accrued
from portal.invoices.open_items import among, both, seen_by
from portal.tables.customers import Customer
from portal.tables.escalation import DunnedPart, Dunning, Notice
from portal.tables.invoices import Entry, Invoice

Key = tuple[int, str]
#: Looks at every open item that falls due within the days of a reminder, whatever the ladders say.
EVERYTHING = Ladder("", steps=(Step("", days_overdue=-90),))
#: So many messages that leave next are looked at together, and for so long.
TOGETHER = 50
LASTS = dt.timedelta(minutes=1)
#: What a customer's books come to, but for what sending itself notes: equal as long as nothing
#: was posted, applied, taken back, disputed, promised, held, stepped, handed over or done else.
MARKS = """
select customer_id, 'entry' as what, count(*) as n, max(id) as last from entry
where customer_id in (:keys) group by customer_id
union all select customer_id, 'applied', count(*), count(ended_on) from allocation
where customer_id in (:keys) group by customer_id
union all select customer_id, 'disputed', count(*), count(ended_on) from disputed_part
where customer_id in (:keys) group by customer_id
union all select customer_id, 'promised', count(*), count(ended_on) from promise
where customer_id in (:keys) group by customer_id
union all select customer_id, 'held', count(*), count(ended_at) from dunning_hold
where customer_id in (:keys) group by customer_id
union all select customer_id, 'case', count(*), sum(row_version) from collection_case
where customer_id in (:keys) group by customer_id
union all select customer_id, 'steps', count(*), max(id) from dunning
where customer_id in (:keys) group by customer_id
union all select customer_id, 'acts', 0, max(id) from audit
where customer_id in (:keys) and kind not in
('notice.sent', 'notice.failed', 'notice.cancelled') group by customer_id
"""

Marks = frozenset[tuple[str, int, int]]


class Look:
    """What the books say of some customers; each question is asked once, when it is needed."""

    def __init__(self, r: Reader, customer_ids: Collection[int]) -> None:
        self._r = r
        self._whose = among(sorted(customer_ids))
        self.customer_ids = frozenset(customer_ids)
        self.on, self.at = r.today, r.now
        self._dunnings: Mapping[int, Any] = {}
        self._ladders: dict[int | None, Sequence[Ladder]] = {}

    def account(self, key: Key) -> Account | None:
        """What is open of an account, and what keeps it from being asked for."""
        return self._accounts.get(key)

    def interest(self, key: Key, parts: Collection[PartKey]) -> int:
        """The late interest of some parts that was not asked for yet, in minor units."""
        late = self._interest.get(key, {})
        return sum(late.get(part, 0) for part in parts)

    def said(self, entry_id: int) -> Any:
        """What a document says of itself: kind, reference, day, and contract."""
        return self._said[entry_id]

    def names(self, customer_id: int) -> tuple[str, str]:
        """A customer's code, and the name it is written to by."""
        return self._names[customer_id]

    def earlier(self, matter: Matter) -> tuple[dt.date, ...]:
        """The days of the earlier messages about any of a matter's parts."""
        keys = set(matter.keys)
        return tuple(
            sorted(
                {
                    on
                    for dunning_id, on, part in self._earlier.get(matter.customer_id, ())
                    if on < matter.on and dunning_id != matter.dunning_id and part in keys
                }
            )
        )

    def parts_of(self, dunning_id: int) -> tuple[PartKey, ...]:
        """The parts that a step was about which is done; nothing of one that is not."""
        return self._parts.get(dunning_id, ())

    def ladder(self, dunning_id: int) -> Ladder | None:
        """The ladder by which a step was made."""
        row = self._dunnings.get(dunning_id) or self._r.session.get_one(Dunning, dunning_id)
        return next((each for each in self._told(row.policy_id) if each.name == row.ladder), None)

    def complete(self, dunning_ids: Sequence[int]) -> None:
        """Asks everything now, these steps included: nothing is asked through its reader again."""
        rows = select(Dunning.id, Dunning.policy_id, Dunning.ladder)
        found = self._r.session.execute(rows.where(Dunning.id.in_(dunning_ids)))
        self._dunnings = {row.id: row for row in found}
        for row in self._dunnings.values():
            self._told(row.policy_id)
        assert self._accounts is not None
        assert (self._said, self._names, self._parts, self._interest) is not None

    # ── What is asked of the books ───────────────────────────────────────────

    @cached_property
    def _accounts(self) -> Mapping[Key, Account]:
        found = Books(self._r, self.on, (EVERYTHING,)).accounts(self._whose)
        return {(account.customer_id, account.currency): account for account, _ in found}

    @cached_property
    def _interest(self) -> Mapping[Key, dict[PartKey, int]]:
        found: defaultdict[Key, dict[PartKey, int]] = defaultdict(dict)
        for each in accrued(self._r, both(seen_by(self._r.actor), self._whose), self.on):
            if each.interest + each.fixed:
                late = each.late
                found[late.customer_id, late.currency][late.entry_id, late.part] = each.open
        return found

    @cached_property
    def _said(self) -> Mapping[int, Any]:
        entries = {item.entry_id for each in self._accounts.values() for item in each.items}
        columns: list[Any] = [
            *(Entry.id, Entry.kind, Entry.reference, Entry.dated_on, Invoice.contract_code)
        ]
        rows = select(*columns).outerjoin(Invoice, Invoice.entry_id == Entry.id)
        found = self._r.session.execute(rows.where(Entry.id.in_(sorted(entries))))
        return {row.id: row for row in found}

    @cached_property
    def _names(self) -> Mapping[int, tuple[str, str]]:
        columns: list[Any] = [Customer.id, Customer.code, Customer.name, Customer.legal_name]
        rows = self._r.session.execute(select(*columns).where(self._whose(Customer.id)))
        return {row.id: (row.code, row.legal_name or row.name) for row in rows}

    @cached_property
    def _done(self) -> Sequence[Any]:
        """Every part of the messages that went to these customers."""
        columns: list[Any] = [
            *(Dunning.customer_id, Dunning.id, Dunning.done_on),
            *(DunnedPart.entry_id, DunnedPart.part),
        ]
        same = (DunnedPart.dunning_id == Dunning.id) & (
            DunnedPart.customer_id == Dunning.customer_id
        )
        rows: Any = select(*columns).join(DunnedPart, same)
        kept = rows.where(
            self._whose(Dunning.customer_id),
            Dunning.state == "done",
            Dunning.channel.in_(MESSAGES),
        )
        ordered = kept.order_by(Dunning.id, DunnedPart.entry_id, DunnedPart.part)
        return self._r.session.execute(ordered).all()

    @cached_property
    def _earlier(self) -> Mapping[int, list[tuple[int, dt.date, PartKey]]]:
        found: defaultdict[int, list[tuple[int, dt.date, PartKey]]] = defaultdict(list)
        for customer_id, dunning_id, done_on, entry_id, part in self._done:
            if done_on is not None:
                found[customer_id].append((dunning_id, done_on, (entry_id, part)))
        return found

    @cached_property
    def _parts(self) -> Mapping[int, tuple[PartKey, ...]]:
        found: defaultdict[int, list[PartKey]] = defaultdict(list)
        for _customer, dunning_id, _on, entry_id, part in self._done:
            found[dunning_id].append((entry_id, part))
        return {dunning_id: tuple(parts) for dunning_id, parts in found.items()}

    def _told(self, policy_id: int | None) -> Sequence[Ladder]:
        if policy_id not in self._ladders:
            self._ladders[policy_id] = ladders_of_version(self._r, policy_id)
        return self._ladders[policy_id]


# ── What a worker keeps of it ────────────────────────────────────────────────


class _Kept:
    """A complete look, and what the books of its customers came to before it."""

    def __init__(self, look: Look, marks: Mapping[int, Marks]) -> None:
        self.look = look
        self._marks = marks

    def holds(self, r: Reader, customer_id: int) -> bool:
        """Whether nothing of a customer has changed since; one that was not looked at has."""
        look = self.look
        if look.on != r.today or not dt.timedelta(0) <= r.now - look.at <= LASTS:
            return False
        if customer_id not in look.customer_ids:
            return False
        return marks_of(r, [customer_id])[customer_id] == self._marks[customer_id]


_last: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()


def look_for(r: Reader, notice: Notice) -> Look:
    """
    The books as they are now about a message's customer.

    Looked at together with those of the messages that leave after it; looked at again as soon as
    anything of the customer has changed.
    """
    engine = r.session.get_bind().engine
    kept = _last.get(engine)
    if kept is None or not kept.holds(r, notice.customer_id):
        kept = _last[engine] = _taken(r, notice)
    return kept.look


def _taken(r: Reader, notice: Notice) -> _Kept:
    queued = Notice.state == "queued"
    rows = select(Notice.customer_id).where(Notice.id >= notice.id, queued)
    next_ones = r.session.scalars(rows.order_by(Notice.id).limit(TOGETHER))
    customer_ids = {notice.customer_id, *next_ones}
    steps = select(Notice.dunning_id).where(
        Notice.customer_id.in_(customer_ids), queued, Notice.dunning_id.is_not(None)
    )
    # Before the look: what changes while it is taken is seen to have changed.
    marks = marks_of(r, customer_ids)
    look = Look(r, customer_ids)
    look.complete(sorted({each for each in r.session.scalars(steps) if each is not None}))
    return _Kept(look, marks)


def marks_of(r: Reader, customer_ids: Collection[int]) -> Mapping[int, Marks]:
    """By customer what its books come to; the same as long as nothing of it has changed."""
    found: dict[int, set[tuple[str, int, int]]] = {each: set() for each in customer_ids}
    for row in found_by(r.session, MARKS, sorted(customer_ids)):
        found[row.customer_id].add((row.what, int(row.n), int(row.last or 0)))
    return {customer_id: frozenset(marks) for customer_id, marks in found.items()}
