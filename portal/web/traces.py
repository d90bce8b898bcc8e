"""
What a GET may leave behind: that a session is in use, and who opened, downloaded or exported what.

Written by one function after the answer is made, never from an anonymous visit, and never in the
way of the answer: a page that can be read is shown even when the books cannot be written.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, g, request
from sqlalchemy.exc import OperationalError

from portal.base.work import Work
from portal.people.commands import note_seen
from portal.people.commands.sessions import SEEN_EVERY
from portal.tables.journal import AccessLog
from portal.web import current, sessions

log = logging.getLogger(__name__)


#: Endpoints that a page asks by itself while nobody may be there: they keep no session awake.
UNATTENDED: set[str] = set()


@dataclass(frozen=True)
class Access:
    """Somebody looked: `act` is opened, downloaded or exported; `subject` as in the audit."""

    act: str
    subject: str
    customer_id: int | None
    #: What else the look leaves behind: the first one stands in a statement's life.
    also: Callable[[Work], None] | None = None


def note_access(
    act: str,
    subject: str,
    customer_id: int | None = None,
    also: Callable[[Work], None] | None = None,
) -> None:
    """Notes for the access log what this request shows: `("opened", "statement/17", 4)`."""
    g.setdefault("accesses", []).append(Access(act, subject, customer_id, also))


def leave_traces(response: Response) -> Response:
    """Writes the traces of an answer that was given to somebody who is signed in."""
    found = sessions.signed_in()
    accesses = g.get("accesses", []) if response.status_code < 400 else []
    if found is None or request.endpoint == "static":
        return response
    if request.endpoint in UNATTENDED:
        return response
    is_due = current.installation().clock.now() - found.seen_at >= SEEN_EVERY
    if not is_due and not accesses:
        return response
    try:
        _write(found.session_id, accesses)
    except OperationalError:
        log.warning("the traces of %s could not be written", request.path, exc_info=True)
    return response


def _write(session_id: int, accesses: list[Access]) -> None:
    current.close_reader()
    with current.installation().work(current.actor()) as w:
        note_seen(w, session_id)
        w.session.add_all(
            AccessLog(
                at=w.now,
                user_id=w.actor.user_id,
                customer_id=access.customer_id,
                act=access.act,
                subject=access.subject,
                address=request.remote_addr or "",
            )
            for access in accesses
        )
        for access in accesses:
            if access.also is not None:
                access.also(w)


def trace(app: Flask) -> None:
    """Leaves the traces of every answer."""
    app.after_request(leave_traces)
