"""
Which mails people may choose, how each of them has chosen, and the link that switches mails off.

A mail whose kind stands under no event is always sent: statements and reminders to answer them,
promises, plans and the days on which they are to be paid, decisions on disputes, codes,
invitations, what happened to an account or an agreement, and who decides in whose place.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select

from portal.base.work import Reader
from portal.core.notices import Pace, pace_of, quiet_until
from portal.tables.agreements import NoticeChoice, QuietHours
from portal.tables.people import User

#: Event → the kinds of mails that tell of it.
EVENTS: Mapping[str, frozenset[str]] = {
    "receipts": frozenset({"confirmation"}),
    "comments": frozenset({"differences_answered", "statement_returned"}),
    "disputes": frozenset({"dispute_received", "dispute_reply"}),
    "downloads": frozenset({"download"}),
    "runs": frozenset({"run_done"}),
    "audits": frozenset({"audit_answered"}),
    "promises": frozenset({"promises_missed"}),
    "approvals": frozenset({"approval_asked", "approval_decided"}),
    "mentions": frozenset({"mentioned"}),
}
#: What gathers the others: as such it comes at once, and stopping it stops what it gathers.
DIGEST = "digest"
#: Held back for the day's digest; nothing claims rows of this channel.
DIGEST_CHANNEL = "digest"
PURPOSE = "unsubscribe"
_EVENT_OF = {kind: event for event, kinds in EVENTS.items() for kind in kinds} | {DIGEST: DIGEST}


def event_of(kind: str) -> str | None:
    """What a kind of mail tells of, where people may choose; None where it is always sent."""
    return _EVENT_OF.get(kind)


def wished(r: Reader, user_id: int, kind: str) -> dict[str, Any]:
    """Columns of the outbox by which a mail goes as its reader has chosen; empty for at once."""
    event = event_of(kind)
    if event is None:
        return {}
    chosen, from_hour, until_hour = _choice(r, user_id, event)
    if pace_of(chosen, is_optional=event != DIGEST) is Pace.DAILY:
        return {"channel": DIGEST_CHANNEL}
    if from_hour is None or until_hour is None:
        return {}
    local = r.now.astimezone(ZoneInfo(r.company.timezone))
    end = quiet_until(local, from_hour, until_hour)
    return {"not_before": end.astimezone(dt.UTC)} if end else {}


def is_off(r: Reader, user_id: int, kind: str) -> bool:
    """Whether a person has switched off what this kind of mail tells of."""
    event = event_of(kind)
    if event is None or event == DIGEST:
        return False
    chosen, *_ = _choice(r, user_id, event)
    return pace_of(chosen, is_optional=True) is Pace.OFF


def _choice(r: Reader, user_id: int, event: str) -> tuple[str | None, int | None, int | None]:
    mine = and_(NoticeChoice.user_id == User.id, NoticeChoice.event == event)
    row = r.session.execute(
        select(NoticeChoice.pace, QuietHours.from_hour, QuietHours.until_hour)
        .select_from(User)
        .outerjoin(NoticeChoice, mine)
        .outerjoin(QuietHours, QuietHours.user_id == User.id)
        .where(User.id == user_id)
    ).first()
    return (None, None, None) if row is None else (row.pace, row.from_hour, row.until_hour)


def unsubscribe_path(r: Reader, user_id: int | None, kind: str) -> str:
    """Where one press switches such mails off without signing in; empty where they always come."""
    event = event_of(kind)
    if event is None or user_id is None:
        return ""
    return f"/unsubscribe/{r.refs.of('us', user_id)}.{event}.{_seal(r, user_id, event)}"


def read_unsubscribe(r: Reader, token: str) -> tuple[int, str] | None:
    """Whose mails about what a link switches off; None where it is not ours."""
    ref, event, seal = [*token.split("."), "", "", ""][:3]
    user_id = r.refs.id("us", ref)
    if user_id is None or event not in {*EVENTS, DIGEST}:
        return None
    is_ours = hmac.compare_digest(_seal(r, user_id, event).encode(), seal.encode())
    return (user_id, event) if is_ours else None


def _seal(r: Reader, user_id: int, event: str) -> str:
    return r.keys.seal(PURPOSE, user_id, event)[:32]
