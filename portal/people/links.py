"""Links of mails: one shows a statement to one person and permits nothing; one carries a code."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass

from cryptography.fernet import InvalidToken
from sqlalchemy import select

from portal.base.keys import Keys
from portal.base.work import Reader
from portal.tables.people import User

PURPOSE = "statement link"
SIGN_IN_PURPOSE = "sign-in link"
SIGN_IN_SECONDS = 15 * 60


def statement_link_token(r: Reader, statement_id: int, user: User) -> str:
    """
    The token of a person's link to a statement, valid for nothing and nobody else.

    Nothing is stored; counting up the person's `link_epoch` revokes all their links.
    """
    seal = _seal(r, statement_id, user.id, user.link_epoch)
    return f"{r.refs.of('st', statement_id)}.{r.refs.of('us', user.id)}.{seal}"


def read_link(r: Reader, token: str) -> tuple[int, int] | None:
    """The statement and the person of a link; None when it is not ours, or revoked."""
    statement_ref, user_ref, seal = [*token.split("."), "", "", ""][:3]
    statement_id, user_id = r.refs.id("st", statement_ref), r.refs.id("us", user_ref)
    if statement_id is None or user_id is None:
        return None
    epoch = r.session.scalar(
        select(User.link_epoch).where(User.id == user_id, User.disabled_at.is_(None))
    )
    if epoch is None:
        return None
    expected = _seal(r, statement_id, user_id, epoch)
    is_ours = hmac.compare_digest(expected.encode(), seal.encode())
    return (statement_id, user_id) if is_ours else None


def _seal(r: Reader, statement_id: int, user_id: int, epoch: int) -> str:
    return r.keys.seal(PURPOSE, statement_id, user_id, epoch)[:43]


@dataclass(frozen=True)
class SignInLink:
    """What the link of a sign-in mail carries: the code, so that nobody has to type it."""

    email: str
    code: str
    next: str


def sign_in_path(keys: Keys, email: str, code: str, next_path: str) -> str:
    """The path of a sign-in link; opening it shows a button, and only the button signs in."""
    carried = json.dumps([email, code, next_path]).encode()
    return "/login/link/" + keys.box(SIGN_IN_PURPOSE).encrypt(carried).decode()


def read_sign_in_link(keys: Keys, token: str) -> SignInLink | None:
    """What a sign-in link carries; None once it has run out, or when it is none of ours."""
    try:
        opened = keys.box(SIGN_IN_PURPOSE).decrypt(token.encode(), ttl=SIGN_IN_SECONDS)
    except InvalidToken:
        return None
    return SignInLink(*json.loads(opened))
