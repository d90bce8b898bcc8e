"""
A `.story` read into steps.

A line that begins with a day is something that happens; an indented line below it is what must be
true then. Lines that begin with a dash say who there is. Every other line is prose.
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path

DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}(?::\d{2})?))?\s+(.+)")
#: When things happen unless a story says so, in the company's own zone.
NOON = "12:00"


@dataclass
class Step:
    """Something that happens at a moment, and what must be true afterwards."""

    line: int
    at: dt.datetime
    sentence: str
    expected: list[tuple[int, str]] = field(default_factory=list)
    #: The rows of a ledger that the sentence brings along.
    rows: list[str] = field(default_factory=list)


@dataclass
class Story:
    """A title, who there is, and what happens."""

    title: str
    cast: list[tuple[int, str]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


def read_story(path: Path, zone: dt.tzinfo) -> Story:
    """The story of a file; its first line is the title."""
    lines = path.read_text("utf-8").splitlines()
    story = Story(lines[0].lstrip("# "))
    for number, line in enumerate(lines[1:], start=2):
        if found := DAY.fullmatch(line):
            day, clock, sentence = found.groups()
            at = dt.datetime.fromisoformat(f"{day} {clock or NOON}").replace(tzinfo=zone)
            story.steps.append(Step(number, at, sentence))
        elif line.lstrip().startswith("|"):
            story.steps[-1].rows.append(line.strip().strip("|"))
        elif line.startswith(" ") and story.steps:
            story.steps[-1].expected.append((number, line.strip()))
        elif line.startswith("- "):
            story.cast.append((number, line[2:].strip()))
    return story
