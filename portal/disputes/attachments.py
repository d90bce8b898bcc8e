"""Files of a dispute: kept by their content within what a dispute and a customer may have."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from portal.base.access import NotFound, allows, visible_to
from portal.base.attaching import MEGABYTE
from portal.base.kept_files import Files, Room, check_room
from portal.base.storage import keep_file
from portal.base.work import Reader, Work
from portal.tables.disputes import Attachment, Dispute

#: What all files of a dispute, and of all disputes of a customer, may come to.
LARGEST_DISPUTE, LARGEST_CUSTOMER = 50 * MEGABYTE, 500 * MEGABYTE
#: Which side's files a customer never sees.
NOTE = "note"


def attach(
    w: Work, dispute: Dispute, files: Files | None, *, side: str, message_id: int | None = None
) -> int:
    """
    How many files now lie with a dispute that the caller has locked.

    Raises: attachment.quota_dispute, attachment.quota_customer.
    """
    if files is None or not files.given:
        return 0
    rooms = (
        Room(
            "attachment.quota_dispute",
            Attachment.size,
            Attachment.dispute_id == dispute.id,
            LARGEST_DISPUTE,
        ),
        Room(
            "attachment.quota_customer",
            Attachment.size,
            Attachment.customer_id == dispute.customer_id,
            LARGEST_CUSTOMER,
        ),
    )
    check_room(w, files.given, rooms)
    assert w.actor.user_id is not None
    for each in files.given:
        row = Attachment(
            customer_id=dispute.customer_id,
            dispute_id=dispute.id,
            message_id=message_id,
            side=side,
            file_name=each.name,
            file_sha256=keep_file(w, files.storage, each.content, each.media_type),
            media_type=each.media_type,
            size=len(each.content),
            user_id=w.actor.user_id,
            at=w.now,
        )
        w.session.add(row)
        w.session.flush()
        w.audit(
            "dispute.file_added",
            f"dispute/{dispute.id}",
            customer_id=dispute.customer_id,
            file=each.name,
            sha256=row.file_sha256,
            side=side,
        )
    return len(files.given)


def lie_there(r: Reader, files: Files | None, where: ColumnElement[bool]) -> bool:
    """Whether all of these files are kept there already."""
    known = set(r.session.scalars(select(Attachment.file_sha256).where(where)))
    given = files.given if files else ()
    return all(each.sha256 in known for each in given)


def get_attachment(r: Reader, ref: str) -> Attachment:
    """A file that the reader may have; a note's is the house's own."""
    rows: Select[Any] = select(Attachment).where(Attachment.id == r.id_of("at", ref))
    found = r.session.scalars(visible_to(rows, r.actor, Attachment.customer_id)).first()
    if found is None:
        raise NotFound(ref)
    if found.side == NOTE and not (
        r.actor.kind == "staff" and allows(r.actor, "dispute.note", found)
    ):
        raise NotFound(ref)
    assert isinstance(found, Attachment)
    return found
