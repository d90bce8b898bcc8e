"""Letters on their way: printed together by a worker, then noted as posted and as delivered."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import NotFound
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.tables.escalation import Notice

TASK = "print_notices"
#: So many letters are printed together at most.
MOST = 200
LONGEST_TRACKING = 60


@dataclass(frozen=True)
class PrintLetters:
    """Print these letters, as one file."""

    notice_ids: tuple[int, ...]


@dataclass(frozen=True)
class PostLetters:
    """These printed letters were handed to the post; one registered letter has a number."""

    notice_ids: tuple[int, ...]
    tracking: str = ""


@dataclass(frozen=True)
class DeliverLetter:
    """The post has handed a letter over on a day."""

    notice_id: int
    on: dt.date


def print_letters(w: Work, c: PrintLetters) -> int:
    """
    How many letters a worker is to print now.

    Raises: notice.nothing_chosen, notice.not_to_print.
    """
    w.require("notice.print")
    ids = sorted(set(c.notice_ids))[:MOST]
    if not ids:
        raise RuleBroken("notice.nothing_chosen")
    letters = _locked(w, ids)
    waiting = [letter.id for letter in letters if letter.state == "to_print"]
    if not waiting:
        raise RuleBroken("notice.not_to_print")
    digest = hashlib.sha256(repr(waiting).encode()).hexdigest()[:32]
    payload = {"notice_ids": waiting, "user_id": w.actor.user_id}
    w.later(f"{TASK}/{digest}/{w.now.isoformat()}", TASK, payload)
    return len(waiting)


def post_letters(w: Work, c: PostLetters) -> int:
    """
    How many letters are noted as posted now; those that were stay as they are.

    Raises: notice.not_printed.
    """
    w.require("notice.print")
    posted = 0
    for letter in _locked(w, sorted(set(c.notice_ids))):
        if letter.state == "sent":
            continue
        if letter.state != "printed":
            raise RuleBroken("notice.not_printed")
        letter.state, letter.sent_at = "sent", w.now
        letter.tracking = c.tracking.strip()[:LONGEST_TRACKING] or letter.tracking
        facts = {"channel": letter.channel, "step": letter.step}
        w.tell(letter.customer_id, ("notice", letter.id), "notice_sent", **facts)
        w.audit(
            "notice.posted",
            f"notice/{letter.id}",
            customer_id=letter.customer_id,
            file_sha256=letter.file_sha256,
            tracking=letter.tracking,
            **facts,
        )
        posted += 1
    return posted


def deliver_letter(w: Work, c: DeliverLetter) -> None:
    """
    Notes the day on which the post handed a letter over.

    Raises: notice.not_printed, notice.delivered_early.
    """
    w.require("notice.print")
    letter = _locked(w, [c.notice_id])[0]
    if letter.state != "sent" or letter.file_sha256 is None or letter.rendered_at is None:
        raise RuleBroken("notice.not_printed")
    if not letter.on <= c.on <= w.today:
        raise RuleBroken("notice.delivered_early", field="on")
    letter.delivered_on = c.on
    w.audit(
        "notice.delivered",
        f"notice/{letter.id}",
        customer_id=letter.customer_id,
        on=c.on.isoformat(),
        tracking=letter.tracking,
    )


def note_opened(w: Work, notice_id: int) -> None:
    """Notes when the customer first looked at it; staff leave no trace."""
    notice = w.session.get(Notice, notice_id, with_for_update=True)
    if w.actor.kind == "customer" and notice is not None and notice.opened_at is None:
        notice.opened_at = w.now


def _locked(w: Work, ids: list[int]) -> list[Notice]:
    """The letters under their locks; `NotFound` for one that the actor does not see."""
    rows = select(Notice).where(Notice.id.in_(ids)).order_by(Notice.id).with_for_update()
    found = list(w.session.scalars(rows))
    if len(found) != len(ids):
        raise NotFound("notice")
    for each in found:
        w.require("notice.print", each)
    return found
