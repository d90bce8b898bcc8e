"""Promising: by the customer on a page, by the house for who said so on the phone; taking back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select

from portal.base.access import NotFound, Permission
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.promise import check_cool_down, check_day, earliest_limit
from portal.promises.evidence import Told
from portal.promises.posting import end_promise, post_promise
from portal.promises.promisable import overlapping, running_promises
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter, PromiseRow
from portal.promises.wishes import Wish, broken_days, checked_items, locked_customer
from portal.tables.promises import Promise

#: The way of what the house writes down: who acts says it, never the form.
BY_PHONE = "phone"


@dataclass(frozen=True)
class WithdrawPromise:
    """That a promise is taken back before its day."""

    promise_id: int


def make_promise(w: Work, c: Wish) -> int:
    """
    The customer's promise, within the rule; the same key once.

    Raises: promise.nothing_chosen, promise.currencies_differ, promise.stale, promise.item_paid,
    promise.no_amount, promise.exceeds_open, promise.promised_already, promise.not_possible,
    promise.day_over, promise.too_far, promise.day_off, promise.too_late, promise.cooling_down,
    promise.of_plan, promise.reason_unfit, promise.note_missing.
    """
    way = "portal" if c.way == BY_PHONE else c.way
    return _promised(w, replace(c, way=way, given_by=""), Permission.PROMISE_MAKE)


def record_promise(w: Work, c: Wish) -> int:
    """
    A promise that somebody of the customer gave on the phone, by the same rules.

    Raises: promise.giver_missing, and whatever `make_promise` raises.
    """
    if not c.given_by.strip():
        raise RuleBroken("promise.giver_missing", field="given_by")
    return _promised(w, replace(c, way=BY_PHONE), Permission.PROMISE_RECORD)


def _promised(w: Work, c: Wish, permission: Permission) -> int:
    customer = locked_customer(w, c.customer_id, permission)
    said = said_before(w, c.key)
    if said is not None:
        return said
    replaced = replaced_by(w, c)
    items = checked_items(w, c, [row.id for row in replaced])
    limit = earliest_limit(row.limit for row, _ in items)
    check_day(c.pay_on, w.today, limit, w.calendar())
    check_cool_down(broken_days(w, c.customer_id), w.today, w.policy.promise_max_broken)
    told = Told(
        customer=customer,
        items=items,
        pay_on=c.pay_on,
        limit=limit,
        reason=c.reason,
        note=c.note.strip(),
        method=c.method.strip(),
        way=c.way,
        surroundings=c.surroundings,
        key=c.key or None,
        given_by=c.given_by.strip(),
        replaces=[row.number for row in replaced],
    )
    promise = post_promise(w, told)
    for row in replaced:
        end_promise(w, row, "replaced", promise.id)
    return promise.id


def said_before(w: Work, key: str) -> int | None:
    """The promise that this very page has made already."""
    if not key:
        return None
    row = select(Promise.id).where(Promise.idempotency_key == key)
    return w.session.scalar(row.where(Promise.user_id == w.actor.user_id))


def replaced_by(w: Work, c: Wish) -> list[PromiseRow]:
    """The running promises that a wish takes the place of, where it is asked to."""
    if not c.replaces:
        return []
    rows = overlapping(running_promises(w, c.customer_id), c.parts)
    for row in rows:
        _refuse_instalment(row)
    return rows


def _refuse_instalment(row: PromiseRow) -> None:
    if row.plan_id is not None:
        raise RuleBroken("promise.of_plan", number=row.number)


def withdraw_promise(w: Work, c: WithdrawPromise) -> None:
    """
    The promise counts no more, and reminders go on; taken back twice, once.

    Raises: promise.not_in_this_state, promise.of_plan.
    """
    customer_id = w.session.scalar(select(Promise.customer_id).where(Promise.id == c.promise_id))
    if customer_id is None:
        raise NotFound("promise")
    locked_customer(w, customer_id, Permission.PROMISE_WITHDRAW)
    [row] = list_promises(w, PromiseFilter(ids=frozenset({c.promise_id})))
    if row.ended_as == "withdrawn":
        return
    if not row.is_running:
        raise RuleBroken("promise.not_in_this_state", number=row.number)
    _refuse_instalment(row)
    end_promise(w, row, "withdrawn")
