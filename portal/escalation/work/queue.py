"""
The queue: everything that waits for somebody, what loses most by waiting first, with the reason.

It stores nothing: what is done where it stands is gone from here.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from portal.base.access import NotFound, visible_to
from portal.base.paging import page_within
from portal.base.people import stands_in_on
from portal.base.work import Reader
from portal.core.exposure import Pair, Rate, rate_between
from portal.core.money import Money, exponent
from portal.core.recovery import SHIPPED, Curve
from portal.core.work_rank import Stake, loss_by_waiting, weight
from portal.escalation.work.sources import Waiting, tasks_kept, waiting
from portal.tables.approvals import StandIn, Task

PER_PAGE = 50
#: Counted no further.
MOST_COUNTED = 1000

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
    rates: tuple[Rate, ...] = ()


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
    rows = r.session.execute(waiting(r, wanted)).all()
    mine = _mine(r) if asked.whose else set()
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


def _mine(r: Reader) -> set[int]:
    """The reader, and the colleagues who are away and for whom they stand in."""
    mine = StandIn.stand_in_id == r.actor.user_id
    away = select(StandIn.user_id).where(mine, stands_in_on(r.today))
    return {*r.session.scalars(away), r.actor.user_id or 0}


def _group(row: Any) -> str:
    if row.src != "task":
        return str(row.kind)
    return _GROUP_OF.get(row.kind, "task")


def _task_counts(r: Reader, asked: WorkFilter) -> dict[str, int]:
    """How many tasks wait by group; many are counted no further."""
    wanted = Waiting(asked.whose, (), asked.text, asked.customer_id, asked.is_resting)
    rows: Select[Any] = select(Task.kind).where(*tasks_kept(r, wanted)).limit(MOST_COUNTED + 1)
    kinds = visible_to(rows, r.actor, Task.customer_id).subquery()
    counted: Counter[str] = Counter()
    for kind, count in r.session.execute(select(kinds.c.kind, func.count()).group_by(kinds.c.kind)):
        counted[_GROUP_OF.get(kind, "task")] += count
    return dict(counted)


# ── Weighed ──────────────────────────────────────────────────────────────────


class _Read(NamedTuple):
    """A row with what is told of it: its facts, its money, and how long that is overdue."""

    row: Any
    facts: dict[str, str]
    minor: int
    #: Empty: it has no money of its own.
    currency: str
    days_overdue: int
    days_late: int


def _read(row: Any, today: dt.date) -> _Read:
    is_task = row.src == "task"
    facts: dict[str, str] = json.loads(row.told) if is_task else {"number": row.told}
    minor, currency, since = row.minor or 0, row.currency or "", row.since_on
    if is_task:
        minor, currency = _money(facts)
        since = facts.get("on") if row.kind in OVERDUE_KINDS else None
        since = dt.date.fromisoformat(since) if since else None
    overdue = max((today - since).days, 0) if since else 0
    return _Read(row, facts, max(int(minor), 0), currency, overdue, (today - row.due_on).days)


def _money(facts: Mapping[str, str]) -> tuple[int, str]:
    """What is at stake by a task's facts, in minor units; nothing where it has no amount."""
    text, currency = facts.get("missing") or facts.get("amount"), facts.get("currency")
    if not text or not currency:
        return 0, ""
    return Money.parse(text, currency).minor, currency


def _weighed(r: Reader, rows: Iterable[Any], scale: Scale) -> list[_Read]:
    """The rows in the order of rule R358, what weighs the same by its day."""
    own, today = r.company.currency, r.today
    worth = _Worth(own, scale.rates, today)
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
    rates: tuple[Rate, ...]
    on: dt.date
    known: dict[str, Fraction] = field(default_factory=dict)

    def of(self, minor: int, currency: str) -> int:
        """What an amount is worth, in minor units."""
        if currency == self.own:
            return minor
        if currency not in self.known:
            rate = rate_between(self.rates, Pair(currency, self.own), self.on) or Fraction(1)
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
