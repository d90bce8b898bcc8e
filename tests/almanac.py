"""A strict reader of calendar files (RFC 5545): whatever it returns, every program can read."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

LINE = re.compile(r"([A-Z-]+)((?:;[A-Z-]+=[^;:\",]+)*):(.*)")
ESCAPE = re.compile(r"\\(.)")


@dataclass
class Component:
    """A calendar, an event, a time zone: its properties and what stands inside it."""

    name: str
    values: dict[str, str] = field(default_factory=dict)
    inner: list[Component] = field(default_factory=list)

    @property
    def on(self) -> dt.date:
        return dt.datetime.strptime(self.values["DTSTART"], "%Y%m%d").replace(tzinfo=dt.UTC).date()

    def text(self, name: str) -> str:
        """A text property as a person reads it."""
        return ESCAPE.sub(lambda found: {"n": "\n"}.get(found[1], found[1]), self.values[name])


def read_calendar(content: bytes) -> Component:
    """The one calendar of a file; fails on whatever the standard does not allow."""
    assert content.endswith(b"\r\n")
    raw = content.removesuffix(b"\r\n").split(b"\r\n")
    assert not any(b"\r" in row or b"\n" in row for row in raw)
    assert max(map(len, raw)) <= 75
    rows = [row.decode() for row in raw]  # each by itself: no letter is torn apart
    lines = "\n".join(rows).replace("\n ", "").split("\n")
    root = Component("")
    stack = [root]
    for line in lines:
        _read_line(stack, line)
    assert stack == [root]
    assert len(root.inner) == 1
    return _checked(root.inner[0])


def _read_line(stack: list[Component], line: str) -> None:
    found = LINE.fullmatch(line)
    assert found, line
    name, parameters, value = found.groups()
    if name == "BEGIN":
        inner = Component(value)
        stack[-1].inner.append(inner)
        stack.append(inner)
    elif name == "END":
        assert stack.pop().name == value
    else:
        assert name not in stack[-1].values, f"{name} twice"
        is_day = name == "DTSTART" and stack[-1].name == "VEVENT"
        assert not is_day or parameters == ";VALUE=DATE"
        stack[-1].values[name] = value


def _checked(calendar: Component) -> Component:
    assert calendar.name == "VCALENDAR"
    assert calendar.values["VERSION"] == "2.0"
    assert calendar.values["PRODID"]
    assert calendar.inner, "a calendar has a component at least"
    events = events_of(calendar)
    for event in events:
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY"} <= event.values.keys()
        assert re.fullmatch(r"\d{8}T\d{6}Z", event.values["DTSTAMP"])
        for name in ("SUMMARY", "DESCRIPTION"):
            assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", event.values.get(name, ""))
    assert len({event.values["UID"] for event in events}) == len(events)
    return calendar


def events_of(calendar: Component) -> list[Component]:
    """The events of a calendar, in its order."""
    return [inner for inner in calendar.inner if inner.name == "VEVENT"]
