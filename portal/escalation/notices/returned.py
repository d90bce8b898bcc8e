"""Notices that did not get there: sent on to somebody else, else a letter, else a person's task."""

from __future__ import annotations

import json

from sqlalchemy import select

from portal.approvals.tasks import NewTask, make_task
from portal.base.work import Work
from portal.core.money import Money
from portal.escalation.notices.queueing import UNREACHED, NewNotice, queue_to
from portal.escalation.notices.readers import LETTERS, Readers
from portal.invoices.open_items import one
from portal.tables.escalation import Dunning, Notice
from portal.tables.journal import Outbox


def notice_returned(w: Work, row: Outbox, _problem: str) -> str | None:
    """
    To whom a notice goes that an address refused; None where somebody there was reached.

    Those who were not written to about it yet come first, then a letter; where there is neither, it
    is a task of the house.
    """
    notice = w.session.scalars(select(Notice).where(Notice.outbox_id == row.id)).one()
    about = about_of(notice)
    siblings = _siblings(w, notice, about)
    if any(each.state in {"queued", "sent", "to_print", "printed"} for each in siblings):
        return None
    told = {each.to_address for each in siblings} | {notice.to_address}
    readers = Readers(w, one(notice.customer_id))
    others = readers.others(notice.customer_id, told)[:1]
    by_post = None if notice.kind == "reminder" else readers.letter_to(notice.customer_id)
    if not others and by_post is not None and not _was_printed(siblings):
        others = [by_post]
    if not others:
        _tell_house(w, notice)
        return None
    queue_to(w, readers, _again(notice, about, others[0].channel), others)
    return others[0].address


def about_of(notice: Notice) -> str:
    """
    What the key of a notice says that it is about: all but the channel and the reader.

    A reminder's is longer: reminder/7/EUR/2026-11-20/5-1.
    """
    suffix = f"/{notice.channel}/"
    return notice.key.rpartition(suffix)[0]


def _siblings(w: Work, notice: Notice, about: str) -> list[Notice]:
    """The other notices about the same."""
    rows = select(Notice).where(
        Notice.customer_id == notice.customer_id,
        Notice.id != notice.id,
        Notice.key.startswith(f"{about}/", autoescape=True),
    )
    return list(w.session.scalars(rows.order_by(Notice.id)))


def _was_printed(siblings: list[Notice]) -> bool:
    return any(each.channel in LETTERS for each in siblings)


def _again(notice: Notice, about: str, channel: str) -> NewNotice:
    return NewNotice(
        customer_id=notice.customer_id,
        currency=notice.currency,
        about=about,
        kind=notice.kind,
        step=notice.step,
        channel=channel,
        strength=notice.strength,
        on=notice.on,
        dunning_id=notice.dunning_id,
        facts={"parts": json.loads(notice.facts).get("parts", [])},
    )


def _tell_house(w: Work, notice: Notice) -> None:
    """A task for whoever looks after the customer: find another address."""
    facts = {"number": notice.to_address, "on": notice.on.isoformat()}
    dunning = w.session.get(Dunning, notice.dunning_id) if notice.dunning_id else None
    if dunning is not None:
        facts["amount"] = Money(dunning.amount_minor, dunning.currency).major()
        facts["currency"] = dunning.currency
    make_task(w, NewTask(notice.customer_id, UNREACHED, f"notice/{notice.id}", w.today, facts))
