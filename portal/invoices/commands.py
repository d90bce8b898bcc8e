"""The act on invoices that customers have: asking for an archive of many."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import NotFound
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.ledger import Kind
from portal.invoices.open_items import seen_by
from portal.tables.files import Download
from portal.tables.invoices import Entry

#: What one archive may hold: printing takes a fifth of a second each.
MOST = 2_000
#: How long a finished archive lies there.
VALID = dt.timedelta(days=7)
TASK = "download"


@dataclass(frozen=True)
class OrderDownload:
    """The invoices that somebody wants in one archive, by their ids, in this order."""

    entry_ids: tuple[int, ...]
    language: str


def order_download(w: Work, c: OrderDownload) -> int:
    """
    The id of the download that will hold these invoices; asking again gives the same one.

    `RuleBroken`: download.empty, download.too_many. `NotFound` where one is not the actor's.
    """
    w.require("invoice.view")
    if not c.entry_ids:
        raise RuleBroken("download.empty")
    if len(c.entry_ids) > MOST:
        raise RuleBroken("download.too_many", most=MOST)
    customer_ids = _customers_of(w, c.entry_ids)
    digest = hashlib.sha256(json.dumps([c.language, *c.entry_ids]).encode()).hexdigest()
    found = w.session.scalars(
        select(Download).where(Download.user_id == w.actor.user_id, Download.digest == digest)
    ).first()
    if found is None:
        found = Download(
            user_id=w.actor.user_id,
            digest=digest,
            language=c.language,
            entry_ids=json.dumps(c.entry_ids),
            customer_ids=json.dumps(customer_ids),
            total=len(c.entry_ids),
            state="pending",
            asked_at=w.now,
        )
        w.session.add(found)
        w.session.flush()
    elif _is_current(found, w.now):
        return found.id
    _begin(w, found)
    return found.id


def _customers_of(w: Work, entry_ids: tuple[int, ...]) -> list[int]:
    """Whose the invoices are."""
    rows = w.session.execute(
        select(Entry.id, Entry.customer_id).where(
            Entry.id.in_(entry_ids),
            Entry.kind == Kind.INVOICE,
            Entry.dated_on <= w.today,
            seen_by(w.actor)(Entry.customer_id),
        )
    ).all()
    if {entry_id for entry_id, _ in rows} != set(entry_ids):
        raise NotFound("invoice")
    return sorted({customer_id for _, customer_id in rows})


def _is_current(found: Download, now: dt.datetime) -> bool:
    """Whether it is being made, or lies there."""
    return found.state == "pending" or (
        found.state == "ready" and found.expires_at is not None and found.expires_at > now
    )


def _begin(w: Work, found: Download) -> None:
    found.state, found.done, found.asked_at = "pending", 0, w.now
    found.file_sha256 = found.expires_at = None
    w.later(f"download/{found.id}/{w.now.isoformat()}", TASK, {"download_id": found.id})
    w.audit("download.ordered", f"download/{found.id}", count=found.total)
