"""
Cases with an agency or at law: their stages and moves, how they end, what they raise.

A case is told by its events; its stage is where the last move has led it. What it is about are due
parts of one account; money that comes in is the ledger's to tell and no event of a case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from portal.core.ageing import Grade
from portal.core.errors import RuleBroken

LONGEST_TEXT = 4_000
#: A letter of law gives so many days at least, and at most.
SHORTEST_DEADLINE_DAYS, LONGEST_DEADLINE_DAYS = 3, 60


class Kind(StrEnum):
    """Who the case is with."""

    AGENCY = "agency"
    LEGAL = "legal"


class Stage(StrEnum):
    """How far a case is."""

    PREPARING = "preparing"
    HANDED_OVER = "handed_over"
    REPORTING = "reporting"
    RETURNED = "returned"
    DEMANDED = "demanded"
    FILED = "filed"
    ARBITRATION = "arbitration"
    HEARING = "hearing"
    JUDGMENT = "judgment"
    ENFORCEMENT = "enforcement"


class Act(StrEnum):
    """What happens in a case."""

    HAND_OVER = "handed_over"
    REPORT = "report"
    TAKE_BACK = "taken_back"
    DEMAND = "demand"
    FILE = "filed"
    ARBITRATE = "arbitration"
    HEAR = "hearing"
    DECIDE = "judgment"
    ENFORCE = "enforcement"
    PRESERVE = "preservation"
    COST = "cost"
    NOTE = "note"


class Outcome(StrEnum):
    """How a case ended."""

    PAID = "paid"
    SETTLED = "settled"
    JUDGMENT = "judgment"
    UNCOLLECTABLE = "uncollectable"
    WITHDRAWN = "withdrawn"


_OUT = frozenset({Stage.HANDED_OVER, Stage.REPORTING})
_BEFORE_COURT = frozenset({Stage.PREPARING, Stage.DEMANDED})
_IN_COURT = frozenset({Stage.FILED, Stage.ARBITRATION, Stage.HEARING})
_DECIDED = frozenset({Stage.JUDGMENT, Stage.ENFORCEMENT})
_AGENCY = frozenset({Stage.PREPARING}) | _OUT
_LEGAL = _BEFORE_COURT | _IN_COURT | _DECIDED

#: Each act of a kind of case: the stages it may be done in, and where it leads; None: nowhere else.
MOVES: Mapping[Kind, Mapping[Act, tuple[frozenset[Stage], Stage | None]]] = {
    Kind.AGENCY: {
        Act.HAND_OVER: (frozenset({Stage.PREPARING}), Stage.HANDED_OVER),
        Act.REPORT: (_OUT, Stage.REPORTING),
        Act.TAKE_BACK: (_AGENCY, Stage.RETURNED),
        Act.COST: (_AGENCY, None),
        Act.NOTE: (_AGENCY, None),
    },
    Kind.LEGAL: {
        Act.DEMAND: (_BEFORE_COURT, Stage.DEMANDED),
        Act.FILE: (_BEFORE_COURT, Stage.FILED),
        Act.ARBITRATE: (_BEFORE_COURT, Stage.ARBITRATION),
        # A judgment that is appealed is heard again.
        Act.HEAR: (_IN_COURT | {Stage.JUDGMENT}, Stage.HEARING),
        Act.DECIDE: (_IN_COURT, Stage.JUDGMENT),
        Act.ENFORCE: (_DECIDED, Stage.ENFORCEMENT),
        Act.PRESERVE: (_LEGAL, None),
        Act.TAKE_BACK: (_LEGAL, None),
        Act.COST: (_LEGAL, None),
        Act.NOTE: (_LEGAL, None),
    },
}
#: From which stages on a case raises the ageing grade of its items, and to which.
RAISES: Mapping[Kind, tuple[frozenset[Stage], Grade]] = {
    Kind.AGENCY: (_OUT, Grade.AGENCY),
    Kind.LEGAL: (_LEGAL - {Stage.PREPARING}, Grade.LEGAL),
}
#: The acts that somebody outside has to be named for.
NEEDS_PARTNER = frozenset({Act.HAND_OVER, Act.FILE, Act.ARBITRATE})


def acts_of(kind: Kind, stage: Stage) -> list[Act]:
    """
    What may happen in a case of a kind that is so far.

    >>> [act.value for act in acts_of(Kind.AGENCY, Stage.PREPARING)]
    ['handed_over', 'taken_back', 'cost', 'note']
    """
    return [act for act, (stages, _to) in MOVES[kind].items() if stage in stages]


def after(kind: Kind, stage: Stage, act: Act) -> Stage:
    """
    The stage that an act leads a case to.

    Rule: R400 — a case with an agency is prepared, handed over, reported on, and taken back; one
    that is not handed over yet may be taken back too (S-150).
    Rule: R401 — a case at law is prepared, demanded, filed or brought to arbitration, heard as
    often as it takes, decided and enforced; a demand may be left out, a judgment that is appealed
    is heard again, and assets may be preserved at any time (S-151).
    Raises: case.not_at_this_stage.

    >>> after(Kind.LEGAL, Stage.DEMANDED, Act.FILE).value
    'filed'
    >>> after(Kind.LEGAL, Stage.HEARING, Act.PRESERVE).value
    'hearing'
    """
    stages, leads_to = MOVES[kind].get(act, (frozenset[Stage](), None))
    if stage not in stages:
        raise RuleBroken("case.not_at_this_stage", act=act.value, stage=stage.value)
    return leads_to or stage


@dataclass(frozen=True, slots=True)
class Happened:
    """That something happened in a case on a day, and when somebody looks at it next."""

    act: Act
    on: date
    next_on: date | None = None
    cost_minor: int | None = None


def check_happened(told: Happened, today: date, moved_on: date | None) -> None:
    """
    Refuse what cannot have happened so; `moved_on` is the day of the case's last move.

    Rule: R402 — what happened in a case lies not in the future, a move not before the one before
    it, and the next look not before today; what it cost is not below zero (S-150, S-151).
    Raises: case.in_future, case.before_the_move, case.next_is_over, case.cost_below_zero.

    >>> check_happened(Happened(Act.HEAR, date(2026, 11, 2)), date(2026, 11, 3), None)
    """
    if told.on > today:
        raise RuleBroken("case.in_future", field="on", today=today)
    is_move = told.act not in {Act.NOTE, Act.COST, Act.PRESERVE}
    if is_move and moved_on is not None and told.on < moved_on:
        raise RuleBroken("case.before_the_move", field="on", moved_on=moved_on)
    if told.next_on is not None and told.next_on < today:
        raise RuleBroken("case.next_is_over", field="next_on", today=today)
    if told.cost_minor is not None and told.cost_minor < 0:
        raise RuleBroken("case.cost_below_zero", field="cost")


@dataclass(frozen=True, slots=True)
class Standing:
    """A case as it stands: of which kind, how far, and what is open of what it is about."""

    kind: Kind
    stage: Stage
    open_minor: int


def outcomes_of(standing: Standing) -> list[Outcome]:
    """
    How a case may end as it stands.

    Rule: R403 — a case ends as paid only once nothing is open of what it is about, by judgment
    only after one; settled, uncollectable or withdrawn at any time (S-150, S-151).

    >>> [each.value for each in outcomes_of(Standing(Kind.AGENCY, Stage.REPORTING, 0))]
    ['paid', 'settled', 'uncollectable', 'withdrawn']
    >>> [each.value for each in outcomes_of(Standing(Kind.LEGAL, Stage.JUDGMENT, 100))]
    ['settled', 'judgment', 'uncollectable', 'withdrawn']
    """
    left_out = set()
    if standing.open_minor:
        left_out.add(Outcome.PAID)
    if standing.stage not in _DECIDED:
        left_out.add(Outcome.JUDGMENT)
    return [each for each in Outcome if each not in left_out]


def check_outcome(standing: Standing, outcome: Outcome) -> None:
    """
    Refuse an end that the case does not have.

    Raises: case.not_paid, case.not_decided.
    """
    if outcome in outcomes_of(standing):
        return
    code = "case.not_paid" if outcome is Outcome.PAID else "case.not_decided"
    raise RuleBroken(code, field="result")


def raised_grade(kind: Kind, stage: Stage) -> Grade | None:
    """
    The ageing grade to which an open case raises its items; None while it is prepared.

    Rule: R404 — what is handed over is of the grade agency, what is demanded by law or further is
    of the grade legal, as long as the case stands (S-129).

    >>> raised_grade(Kind.LEGAL, Stage.DEMANDED).value
    'legal'
    >>> raised_grade(Kind.AGENCY, Stage.PREPARING) is None
    True
    """
    stages, grade = RAISES[kind]
    return grade if stage in stages else None


def check_deadline(written_on: date, pay_by: date) -> None:
    """
    Refuse a letter of law that sets no real deadline.

    Rule: R405 — a letter of law belongs to a case at law that a second person approved; it sets a
    day from 3 to 60 days ahead and says what follows then, never that something was filed which
    was not (S-136, S-138, S-141).
    Raises: case.deadline_too_soon, case.deadline_too_far.

    >>> check_deadline(date(2026, 11, 2), date(2026, 11, 16))
    """
    first = written_on + timedelta(days=SHORTEST_DEADLINE_DAYS)
    last = written_on + timedelta(days=LONGEST_DEADLINE_DAYS)
    if pay_by < first:
        raise RuleBroken("case.deadline_too_soon", field="pay_by", first=first)
    if pay_by > last:
        raise RuleBroken("case.deadline_too_far", field="pay_by", last=last)
