"""
Ladders: the steps of chasing an overdue item, and how far an item is on them on a day.

Pure functions of facts and a date; nothing is chained on timers. What a whole account gets on a day
is the matter of `ladder_day`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from portal.core.money import Money
from portal.core.policy_schema import ALWAYS_APPROVED

#: The channels that carry a message to the customer; the others are work for people.
MESSAGES = frozenset({"email", "sms", "letter", "registered_letter"})


class How(StrEnum):
    """What became of a step for an item."""

    #: It was done about this item.
    DONE = "done"
    #: It was told along with an older item.
    ALONG = "along"
    #: Its time was over, or the item was overdue for longer when it was first seen.
    PASSED = "passed"
    #: Who was to approve it did not.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a ladder, as INTERFACES section 7 tells it."""

    name: str
    days_overdue: int | None = None
    after_previous_days: int | None = None
    #: Past so many days overdue it is passed over.
    until_days: int | None = None
    channel: str = "email"
    #: system, or a role
    responsible: str = "system"
    strength: str = "polite"
    approval: bool = False
    #: By currency, in major units.
    fee: Mapping[str, str] = field(default_factory=dict)
    with_previous: bool = False
    raises_grade_to: str | None = None

    @property
    def is_message(self) -> bool:
        """Whether it writes to the customer."""
        return self.channel in MESSAGES

    def fee_in(self, currency: str) -> Money | None:
        """
        What it costs the customer in a currency; None where the ladder names nothing above zero.

        Rule: R314 — a step's fee becomes a charge of its own, due on the day the step is done; the
        invoice is never changed, and a fee makes no fee (INTERFACES 7).

        >>> str(Step("letter", 16, fee={"EUR": "5.00"}).fee_in("EUR").major())
        '5.00'
        >>> Step("letter", 16, fee={"EUR": "5.00", "USD": "0"}).fee_in("USD") is None
        True
        """
        told = self.fee.get(currency)
        fee = None if told is None else Money.parse(told, currency)
        return fee if fee is not None and fee.minor > 0 else None


@dataclass(frozen=True, slots=True)
class Ladder:
    """Steps in their order, for whom they are, and from which sum on."""

    name: str
    applies_to: Mapping[str, str] = field(default_factory=dict)
    #: By currency, in major units.
    minimum: Mapping[str, str] = field(default_factory=dict)
    min_gap_days: int = 2
    steps: tuple[Step, ...] = ()
    #: By step: so many days overdue it asks for, counted from step to step.
    asks: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Count the days of each step once."""
        object.__setattr__(self, "asks", tuple(_asked_days(self.steps)))

    def index(self, name: str) -> int | None:
        """Which step has a name; None where none has."""
        return next((at for at, step in enumerate(self.steps) if step.name == name), None)

    @property
    def most_at_once(self) -> int:
        """
        So many of its steps at most are done about an account in one run.

        >>> Ladder("a", steps=(Step("mail", 1), Step("call", 1, with_previous=True))).most_at_once
        2
        """
        most = together = 0
        for step in self.steps:
            together = together + 1 if step.with_previous else 1
            most = max(most, together)
        return most

    def is_for(self, about: Mapping[str, str]) -> bool:
        """
        Whether it is for a customer of whom so much is known.

        Rule: R300 — a ladder is for the customers of whom all that it names holds; `*` is anything,
        and of several that apply the first in the file wins (INTERFACES 7).

        >>> Ladder("dealers", {"customer_type": "dealer", "grade": "*"}).is_for(
        ...     {"customer_type": "dealer", "grade": ""}
        ... )
        True
        """
        return all(wanted in ("*", about.get(key)) for key, wanted in self.applies_to.items())


def _asked_days(steps: Sequence[Step]) -> Iterator[int]:
    before = 0
    for step in steps:
        if step.after_previous_days is not None:
            before += step.after_previous_days
            if step.days_overdue is not None:
                before = max(before, step.days_overdue)
        elif step.days_overdue is not None:
            before = step.days_overdue
        yield before


def ladders_of(policy_rows: Iterable[Mapping[str, Any]]) -> tuple[Ladder, ...]:
    """
    The ladders that a policy tells, in their order.

    Rule: R301 — a step that takes a matter out of the house, to an agency or a court, always needs
    an approval, whatever the ladder says (INTERFACES 7, SECURITY 4.41).

    >>> rows = [
    ...     {"name": "short", "step": [{"name": "law", "days_overdue": 31, "channel": "legal"}]}
    ... ]
    >>> ladders_of(rows)[0].steps[0].approval
    True
    """
    return tuple(
        Ladder(
            name=row["name"],
            applies_to=dict(row.get("applies_to") or {}),
            minimum=dict(row.get("minimum") or {}),
            min_gap_days=int(row.get("min_gap_days", 2)),
            steps=tuple(_step(told) for told in row.get("step", ())),
        )
        for row in policy_rows
    )


def _step(told: Mapping[str, Any]) -> Step:
    return Step(
        name=told["name"],
        days_overdue=told.get("days_overdue"),
        after_previous_days=told.get("after_previous_days"),
        until_days=told.get("until_days"),
        channel=told["channel"],
        responsible=told.get("responsible") or "system",
        strength=told.get("strength") or "polite",
        approval=bool(told.get("approval")) or told["channel"] in ALWAYS_APPROVED,
        fee=dict(told.get("fee") or {}),
        with_previous=bool(told.get("with_previous")),
        raises_grade_to=told.get("raises_grade_to"),
    )


def ladder_for(ladders: Iterable[Ladder], about: Mapping[str, str]) -> Ladder | None:
    """The ladder of a customer; None: it is not chased."""
    return next((ladder for ladder in ladders if ladder.is_for(about)), None)


# ── An item on its ladder ────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Past:
    """What became of a step for an item, and on which day."""

    how: str
    on: date


@dataclass(frozen=True, slots=True)
class Item:
    """A due part as of a day, in minor units, with what was done about it on its ladder."""

    entry_id: int
    part: int
    number: str
    due_on: date | None
    open: int
    #: What of it is disputed, promised, or within a running instalment plan.
    disputed: int = 0
    promised: int = 0
    planned: int = 0
    #: By the name of the step.
    past: Mapping[str, Past] = field(default_factory=dict)
    #: Why it is left alone as a whole: held, contract_check; empty where it is not.
    stopped: str = ""
    #: agency or legal, where a case stands about it.
    case: str = ""
    #: The first day on which a run of this ladder looked at it; None: none has.
    first_seen_on: date | None = None
    #: False: a fee or interest, which is told along but climbs no ladder of its own.
    leads: bool = True

    def days_overdue(self, on: date) -> int | None:
        """How many days overdue it is; below zero before its day, None without one."""
        return None if self.due_on is None else (on - self.due_on).days


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item is: its next step, and the steps that are passed over on the way there."""

    index: int
    passed: tuple[int, ...] = ()


def place_of(ladder: Ladder, item: Item, on: date) -> Place | None:
    """
    The next step of an item; None where it has been through them all, or has no due date.

    Rule: R302 — the next step is the one after the furthest that was done, told along, refused or
    passed over; one is passed over once its `until_days` are exceeded (INTERFACES 7, S-142).
    Rule: R303 — an item that was overdue already when a run first saw it enters at the step that
    its days asked for then; the earlier ones are passed over (INTERFACES 7, RULES 1).

    >>> steps = (Step("sms", 1, until_days=7), Step("call", 8, until_days=15), Step("letter", 16))
    >>> item = Item(1, 1, "INV-1", date(2026, 11, 1), 10_000)
    >>> [place_of(Ladder("a", steps=steps), item, date(2026, 11, day)) for day in (2, 20)]
    [Place(index=0, passed=()), Place(index=2, passed=(0, 1))]
    """
    late = item.days_overdue(on)
    if late is None:
        return None
    first = _furthest(ladder, item)
    passed: list[int] = []
    if first is None:
        first = _entry(ladder, item, on)
        passed += range(first)
    for index in range(first, len(ladder.steps)):
        until = ladder.steps[index].until_days
        if until is None or late <= until:
            return Place(index, tuple(passed))
        passed.append(index)
    return None


def _furthest(ladder: Ladder, item: Item) -> int | None:
    """The step after the furthest that the item has something of."""
    if not item.past:
        return None
    for index in range(len(ladder.steps) - 1, -1, -1):
        if ladder.steps[index].name in item.past:
            return index + 1
    return None


def _entry(ladder: Ladder, item: Item, on: date) -> int:
    assert item.due_on is not None
    late = (min(item.first_seen_on or on, on) - item.due_on).days
    entry = 0
    for index, asked in enumerate(ladder.asks):
        if asked > late:
            break
        if not ladder.steps[index].with_previous:
            entry = index
    return entry


def is_reached(ladder: Ladder, item: Item, index: int, on: date, before: Past | None) -> bool:
    """
    Whether a step has come for an item; `before` is what became of the step before it.

    Rule: R304 — a step is reached on its day itself: so many calendar days overdue, or so many
    after the step before was done; after one that was passed over, the days from the due date count
    (INTERFACES 7).

    >>> ladder = Ladder("b", steps=(Step("mail", 1), Step("call", after_previous_days=4)))
    >>> item = Item(1, 1, "INV-1", date(2026, 11, 1), 10_000)
    >>> told = Past("done", date(2026, 11, 5))
    >>> [is_reached(ladder, item, 1, date(2026, 11, day), told) for day in (8, 9)]
    [False, True]
    """
    step, late = ladder.steps[index], item.days_overdue(on)
    if late is None:
        return False
    follows = before is not None and before.how != How.PASSED
    if step.with_previous and follows:
        return True
    if step.days_overdue is not None and late < step.days_overdue:
        return False
    if step.after_previous_days is None:
        return step.days_overdue is not None
    if before is None or not follows:
        return late >= ladder.asks[index]
    return (on - before.on).days >= step.after_previous_days


def before_of(ladder: Ladder, item: Item, index: int) -> Past | None:
    """What became of the step before one."""
    return item.past.get(ladder.steps[index - 1].name) if index else None


def next_reached(ladder: Ladder, item: Item, on: date) -> Place | None:
    """The place of an item whose next step has come; None where it has not."""
    place = place_of(ladder, item, on)
    return place if place is not None and has_come(ladder, item, place, on) else None


def has_come(ladder: Ladder, item: Item, place: Place, on: date) -> bool:
    """Whether the next step of an item, which is at its place, has come."""
    before = None
    if place.index - 1 not in place.passed:
        before = before_of(ladder, item, place.index)
    return is_reached(ladder, item, place.index, on, before)


def marks_through(ladder: Ladder, item: Item, last: int, on: date) -> list[tuple[int, How]]:
    """
    What is written down for an item when a message about an older one does a step.

    Rule: R305 — whatever is told in a step is told in it once: an item that goes along has had that
    step and those before it, but for those whose time was over for it (S-142, SECURITY 4.31).

    >>> ladder = Ladder("a", steps=(Step("mail", 1), Step("call", 5), Step("letter", 9)))
    >>> item = Item(2, 1, "INV-2", date(2026, 11, 1), 10_000, first_seen_on=date(2026, 11, 1))
    >>> marks_through(ladder, item, 1, date(2026, 11, 2))
    [(0, <How.ALONG: 'along'>), (1, <How.ALONG: 'along'>)]
    """
    place = place_of(ladder, item, on)
    return [] if place is None else marks_from(ladder, place, last, item.days_overdue(on) or 0)


def marks_from(ladder: Ladder, place: Place, last: int, late: int) -> list[tuple[int, How]]:
    """The same for an item that is known to be at a place, so many days late."""
    marks: list[tuple[int, How]] = [(index, How.PASSED) for index in place.passed if index <= last]
    for index in range(place.index, last + 1):
        until = ladder.steps[index].until_days
        is_over = until is not None and late > until
        marks.append((index, How.PASSED if is_over else How.ALONG))
    return marks
