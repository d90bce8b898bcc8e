"""
What the house writes down for itself about a dispute: a table and questions apart.

Nothing that a customer opens, exports or is mailed reads this table, nor the files of notes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import and_, select

from portal.base.access import NotFound, Permission, allows, visible_to
from portal.base.kept_files import Files
from portal.base.work import Reader, Work
from portal.core.dispute import LONGEST_TEXT
from portal.core.errors import RuleBroken
from portal.disputes.attachments import NOTE, attach
from portal.disputes.deciding import locked_dispute
from portal.disputes.rows import FileRow
from portal.tables.disputes import Attachment, DisputeNote
from portal.tables.people import User


@dataclass(frozen=True)
class WriteNote:
    """A note of the house on a dispute, with files or without."""

    dispute_id: int
    body: str
    files: Files | None = None


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note as the house reads it, with the files that came with it."""

    body: str
    by: str
    at: dt.datetime
    files: tuple[FileRow, ...]


def write_note(w: Work, c: WriteNote) -> int:
    """
    The note's id; it says nothing to the customer, not even that it is there.

    Raises: note.empty, note.too_long, what `attach` raises.
    """
    dispute = locked_dispute(w, c.dispute_id, Permission.DISPUTE_NOTE)
    body = c.body.strip()
    if not body:
        raise RuleBroken("note.empty", field="body")
    if len(body) > LONGEST_TEXT:
        raise RuleBroken("note.too_long", field="body", longest=LONGEST_TEXT)
    assert w.actor.user_id is not None
    note = DisputeNote(
        customer_id=dispute.customer_id,
        dispute_id=dispute.id,
        body=body,
        user_id=w.actor.user_id,
        at=w.now,
    )
    w.session.add(note)
    w.session.flush()
    attach(w, dispute, c.files, side=NOTE)
    # The trail says that there is one, not what it says: an export of it may leave the house.
    subject = f"dispute/{dispute.id}"
    w.audit("dispute.noted", subject, customer_id=dispute.customer_id, note=note.id)
    return note.id


def list_notes(r: Reader, dispute_id: int) -> list[NoteRow]:
    """The notes on a dispute, the oldest first; `NotFound` for who is not of the house."""
    _refuse_others(r)
    together = and_(
        Attachment.dispute_id == DisputeNote.dispute_id,
        Attachment.side == NOTE,
        Attachment.user_id == DisputeNote.user_id,
        Attachment.at == DisputeNote.at,
    )
    rows = (
        select(DisputeNote, User.name, User.email, Attachment)
        .join(User, User.id == DisputeNote.user_id)
        .outerjoin(Attachment, together)
        .where(DisputeNote.dispute_id == dispute_id)
        .order_by(DisputeNote.id, Attachment.id)
    )
    notes: dict[int, NoteRow] = {}
    for note, name, email, file in r.session.execute(
        visible_to(rows, r.actor, DisputeNote.customer_id)
    ):
        row = notes.get(note.id) or NoteRow(note.body, name or email, note.at, ())
        if file is not None:
            told = FileRow(r.refs.of("at", file.id), file.file_name, file.size)
            row = replace(row, files=(*row.files, told))
        notes[note.id] = row
    return list(notes.values())


def _refuse_others(r: Reader) -> None:
    """Raises NotFound: notes are for those of the house who write them."""
    if r.actor.kind == "customer" or not allows(r.actor, Permission.DISPUTE_NOTE):
        raise NotFound("note")
