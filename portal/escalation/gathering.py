"""
What is known of accounts besides their items: asked for once for all of them, when first needed.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Select, case, func, or_, select

from portal.base.work import Reader
from portal.core.ladder import MESSAGES, Item, Past
from portal.core.ladder_day import Account
from portal.core.ledger import Kind
from portal.escalation.names import ALONG
from portal.escalation.promised import Key, PartKey, Taken, promised
from portal.invoices.held import held_invoices
from portal.invoices.open_items import Scope, counts_on, credits_dated
from portal.tables.cases import CasePart, CollectionCase
from portal.tables.escalation import Dunning, DunningHold
from portal.tables.payments import Allocation

#: ladder, step, what became of it, on which day
PastStep = tuple[str, str, str, dt.date]


@dataclass(slots=True)
class OpenPart:
    """An open part as the books have it, with its steps of whatever ladder."""

    customer_id: int
    currency: str
    entry_id: int
    part: int
    due_on: dt.date
    open: int
    disputed: int
    number: str
    kind: Kind
    subkind: str | None
    posted_at: dt.datetime
    steps: tuple[PastStep, ...] = ()

    @property
    def leads(self) -> bool:
        """Whether it climbs: a fee or interest goes along with what it is about, never alone."""
        return self.kind != Kind.CHARGE or self.subkind not in ALONG


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


class Gathered:
    """The accounts of some customers, put together from what each statement found."""

    def __init__(self, r: Reader, on: dt.date, whose: Scope) -> None:
        self._r = r
        self._on = on
        self._whose = whose

    def account(self, key: Key, code: str, items: tuple[Item, ...]) -> Account:
        """An account of these items."""
        about = self._about[key]
        return Account(
            customer_id=key[0],
            code=code,
            currency=key[1],
            items=items,
            unapplied=max(0, about.unapplied),
            promised=about.promised,
            last_message_on=self._last_messages.get(key[0]),
            waiting=self._waiting.get(key),
            acted=about.acted,
        )

    def item(self, part: OpenPart, past: Mapping[str, Past], first_seen_on: dt.date | None) -> Item:
        """A part with what keeps a step from it."""
        key = (part.entry_id, part.part)
        taken = self._promises[0].get(key)
        return Item(
            entry_id=part.entry_id,
            part=part.part,
            number=part.number,
            due_on=part.due_on,
            open=int(part.open),
            disputed=int(part.disputed),
            promised=taken.promised if taken else 0,
            planned=taken.planned if taken else 0,
            past=past,
            stopped=self._stop(part),
            case=self._cases.get(key, ""),
            first_seen_on=first_seen_on,
            leads=part.leads,
        )

    def _stop(self, part: OpenPart) -> str:
        held = self._held
        if (
            part.customer_id in held.customers
            or (part.customer_id, part.currency) in held.accounts
            or part.entry_id in held.entries
        ):
            return "held"
        return "contract_check" if part.entry_id in self._unchecked else ""

    # ── What each statement finds ────────────────────────────────────────────

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

    @cached_property
    def _promises(self) -> tuple[Mapping[PartKey, Taken], Mapping[Key, int]]:
        return promised(self._r, self._whose, self._on)
