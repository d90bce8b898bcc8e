"""What is done in a case that stands: written down, handed over, taken back, closed, changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from portal.base.access import Permission
from portal.base.kept_files import HOUSE, Files, keep_files
from portal.base.locks import lock_row
from portal.base.people import colleague_may
from portal.base.work import Work
from portal.core.case import (
    NEEDS_PARTNER,
    Act,
    Happened,
    Kind,
    Outcome,
    Stage,
    Standing,
    after,
    check_happened,
    check_outcome,
)
from portal.core.errors import RuleBroken
from portal.escalation.cases.events import NewEvent, add_event, end_looks, find_event, moved_on
from portal.escalation.cases.opening import Partner, audit_case, open_minor
from portal.tables.cases import CollectionCase

#: Events that say nothing without words.
NEEDS_WORDS = frozenset({Act.NOTE, Act.REPORT, Act.DECIDE})
#: What happened → the kind of the files that come with it.
FILES_OF = {
    Act.HAND_OVER: "agency",
    Act.REPORT: "agency",
    Act.DEMAND: "demand",
    Act.DECIDE: "judgment",
    Act.COST: "cost",
    Act.NOTE: "other",
}


@dataclass(frozen=True)
class NoteEvent:
    """Something that happened in a case."""

    case_id: int
    told: Happened
    key: str
    words: str = ""
    files: Files | None = None


@dataclass(frozen=True)
class CloseCase:
    """That a case has ended, and how."""

    case_id: int
    outcome: Outcome
    on: dt.date
    key: str
    words: str = ""


@dataclass(frozen=True)
class ChangeCase:
    """Who has a case outside, and who keeps it inside."""

    case_id: int
    row_version: int
    partner: Partner
    owner_id: int | None = None


@dataclass(frozen=True)
class AddFiles:
    """Files that belong to a case."""

    case_id: int
    kind: str
    files: Files | None = field(default=None)


def note_event(w: Work, c: NoteEvent) -> int:
    """
    The event's id; the case is at the stage to which it leads. Taken back, the case is closed.

    Raises: case.not_in_this_state, case.not_at_this_stage, case.partner_missing,
    case.words_missing, case.in_future, case.before_the_move, case.next_is_over,
    case.cost_below_zero, attachment.*.
    """
    row = locked_case(w, c.case_id)
    known = find_event(w, c.key)
    if known is not None:
        return known
    act = c.told.act
    stage = after(Kind(row.kind), _standing(row).stage, act)
    check_happened(c.told, w.today, moved_on(w, row))
    if act in NEEDS_PARTNER and not row.partner:
        raise RuleBroken("case.partner_missing", field="partner")
    if act in NEEDS_WORDS and not c.words.strip():
        raise RuleBroken("case.words_missing", field="words")
    told = c.told
    new = NewEvent(act.value, told.on, c.key, c.words, told.cost_minor, told.next_on)
    row.stage, row.row_version = stage.value, row.row_version + 1
    event_id = add_event(w, row, new)
    files = FILES_OF.get(act, "court")
    keep_files(w, f"case/{row.id}", row.customer_id, files, HOUSE, c.files)
    audit_case(w, row, f"case.{act.value}", on=told.on.isoformat(), stage=stage.value)
    if act is Act.TAKE_BACK:
        _end(w, row, Outcome.WITHDRAWN, told.on)
    return event_id


def close_case(w: Work, c: CloseCase) -> int:
    """
    The event's id; from now on the case's items are chased by the ladder again.

    Raises: case.not_in_this_state, case.not_paid, case.not_decided, case.in_future,
    case.before_the_move.
    """
    row = locked_case(w, c.case_id)
    known = find_event(w, c.key)
    if known is not None:
        return known
    stands = _standing(row)
    check_outcome(Standing(stands.kind, stands.stage, open_minor(w, row)), c.outcome)
    check_happened(Happened(Act.TAKE_BACK, c.on), w.today, moved_on(w, row))
    event_id = add_event(w, row, NewEvent("closed", c.on, c.key, c.words))
    _end(w, row, c.outcome, c.on)
    return event_id


def change_case(w: Work, c: ChangeCase) -> None:
    """
    The case names who has it and who keeps it.

    Raises: case.not_in_this_state, case.stale, task.owner_cannot.
    """
    row = lock_row(w, CollectionCase, c.case_id)
    w.require(Permission.CASE_KEEP, row)
    if row.state not in {"proposed", "open"}:
        raise RuleBroken("case.not_in_this_state")
    if row.row_version != c.row_version:
        raise RuleBroken("case.stale")
    does = Permission.CASE_KEEP
    if c.owner_id is not None and not colleague_may(w, c.owner_id, does, row.customer_id):
        raise RuleBroken("task.owner_cannot", field="owner")
    values = {**c.partner.columns(), "owner_id": c.owner_id}
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.row_version += 1
        audit_case(w, row, "case.changed", changed=changed)


def add_files(w: Work, c: AddFiles) -> int:
    """How many files now lie with a case. Raises: attachment.*."""
    row = lock_row(w, CollectionCase, c.case_id)
    w.require(Permission.CASE_KEEP, row)
    return keep_files(w, f"case/{row.id}", row.customer_id, c.kind, HOUSE, c.files)


def locked_case(w: Work, case_id: int) -> CollectionCase:
    """A case that may still move, under its lock, for who keeps cases."""
    row = lock_row(w, CollectionCase, case_id)
    w.require(Permission.CASE_KEEP, row)
    return row


def _standing(row: CollectionCase) -> Standing:
    """How far a case is that stands. Raises: case.not_in_this_state."""
    if row.state != "open":
        raise RuleBroken("case.not_in_this_state")
    return Standing(Kind(row.kind), Stage(row.stage), 0)


def _end(w: Work, row: CollectionCase, outcome: Outcome, on: dt.date) -> None:
    row.state, row.closed_on, row.outcome = "closed", on, outcome.value
    row.row_version += 1
    w.session.flush()
    end_looks(w, row)
    audit_case(w, row, "case.closed", outcome=outcome.value, on=on.isoformat())
