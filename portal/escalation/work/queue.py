"""
The queue: everything that waits for somebody, what loses most by waiting first, with the reason.

It stores nothing: what is done where it stands is gone from here.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import select

from portal.base.access import NotFound
from portal.base.paging import page_within
from portal.base.people import stands_in_on
from portal.base.work import Reader
from portal.core.exposure import Pair, Rate, rate_between
from portal.core.money import Money, exponent
from portal.core.recovery import SHIPPED, Curve
from portal.core.work_rank import Stake, loss_by_waiting, weight
from portal.escalation.work.sources import Waiting, kinds_counted, waiting
from portal.tables.approvals import StandIn

PER_PAGE = 50
#: So many tasks' facts are kept as they were read.
READ = 4096

#: What a row can be narrowed to → the kinds of tasks in it; the others have a source of their own.
TASK_GROUPS: Mapping[str, tuple[str, ...]] = {
    "call": ("ladder_call", "ladder_visit", "ladder_case", "follow_up"),
    "broken": ("promise_broken", "plan_broken"),
    "mention": ("mention",),
}
GROUPS = (
    *("call", "broken", "promise", "dispute", "reply", "statement", "receipt", "hold"),
    *("approval", "mention", "task"),
)
_GROUP_OF = {kind: group for group, kinds in TASK_GROUPS.items() for kind in kinds}
#: Tasks whose day in the facts is the one on which their money was due.
OVERDUE_KINDS = frozenset(
    {"promise_broken", "plan_broken", "ladder_call", "ladder_visit", "ladder_case"}
)
#: A source → the prefix of its references.
PREFIXES = {
    "task": "ta",
    "dispute": "di",
    "promise": "pr",
    "statement": "st",
    "receipt": "iv",
    "order": "or",
    "approval": "ap",
}


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """What the queue is narrowed to; empty is no restriction."""

    #: One of GROUPS.
    group: str = ""
    #: mine | nobody | mine_or_nobody
    whose: str = ""
    text: str = ""
    customer_id: int | None = None
    is_resting: bool = False
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True)
class Scale:
    """By what rows are weighed: the curve of recovery, and what currencies are worth."""

    curve: Curve = SHIPPED
    #: Asked for where something waits in another currency than the company's.
    rates: Callable[[], Iterable[Rate]] = tuple


@dataclass(frozen=True, slots=True)
class WorkRow:
    """Something that waits, as the queue shows it."""

    ref: str
    #: task | dispute | promise | statement | receipt | order | approval
    src: str
    id: int
    #: One of GROUPS.
    group: str
    #: The kind of a task, or of a request.
    kind: str
    customer_id: int | None
    customer_name: str
    #: None: no money of its own.
    amount: Money | None
    #: What one more month of waiting loses of it.
    loss: Money | None
    days_overdue: int
    due_on: dt.date
    days_late: int
    owner_id: int | None
    owner: str
    #: What its sentence needs.
    facts: Mapping[str, str]
    rests_until: dt.date | None
    #: Told where one is opened; a list does without.
    customer_ref: str = ""

    @property
    def subject(self) -> str:
        """What names it for owners, rests and comments: dispute/118."""
        return f"{self.src}/{self.id}"


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One page of the queue, how many there are, and how many of each kind."""

    rows: list[WorkRow]
    page: int
    pages: int
    count: int
    counts: Mapping[str, int] = field(default_factory=dict)


def list_work(r: Reader, asked: WorkFilter, scale: Scale) -> WorkPage:
    """One page of what waits, what loses most by waiting first."""
    found = _found(r, asked)
    counts = Counter(_group(row) for row in found if row.src != "task")
    shown = [row for row in found if not asked.group or _group(row) == asked.group]
    weighed = _weighed(r, shown, scale)
    page, pages = page_within(asked.page, len(weighed), asked.per_page)
    first = (page - 1) * asked.per_page
    rows = [_row(r, each, scale) for each in weighed[first : first + asked.per_page]]
    return WorkPage(rows, page, pages, len(weighed), {**counts, **_task_counts(r, asked)})


def list_head(r: Reader, scale: Scale, most: int) -> list[WorkRow]:
    """The first rows of the reader's own queue."""
    rows = _weighed(r, _found(r, WorkFilter(whose="mine_or_nobody")), scale)
    return [_row(r, each, scale) for each in rows[:most]]


def get_work(r: Reader, ref: str, scale: Scale) -> WorkRow:
    """One thing that waits; `NotFound` where it waits no more, or is not the reader's to see."""
    src = next((src for src, prefix in PREFIXES.items() if ref.startswith(f"{prefix}_")), "")
    if not src:
        raise NotFound(ref)
    row_id = r.id_of(PREFIXES[src], ref)
    for is_resting in (False, True):
        asked = Waiting(only=(src, row_id), is_resting=is_resting)
        rows = r.session.execute(waiting(r, asked)).all()
        if rows:
            found = _row(r, _read(rows[0], r.today), scale)
            customer_id = found.customer_id
            return replace(found, customer_ref=r.refs.of("cu", customer_id) if customer_id else "")
    raise NotFound(ref)


def _found(r: Reader, asked: WorkFilter) -> list[Any]:
    """The candidates, whoever's they are to be."""
    kinds = TASK_GROUPS.get(asked.group, ())
    wanted = Waiting(asked.whose, kinds, asked.text, asked.customer_id, asked.is_resting)
    # Plain rows: a list of them needs nothing of what a session does besides.
    rows = r.session.connection().execute(waiting(r, wanted)).all()
    mine: set[int] = {r.actor.user_id or 0}
    if asked.whose and any(row.whose_id not in mine for row in rows if row.whose_id is not None):
        mine |= _covered(r)
    return [row for row in rows if _is_asked(row, asked, mine, r.today)]


def _is_asked(row: Any, asked: WorkFilter, mine: set[int], today: dt.date) -> bool:
    """Whether a row of a source is awake and somebody's as asked; tasks were asked so in SQL."""
    rests = row.rests_until is not None and row.rests_until > today
    if rests is not asked.is_resting:
        return False
    is_mine, is_nobodys = row.whose_id in mine, row.whose_id is None
    return {
        "": True,
        "mine": is_mine,
        "nobody": is_nobodys,
        "mine_or_nobody": is_mine or is_nobodys,
    }[asked.whose]


def _covered(r: Reader) -> set[int]:
    """The colleagues who are away and for whom the reader stands in."""
    mine = StandIn.stand_in_id == r.actor.user_id
    return set(r.session.scalars(select(StandIn.user_id).where(mine, stands_in_on(r.today))))


def _group(row: Any) -> str:
    if row.src != "task":
        return str(row.kind)
    return _GROUP_OF.get(row.kind, "task")


def _task_counts(r: Reader, asked: WorkFilter) -> dict[str, int]:
    """How many tasks wait by group; many are counted no further."""
    wanted = Waiting(asked.whose, (), asked.text, asked.customer_id, asked.is_resting)
    counted: Counter[str] = Counter()
    for kind, count in r.session.connection().execute(kinds_counted(r, wanted)):
        counted[_GROUP_OF.get(kind, "task")] += count
    return dict(counted)


# ── Weighed ──────────────────────────────────────────────────────────────────


class _Read(NamedTuple):
    """A row with what is told of it: its facts, its money, and how long that is overdue."""

    row: Any
    facts: Mapping[str, str]
    minor: int
    #: Empty: it has no money of its own.
    currency: str
    days_overdue: int
    days_late: int


def _read(row: Any, today: dt.date) -> _Read:
    if row.src == "task":
        facts, minor, currency, since = _told(row.kind, row.told)
    else:
        facts, minor, currency = {"number": row.told}, int(row.minor or 0), row.currency or ""
        since = row.since_on
    overdue = max((today - since).days, 0) if since else 0
    return _Read(row, facts, max(minor, 0), currency, overdue, (today - row.due_on).days)


@lru_cache(READ)
def _told(kind: str, told: str) -> tuple[Mapping[str, str], int, str, dt.date | None]:
    """A task's facts, its money by them, and since when that is overdue where it is."""
    facts: Mapping[str, str] = MappingProxyType(json.loads(told))
    since = facts.get("on") if kind in OVERDUE_KINDS else None
    return facts, *_money(facts), dt.date.fromisoformat(since) if since else None


def _money(facts: Mapping[str, str]) -> tuple[int, str]:
    """What is at stake by a task's facts, in minor units; nothing where it has no amount."""
    text, currency = facts.get("missing") or facts.get("amount"), facts.get("currency")
    if not text or not currency:
        return 0, ""
    return Money.parse(text, currency).minor, currency


def _weighed(r: Reader, rows: Iterable[Any], scale: Scale) -> list[_Read]:
    """The rows in the order of rule R358, what weighs the same by its day."""
    own, today = r.company.currency, r.today
    worth = _Worth(own, scale, today)
    unit = 10 ** exponent(own)

    def turn(each: _Read) -> tuple[int, dt.date, str, int]:
        minor = worth.of(each.minor, each.currency) if each.currency else 0
        stake = Stake(minor, each.days_overdue, each.days_late)
        row = each.row
        return -weight(scale.curve, stake, unit), row.due_on, row.src, row.id

    return sorted((_read(row, today) for row in rows), key=turn)


@dataclass
class _Worth:
    """Amounts of any currency in one; where no rate is known a unit counts as a unit."""

    own: str
    scale: Scale
    on: dt.date
    known: dict[str, Fraction] = field(default_factory=dict)

    def of(self, minor: int, currency: str) -> int:
        """What an amount is worth, in minor units."""
        if currency == self.own:
            return minor
        if currency not in self.known:
            rates = tuple(self.scale.rates())
            rate = rate_between(rates, Pair(currency, self.own), self.on) or Fraction(1)
            shift = Fraction(10) ** (exponent(self.own) - exponent(currency))
            self.known[currency] = rate * shift
        ratio = self.known[currency]
        return minor * ratio.numerator // ratio.denominator


def _row(r: Reader, each: _Read, scale: Scale) -> WorkRow:
    row = each.row
    amount = Money(each.minor, each.currency) if each.currency and each.minor else None
    lost = loss_by_waiting(scale.curve, each.minor, each.days_overdue)
    rests = row.rests_until
    return WorkRow(
        ref=r.refs.of(PREFIXES[row.src], row.id),
        src=row.src,
        id=row.id,
        group=_group(row),
        kind=row.told if row.src == "approval" else row.kind,
        customer_id=row.customer_id,
        customer_name=row.customer_name or r.company.name,
        amount=amount,
        loss=Money(lost, each.currency) if amount else None,
        days_overdue=each.days_overdue,
        due_on=row.due_on,
        days_late=each.days_late,
        owner_id=row.whose_id,
        owner=row.owner,
        facts=each.facts,
        rests_until=rests if rests and rests > r.today else None,
    )
