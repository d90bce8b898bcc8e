"""Mails of this feature: codes, invitations, and the word that something about an account changed."""

from __future__ import annotations

from typing import Any

from portal.base.work import Work
from portal.tables.people import User


def mail_user(w: Work, key: str, kind: str, user: User, payload: dict[str, Any]) -> None:
    """Puts a mail to a person into the outbox, in their language, once by its key."""
    w.later(
        key,
        kind,
        {**payload, "name": user.name},
        channel="email",
        to_address=user.email,
        to_name=user.name,
        language=user.language,
        user_id=user.id,
    )


def tell_of_change(w: Work, user: User, change: str, **facts: Any) -> None:
    """Tells a person by mail that something about their account changed, in case it was not they."""
    key = f"security_notice/{user.id}/{change}/{w.now.isoformat()}"
    mail_user(
        w,
        key,
        "security_notice",
        user,
        {"change": change, "at": w.now.isoformat(), "by": w.actor.name, "facts": facts},
    )
