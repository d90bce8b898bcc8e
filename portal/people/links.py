"""Personal links of statement mails: they show one statement to one person, and permit nothing."""

from __future__ import annotations

import hmac

from sqlalchemy import select

from portal.base.work import Reader
from portal.tables.people import User

PURPOSE = "statement link"


def statement_link_token(r: Reader, statement_id: int, user: User) -> str:
    """The token of a person's link to a statement; without state, revoked by the person's `link_epoch`."""
    seal = _seal(r, statement_id, user.id, user.link_epoch)
    return f"{r.refs.of('st', statement_id)}.{r.refs.of('us', user.id)}.{seal}"


def read_link(r: Reader, token: str) -> tuple[int, int] | None:
    """The statement and the person of a link; None when it is not ours, revoked, or theirs no more."""
    statement_ref, user_ref, seal = (token.split(".") + ["", "", ""])[:3]
    statement_id, user_id = r.refs.id("st", statement_ref), r.refs.id("us", user_ref)
    if statement_id is None or user_id is None:
        return None
    epoch = r.session.scalar(
        select(User.link_epoch).where(User.id == user_id, User.disabled_at.is_(None))
    )
    if epoch is None:
        return None
    expected = _seal(r, statement_id, user_id, epoch)
    return (statement_id, user_id) if hmac.compare_digest(expected, seal) else None


def _seal(r: Reader, statement_id: int, user_id: int, epoch: int) -> str:
    return r.keys.seal(PURPOSE, statement_id, user_id, epoch)[:43]
