"""Static files under addresses that name their content, so that browsers may keep them."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from flask import Flask, Response, request, url_for

from portal.base.config import ROOT

FOR_GOOD = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"


@cache
def _digest(name: str) -> bytes:
    return hashlib.sha384((ROOT / "static" / name).read_bytes()).digest()


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
        is_named = "v" in request.args or request.path.startswith("/static/fonts/")
        response.headers["Cache-Control"] = FOR_GOOD if is_named else FOR_AN_HOUR
    return response


def serve_assets(app: Flask) -> None:
    """Binds the addresses to the templates and the headers to the answers."""
    app.jinja_env.globals.update(asset=asset, integrity=integrity)
    app.after_request(keep_static)
    if app.debug:
        app.before_request(_digest.cache_clear)
