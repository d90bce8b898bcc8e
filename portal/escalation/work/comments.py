"""
What colleagues say to each other about a task, a case or a customer; a table and questions apart.

Nothing that a customer opens, exports or is mailed reads this table.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select

from portal.approvals.tasks import NewTask, make_task
from portal.base.access import NotFound, Permission, allows, roles_holding, visible_to
from portal.base.mail import queue_mail
from portal.base.outbox import Letter
from portal.base.people import colleague_may
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.tables.approvals import Task
from portal.tables.cases import CollectionCase
from portal.tables.collecting import Comment
from portal.tables.customers import Customer
from portal.tables.people import User

LONGEST_WORDS = 4000
#: So many comments of one thing are read at once.
MOST = 200
MAIL = "mentioned"


@dataclass(frozen=True)
class WriteComment:
    """A comment on task/5, case/3 or customer/7, and who is called in by it."""

    subject: str
    words: str
    mentions: tuple[int, ...] = ()
    #: The same comment sent twice by the same person is one.
    key: str = ""


@dataclass(frozen=True, slots=True)
class CommentRow:
    """A comment as colleagues read it."""

    words: str
    by: str
    at: dt.datetime
    mentioned: tuple[str, ...]


def write_comment(w: Work, c: WriteComment) -> int:
    """
    The comment's id; who is called in gets a task, and a mail as they have chosen.

    Raises: comment.empty, comment.too_long, comment.person_cannot.
    """
    customer_id = _customer_of(w, c.subject)
    w.require(Permission.COMMENT_WRITE, w.session.get_one(Customer, customer_id))
    said = w.session.scalar(select(Comment.id).where(Comment.idempotency_key == w.own_key(c.key)))
    if said is not None:
        return said
    words = c.words.strip()
    if not words:
        raise RuleBroken("comment.empty", field="words")
    if len(words) > LONGEST_WORDS:
        raise RuleBroken("comment.too_long", field="words", longest=LONGEST_WORDS)
    mentions = sorted(set(c.mentions) - {w.actor.user_id})
    for user_id in mentions:
        if not colleague_may(w, user_id, Permission.COMMENT_WRITE, customer_id):
            raise RuleBroken("comment.person_cannot", field="mentions")
    assert w.actor.user_id is not None
    comment = Comment(
        customer_id=customer_id,
        subject=c.subject,
        words=words,
        mentions=json.dumps(mentions),
        user_id=w.actor.user_id,
        at=w.now,
        idempotency_key=w.own_key(c.key),
    )
    w.session.add(comment)
    w.session.flush()
    # The trail says that there is one, not what it says: an export of it may leave the house.
    subject = f"comment/{comment.id}"
    w.audit("comment.written", subject, customer_id=customer_id, about=c.subject)
    for user_id in mentions:
        _call_in(w, comment, user_id)
    return comment.id


def _call_in(w: Work, comment: Comment, user_id: int) -> None:
    """It stands in their queue, and a mail tells them."""
    by = w.actor.name or w.actor.email
    subject = f"comment/{comment.id}/{user_id}"
    new = NewTask(
        comment.customer_id, "mention", subject, w.today, {"number": by}, owner_id=user_id
    )
    task_id = make_task(w, new)
    queue_mail(
        w,
        f"{MAIL}/{comment.id}/{user_id}",
        MAIL,
        w.session.get_one(User, user_id),
        {"comment_id": comment.id, "task_id": task_id, "by": by},
    )


def _customer_of(r: Reader, subject: str) -> int:
    """Whose the thing is that a comment is about; `NotFound` where there is none to see."""
    kind, _slash, number = subject.partition("/")
    columns: Mapping[str, tuple[Any, Any]] = {
        "task": (Task.customer_id, Task.id),
        "case": (CollectionCase.customer_id, CollectionCase.id),
        "customer": (Customer.id, Customer.id),
    }
    if kind not in columns or not number.isdecimal():
        raise NotFound("subject")
    customer_id, row_id = columns[kind]
    rows: Select[Any] = select(customer_id).where(row_id == int(number))
    found = r.session.scalar(visible_to(rows, r.actor, customer_id))
    if found is None:
        raise NotFound("subject")
    return int(found)


# ── Read ─────────────────────────────────────────────────────────────────────


def list_comments(r: Reader, *subjects: str) -> list[CommentRow]:
    """The comments on these things, the oldest first; `NotFound` for who is not of the house."""
    return _comments(r, Comment.subject.in_(subjects))


def comments_on(r: Reader, customer_id: int) -> list[CommentRow]:
    """The comments on a customer, and on its tasks and cases, the oldest first."""
    return _comments(r, Comment.customer_id == customer_id)


def _comments(r: Reader, kept: Any) -> list[CommentRow]:
    refuse_others(r)
    columns: list[Any] = [Comment, User.name, User.email]
    rows: Select[Any] = (
        select(*columns)
        .join(User, User.id == Comment.user_id)
        .where(kept)
        .order_by(Comment.id.desc())
        .limit(MOST)
    )
    found = r.session.execute(visible_to(rows, r.actor, Comment.customer_id)).all()
    called = {comment.id: json.loads(comment.mentions) for comment, *_ in found}
    names = _names(r, sorted({each for ids in called.values() for each in ids}))
    return [
        CommentRow(
            comment.words,
            name or email,
            comment.at,
            tuple(names[each] for each in called[comment.id] if each in names),
        )
        for comment, name, email in reversed(found)
    ]


def _names(r: Reader, user_ids: Sequence[int]) -> dict[int, str]:
    if not user_ids:
        return {}
    rows = select(User.id, User.name, User.email).where(User.id.in_(user_ids))
    return {row.id: row.name or row.email for row in r.session.execute(rows)}


def colleagues_at(r: Reader, customer_id: int) -> list[tuple[int, str]]:
    """Who can be called in about a customer: colleagues who write comments and see it, by name."""
    owner = select(Customer.owner).where(Customer.id == customer_id).scalar_subquery()
    rows = (
        select(User.id, User.name, User.email)
        .where(
            User.staff_role.in_(roles_holding(Permission.COMMENT_WRITE)),
            User.disabled_at.is_(None),
            User.id != r.actor.user_id,
            or_(User.staff_role != "sales", User.name == owner, User.email == owner),
        )
        .order_by(User.name, User.id)
    )
    return [(row.id, row.name or row.email) for row in r.session.execute(rows)]


def refuse_others(r: Reader) -> None:
    """Raises NotFound: comments are for those of the house who write them, and for auditors."""
    is_ours = r.actor.kind in {"staff", "system"}
    if not is_ours or not allows(r.actor, Permission.DESK_VIEW):
        raise NotFound("comment")


# ── The mail to who is called in ─────────────────────────────────────────────


def mentioned_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """Who calls, about whom, and where to read it; what was said stays inside."""
    comment = r.session.get_one(Comment, payload["comment_id"])
    customer = r.session.get_one(Customer, comment.customer_id)
    return {
        "by": payload["by"],
        "customer_name": customer.name,
        "path": f"/desk/customers/{r.refs.of('cu', customer.id)}/comments",
    }


LETTERS = {MAIL: Letter(mentioned_values)}
