"""The few ways in which a route answers: a page or its region, go on to somewhere, try an act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from string import ascii_letters, digits
from typing import Protocol, TypeVar, cast
from urllib.parse import quote

from flask import Response, current_app, flash, make_response, redirect, render_template, url_for
from jinja2_fragments.flask import render_block
from markupsafe import Markup

from portal.base.access import Actor
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.web import current
from portal.web.components import Components
from portal.web.htmx import htmx

#: What a file name may hold in a header without being encoded.
PLAIN = frozenset(ascii_letters + digits + "-_. ")

Regions = Mapping[str, str]
C = TypeVar("C")


class Blamed(Protocol):
    """A form that can be told which rule was broken, and keep what the act gave back."""

    outcome: object

    def blame(self, broken: RuleBroken) -> None: ...


def page(
    template: str,
    status: int = 200,
    *,
    fragments: Regions | None = None,
    also: Regions | None = None,
    announce: str = "",
    **values: object,
) -> Response:
    """
    The whole page, or the block that belongs to the region htmx asked for.

    `fragments` maps the ids of regions to blocks of the template: the server chooses, never the
    client. `also` names regions renewed with the same answer, `announce` what is said aloud then.
    """
    if not htmx.is_partial:
        return make_response(render_template(template, **values), status)
    block = (fragments or {}).get(htmx.target_id)
    if block is None:
        return redirect_to(htmx.current_path)
    html = render_block(template, block, **values)
    for region, name in (also or {}).items():
        block = Markup(render_block(template, name, **values))  # noqa: S704 - rendered, so escaped
        html += _partial(f"#{region}", "outerHTML", block)
    if announce:
        html += _partial("#live", "innerHTML", announce)
    return make_response(html, status)


def asks_for(region: str) -> bool:
    """Whether htmx wants this region alone."""
    return bool(htmx.is_partial and htmx.target_id == region)


def _partial(target: str, swap: str, html: str) -> str:
    hx = cast("Components", current_app.jinja_env.globals["hx"])
    return str(hx.partial(target, swap, caller=lambda: html))


def download(body: bytes | str, name: str, media_type: str) -> Response:
    """A file to keep, under a name of any script; readers of old get plain letters."""
    response = make_response(body)
    response.headers["Content-Type"] = media_type
    plain = "".join(letter if letter in PLAIN else "_" for letter in name)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    return response


def see_other(endpoint: str, **values: object) -> Response:
    """Goes on to a route after an act."""
    return redirect_to(url_for(endpoint, **values))  # type: ignore[arg-type]


def redirect_to(path: str) -> Response:
    """Goes on to a path of ours: 303; for htmx a header, as its fetch would nest the page."""
    if htmx.is_request:
        return make_response("", 200, {"HX-Redirect": path})
    return make_response(redirect(path, 303))


def say(text: str, tone: str = "ok") -> None:
    """Tells the next page what has happened."""
    flash(text, tone)


def attempt(
    form: Blamed, act: Callable[[Work, C], object], command: C, actor: Actor | None = None
) -> bool:
    """
    Tries an act in one transaction; a broken rule is rolled back and written onto the form.

    `actor` is who acts where that is nobody's session: the person whom a mail's link was sent to.
    """
    current.close_reader()
    return _tried(form, act, command, current.installation().work(actor or current.actor()))


def rehearse(
    form: Blamed, act: Callable[[Work, C], object], command: C, actor: Actor | None = None
) -> bool:
    """Asks whether an act that only looks would be refused; nobody who writes is kept waiting."""
    current.close_reader()
    return _tried(form, act, command, current.installation().rehearsal(actor or current.actor()))


def _tried(
    form: Blamed,
    act: Callable[[Work, C], object],
    command: C,
    door: AbstractContextManager[Work],
) -> bool:
    try:
        with door as work:
            form.outcome = act(work, command)
    except RuleBroken as broken:
        form.blame(broken)
        return False
    return True
