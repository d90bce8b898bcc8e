"""
What ladders go by: the accounts of some customers with their items, holds, promises and past steps.

Set-based: a fixed number of statements for a slice of customers, however many items they have.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Select, case, func, or_, select

from portal.base.policy import policy_on, policy_version
from portal.base.work import Reader
from portal.core.ladder import MESSAGES, Item, Ladder, Past, ladder_for, ladders_of
from portal.core.ladder_day import Account
from portal.core.ledger import Kind
from portal.core.policy_canon import in_full
from portal.core.policy_schema import LADDERS
from portal.customers.grades import grade_held
from portal.escalation.names import FEES, INTEREST
from portal.escalation.promised import Key, PartKey, Taken, promised
from portal.invoices.held import held_invoices
from portal.invoices.open_items import Scope, among, counts_on, credits_dated, open_items
from portal.tables.cases import CasePart, CollectionCase
from portal.tables.credit import CustomerGrade
from portal.tables.customers import Customer
from portal.tables.escalation import Dunning, DunningHold, ItemStep, LadderRun
from portal.tables.invoices import Entry
from portal.tables.payments import Allocation

#: Beyond so many items their past steps are read by customer instead of one by one.
NAMED_ONE_BY_ONE = 5_000


def ladders_on(r: Reader, on: dt.date) -> tuple[Ladder, ...]:
    """The ladders of the policy in force on a day."""
    return _ladders(policy_on(r.session, on).values)


def ladders_of_version(r: Reader, policy_id: int | None) -> tuple[Ladder, ...]:
    """The ladders of one version of the policy."""
    return _ladders(policy_version(r.session, policy_id).values)


def _ladders(values: Mapping[str, Any]) -> tuple[Ladder, ...]:
    return ladders_of(in_full(LADDERS, values["ladders"]))


@dataclass
class _About:
    """What is known of an account besides its items."""

    unapplied: int = 0
    promised: int = 0
    acted: bool = False


@dataclass(frozen=True)
class _Held:
    """Who and what is left alone."""

    customers: frozenset[int] = frozenset()
    accounts: frozenset[Key] = frozenset()
    entries: frozenset[int] = frozenset()


@dataclass
class Books:
    """The books as ladders read them on a day; made once for a run, asked slice by slice."""

    r: Reader
    on: dt.date
    ladders: Sequence[Ladder]
    #: Items that fall due later too: for what comes next.
    looks_ahead: bool = False
    _by_version: dict[int | None, frozenset[str]] = field(default_factory=dict)

    def accounts(self, whose: Scope) -> Iterator[tuple[Account, Ladder]]:
        """Every account of these customers with an open item, and the ladder it is on."""
        rows = list(self.r.session.execute(self._items(whose)))
        if not rows:
            return
        ids = sorted({row.customer_id for row in rows})
        ladders = self.ladders_of_customers(among(ids))
        chased = [row for row in rows if row.customer_id in ladders]
        if not chased:
            return
        whose = among(sorted(ladders)) if len(ladders) < len(ids) else whose
        yield from _Slice(self, whose, chased, ladders).accounts()

    def _items(self, whose: Scope) -> Select[Any]:
        """The open items that a step may speak of, as the house sees them."""
        items = open_items(self.on, whose, inside=True)
        last = self.on + dt.timedelta(days=self._ahead)
        until = items.c.due_on.is_not(None) if self.looks_ahead else items.c.due_on <= last
        columns: list[Any] = [
            *(items.c.customer_id, items.c.currency, items.c.entry_id, items.c.part),
            *(items.c.due_on, items.c.open, items.c.disputed),
            *(Entry.number, Entry.kind, Entry.subkind, Entry.posted_at),
        ]
        return (
            select(*columns)
            .join(Entry, Entry.id == items.c.entry_id)
            .where(until, items.c.open > 0)
            .order_by(items.c.customer_id, items.c.currency)
        )

    @cached_property
    def _ahead(self) -> int:
        """How many days before its due day an item may have a step."""
        asked = [days for ladder in self.ladders for days in ladder.asks]
        return max(0, -min(asked, default=0))

    def ladders_of_customers(self, whose: Scope) -> dict[int, tuple[str, Ladder]]:
        """By customer: its code and its ladder today; who has none is not chased."""
        by_grade = any(ladder.applies_to.get("grade", "*") != "*" for ladder in self.ladders)
        grade: Any = (
            grade_held(CustomerGrade.grade, Customer.id, self.on).scalar_subquery()
            if by_grade
            else Customer.customer_type
        )
        columns: list[Any] = [
            *(Customer.id, Customer.code, Customer.customer_type, Customer.region),
            *(Customer.owner, grade.label("grade")),
        ]
        found = {}
        for row in self.r.session.execute(select(*columns).where(whose(Customer.id))):
            ladder = ladder_for(self.ladders, _about(row))
            if ladder is not None:
                found[row.id] = (row.code, ladder)
        return found

    def first_seen(self, ladder: Ladder, posted_at: dt.datetime) -> dt.date | None:
        """The day of the first run of a ladder that could see what was posted by then."""
        made_at, days = self._seen[ladder.name]
        place = bisect_left(made_at, posted_at)
        return days[place] if place < len(days) else None

    @cached_property
    def _seen(self) -> Mapping[str, tuple[list[dt.datetime], list[dt.date]]]:
        seen: defaultdict[str, tuple[list[dt.datetime], list[dt.date]]] = defaultdict(
            lambda: ([], [])
        )
        runs = select(LadderRun.made_at, LadderRun.on, LadderRun.policy_id)
        for made_at, on, policy_id in self.r.session.execute(runs.order_by(LadderRun.made_at)):
            for name in self._names_of(policy_id):
                seen[name][0].append(made_at)
                seen[name][1].append(on)
        return seen

    def _names_of(self, policy_id: int | None) -> frozenset[str]:
        if policy_id not in self._by_version:
            told = ladders_of_version(self.r, policy_id)
            self._by_version[policy_id] = frozenset(ladder.name for ladder in told)
        return self._by_version[policy_id]


def _about(row: Any) -> dict[str, str]:
    return {
        "customer_id": row.code,
        "customer_type": row.customer_type or "",
        "grade": row.grade or "",
        "region": row.region or "",
        "owner": row.owner or "",
    }


def _goes_along(subkind: str | None, number: str) -> bool:
    """Whether a charge is a fee or interest: asked for along with what it is about, never alone."""
    return subkind == INTEREST or number.startswith(FEES)


class _Slice:
    """The accounts of some customers, put together from what each statement found."""

    def __init__(
        self,
        books: Books,
        whose: Scope,
        rows: Sequence[Any],
        ladders: Mapping[int, tuple[str, Ladder]],
    ) -> None:
        self._books = books
        self._r = books.r
        self._on = books.on
        self._whose = whose
        self._rows = rows
        self._ladders = ladders

    def accounts(self) -> Iterator[tuple[Account, Ladder]]:
        items: dict[Key, list[Item]] = {}
        for row in self._rows:
            item = self._item(row)
            items.setdefault((row.customer_id, row.currency), []).append(item)
        for key, found in items.items():
            code, ladder = self._ladders[key[0]]
            about = self._about[key]
            account = Account(
                customer_id=key[0],
                code=code,
                currency=key[1],
                items=tuple(found),
                unapplied=max(0, about.unapplied),
                promised=about.promised,
                last_message_on=self._last_messages.get(key[0]),
                waiting=self._waiting.get(key),
                acted=about.acted,
            )
            yield account, ladder

    def _item(self, row: Any) -> Item:
        # Taken apart once: this is asked for every open item of the books.
        customer_id, currency, entry_id, part, due_on, minor, disputed, number, *about = row
        kind, subkind, posted_at = about
        key = (entry_id, part)
        ladder = self._ladders[customer_id][1]
        steps = self._past.get(key)
        taken = self._taken.get(key) if self._taken else None
        return Item(
            entry_id=entry_id,
            part=part,
            number=number,
            due_on=due_on,
            open=int(minor),
            disputed=int(disputed),
            promised=taken.promised if taken else 0,
            planned=taken.planned if taken else 0,
            past=steps.get(ladder.name, {}) if steps else {},
            stopped=self._stop(customer_id, currency, entry_id),
            case=self._cases.get(key, "") if self._cases else "",
            # One that was on another ladder is new on this one.
            first_seen_on=None if steps else self._books.first_seen(ladder, posted_at),
            leads=kind != Kind.CHARGE or not _goes_along(subkind, number),
        )

    def _stop(self, customer_id: int, currency: str, entry_id: int) -> str:
        held = self._held
        if (
            customer_id in held.customers
            or (customer_id, currency) in held.accounts
            or entry_id in held.entries
        ):
            return "held"
        return "contract_check" if entry_id in self._unchecked else ""

    # ── What each statement finds ────────────────────────────────────────────

    @cached_property
    def _past(self) -> dict[PartKey, dict[str, dict[str, Past]]]:
        """By part, ladder and step: what became of it."""
        rows = select(
            ItemStep.entry_id,
            ItemStep.part,
            ItemStep.ladder,
            ItemStep.step,
            ItemStep.how,
            ItemStep.on,
        ).where(self._whose(ItemStep.customer_id))
        ids = sorted({row.entry_id for row in self._rows})
        if len(ids) <= NAMED_ONE_BY_ONE:
            rows = rows.where(ItemStep.entry_id.in_(ids))
        found: dict[PartKey, dict[str, dict[str, Past]]] = {}
        for entry_id, part, ladder, step, how, on in self._r.session.execute(rows):
            of_part = found.setdefault((entry_id, part), {})
            of_part.setdefault(ladder, {})[step] = Past(how, on)
        return found

    @cached_property
    def _about(self) -> defaultdict[Key, _About]:
        about: defaultdict[Key, _About] = defaultdict(_About)
        for customer_id, currency, minor in self._r.session.execute(self._credits()):
            about[customer_id, currency].unapplied += int(minor)
        for customer_id, currency, minor in self._r.session.execute(self._used()):
            about[customer_id, currency].unapplied -= int(minor)
        for customer_id, currency, _last, _waiting, acted in self._dunnings:
            about[customer_id, currency].acted = bool(acted)
        for key, minor in self._promises[1].items():
            about[key].promised += minor
        return about

    def _credits(self) -> Select[Any]:
        credits_ = credits_dated(self._on, self._whose).subquery("credits")
        columns: list[Any] = [
            *(credits_.c.customer_id, credits_.c.currency, func.sum(credits_.c.credit))
        ]
        return select(*columns).group_by(credits_.c.customer_id, credits_.c.currency)

    def _used(self) -> Select[Any]:
        columns: list[Any] = [
            *(Allocation.customer_id, Allocation.currency, func.sum(Allocation.amount_minor))
        ]
        return (
            select(*columns)
            .where(counts_on(self._on), Allocation.memo == 0, self._whose(Allocation.customer_id))
            .group_by(Allocation.customer_id, Allocation.currency)
        )

    @cached_property
    def _dunnings(self) -> list[Any]:
        """By account: the last message before this day, whether a step waits, or was today's."""
        is_message = Dunning.channel.in_(sorted(MESSAGES)) & (Dunning.state == "done")
        is_todays = or_(Dunning.found_on == self._on, Dunning.done_on == self._on)
        columns: list[Any] = [
            Dunning.customer_id,
            Dunning.currency,
            func.max(case((is_message & (Dunning.done_on != self._on), Dunning.done_on))),
            func.max(case((Dunning.state == "waiting", 1), else_=0)),
            func.max(case((is_todays & (Dunning.state != "cancelled"), 1), else_=0)),
        ]
        rows = select(*columns).where(self._whose(Dunning.customer_id))
        found = self._r.session.execute(rows.group_by(Dunning.customer_id, Dunning.currency))
        return list(found)

    @cached_property
    def _waiting(self) -> dict[Key, tuple[str, PartKey]]:
        """By account: the step that waits for its approval, and what it went by."""
        if not any(waiting for *_, waiting, _acted in self._dunnings):
            return {}
        columns: list[Any] = [
            *(Dunning.customer_id, Dunning.currency, Dunning.step),
            *(Dunning.lead_entry_id, Dunning.lead_part),
        ]
        rows = select(*columns).where(self._whose(Dunning.customer_id), Dunning.state == "waiting")
        return {
            (customer_id, currency): (step, (entry_id, part))
            for customer_id, currency, step, entry_id, part in self._r.session.execute(rows)
        }

    @cached_property
    def _last_messages(self) -> dict[int, dt.date]:
        last: dict[int, dt.date] = {}
        for customer_id, _currency, on, *_ in self._dunnings:
            if on is not None:
                last[customer_id] = max(on, last.get(customer_id, on))
        return last

    @cached_property
    def _held(self) -> _Held:
        rows = select(DunningHold.customer_id, DunningHold.currency, DunningHold.entry_id).where(
            self._whose(DunningHold.customer_id),
            DunningHold.ended_at.is_(None),
            DunningHold.from_on <= self._on,
            or_(DunningHold.until_on.is_(None), DunningHold.until_on >= self._on),
        )
        found = self._r.session.execute(rows).all()
        return _Held(
            frozenset(row[0] for row in found if row[1] is None and row[2] is None),
            frozenset((row[0], row[1]) for row in found if row[1] is not None and row[2] is None),
            frozenset(row[2] for row in found if row[2] is not None),
        )

    @cached_property
    def _unchecked(self) -> set[int]:
        return set(self._r.session.scalars(held_invoices(self._whose)))

    @cached_property
    def _cases(self) -> dict[PartKey, str]:
        rows = (
            select(CasePart.entry_id, CasePart.part, CollectionCase.kind)
            .join(CollectionCase, CollectionCase.id == CasePart.case_id)
            .where(self._whose(CasePart.customer_id), CollectionCase.state == "open")
            # Whatever else there is, what is at law is there.
            .order_by(CollectionCase.kind)
        )
        return {(row.entry_id, row.part): row.kind for row in self._r.session.execute(rows)}

    @property
    def _taken(self) -> Mapping[PartKey, Taken]:
        return self._promises[0]

    @cached_property
    def _promises(self) -> tuple[Mapping[PartKey, Taken], Mapping[Key, int]]:
        return promised(self._r, self._whose, self._on)
