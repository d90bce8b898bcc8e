"""Asking customers on the auditor's behalf: whom and how, the mails, reminders, other evidence."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.audit.samples import own_sample
from portal.base import formats
from portal.base.access import NotFound
from portal.base.language import LANGUAGES, speaking
from portal.base.mail import Recipient, queue_mail
from portal.base.outbox import Letter, NotNeeded
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.people.addresses import folded, is_address
from portal.tables.audits import AuditAnswer, AuditItem, AuditSample
from portal.tables.customers import Contact, Customer

PURPOSE = "audit link"
FORMS = ("positive", "negative", "blank")


@dataclass(frozen=True)
class Recipe:
    """How one balance is asked: the kind of request, and the contact's address."""

    item_id: int
    form: str
    email: str


@dataclass(frozen=True)
class ChooseRecipients:
    """How each balance of a sample is asked, and whether they are asked now."""

    sample_id: int
    recipes: Sequence[Recipe]
    sends: bool = False


@dataclass(frozen=True)
class RemindSilent:
    """Whoever was asked and has not answered is asked once more."""

    sample_id: int


@dataclass(frozen=True)
class NoteEvidence:
    """What the auditor did instead, and found."""

    item_id: int
    note: str


def choose_recipients(w: Work, c: ChooseRecipients) -> int:
    """
    Keeps how each unsent balance is asked; sends those requests that have an address if wanted.

    The address must be one of the customer's contacts: a request goes to nobody that the books do
    not know. Tells how many were sent. `RuleBroken`: audit.no_recipient, audit.nothing_to_send.
    """
    w.require("audit.request")
    sample = own_sample(w, c.sample_id)
    items = _unsent(w, sample)
    for recipe in c.recipes:
        if recipe.item_id in items:
            _apply(w, items[recipe.item_id], recipe)
    w.audit("audit.recipients_chosen", f"audit_sample/{sample.id}", items=len(items))
    if not c.sends:
        return 0
    ready = [item for item in items.values() if item.contact_email]
    if not ready:
        raise RuleBroken("audit.nothing_to_send")
    for item in ready:
        item.sent_at = w.now
        _mail(w, item)
    w.audit("audit.requests_sent", f"audit_sample/{sample.id}", items=[i.id for i in ready])
    return len(ready)


def _unsent(w: Work, sample: AuditSample) -> dict[int, AuditItem]:
    rows = select(AuditItem).where(AuditItem.sample_id == sample.id, AuditItem.sent_at.is_(None))
    locked = rows.order_by(AuditItem.id).with_for_update()
    return {item.id: item for item in w.session.scalars(locked)}


def _apply(w: Work, item: AuditItem, recipe: Recipe) -> None:
    if recipe.form not in FORMS:
        raise NotFound("form")
    item.form = recipe.form
    email = folded(recipe.email)
    if not email:
        item.contact_email = item.contact_name = ""
        return
    contact = w.session.scalars(
        select(Contact).where(Contact.customer_id == item.customer_id, Contact.email == email)
    ).first()
    if contact is None or not is_address(email):
        raise RuleBroken("audit.no_recipient")
    item.contact_email, item.contact_name = contact.email, contact.name
    if contact.language in LANGUAGES:
        item.language = contact.language


def remind_silent(w: Work, c: RemindSilent) -> int:
    """Mails everybody again who was asked and has not answered; once a day at most."""
    w.require("audit.request")
    sample = own_sample(w, c.sample_id)
    answered = select(AuditAnswer.item_id).where(AuditAnswer.item_id == AuditItem.id)
    waiting = w.session.scalars(
        select(AuditItem)
        .where(
            AuditItem.sample_id == sample.id,
            AuditItem.sent_at.is_not(None),
            ~answered.exists(),
        )
        .order_by(AuditItem.id)
        .with_for_update()
    )
    zone = ZoneInfo(w.company.timezone)
    due = [
        item
        for item in waiting
        if item.mailed_at and item.mailed_at.astimezone(zone).date() < w.today
    ]
    if not due:
        raise RuleBroken("audit.nobody_to_remind")
    for item in due:
        _mail(w, item)
    w.audit("audit.reminded", f"audit_sample/{sample.id}", items=[item.id for item in due])
    return len(due)


def _mail(w: Work, item: AuditItem) -> None:
    item.mailed += 1
    item.mailed_at = w.now
    queue_mail(
        w,
        f"audit-request/{item.id}/{item.mailed}",
        "audit_request",
        Recipient(item.contact_email, item.contact_name, item.language),
        {"item_id": item.id, "nth": item.mailed},
        customer_id=item.customer_id,
    )


def note_evidence(w: Work, c: NoteEvidence) -> None:
    """Keeps what the auditor did where nobody answered; empty takes the note away."""
    w.require("audit.request")
    item = w.session.get(AuditItem, c.item_id, with_for_update=True)
    if item is None:
        raise NotFound("item")
    own_sample(w, item.sample_id)
    item.note = c.note.strip()
    item.noted_at = w.now if item.note else None
    w.audit("audit.noted", f"audit_item/{item.id}", customer_id=item.customer_id)


# ── The link and the mail ────────────────────────────────────────────────────


def link_token(r: Reader, item: AuditItem) -> str:
    """
    The token of the link to one request, for one address.

    It shows the request any number of times and commits nothing; another address ends it.
    """
    return f"{r.refs.of('ai', item.id)}.{_seal(r, item)}"


def find_linked(r: Reader, token: str) -> AuditItem | None:
    """The request that a link shows; None where the link is none of ours, or ended."""
    ref, _, seal = token.partition(".")
    item_id = r.refs.id("ai", ref)
    item = r.session.get(AuditItem, item_id) if item_id is not None else None
    if item is None or item.sent_at is None:
        return None
    return item if hmac.compare_digest(_seal(r, item).encode(), seal.encode()) else None


def _seal(r: Reader, item: AuditItem) -> str:
    return r.keys.seal(PURPOSE, item.id, item.contact_email)[:43]


def request_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """What the mail of a request says; `NotNeeded` once it is answered."""
    item = r.session.get_one(AuditItem, payload["item_id"])
    answered = select(AuditAnswer.id).where(AuditAnswer.item_id == item.id)
    if r.session.scalar(answered) is not None:
        raise NotNeeded("The request was answered before it could be sent.")
    sample = r.session.get_one(AuditSample, item.sample_id)
    customer = r.session.get_one(Customer, item.customer_id)
    with speaking(item.language):
        day, by = formats.day(sample.as_of), formats.day(sample.answer_by)
    return {
        "customer_name": customer.name,
        "auditor_name": sample.auditor_name,
        "auditor_email": sample.auditor_email,
        "as_of_text": day,
        "answer_by_text": by,
        "form": item.form,
        "balance": Money(item.balance_minor, sample.currency),
        "is_reminder": payload["nth"] > 1,
        "path": f"/a/{link_token(r, item)}",
    }


LETTERS = {"audit_request": Letter(request_values)}
