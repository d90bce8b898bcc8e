"""What the sentences of a story mean: each is matched to the one act, or the one look, it names."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from portal.base.access import Denied, NotFound
from portal.base.clock import Clock
from portal.base.installation import Installation
from portal.core.errors import RuleBroken
from portal.core.money import Money
from tests.stories.reader import Step, Story

CURRENCY = "CNY"
MONEY = r"-?[\d,]+\.\d\d"
MONTH = r"\d{4}-\d{2}"
DAY = r"\d{4}-\d{2}-\d{2}"

Act = Callable[..., None]


@dataclass
class World:
    """The installation a story happens in, and who is in it, by the names the story uses."""

    installation: Installation
    customers: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    #: The rows that the sentence of the moment brings along.
    rows: list[str] = field(default_factory=list)
    #: The code of the rule that the last sentence broke; empty where none was.
    refused: str = ""
    #: How many rows of the outbox were there before the last sentence.
    mails_before: int = 0

    def at(self, moment: dt.datetime) -> None:
        """The clock of everybody stands at that moment."""
        clock = Clock(fixed_at=moment.astimezone(dt.UTC))
        object.__setattr__(self.installation, "clock", clock)

    def code_of(self, name: str) -> str:
        """A customer's code: its name in capitals, without blanks."""
        return name.upper().replace(" ", "-")


class Vocabulary:
    """The sentences somebody taught, each with what it does."""

    def __init__(self) -> None:
        self._known: list[tuple[re.Pattern[str], Act]] = []

    def says(self, pattern: str) -> Callable[[Act], Act]:
        """Teaches a sentence; its named groups become the act's arguments."""
        whole = pattern.format(money=MONEY, month=MONTH, day=DAY)

        def teach(act: Act) -> Act:
            self._known.append((re.compile(whole), act))
            return act

        return teach

    def does(self, world: World, sentence: str) -> None:
        """Does what the sentence says; exactly one act may fit."""
        fits = [
            (act, found)
            for pattern, act in self._known
            if (found := pattern.fullmatch(sentence)) is not None
        ]
        assert len(fits) == 1, f"{len(fits)} meanings of “{sentence}”"
        [(act, found)] = fits
        act(world, **{name: value or "" for name, value in found.groupdict().items()})


CAST, ACTS, LOOKS = Vocabulary(), Vocabulary(), Vocabulary()


def money(text: str) -> Money:
    """An amount as a story writes it."""
    return Money.parse(text.replace(",", ""), CURRENCY)


def tell(story: Story, world: World, mails: Callable[[World], int]) -> None:
    """Plays a story; a failed look names its line."""
    for line, sentence in story.cast:
        _at_line(line, CAST.does, world, sentence)
    for step in story.steps:
        _play(step, world, mails)


def _play(step: Step, world: World, mails: Callable[[World], int]) -> None:
    world.at(step.at)
    world.rows, world.refused, world.mails_before = step.rows, "", mails(world)
    try:
        _at_line(step.line, ACTS.does, world, step.sentence)
    except RuleBroken as broken:
        world.refused = broken.code
    except (Denied, NotFound):
        world.refused = "not_allowed"
    told = [text for _, text in step.expected if text.startswith("refused")]
    assert bool(world.refused) == bool(told), f"line {step.line}: refused as {world.refused!r}"
    for line, sentence in step.expected:
        _at_line(line, LOOKS.does, world, sentence)


def _at_line(line: int, do: Callable[..., Any], *given: Any) -> None:
    try:
        do(*given)
    except AssertionError as error:
        pytest.fail(f"line {line}: {error}", pytrace=False)
