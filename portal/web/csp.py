"""The headers that say what this site never does, and the address that is told of attempts."""

from __future__ import annotations

import logging
import secrets

from flask import Blueprint, Flask, Response, g, request

from portal.web.guard import guard

log = logging.getLogger(__name__)
reports = Blueprint("reports", __name__)

LARGEST_REPORT = 8192
A_YEAR = 31_536_000
CONSTANT = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def csp_nonce() -> str:
    """The nonce of this answer: scripts and htmx attributes without it do nothing."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    nonce: str = g.csp_nonce
    return nonce


def policy(nonce: str) -> str:
    """The content security policy; only htmx, through its own policy, may put HTML into a page."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "object-src 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types htmx",
            "report-uri /csp",
        ]
    )


def protect(app: Flask, *, is_https: bool) -> None:
    """Puts the headers on every answer; pages are never kept by browsers or proxies."""
    constant = dict(CONSTANT)
    if is_https:
        constant["Strict-Transport-Security"] = f"max-age={A_YEAR}; includeSubDomains"

    def add_headers(response: Response) -> Response:
        response.headers.update(constant)
        # What people uploaded leaves under a policy of its own, stricter still.
        response.headers.setdefault("Content-Security-Policy", policy(csp_nonce()))
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response

    app.after_request(add_headers)
    app.register_blueprint(reports)


@reports.post("/csp")
@guard("public")
def receive() -> tuple[str, int]:
    if (request.content_length or 0) <= LARGEST_REPORT:
        log.warning("content security policy: %r", request.get_data(as_text=True))
    return "", 204
