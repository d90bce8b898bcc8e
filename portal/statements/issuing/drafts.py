"""Statement runs while they are prepared: for whom, with which days; kept, taken up, started."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, select, union

from portal.base.access import NotFound
from portal.base.work import Reader, Work
from portal.core.chasing import check_timetable
from portal.core.errors import RuleBroken
from portal.core.period import Month
from portal.invoices.open_items import Scope, everyone
from portal.statements.issuing.composing import AccountKey
from portal.statements.issuing.plan import accounts_due
from portal.statements.issuing.run import (
    IssueStatements,
    RunTerms,
    customer_ids,
    new_run,
    one_at_a_time,
)
from portal.statements.issuing.starting import check_month, leave_to_a_worker
from portal.tables.customers import Customer
from portal.tables.people import User
from portal.tables.runs import RunDraft
from portal.tables.statements import Pending, Statement, StatementRun


@dataclass(frozen=True, slots=True)
class RunScope:
    """For whom a run is: everyone whose cycle ends in the month, narrowed as it says."""

    month: Month
    chosen: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    currency: str = ""
    region: str = ""
    owner: str = ""

    @property
    def is_everyone(self) -> bool:
        """Whether nobody and nothing is left out."""
        return not (self.chosen or self.excluded or self.currency or self.region or self.owner)


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A run that is prepared, as its pages show it."""

    id: int
    ref: str
    scope: RunScope
    confirm_by: dt.date | None
    remind_after: tuple[int, ...] | None
    holds_mails: bool
    step: int
    row_version: int
    changed_at: dt.datetime
    author: str


@dataclass(frozen=True)
class KeepScope:
    """For whom the run shall be; `draft_id` is None for a new one."""

    scope: RunScope
    draft_id: int | None = None
    row_version: int = 0


@dataclass(frozen=True)
class KeepTerms:
    """By when to answer, when to remind, and whether the mails wait."""

    draft_id: int
    row_version: int
    terms: RunTerms = field(default_factory=RunTerms)


@dataclass(frozen=True)
class StartDraft:
    """Start the run, as its last page shows it: so many statements."""

    draft_id: int
    row_version: int
    expected: int
    terms: RunTerms = field(default_factory=RunTerms)


@dataclass(frozen=True)
class DeleteDraft:
    """Drop a run that was never started."""

    draft_id: int


def keep_scope(w: Work, c: KeepScope) -> int:
    """
    The id of the draft that keeps it.

    Raises: statement_run.month_not_over, statement_run.unknown_customer, draft.stale.
    """
    w.require("statement.run")
    scope = c.scope
    check_month(w, IssueStatements(scope.month))
    _known(w, scope.chosen, "customers")
    _known(w, scope.excluded, "excluded")
    if c.draft_id is None:
        draft = RunDraft(user_id=w.actor.user_id, created_at=w.now, row_version=0)
        w.session.add(draft)
    else:
        draft = _locked(w, c.draft_id, c.row_version)
    draft.period_to = scope.month.last_on
    draft.chosen, draft.excluded = json.dumps(scope.chosen), json.dumps(scope.excluded)
    draft.currency, draft.region, draft.owner = scope.currency, scope.region, scope.owner
    _changed(w, draft, step=2)
    return draft.id


def keep_terms(w: Work, c: KeepTerms) -> int:
    """
    The id of the draft that keeps them.

    Raises: statement_run.bad_answer_day, chase.timetable, draft.stale.
    """
    w.require("statement.run")
    draft = _locked(w, c.draft_id, c.row_version)
    _take_terms(w, draft, c.terms)
    _changed(w, draft, step=4)
    return draft.id


def start_draft(w: Work, c: StartDraft) -> int:
    """
    The id of the run that begins; started once, however often it is asked for.

    Raises: statement_run.stale, statement_run.nothing_due, statement_run.bad_answer_day,
    chase.timetable, draft.stale.
    """
    w.require("statement.run")
    one_at_a_time(w)
    draft = w.session.get(RunDraft, c.draft_id, with_for_update=True)
    if draft is None:
        raise NotFound("draft")
    if draft.run_id is not None:
        return draft.run_id
    _same_version(draft, c.row_version)
    _take_terms(w, draft, c.terms)
    scope = scope_of(draft)
    check_month(w, IssueStatements(scope.month))
    due = due_in(w, scope)
    if not due:
        raise RuleBroken("statement_run.nothing_due", month=str(scope.month))
    if len(due) != c.expected:
        raise RuleBroken("statement_run.stale", count=len(due))
    ids = None if scope.is_everyone else sorted({key[0] for key in due})
    _refuse_two_at_once(w, scope.month, ids)
    terms = RunTerms(scope.currency, draft.confirm_by, terms_of(draft), draft.holds_mails)
    draft.run_id = new_run(w, scope.month, ids, due, terms)
    w.audit("statement_run.started", f"run/{draft.run_id}", month=str(scope.month), due=len(due))
    leave_to_a_worker(w, draft.run_id)
    return draft.run_id


def delete_draft(w: Work, c: DeleteDraft) -> None:
    """Drops it; `NotFound` where it is gone already or was started."""
    w.require("statement.run")
    draft = w.session.get(RunDraft, c.draft_id, with_for_update=True)
    if draft is None or draft.run_id is not None:
        raise NotFound("draft")
    w.audit("run_draft.deleted", f"run_draft/{draft.id}", month=str(Month.of(draft.period_to)))
    w.session.delete(draft)


def _known(w: Work, codes: tuple[str, ...], field_name: str) -> None:
    try:
        customer_ids(w, IssueStatements(Month(2000, 1), codes))
    except RuleBroken as broken:
        raise RuleBroken(broken.code, field=field_name, **broken.facts) from broken


def _locked(w: Work, draft_id: int, row_version: int) -> RunDraft:
    draft = w.session.get(RunDraft, draft_id, with_for_update=True)
    if draft is None:
        raise NotFound("draft")
    if draft.run_id is not None:
        raise RuleBroken("statement_run.draft_used")
    _same_version(draft, row_version)
    return draft


def _same_version(draft: RunDraft, row_version: int) -> None:
    if draft.row_version != row_version:
        raise RuleBroken("draft.stale")


def _take_terms(w: Work, draft: RunDraft, terms: RunTerms) -> None:
    if terms.confirm_by is not None and terms.confirm_by <= w.today:
        raise RuleBroken("statement_run.bad_answer_day", field="confirm_by")
    days = None if terms.remind_after is None else check_timetable(terms.remind_after)
    draft.confirm_by, draft.holds_mails = terms.confirm_by, terms.holds_mails
    draft.remind_after = None if days is None else json.dumps(days)


def _changed(w: Work, draft: RunDraft, step: int) -> None:
    draft.step = max(draft.step or 1, step)
    draft.row_version += 1
    draft.changed_at = w.now
    w.session.flush()
    w.audit("run_draft.kept", f"run_draft/{draft.id}", month=str(Month.of(draft.period_to)))


def _refuse_two_at_once(w: Work, month: Month, ids: list[int] | None) -> None:
    """A run of the month for everyone that goes on takes these customers along."""
    going = select(StatementRun.id).where(
        StatementRun.period_to == month.last_on, StatementRun.finished_at.is_(None)
    )
    if ids is not None:
        going = going.where(StatementRun.customer_ids.is_(None))
    if w.session.scalar(going.limit(1)) is not None:
        raise RuleBroken("statement_run.goes_on", month=str(month))


# ── Reading ──────────────────────────────────────────────────────────────────


def scope_of(draft: RunDraft) -> RunScope:
    """For whom a draft is."""
    return RunScope(
        month=Month.of(draft.period_to),
        chosen=tuple(json.loads(draft.chosen)),
        excluded=tuple(json.loads(draft.excluded)),
        currency=draft.currency,
        region=draft.region,
        owner=draft.owner,
    )


def terms_of(draft: RunDraft) -> tuple[int, ...] | None:
    """When a draft reminds; None is as the policy says."""
    return None if draft.remind_after is None else tuple(json.loads(draft.remind_after))


def whose_scope(scope: RunScope) -> Scope:
    """The rows of the customers whom a scope keeps."""
    kept: list[ColumnElement[bool]] = []
    if scope.chosen:
        kept.append(Customer.code.in_(scope.chosen))
    if scope.excluded:
        kept.append(Customer.code.not_in(scope.excluded))
    if scope.region:
        kept.append(Customer.region == scope.region)
    if scope.owner:
        kept.append(Customer.owner == scope.owner)
    if not kept:
        return everyone
    ids = select(Customer.id).where(*kept)
    return lambda customer_id: customer_id.in_(ids)


def due_in(r: Reader, scope: RunScope) -> dict[AccountKey, int]:
    """The accounts that a run of this scope would state, each with how many lines at most."""
    due = accounts_due(r.session, whose_scope(scope), scope.month)
    return {key: lines for key, lines in due.items() if scope.currency in {"", key[1]}}


def list_currencies(r: Reader) -> list[str]:
    """The currencies that statements may be due in, in order."""
    columns: list[Any] = [Pending.currency, Statement.currency, Customer.currency]
    used = union(*(select(column) for column in columns))
    return sorted({str(code) for code in r.session.scalars(used) if code})


def list_drafts(r: Reader) -> list[DraftRow]:
    """The runs that are prepared and not started, the newest first."""
    found = r.session.execute(
        select(RunDraft, User.name)
        .join(User, User.id == RunDraft.user_id)
        .where(RunDraft.run_id.is_(None))
        .order_by(RunDraft.changed_at.desc(), RunDraft.id.desc())
    )
    return [_row(r, draft, name) for draft, name in found]


def get_draft(r: Reader, ref: str) -> DraftRow:
    """One that is prepared; `NotFound` once it was started or dropped."""
    found = r.session.execute(
        select(RunDraft, User.name)
        .join(User, User.id == RunDraft.user_id)
        .where(RunDraft.id == r.id_of("rd", ref), RunDraft.run_id.is_(None))
    ).first()
    if found is None:
        raise NotFound(ref)
    return _row(r, *found)


def find_run_of(r: Reader, ref: str) -> str:
    """The ref of the run that a draft became; empty where it became none."""
    run_id = r.session.scalar(select(RunDraft.run_id).where(RunDraft.id == r.id_of("rd", ref)))
    return "" if run_id is None else r.refs.of("ru", run_id)


def _row(r: Reader, draft: RunDraft, author: str) -> DraftRow:
    return DraftRow(
        id=draft.id,
        ref=r.refs.of("rd", draft.id),
        scope=scope_of(draft),
        confirm_by=draft.confirm_by,
        remind_after=terms_of(draft),
        holds_mails=draft.holds_mails,
        step=draft.step,
        row_version=draft.row_version,
        changed_at=draft.changed_at,
        author=author,
    )
