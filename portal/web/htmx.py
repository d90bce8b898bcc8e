"""What htmx 4 says in its request headers, beyond flask-htmx, which knows the older ones."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, request
from flask_htmx import HTMX

VARIES_ON = ("HX-Request", "HX-Request-Type", "HX-Target")


class Htmx(HTMX):  # type: ignore[misc]  # the library ships no types
    """The request as htmx describes it."""

    @property
    def is_request(self) -> bool:
        """Sent by htmx, not by the browser itself."""
        return bool(super().__bool__())

    @property
    def is_partial(self) -> bool:
        """Only a region of the page is wanted, and not to restore history."""
        return (
            self.is_request
            and request.headers.get("HX-Request-Type") == "partial"
            and not self.history_restore_request
        )

    @property
    def target_id(self) -> str:
        """The id of the region that waits for the answer; htmx 4 sends `tag#id`."""
        return request.headers.get("HX-Target", "").partition("#")[2]

    @property
    def current_path(self) -> str:
        """The path and query of the page the request came from; nothing of another host's."""
        parts = urlsplit(request.headers.get("HX-Current-URL", ""))
        if parts.netloc != request.host or not parts.path.startswith("/"):
            return request.full_path.rstrip("?")
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    @property
    def way_back(self) -> str:
        """Where to come back to after signing in: this page, or the one it was asked from."""
        is_page = request.method in {"GET", "HEAD"} and not self.is_partial
        return request.full_path.rstrip("?") if is_page else self.current_path


htmx = Htmx()


def vary_on_htmx(response: Response) -> Response:
    """Caches keep pages and their regions apart."""
    response.vary.update(VARIES_ON)
    return response
