"""Notices as both sides read them: the desk's list, a customer's, one of them, of an invoice."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select

from portal.base.access import NotFound, allows, visible_to
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.money import Money
from portal.escalation.notices.matter import keys_told
from portal.escalation.notices.rows import (
    OUT,
    SHOWN,
    BatchRow,
    ItemNow,
    NoticeFilter,
    NoticePage,
    NoticeRow,
    NoticeView,
)
from portal.invoices.open_items import both, due_parts, one, seen_by, with_disputes
from portal.promises.promisable import running_promises
from portal.tables.customers import Customer
from portal.tables.escalation import DunnedPart, Dunning, Notice, PrintBatch
from portal.tables.journal import Outbox
from portal.tables.people import User

PREFIX, BATCH = "nt", "pb"


def list_notices(r: Reader, asked: NoticeFilter) -> NoticePage:
    """One page of the notices that a filter keeps, the newest first."""
    rows = _kept(r, asked)
    count = r.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    page, pages = page_within(asked.page, count, asked.per_page)
    cut = rows.order_by(Notice.id.desc()).limit(asked.per_page).offset((page - 1) * asked.per_page)
    return NoticePage([_row(r, *found) for found in r.session.execute(cut)], page, pages, count)


def count_states(r: Reader) -> dict[str, int]:
    """How many notices the reader sees in each state."""
    rows = visible_to(
        select(Notice.state, func.count()).group_by(Notice.state), r.actor, Notice.customer_id
    )
    return {state: int(count) for state, count in r.session.execute(rows)}


def letters_counted(r: Reader) -> Select[Any]:
    """How many letters wait for the printer, to be asked along with other counts."""
    counted: Select[Any] = select(func.count(Notice.id)).where(Notice.state == "to_print")
    return visible_to(counted, r.actor, Notice.customer_id)


def count_letters(r: Reader) -> int:
    """How many letters wait for the reader to print them; none for who prints nothing."""
    return r.session.scalar(letters_counted(r)) or 0 if allows(r.actor, "notice.print") else 0


def list_own(r: Reader, customer_id: int | None, page: int, per_page: int) -> NoticePage:
    """
    What a customer was told, the newest first; a message to several people there stands once.

    The reader's own comes before their colleagues'.
    """
    mine = func.min(Notice.id).filter(Notice.to_address == r.actor.email)
    groups = (
        select(func.coalesce(mine, func.min(Notice.id)).label("id"))
        .where(Notice.state.in_(OUT), seen_by(r.actor)(Notice.customer_id))
        .group_by(*(Notice.customer_id, Notice.currency, Notice.on, Notice.step, Notice.dunning_id))
    )
    if customer_id is not None:
        groups = groups.where(Notice.customer_id == customer_id)
    count = r.session.scalar(select(func.count()).select_from(groups.subquery())) or 0
    page, pages = page_within(page, count, per_page)
    rows = _notices().where(Notice.id.in_(groups.scalar_subquery()))
    cut = rows.order_by(Notice.id.desc()).limit(per_page).offset((page - 1) * per_page)
    return NoticePage([_row(r, *found) for found in r.session.execute(cut)], page, pages, count)


def notices_of_entry(r: Reader, entry_id: int) -> list[NoticeRow]:
    """What was sent about an invoice, the newest first; once for each message."""
    steps = select(DunnedPart.dunning_id).where(DunnedPart.entry_id == entry_id)
    first = (
        select(func.min(Notice.id))
        .where(
            Notice.dunning_id.in_(steps),
            Notice.state.in_(OUT),
            seen_by(r.actor)(Notice.customer_id),
        )
        .group_by(Notice.dunning_id)
    )
    rows = _notices().where(Notice.id.in_(first)).order_by(Notice.id.desc())
    return [_row(r, *found) for found in r.session.execute(rows)]


def get_notice(r: Reader, ref: str) -> NoticeView:
    """
    A notice with its words and what became of its items; `NotFound` if it is not yours.

    A customer sees what has left, and nothing that still waits.
    """
    rows = _notices().where(Notice.id == r.id_of(PREFIX, ref))
    if r.actor.kind == "customer":
        rows = rows.where(Notice.state.in_(OUT))
    found = r.session.execute(visible_to(rows, r.actor, Notice.customer_id)).first()
    if found is None:
        raise NotFound(ref)
    row = _row(r, *found)
    notice: Notice = found[0]
    told = json.loads(notice.facts)
    sent = r.session.get(Outbox, notice.outbox_id) if notice.outbox_id else None
    return NoticeView(
        row=row,
        subject=notice.subject or "",
        body_text=notice.body_text or "",
        body_sha256=notice.body_sha256 or "",
        file_sha256=notice.file_sha256 or "",
        message_id=(sent.message_id or "") if sent else "",
        rendered_at=notice.rendered_at,
        made_at=notice.made_at,
        set_off=_money(told, "set_off"),
        interest=_money(told, "interest"),
        items=tuple(_items(r, notice, told)),
    )


def list_batches(r: Reader, most: int) -> list[BatchRow]:
    """The newest prints, with how many of their letters were posted."""
    rows = (
        select(PrintBatch, User.name, User.email)
        .join(User, User.id == PrintBatch.made_by)
        .order_by(PrintBatch.id.desc())
        .limit(most)
    )
    found = r.session.execute(rows).all()
    posted = _posted(r, [batch.id for batch, *_ in found])
    return [
        BatchRow(
            id=batch.id,
            ref=r.refs.of(BATCH, batch.id),
            count=batch.count,
            posted=posted.get(batch.id, 0),
            by=name or email,
            at=batch.made_at,
            file_sha256=batch.file_sha256,
        )
        for batch, name, email in found
    ]


def get_batch(r: Reader, ref: str) -> PrintBatch:
    """A print; `NotFound` where there is none."""
    batch = r.session.get(PrintBatch, r.id_of(BATCH, ref))
    if batch is None:
        raise NotFound(ref)
    return batch


def _posted(r: Reader, batch_ids: Sequence[int]) -> dict[int, int]:
    rows = (
        select(Notice.batch_id, func.count())
        .where(Notice.batch_id.in_(batch_ids), Notice.state == "sent")
        .group_by(Notice.batch_id)
    )
    return {batch_id or 0: int(count) for batch_id, count in r.session.execute(rows)}


# ── How they are read ────────────────────────────────────────────────────────


def _kept(r: Reader, asked: NoticeFilter) -> Select[Any]:
    rows = visible_to(_notices(), r.actor, Notice.customer_id)
    if asked.state:
        rows = rows.where(Notice.state.in_(SHOWN[asked.state]))
    if asked.channel:
        rows = rows.where(Notice.channel == asked.channel)
    if asked.customer_id is not None:
        rows = rows.where(Notice.customer_id == asked.customer_id)
    if asked.batch_id is not None:
        rows = rows.where(Notice.batch_id == asked.batch_id)
    return rows.where(
        *says(asked.text, Customer.name, Customer.code, Notice.to_address, Notice.tracking)
    )


def _notices() -> Select[Any]:
    columns: list[Any] = [Notice, Customer.code, Customer.name, Dunning.amount_minor]
    return (
        select(*columns)
        .join(Customer, Customer.id == Notice.customer_id)
        .outerjoin(Dunning, Dunning.id == Notice.dunning_id)
    )


def _row(r: Reader, notice: Notice, code: str, name: str, amount: int | None) -> NoticeRow:
    told = json.loads(notice.facts)
    found = Money(int(amount), notice.currency) if amount is not None else None
    return NoticeRow(
        id=notice.id,
        ref=r.refs.of(PREFIX, notice.id),
        customer_id=notice.customer_id,
        customer_ref=r.refs.of("cu", notice.customer_id),
        customer_code=code,
        customer_name=name,
        kind=notice.kind,
        step=notice.step,
        strength=notice.strength,
        channel=notice.channel,
        language=notice.language,
        to_name=notice.to_name,
        to_address=notice.to_address,
        on=notice.on,
        state=notice.state,
        total=_money(told, "total") or found,
        items=len(told.get("items", ())),
        sent_at=notice.sent_at,
        opened_at=notice.opened_at,
        delivered_on=notice.delivered_on,
        tracking=notice.tracking,
        problem=notice.problem,
        has_file=notice.file_sha256 is not None,
        dunning_id=notice.dunning_id,
    )


def _money(told: Mapping[str, Any], name: str) -> Money | None:
    text = told.get(name)
    return Money.parse(text, told["currency"]) if text else None


def _items(r: Reader, notice: Notice, told: Mapping[str, Any]) -> list[ItemNow]:
    """The items that it told of, as they are now."""
    keys = keys_told(told)
    if not keys or "items" not in told:
        return []
    now = _now(r, notice.customer_id, {entry for entry, _ in keys})
    until = _promised(r, notice.customer_id)
    currency = told["currency"]
    return [
        ItemNow(
            ref=r.refs.of("iv", key[0]),
            kind=item["kind"],
            number=item["number"],
            part=item["part"],
            due_on=dt.date.fromisoformat(item["due_on"]),
            told=Money.parse(item["amount"], currency),
            open=Money(now.get(key, (0, 0))[0], currency),
            disputed=Money(now.get(key, (0, 0))[1], currency),
            promised_until=until.get(key),
        )
        for key, item in zip(keys, told["items"], strict=True)
    ]


def _now(r: Reader, customer_id: int, entries: set[int]) -> dict[tuple[int, int], tuple[int, int]]:
    whose = both(seen_by(r.actor), one(customer_id))
    items = with_disputes(due_parts(r.today, whose), r.today, whose).subquery("now")
    rows = select(items.c.entry_id, items.c.part, items.c.open, items.c.disputed)
    found = r.session.execute(rows.where(items.c.entry_id.in_(sorted(entries))))
    return {(row.entry_id, row.part): (int(row.open), int(row.disputed)) for row in found}


def _promised(r: Reader, customer_id: int) -> dict[tuple[int, int], dt.date]:
    found: dict[tuple[int, int], dt.date] = {}
    for promise in running_promises(r, customer_id):
        for item in promise.items:
            if item.awaited.minor:
                found[item.entry_id, item.part] = promise.promised_on
    return found
