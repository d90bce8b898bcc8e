"""What pages read of promises: each with its state as of a day, which is stored nowhere."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from portal.base.access import NotFound
from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.promise_kept import RUNNING, Outcome, State
from portal.invoices.open_items import Scope, whose_items
from portal.promises.facts import Judged, judged
from portal.promises.rows import PartPromise, PromisedItem, PromiseFilter, PromiseRow
from portal.tables.customers import Customer
from portal.tables.journal import Event
from portal.tables.people import User
from portal.tables.promises import Promise, PromisedPart

NOTHING = Outcome(0, ())


def number_of(promise_id: int, code: str | None = None) -> str:
    """
    The number that people read: the file's own, or ours.

    >>> number_of(17), number_of(17, "P-2026-4")
    ('PRM-17', 'P-2026-4')
    """
    return code or f"PRM-{promise_id}"


def list_promises(
    r: Reader, asked: PromiseFilter, as_of: dt.date | None = None
) -> list[PromiseRow]:
    """The promises that a filter keeps, the earliest day first; of one day the first made first."""
    day = as_of or r.today
    whose = whose_items(r.actor, asked.customer_id)
    kept = _kept(whose, asked, day)
    found = r.session.execute(
        select(Promise, Customer.code, Customer.name, Customer.owner)
        .join(Customer, Customer.id == Promise.customer_id)
        .where(*kept)
        .order_by(Promise.promised_on, Promise.id)
    ).all()
    if not found:
        return []
    facts = judged(r, select(Promise.id).where(*kept), whose, day)
    return [_row(r, row, facts) for row in found]


def _kept(whose: Scope, asked: PromiseFilter, as_of: dt.date) -> Sequence[ColumnElement[bool]]:
    kept = [whose(Promise.customer_id), Promise.made_on <= as_of, *asked.where]
    if asked.ids:
        kept.append(Promise.id.in_(asked.ids))
    if asked.from_on:
        kept.append(Promise.promised_on >= asked.from_on)
    if asked.to_on:
        kept.append(Promise.promised_on <= asked.to_on)
    if asked.counts:
        kept.append(or_(Promise.ended_on.is_(None), Promise.ended_on > as_of))
    if asked.entry_id is not None:
        kept.append(Promise.id.in_(_covering(asked.entry_id)))
    if asked.plan_id is not None:
        kept.append(Promise.plan_id == asked.plan_id)
    return kept


def _covering(entry_id: int) -> Select[Any]:
    return select(PromisedPart.promise_id).where(PromisedPart.entry_id == entry_id)


def get_promise(r: Reader, ref: str) -> PromiseRow:
    """One promise; `NotFound` where it is not yours."""
    found = list_promises(r, PromiseFilter(ids=frozenset({r.id_of("pr", ref)})))
    if not found:
        raise NotFound(ref)
    return found[0]


def running_on_parts(
    r: Reader, customer_id: int | None = None, as_of: dt.date | None = None
) -> dict[tuple[int, int], PartPromise]:
    """By document and part: what running promises cover of it, and until when."""
    running_since = r.policy.leniency().first_running(as_of or r.today)
    asked = PromiseFilter(customer_id=customer_id, from_on=running_since, counts=True)
    rows = list_promises(r, asked, as_of)
    found: dict[tuple[int, int], PartPromise] = {}
    for row in rows:
        for item in row.items if row.state in RUNNING else ():
            key, before = (item.entry_id, item.part), found.get((item.entry_id, item.part))
            first = before or PartPromise(
                Money.zero(row.amount.currency), row.promised_on, row.id, row.ref, row.number
            )
            found[key] = PartPromise(
                first.awaited + item.awaited,
                max(first.until, row.promised_on),
                first.promise_id,
                first.ref,
                first.number,
            )
    return found


def promised_entries(
    r: Reader, customer_id: int | None = None, as_of: dt.date | None = None
) -> dict[int, PartPromise]:
    """By document: what running promises cover of all its parts, and until when."""
    found: dict[int, PartPromise] = {}
    for (entry_id, _part), part in running_on_parts(r, customer_id, as_of).items():
        before = found.get(entry_id)
        found[entry_id] = (
            part
            if before is None
            else replace(
                before,
                awaited=before.awaited + part.awaited,
                until=max(before.until, part.until),
            )
        )
    return found


def _row(r: Reader, found: Any, facts: Judged) -> PromiseRow:
    promise, code, name, owner = found
    last_day = r.policy.leniency().last_day(promise.promised_on)
    outcome = facts.outcomes.get(promise.id, NOTHING)

    def money(minor: int) -> Money:
        return Money(minor, promise.currency)

    return PromiseRow(
        id=promise.id,
        ref=r.refs.of("pr", promise.id),
        number=number_of(promise.id, promise.code),
        customer_id=promise.customer_id,
        customer_code=code,
        customer_name=name,
        owner=owner or "",
        promised_on=promise.promised_on,
        last_day=last_day,
        made_on=promise.made_on,
        made_at=promise.made_at,
        amount=money(promise.amount_minor),
        came=money(outcome.came_minor),
        in_time=money(outcome.came_by(last_day)),
        awaited=money(outcome.awaited_minor),
        lost=money(outcome.lost_minor),
        state=facts.states.get(promise.id, State.ENDED),
        reason=promise.reason,
        note=promise.note,
        method=promise.method,
        way=promise.way,
        user_id=promise.user_id,
        given_by=promise.given_by,
        latest_on=promise.latest_on,
        approval_id=promise.approval_id,
        plan_id=promise.plan_id,
        ended_on=promise.ended_on,
        ended_as=promise.ended_as,
        replaced_by_id=promise.replaced_by_id,
        items=_items(r, promise, facts, outcome),
    )


def _items(
    r: Reader, promise: Promise, facts: Judged, outcome: Outcome
) -> tuple[PromisedItem, ...]:
    items = []
    for share in facts.shares.get(promise.id, ()):
        part = facts.parts[share.entry_id, share.part]
        awaited = outcome.awaited.get((share.entry_id, share.part), 0)
        items.append(
            PromisedItem(
                entry_id=share.entry_id,
                ref=r.refs.of("iv", share.entry_id),
                kind=Kind(part.kind).word,
                number=part.number,
                part=share.part,
                due_on=part.due_on,
                promised=Money(share.amount_minor, promise.currency),
                awaited=Money(awaited, promise.currency),
                open=Money(int(part.claim), promise.currency),
            )
        )
    return tuple(items)


def life_of(r: Reader, row: PromiseRow) -> list[tuple[str, dt.datetime, str, dict[str, Any]]]:
    """The steps in a promise's life, the newest first: what, when, who, with which facts."""
    found = r.session.execute(
        select(Event.kind, Event.at, User.name, Event.facts)
        .outerjoin(User, User.id == Event.user_id)
        .where(
            Event.customer_id == row.customer_id,
            Event.subject_kind == "promise",
            Event.subject_id == row.id,
        )
        .order_by(Event.id.desc())
    )
    return [(kind, at, name or "", json.loads(facts)) for kind, at, name, facts in found]
