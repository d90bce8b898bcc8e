"""
Notices on their way: looked at again when each leaves, kept as it was written, and its end noted.

What was paid, disputed, promised or held since is asked for no more; where nothing is left, nothing
is sent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import exists, select

from portal.base.outbox import Letter, NotNeeded
from portal.base.people import is_member
from portal.base.transport import Refused
from portal.base.work import Reader, Work
from portal.escalation.notices.look import look_for
from portal.escalation.notices.matter import matter_of_notice
from portal.escalation.notices.queueing import LADDER, REMINDER
from portal.escalation.notices.readers import EMAIL, Addressee
from portal.escalation.notices.rendering import content_of, values_of
from portal.escalation.notices.telling import told_now
from portal.escalation.notices.times import reminder_speaks
from portal.statements.chasing.bounces import statement_refused
from portal.statements.chasing.recipients import refusing_addresses
from portal.tables.customers import Contact, Customer
from portal.tables.escalation import Notice
from portal.tables.journal import Outbox
from portal.tables.people import Membership, User

SETTLED = "What it asks for was settled, disputed, promised or put on hold before it could be sent."
NOBODY = "Its reader no longer belongs to the customer."
PAST = "The day that it was to remind of has passed."
REFUSING = "The address has refused mails since."


def notice_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """What a notice says now; `NotNeeded` where there is nothing, or nobody, left to tell."""
    notice = r.session.get_one(Notice, payload["notice_id"])
    if notice.state != "queued":
        raise NotNeeded("It was taken back before it could be sent.")
    user_id = _account_of(r, notice)
    if notice.channel == EMAIL:
        if notice.to_address in refusing_addresses(r, notice.customer_id):
            raise Refused(REFUSING)
        if user_id is None and not _still_reads(r, notice):
            raise NotNeeded(NOBODY)
    look = look_for(r, notice)
    matter = matter_of_notice(r, notice, look.parts_of(notice.dunning_id or 0))
    told = told_now(r, matter, look)
    if told is None:
        raise NotNeeded(SETTLED)
    if notice.kind == REMINDER:
        speaks = reminder_speaks(r, [item.due_on for item in told.items])
        if speaks is None:
            raise NotNeeded(PAST)
        matter = replace(matter, strength=speaks.value)
    content = content_of(r, matter, told, _addressee(notice, user_id))
    return {**values_of(content), "facts": told.as_facts()}


def addressee_of(r: Reader, notice: Notice) -> Addressee:
    """Whom a notice goes to; who signs in with its address can follow its links."""
    return _addressee(notice, _account_of(r, notice))


def _addressee(notice: Notice, user_id: int | None) -> Addressee:
    return Addressee(
        notice.channel, notice.to_name, notice.to_address, notice.language, user_id=user_id
    )


def _meant(r: Reader, notice: Notice) -> int | None:
    """The portal user to whom a notice was addressed, if it was one."""
    if notice.outbox_id is None:
        return None
    return r.session.scalar(select(Outbox.user_id).where(Outbox.id == notice.outbox_id))


def _account_of(r: Reader, notice: Notice) -> int | None:
    """Who of the customer signs in with the notice's address; None where nobody does."""
    user_id = _meant(r, notice)
    if user_id is None:
        known = select(User.id).where(User.email == notice.to_address, User.disabled_at.is_(None))
        user_id = r.session.scalar(known)
    is_theirs = user_id is not None and is_member(r, user_id, notice.customer_id)
    return user_id if is_theirs else None


def _still_reads(r: Reader, notice: Notice) -> bool:
    """Whether the address of no user of theirs is a contact's there, or the customer's own."""
    if _meant(r, notice) is not None:
        return False
    of_contact = exists().where(
        Contact.customer_id == notice.customer_id, Contact.email == notice.to_address
    )
    of_user = exists().where(
        User.email == notice.to_address,
        Membership.user_id == User.id,
        Membership.customer_id == notice.customer_id,
    )
    if r.session.scalar(select(of_contact | of_user)):
        return True
    own = r.session.scalar(select(Customer.email).where(Customer.id == notice.customer_id))
    return (own or "").strip().lower() == notice.to_address


# ── What is kept of it ───────────────────────────────────────────────────────


def keep_written(w: Work, row: Outbox, values: Mapping[str, Any]) -> None:
    """Keeps with the notice what it says, from which facts, and the hash of its words."""
    notice = _notice_of(w, row)
    notice.subject = row.subject
    notice.body_text = row.body_text
    notice.body_sha256 = hash_of(row.subject or "", row.body_text or "")
    notice.facts = json.dumps(values["facts"], ensure_ascii=False, sort_keys=True)
    notice.rendered_at = w.now


def hash_of(subject: str, body: str) -> str:
    """What proves a notice's words: SHA-256 of the subject, a line end, and the text."""
    return hashlib.sha256(f"{subject}\n{body}".encode()).hexdigest()


def note_end(w: Work, row: Outbox) -> None:
    """Notes with the notice, and in the customer's life, whether it left."""
    notice = _notice_of(w, row)
    notice.state = row.state
    notice.problem = row.problem or ""
    if row.state == "sent":
        notice.sent_at = row.sent_at
        facts = {"channel": notice.channel, "step": notice.step, "address": notice.to_address}
        w.tell(notice.customer_id, ("notice", notice.id), "notice_sent", **facts)
    w.audit(
        f"notice.{row.state}",
        f"notice/{notice.id}",
        customer_id=notice.customer_id,
        channel=notice.channel,
        step=notice.step,
        body_sha256=notice.body_sha256 or "none",
    )


def _notice_of(w: Work, row: Outbox) -> Notice:
    payload = json.loads(row.payload)
    return w.session.get_one(Notice, payload["notice_id"], with_for_update=True)


_LETTER = Letter(
    notice_values,
    refused=statement_refused,
    written=keep_written,
    ended=note_end,
    is_fresh=True,
)
LETTERS = {LADDER: _LETTER, REMINDER: _LETTER}
