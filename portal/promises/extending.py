"""
More time than the rule allows: asked for, decided by a second person, and then a promise like any.

What was asked for is kept as it was asked; the promise is made when it is approved, by what is open
then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from portal.approvals.asking import Proposal, ask_approval, withdraw_request
from portal.approvals.kinds import Facts, Kind
from portal.base.access import NotFound, Permission
from portal.base.evidence import canonical_json, sha256_of_text
from portal.base.mail import queue_mail
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.promise import Reason, check_later_day, earliest_limit
from portal.promises.evidence import Told, evidence_of
from portal.promises.posting import end_promise, post_promise
from portal.promises.promisable import PromisableRow, list_promisable, overlapping, running_promises
from portal.promises.wishes import Items, Wish, WishedItem, checked_items, locked_customer
from portal.tables.approvals import Approval
from portal.tables.customers import Customer
from portal.tables.people import User
from portal.tables.promises import Extension

KIND = "extension"


@dataclass(frozen=True)
class WithdrawExtension:
    """That more time is not asked for any longer."""

    extension_id: int


def ask_extension(w: Work, c: Wish) -> int:
    """
    The request for a day beyond the rule, which waits for a second person; the same key once.

    Raises: extension.waiting, extension.reason_missing, promise.day_over, promise.too_far,
    promise.day_off, promise.giver_missing, and what `checked_items` raises.
    """
    is_house = w.actor.kind != "customer"
    permission = Permission.PROMISE_RECORD if is_house else Permission.PROMISE_MAKE
    customer = locked_customer(w, c.customer_id, permission)
    said = select(Extension.id).where(
        Extension.idempotency_key == c.key, Extension.user_id == w.actor.user_id
    )
    found = w.session.scalar(said)
    if found is not None:
        return found
    if not is_house:
        c = replace(c, given_by="")
    elif not c.given_by.strip():
        raise RuleBroken("promise.giver_missing", field="given_by")
    if not c.note.strip():
        raise RuleBroken("extension.reason_missing", field="note")
    # What is promised on the items already is replaced, once the request is approved.
    replaced = [row.id for row in overlapping(running_promises(w, c.customer_id), c.parts)]
    items = checked_items(w, c, replaced)
    check_later_day(c.pay_on, w.today, w.calendar())
    _refuse_second(w, c)
    extension = _keep(w, c, customer, items)
    _ask(w, extension, items)
    return extension.id


def _refuse_second(w: Work, c: Wish) -> None:
    """Of one item more time is asked for once at a time."""
    waiting = select(Approval.subject).where(
        Approval.customer_id == c.customer_id, Approval.kind == KIND, Approval.state == "waiting"
    )
    for subject in w.session.scalars(waiting):
        other = w.session.get_one(Extension, _id_of(subject))
        if c.parts & {(item.entry_id, item.part) for item in asked_items(other)}:
            raise RuleBroken("extension.waiting", pay_on=other.promised_on)


def _id_of(subject: str) -> int:
    return int(subject.partition("/")[2])


def asked_items(extension: Extension) -> tuple[WishedItem, ...]:
    """What was asked for."""
    told: Iterable[tuple[int, int, int]] = json.loads(extension.items)
    return tuple(
        WishedItem(entry_id, part, Money(minor, extension.currency))
        for entry_id, part, minor in told
    )


def _keep(w: Work, c: Wish, customer: Customer, items: Items) -> Extension:
    told = _told(c, customer, items)
    evidence = canonical_json(evidence_of(w, told))
    assert w.actor.user_id is not None
    extension = Extension(
        customer_id=customer.id,
        currency=c.currency,
        promised_on=c.pay_on,
        amount_minor=told.amount.minor,
        items=json.dumps([[row.entry_id, row.part, amount.minor] for row, amount in items]),
        reason=c.reason.value,
        note=c.note.strip(),
        method=c.method.strip(),
        given_by=c.given_by.strip(),
        latest_on=told.limit.latest_on,
        user_id=w.actor.user_id,
        evidence=evidence,
        evidence_sha256=sha256_of_text(evidence),
        idempotency_key=c.key,
        asked_at=w.now,
    )
    w.session.add(extension)
    w.session.flush()
    return extension


def _told(c: Wish, customer: Customer, items: Items) -> Told:
    return Told(
        customer=customer,
        items=items,
        pay_on=c.pay_on,
        limit=earliest_limit(row.limit for row, _ in items),
        reason=c.reason,
        note=c.note.strip(),
        method=c.method.strip(),
        way=KIND,
        surroundings=c.surroundings,
        given_by=c.given_by.strip(),
    )


def _ask(w: Work, extension: Extension, items: Items) -> None:
    amount = Money(extension.amount_minor, extension.currency)
    before = _figures(extension, [row for row, _ in items])
    numbers = ", ".join(row.number for row, _ in items)
    after = {**before, "pay_on": extension.promised_on.isoformat(), "items": numbers}
    proposal = Proposal(
        kind=KIND,
        subject=f"extension/{extension.id}",
        customer_id=extension.customer_id,
        amount=amount,
        before=before,
        after=after,
        fingerprint=_digest(row for row, _ in items),
        reason=extension.note,
    )
    approval_id = ask_approval(w, proposal)
    w.tell(
        extension.customer_id,
        ("extension", extension.id),
        "extension_asked",
        pay_on=extension.promised_on.isoformat(),
        amount=amount.major(),
        currency=amount.currency,
        documents=numbers,
    )
    w.audit(
        "extension.asked",
        f"extension/{extension.id}",
        customer_id=extension.customer_id,
        approval=approval_id,
        evidence_sha256=extension.evidence_sha256,
    )


def _figures(extension: Extension, rows: list[PromisableRow]) -> dict[str, str]:
    """What stands there without the request: when it is due, what is open, until when it may be."""
    due = min((row.due_on for row in rows if row.due_on), default=None)
    is_open = Money.total((row.open for row in rows), extension.currency)
    return {
        "due": due.isoformat() if due else "—",
        "open": f"{is_open.currency} {is_open.major()}",
        "pay_on": extension.latest_on.isoformat() if extension.latest_on else "—",
    }


def _digest(rows: Iterable[PromisableRow]) -> str:
    """Of what the request stands on: what is open of each item, and when it is due."""
    facts = sorted((row.entry_id, row.part, row.open.minor, str(row.due_on)) for row in rows)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def withdraw_extension(w: Work, c: WithdrawExtension) -> None:
    """More time is not asked for any longer; a request that was decided stays as it is."""
    extension = w.session.get(Extension, c.extension_id)
    if extension is None:
        raise NotFound("extension")
    locked_customer(w, extension.customer_id, Permission.PROMISE_WITHDRAW)
    withdraw_request(w, KIND, f"extension/{extension.id}")


# ── The decision ─────────────────────────────────────────────────────────────


def _asked_for(r: Reader, approval: Approval) -> tuple[Extension, list[PromisableRow]]:
    """The request behind an approval, and its items as they are now."""
    extension = r.session.get_one(Extension, _id_of(approval.subject))
    wanted = {(item.entry_id, item.part) for item in asked_items(extension)}
    rows = list_promisable(r, extension.customer_id, extension.currency, wanted)
    return extension, [row for row in rows if (row.entry_id, row.part) in wanted]


def facts_now(r: Reader, approval: Approval) -> Facts:
    """What a request for more time stands on: what is open of its items, and when it is due."""
    extension, rows = _asked_for(r, approval)
    return Facts(_digest(rows), _figures(extension, rows))


def approve(w: Work, approval: Approval) -> None:
    """The promise that was asked for is made; running ones on the same items are replaced."""
    extension = w.session.get_one(Extension, _id_of(approval.subject))
    customer = w.session.get_one(Customer, extension.customer_id)
    wish = Wish(
        customer_id=customer.id,
        currency=extension.currency,
        items=asked_items(extension),
        pay_on=extension.promised_on,
        reason=Reason(extension.reason),
        note=extension.note,
        method=extension.method,
        given_by=extension.given_by,
    )
    replaced = overlapping(running_promises(w, customer.id), wish.parts)
    items = checked_items(w, wish, [row.id for row in replaced])
    check_later_day(wish.pay_on, w.today, w.calendar())
    told = replace(
        _told(wish, customer, items),
        author_id=extension.user_id,
        approval_id=approval.id,
        approval=_approver(w, extension, approval),
        replaces=[row.number for row in replaced],
    )
    promise = post_promise(w, told)
    for row in replaced:
        end_promise(w, row, "replaced", promise.id)


def _approver(w: Work, extension: Extension, approval: Approval) -> dict[str, Any]:
    """
    Who approved, and the request word for word.

    A remark is for who asked: one for a colleague stays out of what the customer gets.
    """
    decider = w.session.get_one(User, approval.decided_by)
    author = w.session.get_one(User, extension.user_id)
    return {
        "number": approval.id,
        "by": decider.name,
        "role": decider.staff_role,
        "at": w.now.isoformat(),
        "comment": "" if author.staff_role else approval.comment,
        "asked": json.loads(extension.evidence),
        "asked_sha256": extension.evidence_sha256,
    }


def refuse(w: Work, approval: Approval) -> None:
    """Who asked reads why; nothing else changes."""
    extension = w.session.get_one(Extension, _id_of(approval.subject))
    subject = ("extension", extension.id)
    author = w.session.get_one(User, extension.user_id)
    remark = "" if author.staff_role else approval.comment
    w.tell(extension.customer_id, subject, "extension_refused", comment=remark)
    if author.staff_role is None:
        queue_mail(
            w,
            f"extension_refused/{extension.id}/{author.id}",
            "extension_refused",
            author,
            {"approval_id": approval.id, "extension_id": extension.id, "user_id": author.id},
            customer_id=extension.customer_id,
        )


EXTENSION = Kind(
    name=KIND,
    facts=facts_now,
    approve=approve,
    refuse=refuse,
)
