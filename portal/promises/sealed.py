"""The letter of a promise: printed from its evidence alone, sealed, kept, made once; its mails."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from portal.base.access import NotFound
from portal.base.documents import letters
from portal.base.documents.printer import Job
from portal.base.documents.sealing import Standing
from portal.base.installation import Installation
from portal.base.outbox import Letter, NotNeeded
from portal.base.work import Reader
from portal.core.money import Money
from portal.promises.letter import Sources, letter_job
from portal.promises.queries import number_of
from portal.tables.approvals import Approval
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.journal import Audit
from portal.tables.promises import Extension, Promise, PromisedPart

KIND = "promise"
REASON = "Promise to pay"


def letter_pdf(installation: Installation, promise_id: int) -> bytes:
    """The sealed letter of a promise; made now where no worker has made it yet."""
    return letters.letter_pdf(
        installation, lambda r: _letter(installation, r, promise_id), (KIND, promise_id)
    )


def make_letter(installation: Installation, payload: dict[str, Any]) -> None:
    """The task that every promise leaves behind."""
    promise_id = payload["promise_id"]
    letters.make_letter(
        installation, lambda r: _letter(installation, r, promise_id), (KIND, promise_id)
    )


def _letter(installation: Installation, r: Reader, promise_id: int) -> letters.Letter:
    promise = r.session.get(Promise, promise_id)
    if promise is None or promise.way == "import":
        raise NotFound("promise")
    entry = r.session.scalars(
        select(Audit).where(Audit.kind == "promise.made", Audit.subject == f"promise/{promise_id}")
    ).one()
    base = installation.config.public_url.rstrip("/")
    sources = Sources(
        evidence=promise.evidence,
        number=number_of(promise.id, promise.code),
        audit=(entry.id, entry.prev_hash, entry.hash),
        url=f"{base}/promises/{r.refs.of('pr', promise.id)}",
        contact=" · ".join(filter(None, (r.company.help_phone, r.company.help_email))),
    )
    language = str(json.loads(promise.evidence)["context"]["language"])

    def job(fingerprint: str, standing: Standing) -> Job:
        return letter_job(sources, language, fingerprint, standing)

    return letters.Letter(
        KIND, promise.id, promise.customer_id, promise.evidence, promise.made_at, REASON, job
    )


def promise_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The mail to who promised: how much, by when, for what, and where the letter is."""
    promise = r.session.get_one(Promise, payload["promise_id"])
    if promise.ended_on is not None:
        raise NotNeeded("The promise was taken back or replaced before it could be sent.")
    numbers = (
        select(Entry.number)
        .join(PromisedPart, PromisedPart.entry_id == Entry.id)
        .where(PromisedPart.promise_id == promise.id)
        .order_by(Entry.number)
    )
    ref = r.refs.of("pr", promise.id)
    return {
        "number": number_of(promise.id, promise.code),
        "customer_name": r.session.get_one(Customer, promise.customer_id).name,
        "amount": Money(promise.amount_minor, promise.currency),
        "pay_on": promise.promised_on,
        "items": ", ".join(dict.fromkeys(r.session.scalars(numbers))),
        "given_by": promise.given_by,
        "is_extension": promise.approval_id is not None,
        "path": f"/promises/{ref}",
        "letter_path": f"/promises/{ref}.pdf",
    }


def refused_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The mail to who asked for more time and does not get it: why."""
    extension = r.session.get_one(Extension, payload["extension_id"])
    return {
        "customer_name": r.session.get_one(Customer, extension.customer_id).name,
        "amount": Money(extension.amount_minor, extension.currency),
        "pay_on": extension.promised_on,
        "comment": r.session.get_one(Approval, payload["approval_id"]).comment,
        "path": "/promises",
    }


TASKS = {"promise_letter": make_letter}
LETTERS = {"promise_made": Letter(promise_values), "extension_refused": Letter(refused_values)}
