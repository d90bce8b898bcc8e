"""The day's digest: one mail a person, of what they chose to be told of once a day."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.base.mail import queue_mail, write_mail
from portal.base.notices import DIGEST, DIGEST_CHANNEL, is_off
from portal.base.outbox import Letter, NotNeeded
from portal.base.sms import text_beside
from portal.base.work import Reader, Work
from portal.tables.journal import Outbox
from portal.tables.people import User

#: Where a mail's values say what it leads to.
PATHS = ("path", "certificate_path")


@dataclass(frozen=True)
class Told:
    """One of the messages that a digest gathers."""

    subject: str
    at: dt.datetime
    path: str


def gather(w: Work) -> int:
    """Each person who has messages held back gets one mail that names them, once by its key."""
    held: defaultdict[int, list[Outbox]] = defaultdict(list)
    waiting = select(Outbox).where(Outbox.channel == DIGEST_CHANNEL, Outbox.state == "pending")
    for row in w.session.scalars(waiting.order_by(Outbox.id).with_for_update()):
        held[row.user_id or 0].append(row)
    for user_id, rows in held.items():
        user = w.session.get_one(User, user_id)
        key = f"digest/{user_id}/{rows[-1].id}"
        queue_mail(w, key, DIGEST, user, {"user_id": user_id, "rows": [row.id for row in rows]})
        for row in rows:
            row.state, row.problem = "cancelled", f"It is told in the digest of {w.today}."
            text_beside(w, row)
    return len(held)


def digest_letter(letters: Mapping[str, Letter]) -> Letter:
    """What a digest says: the subject of each message it gathers, from the books as they are."""

    def values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
        rows = r.session.scalars(
            select(Outbox).where(Outbox.id.in_(payload["rows"])).order_by(Outbox.id)
        )
        told = [found for row in rows if (found := _told(r, row, letters)) is not None]
        if not told:
            raise NotNeeded("Nothing that it gathers is to be told any more.")
        return {"told": told}

    return Letter(values)


def _told(r: Reader, row: Outbox, letters: Mapping[str, Letter]) -> Told | None:
    """One message of the digest; None where it would not have been sent by now."""
    if is_off(r, row.user_id or 0, row.kind):
        return None
    payload = json.loads(row.payload)
    letter = letters.get(row.kind)
    try:
        values = {**payload, **(letter.values(r, payload) if letter else {})}
    except NotNeeded:
        return None
    around = {
        "company": r.company,
        "to_name": row.to_name or row.to_address,
        "zone": r.company.timezone,
        "absolute": lambda path: path,
        "unsubscribe": "",
    }
    written = write_mail(row.kind, row.language, {**values, **around})
    path = next((str(values[name]) for name in PATHS if values.get(name)), "")
    return Told(written.subject, row.created_at, path)
