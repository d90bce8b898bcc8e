"""
No other site can post here: a token bound to the session, and the sender where it is told.

What comes with a request is looked at before any route runs: no database keeps a NUL in a text.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, NotFound, Unauthorized

from portal.web import current
from portal.web.cookies import cookie_name, keep
from portal.web.forms import SAFE_METHODS

FIELD = "csrf_token"
#: Without a form of ours: a browser posts policy reports, a mail program the one press that stops
#: mails (RFC 8058); the first answers to nobody, the second carries its own seal.
EXEMPT = {"reports.receive", "notices.stop"}
VISITOR_COOKIE = "visitor"


class StalePage(HTTPException):
    """The form comes from a page that has gone stale, or not from one of our pages."""

    code = 400


def csrf_token() -> str:
    """The token of this session's forms; a visitor gets a cookie of their own to bind it to."""
    return _token(current.session_id() or _visitor())


def _token(owner: str) -> str:
    key = current.installation().secret.encode()
    return hmac.new(key, f"csrf:{owner}".encode(), hashlib.sha256).hexdigest()


def _visitor() -> str:
    known: str | None = g.get("visitor") or request.cookies.get(cookie_name(VISITOR_COOKIE))
    if known is None:
        known = g.new_visitor = secrets.token_urlsafe(18)
    g.visitor = known
    return known


def check_sender() -> None:
    """Refuses what another site sends, and forms whose token is not this session's."""
    if request.method in SAFE_METHODS or request.endpoint in EXEMPT or request.endpoint is None:
        return
    if not _is_from_here():
        raise StalePage
    given = request.form.get(FIELD, "")
    if hmac.compare_digest(given.encode(), csrf_token().encode()):
        return
    is_signed_out = current.actor().kind == "visitor" and _needs_session()
    raise Unauthorized if is_signed_out else StalePage


def _is_from_here() -> bool:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _needs_session() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "permission", "public") != "public"


def keep_visitor(response: Response) -> Response:
    """Hands the visitor's cookie out with the page that needs it."""
    if "new_visitor" in g:
        keep(response, VISITOR_COOKIE, g.new_visitor)
    return response


def refuse_unwritable() -> None:
    """Refuses what nobody types and no text can hold: a NUL in an address or a field."""
    if _holds_nul(request.args):
        raise NotFound
    if request.endpoint not in EXEMPT and _holds_nul(request.form):
        raise StalePage


def _holds_nul(sent: MultiDict[str, str]) -> bool:
    return any("\0" in word for pair in sent.items(multi=True) for word in pair)


def demand_tokens(app: Flask) -> None:
    """Every unsafe request is checked before its route runs; none can be forgotten."""
    app.before_request(check_sender)
    app.before_request(refuse_unwritable)
    app.after_request(keep_visitor)
