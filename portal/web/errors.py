"""What cannot be shown or done: what, why, who can, what next; as a page or as a notice."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from flask import Flask, Response, current_app, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException, SecurityError

from portal.base.access import Denied, NotFound
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.web import current
from portal.web.htmx import htmx
from portal.web.navigation import Navigation
from portal.web.respond import redirect_to
from portal.web.roles import role_name

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Problem:
    """What the page of a problem shows."""

    title: str
    text: str
    who: str = ""
    reference: str = ""
    retry_url: str = ""
    search_url: str = ""


#: status → title and text
PROBLEMS = {
    400: (
        N_("This page was open too long"),
        N_("Nothing was saved. Go back, load the page again, and repeat what you did."),
    ),
    403: (N_("You may see this, but not do it"), N_("Nothing was changed.")),
    404: (
        N_("There is nothing here"),
        N_("The address may be mistyped, or what stood here is not yours to see."),
    ),
    405: (N_("This cannot be done here"), N_("Nothing was changed. Use the buttons of the page.")),
    409: (
        N_("Somebody was faster"),
        N_("This has changed since you opened it. Nothing of yours was saved; load it again."),
    ),
    410: (
        N_("This link has run out"),
        N_("Links in mails work for a limited time. Sign in, or ask for a new link."),
    ),
    413: (N_("This file is too large"), N_("Nothing was taken in. Send a smaller file.")),
    429: (N_("Too many tries"), N_("Wait a few minutes, then try again.")),
    500: (
        N_("Something went wrong on our side"),
        N_("Nothing was saved. Please try again in a few minutes."),
    ),
}


def show(problem: Problem, status: int) -> Response:
    """A page of its own, or a notice above the page when only a region was asked for."""
    if htmx.is_partial:
        headers = {"HX-Retarget": "#alerts", "HX-Reswap": "innerHTML"}
        return make_response(
            render_template("errors/notice.html", problem=problem), status, headers
        )
    return make_response(render_template("errors/problem.html", problem=problem), status)


def told(status: int) -> Problem:
    """The problem of a status in the language of the moment."""
    title, text = PROBLEMS.get(status, PROBLEMS[500 if status >= 500 else 400])
    return Problem(_(title), _(text))


class Errors:
    """The handlers of an application, which need to know where its sign-in and search are."""

    def __init__(self, navigation: Navigation) -> None:
        """Keep the roof's places."""
        self.places = navigation

    def answer_to(self, app: Flask) -> None:
        """Registers the handlers."""
        app.register_error_handler(Denied, self.denied)
        app.register_error_handler(NotFound, self.not_found)
        app.register_error_handler(HTTPException, self.http)
        app.register_error_handler(Exception, self.broken)

    def denied(self, error: Denied) -> Response:
        """403: who can."""
        names = ", ".join(role_name(role) for role in error.roles)
        return show(replace(told(403), who=_("Who can do this: %(roles)s.", roles=names)), 403)

    def not_found(self, error: Exception) -> Response:
        """404: not there and not yours look the same; a search may help."""
        endpoint = self.places.search.get(current.actor().kind, "")
        return show(replace(told(404), search_url=url_for(endpoint) if endpoint else ""), 404)

    def unauthorized(self) -> Response:
        """401: sign in, and come back to where one was."""
        if not self.places.sign_in:
            return show(told(403), 401)
        path = url_for(self.places.sign_in, next=htmx.way_back)
        if htmx.is_request:
            return make_response("", 401, {"HX-Redirect": path})
        return redirect_to(path)

    def http(self, error: HTTPException) -> Response:
        """Every other status that Flask knows; redirects pass through."""
        status = error.code or 500
        if status < 400 or isinstance(error, SecurityError):  # a foreign host gets no page of ours
            return make_response(error.get_response())
        if status == 401:
            return self.unauthorized()
        if status == 404:
            return self.not_found(error)
        if status >= 500:
            return self.broken(error)
        answer = show(told(status), status)
        if status == 405:
            answer.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or []))
        return answer

    def broken(self, error: Exception) -> Response:
        """500: a reference for the log; told even when the books cannot be opened."""
        status = (error.code if isinstance(error, HTTPException) else None) or 500
        reference = current.reference()
        log.error("%s %s failed [%s]", request.method, request.path, reference, exc_info=error)
        try:
            answer = show(replace(told(500), reference=reference), status)
        except Exception:
            log.exception("the error page failed too [%s]", reference)
            answer = make_response(self._plainest(reference), 500)
        answer.headers["Accord-Reference"] = reference
        return answer

    def _plainest(self, reference: str) -> str:
        # Without the frame that every other template is given: it may be what failed.
        template = current_app.jinja_env.get_template("errors/broken.html")
        return template.render(reference=reference)
