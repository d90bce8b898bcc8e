"""A promise becomes rows, whoever gave it: with its evidence, told, in the audit chain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, func, select

from portal.base.batch import reserve_ids
from portal.base.evidence import canonical_json, sha256_of_text
from portal.base.mail import queue_mail
from portal.base.people import members_of
from portal.base.work import Reader, Work
from portal.core.promise import Basis
from portal.invoices.open_items import counts_on
from portal.promises.evidence import Told, evidence_of
from portal.promises.facts import PartKey, is_money
from portal.promises.queries import number_of
from portal.promises.rows import PromiseRow
from portal.tables.invoices import Entry
from portal.tables.payments import Allocation
from portal.tables.people import User
from portal.tables.promises import Promise, PromisedPart


def post_promise(w: Work, told: Told) -> Promise:
    """The promise with its items, its evidence and its letter to come."""
    evidence = canonical_json(evidence_of(w, told))
    promise = Promise(
        id=_free_id(w),
        customer_id=told.customer.id,
        currency=told.amount.currency,
        promised_on=told.pay_on,
        made_on=w.today,
        made_at=w.now,
        amount_minor=told.amount.minor,
        reason=told.reason.value,
        note=told.note,
        method=told.method,
        way=told.way,
        user_id=told.author_id or w.actor.user_id,
        given_by=told.given_by,
        latest_on=told.limit.latest_on if told.limit.basis is Basis.FRACTION_OF_TERM else None,
        approval_id=told.approval_id,
        plan_id=told.plan_id,
        evidence=evidence,
        evidence_sha256=sha256_of_text(evidence),
        idempotency_key=told.key,
    )
    w.session.add(promise)
    w.session.flush()
    paid = paid_on(w, {row.entry_id for row, _ in told.items}, told.customer.id)
    for row, amount in told.items:
        w.session.add(
            PromisedPart(
                customer_id=promise.customer_id,
                promise_id=promise.id,
                entry_id=row.entry_id,
                part=row.part,
                amount_minor=amount.minor,
                paid_minor=paid.get((row.entry_id, row.part), 0),
            )
        )
    w.session.flush()
    _tell(w, promise, told)
    return promise


def _free_id(w: Work) -> int:
    """A key whose number no file has brought along."""
    count = 1
    while True:
        ids = reserve_ids(w.session, Promise.__table__, count)
        numbers = {number_of(each): each for each in ids}
        taken = set(w.session.scalars(select(Promise.code).where(Promise.code.in_(numbers))))
        free = [each for number, each in numbers.items() if number not in taken]
        if free:
            return free[0]
        count *= 2


def paid_on(r: Reader, entry_ids: Iterable[int], customer_id: int) -> dict[PartKey, int]:
    """What payments cover of each part by now."""
    found = r.session.execute(
        select(Allocation.entry_id, Allocation.part, func.sum(Allocation.amount_minor))
        .join(Entry, and_(Entry.id == Allocation.credit_id, is_money()))
        .where(
            counts_on(r.today),
            Allocation.customer_id == customer_id,
            Allocation.entry_id.in_(sorted(entry_ids)),
        )
        .group_by(Allocation.entry_id, Allocation.part)
    )
    return {(entry_id, part): int(minor) for entry_id, part, minor in found}


def _tell(w: Work, promise: Promise, told: Told) -> None:
    """The timeline, the audit, the letter's task and the mails."""
    number = number_of(promise.id)
    facts: dict[str, Any] = {
        "number": number,
        "amount": told.amount.major(),
        "currency": promise.currency,
        "pay_on": promise.promised_on.isoformat(),
        "documents": ", ".join(row.number for row, _ in told.items),
    }
    w.tell(promise.customer_id, ("promise", promise.id), "promised", way=told.way, **facts)
    w.audit(
        "promise.made",
        f"promise/{promise.id}",
        customer_id=promise.customer_id,
        way=told.way,
        evidence_sha256=promise.evidence_sha256,
        **facts,
    )
    if promise.plan_id is not None:
        return  # the plan's own letter and mail tell of all its instalments
    w.later(f"promise_letter/{promise.id}", "promise_letter", {"promise_id": promise.id})
    for user in readers(w, promise):
        queue_mail(
            w,
            f"promise/{promise.id}/{user.id}",
            "promise_made",
            user,
            {"promise_id": promise.id, "user_id": user.id},
            customer_id=promise.customer_id,
        )


def readers(w: Work, promise: Promise) -> list[User]:
    """Who gets the letter: who promised, or everybody there where the house wrote it down."""
    everybody = list(w.session.scalars(members_of(promise.customer_id)))
    author = [user for user in everybody if user.id == promise.user_id]
    return author or everybody


def end_promise(w: Work, row: PromiseRow, ended_as: str, by: int | None = None) -> None:
    """A promise that no longer counts from today on."""
    promise = w.session.get_one(Promise, row.id, with_for_update=True, populate_existing=True)
    promise.ended_on, promise.ended_as, promise.replaced_by_id = w.today, ended_as, by
    w.session.flush()
    facts = {"number": row.number, "by": number_of(by) if by else ""}
    w.tell(promise.customer_id, ("promise", promise.id), f"promise_{ended_as}", **facts)
    w.audit(
        f"promise.{ended_as}",
        f"promise/{promise.id}",
        customer_id=promise.customer_id,
        **facts,
    )
