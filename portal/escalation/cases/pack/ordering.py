"""Somebody asks for the evidence pack of a case; a worker makes it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import Permission
from portal.base.language import LANGUAGES
from portal.base.locks import lock_row
from portal.base.work import Work
from portal.escalation.cases.opening import audit_case
from portal.escalation.cases.pack.making import TASK
from portal.tables.cases import CollectionCase, EvidencePack

#: A pack that was not made by then will not be any more.
PATIENCE = dt.timedelta(hours=6)


@dataclass(frozen=True)
class OrderPack:
    """Everything that proves a case's claim, in a language."""

    case_id: int
    language: str
    #: With the log of talks with the customer.
    contacts: bool = True


def order_pack(w: Work, c: OrderPack) -> int:
    """Has the pack made by a worker; asking while one is made asks nothing more."""
    row = lock_row(w, CollectionCase, c.case_id)
    w.require(Permission.CASE_KEEP, row)
    language = c.language if c.language in LANGUAGES else w.company.language
    pending = select(EvidencePack).where(
        EvidencePack.case_id == row.id, EvidencePack.state == "pending"
    )
    for waiting in w.session.scalars(pending).all():
        if w.now - waiting.asked_at < PATIENCE:
            return waiting.id
        waiting.state = "failed"
    assert w.actor.user_id is not None
    pack = EvidencePack(
        customer_id=row.customer_id,
        case_id=row.id,
        language=language,
        state="pending",
        asked_by=w.actor.user_id,
        asked_at=w.now,
        facts=json.dumps({"contacts": c.contacts}),
    )
    w.session.add(pack)
    w.session.flush()
    w.later(f"{TASK}/{pack.id}", TASK, {"pack_id": pack.id})
    audit_case(w, row, "case.pack_ordered", pack=pack.id)
    return pack.id
