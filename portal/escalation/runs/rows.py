"""What of a run stands in the tables and figures of its page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from portal.core.money import Money
from portal.escalation.ladders.preview import Sums, sums_of
from portal.escalation.notices.readers import MESSAGES


@dataclass(frozen=True, slots=True)
class StepHead:
    """A kind of step of a run: how many accounts and customers, and what they are asked for."""

    step: str
    channel: str
    count: int
    customers: int
    sums: Sums


def by_channel(told: Iterable[tuple[str, str, int, Money]]) -> list[tuple[str, int, Sums]]:
    """
    Of steps with their channel, count and sum: each channel once, with a sum a currency.

    >>> by_channel([("a", "call", 1, Money(5, "EUR")), ("b", "call", 2, Money(7, "EUR"))])
    [('call', 3, (Money(minor=12, currency='EUR'),))]
    """
    counts: Counter[str] = Counter()
    amounts: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for _step, channel, count, amount in told:
        counts[channel] += count
        amounts[channel].append((amount.currency, amount.minor))
    return [(channel, count, sums_of(amounts[channel])) for channel, count in counts.items()]


@dataclass(frozen=True, slots=True)
class Going:
    """What approving a run does: so many steps, messages among them, to so many customers."""

    steps: int
    messages: int
    customers: int

    @property
    def others(self) -> int:
        """What people do: calls, visits, cases."""
        return self.steps - self.messages


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A step that a run will do, or will not, as it was planned."""

    key: str
    customer_id: int
    customer_ref: str
    customer_name: str
    currency: str
    step: str
    channel: str
    items: int
    amount: Money
    #: planned | left_out | done | changed | gone
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class SentNotice:
    """A message of a step, and how far it is."""

    ref: str
    state: str
    to_name: str


@dataclass(frozen=True, slots=True)
class DoneRow:
    """A step that a run did."""

    customer_ref: str
    customer_name: str
    step: str
    channel: str
    #: waiting | done | refused | cancelled
    state: str
    amount: Money
    notices: tuple[SentNotice, ...]

    @property
    def result(self) -> str:
        """
        Its state; of a step that is done also whether it is a task, or reached nobody.

        >>> from dataclasses import replace
        >>> row = DoneRow("cu", "Acme", "first", "email", "done", Money(1, "EUR"), ())
        >>> row.result
        'unsent'
        >>> replace(row, notices=(SentNotice("nt", "failed", "Ada"),)).result
        'failed'
        """
        if self.state != "done":
            return self.state
        if not self.notices:
            return "unsent" if self.channel in MESSAGES else "task"
        return "failed" if {each.state for each in self.notices} == {"failed"} else "done"


@dataclass(frozen=True, slots=True)
class Sending:
    """How far the messages of a run are."""

    queued: int = 0
    sent: int = 0
    failed: int = 0
    cancelled: int = 0
    to_print: int = 0
    printed: int = 0
    #: Of those queued: held back because the run rests.
    is_paused: bool = False

    @property
    def total(self) -> int:
        return self.queued + self.sent + self.failed + self.cancelled + self.to_print + self.printed

    @property
    def ended(self) -> int:
        return self.total - self.queued - self.to_print


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that could not be delivered."""

    customer_ref: str
    customer_name: str
    to: str
    channel: str
    step: str
    problem: str
    tries: int


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of rows."""

    rows: Sequence[Any]
    page: int
    pages: int
    count: int
