"""Ladders for tests: a few of them, items on them, and days that go by with what is done noted."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from portal.core.ladder import How, Item, Ladder, Past, Step, ladders_of
from portal.core.ladder_day import Account, what_is_due
from portal.core.policy_shipped import LADDERS

STANDARD = ladders_of(LADDERS)[0]
#: Steps that go on from one another, and one that goes along.
CHAIN = Ladder(
    "chain",
    steps=(
        Step("mail", 1),
        Step("again", after_previous_days=4),
        Step("letter", after_previous_days=4, channel="letter"),
        Step("visit", after_previous_days=0, channel="visit", with_previous=True),
        Step("last", after_previous_days=7, channel="registered_letter"),
    ),
)


def day(number: int) -> date:
    """A day so many days after the due date of most items here."""
    return date(2026, 1, 31) + timedelta(days=number)


def levels(*days: int, **facts) -> Ladder:
    """A ladder of messages at so many days overdue, as most peers have it."""
    steps = tuple(Step(str(nth), days) for nth, days in enumerate(days, 1))
    return Ladder("levels", min_gap_days=0, steps=steps, **facts)


def item(entry_id: int = 1, minor: int = 100_00, due: int = 0, **facts) -> Item:
    told = {"first_seen_on": day(due), **facts}
    return Item(entry_id, 1, f"INV-{entry_id}", day(due), minor, **told)


def done(**steps: int) -> dict[str, Past]:
    """What was done, by the name of the step, on which day."""
    return {name: Past("done", day(number)) for name, number in steps.items()}


def account(*items: Item, **facts) -> Account:
    return Account(1, "C-1", "EUR", items, **facts)


def due(ladder: Ladder, number: int, *items: Item, **facts):
    return what_is_due(account(*items, **facts), ladder, day(number))


def steps(ladder: Ladder, number: int, *items: Item, **facts) -> list[str]:
    return [each.step.name for each in due(ladder, number, *items, **facts).actions]


def reasons(ladder: Ladder, number: int, *items: Item, **facts) -> list[tuple[str, int]]:
    return [(each.reason, each.amount) for each in due(ladder, number, *items, **facts).excluded]


@dataclass
class Climb:
    """An account that is run day by day; what a run does is noted as the books note it."""

    ladder: Ladder
    items: dict[int, Item] = field(default_factory=dict)
    facts: dict = field(default_factory=dict)
    told: list[tuple[int, list[str]]] = field(default_factory=list)
    last_message_on: date | None = None

    def run(self, number: int) -> list[str]:
        """The steps of a day's run, noted; an item that a run sees for the first time is seen."""
        seen = [
            each if each.first_seen_on else replace(each, first_seen_on=day(number))
            for each in self.items.values()
        ]
        self.items = {each.entry_id: each for each in seen}
        acted = bool(self.told) and self.told[-1][0] == number
        found = what_is_due(
            account(*seen, last_message_on=self.last_message_on, acted=acted, **self.facts),
            self.ladder,
            day(number),
        )
        for action in found.actions:
            self.note(action, day(number))
        if found.actions:
            self.told.append((number, [each.step.name for each in found.actions]))
        return [each.step.name for each in found.actions]

    def note(self, action, on: date) -> None:
        marks = [((action.lead.entry_id, 1, action.step.name), How.DONE)]
        marks += [(mark, How.ALONG) for mark in action.along]
        marks += [(mark, How.PASSED) for mark in action.passed]
        for (entry_id, _part, step), how in marks:
            before = self.items[entry_id]
            assert step not in before.past, f"{step} twice for {entry_id}"
            past = {**before.past, step: Past(how, on)}
            self.items[entry_id] = replace(before, past=past)
        if action.step.is_message:
            self.last_message_on = on

    def days(self, first: int, last: int) -> list[tuple[int, list[str]]]:
        """What happened from one day to another."""
        for number in range(first, last + 1):
            self.run(number)
        return self.told
