"""Static files under addresses that name their content, so that browsers may keep them."""

from __future__ import annotations

import base64
import gzip
import hashlib
from functools import cache

from flask import Flask, Response, request, url_for

from portal.base.config import ROOT

FOR_GOOD = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"
#: What is worth sending small; pages are not: beside secrets, sizes tell what stands in them.
PACKED = frozenset({"text/css", "text/javascript", "image/svg+xml"})


@cache
def _digest(name: str) -> bytes:
    return hashlib.sha384((ROOT / "static" / name).read_bytes()).digest()


@cache
def _packed(name: str) -> bytes:
    return gzip.compress((ROOT / "static" / name).read_bytes(), mtime=0)


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


def serve_assets(app: Flask) -> None:
    """Binds the addresses to the templates and the headers to the answers."""
    app.jinja_env.globals.update(asset=asset, integrity=integrity)
    app.after_request(keep_static)
    if app.debug:
        app.before_request(_digest.cache_clear)
        app.before_request(_packed.cache_clear)
