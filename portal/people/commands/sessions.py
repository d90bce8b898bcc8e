"""Sessions: begun when somebody has proved who they are, and over the moment they are ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from portal.base.access import NotFound
from portal.base.work import Work
from portal.people.notices import tell_of_change
from portal.people.tokens import digest, new_token
from portal.tables.people import Invitation, RememberedDevice, Session, User

#: However busy somebody is, then they prove it anew.
ABSOLUTE = dt.timedelta(hours=12)
#: Between the first factor and the second.
HALFWAY = dt.timedelta(minutes=10)
REMEMBERED = dt.timedelta(days=30)
SEEN_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Device:
    """Where somebody signs in from, as far as their browser tells."""

    address: str = ""
    agent: str = ""
    #: The token of a remembered device.
    remembered: str = ""


@dataclass(frozen=True)
class StartedSession:
    """A session's token, for the browser only; not `is_complete` before a second factor."""

    token: str
    is_complete: bool


def start_session(w: Work, user_id: int, method: str, device: Device) -> StartedSession:
    """
    Begins a session of a person who proved who they are by `method`.

    Staff always need one; customers' people do once they have set one up, unless the device is
    remembered. Signing in also accepts open invitations: it proves the same mailbox.
    """
    user = w.session.get_one(User, user_id)
    is_complete = not needs_second_factor(user)
    if not is_complete and _is_remembered(w, user, device):
        is_complete, method = True, f"{method}+device"
    if is_complete:
        return StartedSession(complete_session(w, user, method, device), is_complete=True)
    token = _begin(w, user, method, device, is_complete=False)
    w.audit("sign_in.halfway", f"user/{user_id}", method=method, address=device.address)
    return StartedSession(token, is_complete=False)


def complete_session(w: Work, user: User, method: str, device: Device) -> str:
    """Begins a whole session and tells its token; a device not seen before is told by mail."""
    if is_new_device(w, user, device):
        tell_of_change(w, user, "new_device", where=device.agent or device.address)
    w.session.execute(
        update(Invitation)
        .where(Invitation.user_id == user.id, Invitation.used_at.is_(None))
        .values(used_at=w.now)
    )
    w.audit("sign_in.done", f"user/{user.id}", method=method, address=device.address)
    return _begin(w, user, method, device, is_complete=True)


def needs_second_factor(user: User) -> bool:
    """Whether a first factor alone does not let this person in."""
    return user.staff_role is not None or user.totp_secret is not None


def is_new_device(w: Work, user: User, device: Device) -> bool:
    """Whether somebody who has been here before comes with a browser they never used."""
    agents = set(
        w.session.scalars(
            select(Session.agent).where(Session.user_id == user.id, Session.complete).distinct()
        )
    )
    return bool(agents) and device.agent[:200] not in agents


def _begin(w: Work, user: User, method: str, device: Device, *, is_complete: bool) -> str:
    token = new_token()
    w.session.add(
        Session(
            token_hash=digest(token),
            user_id=user.id,
            created_at=w.now,
            seen_at=w.now,
            expires_at=w.now + (ABSOLUTE if is_complete else HALFWAY),
            method=method,
            complete=is_complete,
            address=device.address,
            agent=device.agent[:200],
            data="{}",
        )
    )
    return token


def remember_device(w: Work, user: User) -> str:
    """The token of a device that need not show a second factor for 30 days."""
    token = new_token()
    w.session.add(
        RememberedDevice(
            user_id=user.id,
            token_hash=digest(token),
            created_at=w.now,
            expires_at=w.now + REMEMBERED,
        )
    )
    return token


def _is_remembered(w: Work, user: User, device: Device) -> bool:
    if user.staff_role is not None or not device.remembered:
        return False
    found = select(RememberedDevice.id).where(
        RememberedDevice.token_hash == digest(device.remembered),
        RememberedDevice.user_id == user.id,
        RememberedDevice.expires_at > w.now,
    )
    return w.session.scalar(found) is not None


def end_session(w: Work, token: str) -> None:
    """Ends the session of a token: a copied cookie is worth nothing from now on."""
    user_id = replace_session(w, token)
    if user_id is not None:
        w.audit("session.ended", f"user/{user_id}")


def replace_session(w: Work, token: str) -> int | None:
    """Ends a session whose person goes on under another token, and tells whose it was."""
    return w.session.execute(
        update(Session)
        .where(Session.token_hash == digest(token), Session.ended_at.is_(None))
        .values(ended_at=w.now)
        .returning(Session.user_id)
    ).scalar_one_or_none()


def end_own_session(w: Work, session_id: int) -> None:
    """Ends one of the actor's own sessions, wherever it is open; `NotFound` for anybody else's."""
    w.require("security.own")
    ended = w.session.execute(
        update(Session)
        .where(Session.id == session_id, Session.user_id == w.actor.user_id)
        .values(ended_at=w.now)
        .returning(Session.user_id)
    ).scalar_one_or_none()
    if ended is None:
        raise NotFound("session")
    w.audit("session.revoked", f"user/{ended}", session=session_id)


def end_sessions_of(w: Work, user_id: int, keep: str = "") -> None:
    """Ends a person's sessions and forgets their devices; that of the token `keep` goes on."""
    w.session.execute(
        update(Session)
        .where(
            Session.user_id == user_id,
            Session.ended_at.is_(None),
            Session.token_hash != digest(keep),
        )
        .values(ended_at=w.now)
    )
    w.session.execute(delete(RememberedDevice).where(RememberedDevice.user_id == user_id))


def note_seen(w: Work, session_id: int) -> None:
    """Notes that a session is in use, at most once a minute; this is a trace, not an act."""
    w.session.execute(
        update(Session)
        .where(Session.id == session_id, Session.seen_at <= w.now - SEEN_EVERY)
        .values(seen_at=w.now)
    )
