"""How far the customers of statement runs are: how many were opened, answered, and how."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, case, func, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.statement_status import ANSWERED
from portal.statements.duties import waits
from portal.statements.queries import list_runs
from portal.statements.rows import RunRow
from portal.tables.statements import Statement

PER_CENT = 100


@dataclass(frozen=True, slots=True)
class RunProgress:
    """A run's statements in force, by where they stand."""

    issued: int = 0
    opened: int = 0
    confirmed: int = 0
    differing: int = 0
    refused: int = 0
    late: int = 0
    prepared: int = 0
    withdrawn: int = 0

    @property
    def answered(self) -> int:
        """How many have their answer, whichever it is."""
        return self.confirmed + self.differing + self.refused

    @property
    def waiting(self) -> int:
        """How many have none."""
        return self.issued - self.answered

    @property
    def answered_percent(self) -> int:
        """The share that has an answer, rounded down: 100 is everyone."""
        return self.answered * PER_CENT // self.issued if self.issued else 0


def run_progress(r: Reader, run_ids: Sequence[int]) -> dict[int, RunProgress]:
    """How far each of the runs is, in one query for them all."""
    late = and_(waits(), Statement.confirm_by < r.today)
    columns: list[Any] = [
        Statement.run_id,
        Statement.state,
        func.count().label("count"),
        func.sum(case((late, 1), else_=0)).label("late"),
    ]
    rows: Select[Any] = visible_to(select(*columns), r.actor, Statement.customer_id)
    found = r.session.execute(
        rows.where(Statement.run_id.in_(run_ids), Statement.in_force == 1).group_by(
            Statement.run_id, Statement.state
        )
    )
    by_run: dict[int, list[Any]] = {}
    for row in found:
        by_run.setdefault(row.run_id, []).append(row)
    return {run_id: _progress(rows_of_run) for run_id, rows_of_run in by_run.items()}


def _progress(rows: Iterable[Any]) -> RunProgress:
    states: Counter[str] = Counter()
    late = 0
    for row in rows:
        states[row.state] += row.count
        late += int(row.late)
    seen = {"viewed", "prepared", "withdrawn"} | {state.value for state in ANSWERED}
    return RunProgress(
        issued=states.total(),
        opened=sum(states[state] for state in seen),
        confirmed=states["confirmed"],
        differing=states["confirmed_with_differences"],
        refused=states["refused"],
        late=late,
        prepared=states["prepared"],
        withdrawn=states["withdrawn"],
    )


def seconds_left(run: RunRow, now: dt.datetime) -> int | None:
    """How long a run goes on at its pace so far; None while there is nothing to tell it by."""
    since = run.resumed_at or run.started_at
    left = run.planned - run.issued
    if run.issued_lately <= 0 or left <= 0 or run.paused_at is not None:
        return None
    return int((now - since).total_seconds()) * left // run.issued_lately


def list_runs_with_progress(r: Reader, limit: int = 50) -> list[tuple[RunRow, RunProgress]]:
    """The newest runs first, each with how far its customers are."""
    runs = list_runs(r, limit)
    progress = run_progress(r, [run.id for run in runs])
    return [(run, progress.get(run.id, RunProgress())) for run in runs]
