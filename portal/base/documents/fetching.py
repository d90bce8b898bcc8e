"""Asks a timestamp authority, and those who revoke certificates, within bounds of time and size."""

from __future__ import annotations

import base64
import contextlib
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event, Timer
from urllib.parse import unquote, urlsplit

LARGEST = 1024 * 1024


class Unanswered(Exception):  # noqa: N818 - somebody else's machine did not do its part
    """Nobody answered in time, or not with what was asked for; the message says how."""


def fetch(url: str, seconds: float, body: bytes | None = None, media_type: str = "") -> bytes:
    """
    What an address answers, whole and within so many seconds; `Unanswered` otherwise.

    Follows no redirect: an authority is where the settings say, and nowhere else.
    """
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    headers = {"Content-Type": media_type} if media_type else {}
    if parts.username:
        known = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(known.encode()).decode()}"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with closing(kind(parts.hostname or "", parts.port, timeout=seconds)) as connection:
            connection.connect()
            with cut_after(seconds, connection.sock) as cut:
                connection.request("POST" if body is not None else "GET", path, body, headers)
                with connection.getresponse() as answer:
                    found = answer.read(LARGEST + 1)
    except (OSError, HTTPException, ValueError) as error:
        raise Unanswered(f"{type(error).__name__}: {error}"[:200]) from error
    if cut.is_set():
        raise Unanswered(f"it took longer than {seconds:g} seconds")
    if answer.status != 200:
        raise Unanswered(f"it answered {answer.status}")
    if not found or len(found) > LARGEST:
        raise Unanswered("its answer is empty, or too large")
    return found


@contextmanager
def cut_after(seconds: float, sock: socket.socket) -> Iterator[Event]:
    """
    Ends a connection that is still read from then; the event says whether that was so.

    A timeout counts from byte to byte: this is for who sends one a second.
    """
    cut = Event()

    def end() -> None:
        cut.set()
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    watchdog = Timer(seconds, end)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield cut
    finally:
        watchdog.cancel()
