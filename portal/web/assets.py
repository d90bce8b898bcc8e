"""Static files under addresses that name their content, so that browsers may keep them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from functools import cache, wraps
from typing import Any

from flask import Flask, Response, request, url_for

from portal.base.config import ROOT

FOR_GOOD = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"
#: What is worth sending small; pages are not: beside secrets, sizes tell what stands in them.
PACKED = frozenset({"text/css", "text/javascript", "image/svg+xml"})
#: The style sheets, sent as one: a request more costs a first view as much as a sheet.
STYLES = "css/accord.css"
SHEETS = ("tokens", "base", "layout", "components", "forms", "print")
#: htmx with what makes its swaps safe, sent as one: it sets to work at the next pause, and without
#: the other, on a slow line, its first swaps would be refused.
HTMX = "js/htmx.js"
SOURCES = ("htmx.min", "hx-csp.min")
MADE = {STYLES: "text/css", HTMX: "text/javascript"}
COMMENT_OR_INDENT = re.compile(r"/\*.*?\*/|^\s+", re.DOTALL | re.MULTILINE)


@cache
def _content(name: str) -> bytes:
    folder = ROOT / "static"
    if name == HTMX:
        scripts = ((folder / f"js/{source}.js").read_text("utf-8") for source in SOURCES)
        return "\n;\n".join(scripts).encode()
    if name != STYLES:
        return (folder / name).read_bytes()
    sheets = ((folder / f"css/{sheet}.css").read_text("utf-8") for sheet in SHEETS)
    return COMMENT_OR_INDENT.sub("", "\n".join(sheets)).encode()


@cache
def _digest(name: str) -> bytes:
    return hashlib.sha384(_content(name)).digest()


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(_content(name), mtime=0)


def version(name: str) -> str:
    """Names the content of a static file."""
    return _digest(name).hex()[:12]


def asset(name: str) -> str:
    """The address of a static file as it is now."""
    return url_for("static", filename=name, v=version(name))


def integrity(name: str) -> str:
    """What a browser must find before it runs a script."""
    return "sha384-" + base64.b64encode(_digest(name)).decode()


def keep_static(response: Response) -> Response:
    """Kept for good where the address names the content; a changed font gets a new name."""
    if request.endpoint == "static" and response.status_code == 200:
        _pack(response)
        is_named = "v" in request.args or request.path.startswith("/static/fonts/")
        response.headers["Cache-Control"] = FOR_GOOD if is_named else FOR_AN_HOUR
    return response


def _pack(response: Response) -> None:
    """Sends texts small to who reads them so, without anything in front that would."""
    if response.mimetype not in PACKED:
        return
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0 and request.method == "GET":
        response.direct_passthrough = False
        response.make_sequence()  # so that the file behind it is closed
        response.set_data(_packed((request.view_args or {})["filename"]))
        response.content_encoding = "gzip"


def _with_made(app: Flask) -> None:
    """The static files, and among them those that no folder holds."""
    from_folder: Any = app.view_functions["static"]

    @wraps(from_folder)
    def static(filename: str) -> Response:
        if filename not in MADE:
            found: Response = from_folder(filename=filename)
            return found
        made = Response(_content(filename), mimetype=MADE[filename])
        made.set_etag(version(filename))
        made.make_conditional(request)
        return made

    app.view_functions["static"] = static


def serve_assets(app: Flask) -> None:
    """Binds the addresses to the templates and the headers to the answers."""
    _with_made(app)
    app.jinja_env.globals.update(asset=asset, integrity=integrity)
    app.after_request(keep_static)
    if app.debug:
        app.before_request(_content.cache_clear)
        app.before_request(_digest.cache_clear)
        app.before_request(_packed.cache_clear)
