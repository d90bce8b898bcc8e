"""
Calendar files (RFC 5545) of whole days: what a program for calendars takes in or subscribes to.

Pure writing: who may see which day is not known here.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MEDIA_TYPE = "text/calendar; charset=utf-8"
#: A content line is no longer than this many octets, its end apart (RFC 5545 3.1).
LINE_OCTETS = 75
#: A calendar has a component at least (RFC 5545 3.6): one without events tells its time zone.
NO_EVENT = (
    "BEGIN:VTIMEZONE",
    "TZID:UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@dataclass(frozen=True, slots=True)
class DayEvent:
    """Something on a day; the same thing keeps its `uid` for ever, also when its day moves."""

    uid: str
    on: dt.date
    summary: str
    description: str
    url: str
    #: When what it says was last changed: not when it is read, so that the bytes stay the same.
    at: dt.datetime

    def lines(self) -> Iterator[str]:
        """The event as content lines, not yet folded; it blocks no time."""
        yield "BEGIN:VEVENT"
        yield f"UID:{escaped(self.uid)}"
        yield f"DTSTAMP:{self.at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
        yield f"DTSTART;VALUE=DATE:{self.on:%Y%m%d}"
        yield f"SUMMARY:{escaped(self.summary)}"
        if self.description:
            yield f"DESCRIPTION:{escaped(self.description)}"
        if self.url:
            yield f"URL:{_printable(self.url)}"
        yield "TRANSP:TRANSPARENT"
        yield "END:VEVENT"


def event(
    uid: str, on: dt.date, summary: str, description: str = "", url: str = "", *, at: dt.datetime
) -> DayEvent:
    """
    Something on a whole day; `at` is when it was last changed.

    >>> made_at = dt.datetime(2026, 11, 20, 2, 15, tzinfo=dt.UTC)
    >>> paid = event("promise-17@example.com", dt.date(2026, 12, 1), "Pay 1,200", at=made_at)
    >>> [line for line in paid.lines() if line.startswith("D")]
    ['DTSTAMP:20261120T021500Z', 'DTSTART;VALUE=DATE:20261201']
    """
    return DayEvent(uid, on, summary, description, url, at)


def calendar(name: str, events: Iterable[DayEvent]) -> bytes:
    r"""
    The calendar file of some events, in the order given.

    >>> print(calendar("Accord", []).decode().split("\r\n")[:3])
    ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Accord//Accord//EN']
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Accord//Accord//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        *([line for one in events for line in one.lines()] or NO_EVENT),
        "END:VCALENDAR",
    ]
    return b"".join(folded(line) for line in lines)


def escaped(text: str) -> str:
    r"""
    A text as the value of a property: no line end, comma or semicolon of its own is left bare.

    >>> escaped("INV-1; INV-2,\nboth \\ all")
    'INV-1\\; INV-2\\,\\nboth \\\\ all'
    """
    plain = "\n".join(_printable(line) for line in text.splitlines())
    for letter in ("\\", ";", ","):
        plain = plain.replace(letter, f"\\{letter}")
    return plain.replace("\n", "\\n")


def _printable(text: str) -> str:
    """Without what would end a line or be no text at all."""
    return "".join(letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cs"})


def folded(line: str) -> bytes:
    r"""
    A content line with its end, in lines of 75 octets at most; no letter is torn apart.

    >>> folded("SUMMARY:" + "x" * 80).split(b"\r\n ")[1]
    b'xxxxxxxxxxxxx\r\n'
    """
    rows, row = [], b""
    for letter in line:
        octets = letter.encode()
        if len(row) + len(octets) > LINE_OCTETS:
            rows.append(row)
            row = b" "  # a folded line goes on behind one blank
        row += octets
    return b"\r\n".join([*rows, row]) + b"\r\n"
