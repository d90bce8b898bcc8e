"""
Files that somebody adds to what they are about: a contract, an application, a collateral.

Kept by their content, within what one subject and one customer may have; each leaves by one way
only, and never a file of the house to a customer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.base.access import NotFound, Permission, allows, visible_to
from portal.base.attaching import MEGABYTE, AttachedFile
from portal.base.storage import Storage, keep_file
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.tables.files import KeptFile
from portal.tables.people import User

#: What all files of one subject, and of all subjects of a customer, may come to.
LARGEST_SUBJECT, LARGEST_CUSTOMER = 50 * MEGABYTE, 500 * MEGABYTE
#: Whose files a customer never sees, and whose both sides see.
HOUSE, CUSTOMER = "house", "customer"
#: What stands before the reference of a kept file.
PREFIX = "fl"


#: What a file is about → whether one of it is kept back from the reader; the roof fills it in.
KEPT_BACK: dict[str, Callable[[Reader, KeptFile], bool]] = {}


@dataclass(frozen=True)
class Files:
    """Files that were looked at, and where they are kept."""

    storage: Storage
    given: tuple[AttachedFile, ...] = field(default=())


@dataclass(frozen=True)
class FileRow:
    """A kept file as a list shows it."""

    ref: str
    name: str
    kind: str
    size: int
    side: str
    by: str
    at: dt.datetime


@dataclass(frozen=True)
class Room:
    """How much may lie somewhere: the rule's code, what lies there already, and the most."""

    code: str
    size: InstrumentedAttribute[int]
    where: ColumnElement[bool]
    most: int


def check_room(r: Reader, given: Sequence[AttachedFile], rooms: Sequence[Room]) -> None:
    """Refuses files that do not fit any more. Raises: the code of the room that is full."""
    more = sum(len(each.content) for each in given)
    for room in rooms:
        taken = r.session.scalar(select(func.coalesce(func.sum(room.size), 0)).where(room.where))
        if int(taken or 0) + more > room.most:
            facts = {"most": room.most // MEGABYTE, "file": given[0].name}
            raise RuleBroken(room.code, field="files", **facts)


def keep_files(
    w: Work, subject: str, customer_id: int, kind: str, side: str, files: Files | None
) -> int:
    """
    How many files now lie with a subject that the caller has locked and let the actor write to.

    The same content under the same name and kind lies there once.

    Raises: attachment.quota_subject, attachment.quota_customer.
    """
    given = _not_there_yet(w, subject, kind, files)
    if files is None or not given:
        return 0
    rooms = (
        Room("attachment.quota_subject", KeptFile.size, subject_is(subject), LARGEST_SUBJECT),
        Room(
            "attachment.quota_customer",
            KeptFile.size,
            KeptFile.customer_id == customer_id,
            LARGEST_CUSTOMER,
        ),
    )
    check_room(w, given, rooms)
    assert w.actor.user_id is not None
    for each in given:
        row = KeptFile(
            customer_id=customer_id,
            subject=subject,
            side=side,
            kind=kind,
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
            "file.kept",
            subject,
            customer_id=customer_id,
            file=each.name,
            what=kind,
            sha256=row.file_sha256,
            side=side,
        )
    return len(given)


def subject_is(subject: str) -> ColumnElement[bool]:
    """The condition that a file is about this."""
    return KeptFile.subject == subject


def _not_there_yet(w: Work, subject: str, kind: str, files: Files | None) -> list[AttachedFile]:
    """The files but for those that lie there already: a form that is sent twice keeps them once."""
    lying = select(KeptFile.file_name, KeptFile.size, KeptFile.file_sha256).where(
        subject_is(subject), KeptFile.kind == kind
    )
    there = {(name, size, digest) for name, size, digest in w.session.execute(lying)}
    given = files.given if files else ()
    return [one for one in given if (one.name, len(one.content), one.sha256) not in there]


def files_of(r: Reader, subject: str) -> list[FileRow]:
    """The files of a subject that the reader may have, in the order in which they came."""
    rows = select(KeptFile, User.name, User.email).join(User, User.id == KeptFile.user_id)
    seen = visible_to(rows.where(subject_is(subject)), r.actor, KeptFile.customer_id)
    if r.actor.kind == "customer":
        seen = seen.where(KeptFile.side == CUSTOMER)
    return [
        FileRow(
            ref=r.refs.of(PREFIX, row.id),
            name=row.file_name,
            kind=row.kind,
            size=row.size,
            side=row.side,
            by=name or email,
            at=row.at,
        )
        for row, name, email in r.session.execute(seen.order_by(KeptFile.id))
    ]


def get_file(r: Reader, ref: str) -> KeptFile:
    """A file that the reader may have; one of the house's is not there for a customer."""
    rows: Select[Any] = select(KeptFile).where(KeptFile.id == r.id_of(PREFIX, ref))
    if r.actor.kind == "customer":
        rows = rows.where(KeptFile.side == CUSTOMER)
    found = r.session.scalars(visible_to(rows, r.actor, KeptFile.customer_id)).first()
    if found is None or not allows(r.actor, Permission.FILE_VIEW, found):
        raise NotFound(ref)
    assert isinstance(found, KeptFile)
    is_kept_back = KEPT_BACK.get(found.subject.partition("/")[0])
    if is_kept_back is not None and is_kept_back(r, found):
        raise NotFound(ref)
    return found
