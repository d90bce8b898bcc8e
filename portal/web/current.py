"""The request's own things: the installation, who asks, and one reader of the books."""

from __future__ import annotations

import secrets
from contextlib import ExitStack

from flask import current_app, g

from portal.base.access import VISITOR, Actor
from portal.base.installation import Installation
from portal.base.work import Reader

EXTENSION = "accord"


def installation() -> Installation:
    """The installation that this process serves."""
    found: Installation = current_app.extensions[EXTENSION]
    return found


def actor() -> Actor:
    """Who asks; a visitor until the session says otherwise."""
    who: Actor = g.get("actor", VISITOR)
    return who


def session_id() -> str | None:
    """What names the session of who is signed in, set by sessions.py; None for a visitor."""
    name: str | None = g.get("session_id")
    return name


def reader() -> Reader:
    """The request's look at the books, opened when first asked for."""
    if "reader" not in g:
        doors = ExitStack()
        g.reader_doors = doors
        g.reader = doors.enter_context(installation().reading(actor()))
    look: Reader = g.reader
    return look


def close_reader(_error: BaseException | None = None) -> None:
    """Ends the look: after the request, and before an act, so that what follows it is new."""
    doors: ExitStack | None = g.pop("reader_doors", None)
    g.pop("reader", None)
    if doors is not None:
        doors.close()


def reference() -> str:
    """What a person can quote and the log can be searched for."""
    if "reference" not in g:
        g.reference = secrets.token_hex(5)
    text: str = g.reference
    return text


def idle_seconds() -> int:
    """After how long without a request the session ends, set by sessions.py; 0 for a visitor."""
    seconds: int = g.get("idle_seconds", 0)
    return seconds
