"""What pages read of requests for more time: what was asked for and what was answered."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.money import Money
from portal.promises.extending import KIND
from portal.tables.approvals import Approval
from portal.tables.promises import Extension


@dataclass(frozen=True, slots=True)
class ExtensionRow:
    """A request for more time with its answer."""

    id: int
    ref: str
    pay_on: dt.date
    latest_on: dt.date | None
    amount: Money
    numbers: tuple[str, ...]
    note: str
    asked_at: dt.datetime
    #: waiting | approved | refused | overtaken | withdrawn
    state: str
    #: What was said with the decision.
    comment: str


def list_extensions(r: Reader, customer_id: int | None = None) -> list[ExtensionRow]:
    """The requests of those whom the reader may see, the newest first."""
    answers = select(Approval).where(Approval.kind == KIND).order_by(Approval.id)
    asked = select(Extension).order_by(Extension.id.desc())
    if customer_id is not None:
        answers = answers.where(Approval.customer_id == customer_id)
        asked = asked.where(Extension.customer_id == customer_id)
    by_subject = {  # of one that was overtaken the request that stands in its place
        approval.subject: approval
        for approval in r.session.scalars(visible_to(answers, r.actor, Approval.customer_id))
    }
    return [
        _row(r, extension, by_subject[f"extension/{extension.id}"])
        for extension in r.session.scalars(visible_to(asked, r.actor, Extension.customer_id))
    ]


def _row(r: Reader, extension: Extension, approval: Approval) -> ExtensionRow:
    evidence = json.loads(extension.evidence)
    # A remark is for who asked; what the house wrote down on the phone, a colleague asked for.
    is_inside = r.actor.kind == "customer" and extension.given_by != ""
    return ExtensionRow(
        id=extension.id,
        ref=r.refs.of("ex", extension.id),
        pay_on=extension.promised_on,
        latest_on=extension.latest_on,
        amount=Money(extension.amount_minor, extension.currency),
        numbers=tuple(dict.fromkeys(item["document"] for item in evidence["items"])),
        note=extension.note,
        asked_at=extension.asked_at,
        state=approval.state,
        comment="" if is_inside else approval.comment,
    )
