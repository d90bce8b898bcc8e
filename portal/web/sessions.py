"""
Who asks: an opaque cookie, and the session in the database that it stands for.

The cookie says nothing and decides nothing. A visitor has no session at all; signing in and the
second factor each begin a new one, and ending it in the database ends every copy of the cookie.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Flask, Response, g, request
from flask_login import LoginManager, UserMixin, current_user

from portal.people.commands import Device
from portal.people.commands.sessions import SEEN_EVERY
from portal.people.recognising import SignedIn, actor_in, find_session
from portal.web import current
from portal.web.cookies import keep, kept

DEVICE_COOKIE = "device"
DEVICE_SECONDS = 30 * 24 * 3600
LONGEST_TOKEN = 64

__all__ = ["attach", "begin", "current_user", "device", "end", "halfway", "session_id", "signed_in"]


class Person(UserMixin):  # type: ignore[misc]  # the library ships no types
    """Who is signed in, as Flask-Login and templates know them."""

    def __init__(self, session: SignedIn) -> None:
        """Keep what the session tells."""
        self.id = str(session.user_id)
        self.name = session.name
        self.email = session.email


def session_cookie() -> str:
    """The name of the cookie: bound to the host under https, plain on a loopback."""
    return "__Host-accord" if current.installation().config.is_https else "accord"


def session_id() -> str:
    """The token of the present session, whole or halfway; empty for a visitor."""
    return current.session_id() or ""


def signed_in() -> SignedIn | None:
    """The session of who is signed in; None for a visitor and before the second factor."""
    found: SignedIn | None = g.get("signed_in")
    return found


def halfway() -> SignedIn | None:
    """The session that waits for its second factor."""
    found: SignedIn | None = g.get("halfway")
    return found


def device() -> Device:
    """Where the request comes from, for the session's record."""
    return Device(
        address=request.remote_addr or "",
        agent=request.user_agent.string[:200],
        remembered=kept(DEVICE_COOKIE),
    )


def begin(token: str, remembered_device: str = "") -> None:
    """Goes on as who just proved who they are; the answer carries the new cookie."""
    g.new_token = token
    g.new_device = remembered_device
    _recognise(token)


def end() -> None:
    """Goes on as a visitor; the answer takes the cookie back and clears what the browser kept."""
    g.is_leaving = True
    _forget()


def attach(app: Flask) -> None:
    """Recognises people before anything else runs; the roof calls this before it furnishes."""
    manager = LoginManager(app)
    manager.session_protection = None  # our sessions are in the database; Flask's holds no person
    manager.request_loader(lambda _: Person(found) if (found := signed_in()) else None)
    app.config["REMEMBER_COOKIE_NAME"] = "accord_unused"
    app.before_request(_recognise_cookie)
    app.after_request(_hand_out)


def _recognise_cookie() -> None:
    token = request.cookies.get(session_cookie(), "")
    if request.endpoint != "static" and 0 < len(token) <= LONGEST_TOKEN:
        _recognise(token)


def _recognise(token: str) -> None:
    """Sets who asks, with what they may do at this very moment."""
    _forget()
    r = current.reader()
    found = find_session(r, token)
    if found is None:
        return
    g.session_id, g.language = token, found.language
    if not found.is_complete:
        g.halfway = found
        return
    g.actor = r.actor = actor_in(r, found)
    g.signed_in = found
    left = int((found.expires_at - r.now).total_seconds())
    g.idle_seconds = min(_stays(found, r.now), left)


def _stays(found: SignedIn, now: dt.datetime) -> int:
    """For how many seconds the session goes on; seen too shortly ago, this visit is not noted."""
    unseen = now - found.seen_at
    return int((found.idle - (unseen if unseen < SEEN_EVERY else dt.timedelta(0))).total_seconds())


def _forget() -> None:
    current.close_reader()
    for name in ("actor", "session_id", "signed_in", "halfway", "idle_seconds", "_login_user"):
        g.pop(name, None)


def _hand_out(response: Response) -> Response:
    """Sets or takes back the cookies, and lets the browser keep nothing after leaving."""
    is_https = current.installation().config.is_https
    flags: dict[str, Any] = {
        "path": "/",
        "secure": is_https,
        "httponly": True,
        "samesite": "Lax",
    }
    if "new_token" in g:
        response.set_cookie(session_cookie(), g.new_token, **flags)
    if g.get("new_device"):
        keep(response, DEVICE_COOKIE, g.new_device, DEVICE_SECONDS)
    if g.get("is_leaving"):
        response.delete_cookie(session_cookie(), **flags)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
