"""
The run of a day: everybody's ladders, in slices of customers that one worker takes at a time.

A slice is planned, done and marked in one transaction, so a kill leaves nothing half done and who
comes next goes on. There is one run a day however often it is started; what it did once it does
not do again.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from sqlalchemy import func, select, update

from portal.base import failpoints
from portal.base.access import Actor, Permission
from portal.base.batch import insert_rows
from portal.base.installation import Installation
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.ladder import Ladder
from portal.core.ladder_day import Action, Excluded
from portal.escalation.counting import counts_of
from portal.escalation.facts import Books, ladders_of_version, ladders_on
from portal.escalation.planning import SLICE, Plan, most_steps, plan_day, plan_slice, slices
from portal.escalation.slicing import do_slice
from portal.invoices.ageing import run_serially
from portal.invoices.open_items import between
from portal.tables.customers import Customer
from portal.tables.escalation import Dunning, LadderRun, PlannedStep
from portal.tables.settings import Company

StartedBy = Literal["day", "command", "page"]
#: So many steps more than usual make a run wait for a person, where it is more than these at all.
MORE_THAN_USUAL, FEW = 50, 20
#: So many runs before are what is usual.
USUAL = 5
PLANNED = ("run_id", "customer_id", "currency", "step", "channel", "amount_minor", "items", "state")
UNFINISHED = ("held", "approved", "running", "paused")


@dataclass(frozen=True)
class Doors:
    """The two doors to the books, for somebody, as of a day: the roof decides whose."""

    begin: Callable[[], AbstractContextManager[Work]]
    look: Callable[[], AbstractContextManager[Reader]]


def doors(installation: Installation, actor: Actor, on: dt.date | None) -> Doors:
    """The doors of an installation for somebody, as of a day."""
    return Doors(partial(installation.work, actor, on), partial(installation.reading, actor, on))


@dataclass
class Ran:
    """What starting a run came to."""

    on: dt.date
    ladders: tuple[str, ...]
    #: done | held | paused | earlier: a later day was run already, so nothing is done.
    state: str
    actions: list[Action] = field(default_factory=list)
    excluded: list[Excluded] = field(default_factory=list)
    #: How many steps by their channel.
    counts: Counter[str] = field(default_factory=Counter)
    run_id: int | None = None
    #: The later day that was run already.
    later_on: dt.date | None = None

    def add(self, found: Plan, *, told: bool) -> None:
        """Takes in what a slice came to."""
        self.counts.update(each.step.channel for each in found.actions)
        if told:
            self.actions += found.actions
            self.excluded += found.excluded


def run_ladders(through: Doors, started_by: StartedBy, *, told: bool = True) -> Ran:
    """
    Does the ladders' steps of a day; repeated it does nothing more.

    A run that the timetable starts may wait for a person; one that a person starts never does.
    Told, it comes with every step and who was left out, which a large book has many of.
    """
    with through.look() as r:
        found = _found(r)
        if found is not None and found.state == "earlier":
            return found
        why, plan = _why_held(r, started_by)
    with through.begin() as w:
        w.require(Permission.ESCALATION_RUN)
        opened = _open(w, started_by, why, plan)
    if opened.run_id is None or opened.state not in ("approved", "running", "done"):
        return opened
    return work_run(through, opened.run_id, told=told)


def preview_run(r: Reader) -> Ran:
    """What a run of the reader's day would do; nothing is changed."""
    found = _found(r)
    if found is not None and found.state == "earlier":
        return found
    plan = plan_day(r, r.today)
    return Ran(plan.on, plan.ladders, "preview", plan.actions, plan.excluded)


def _found(r: Reader) -> Ran | None:
    """That a later day was run already, or how this day's run stands."""
    rows = select(LadderRun.id, LadderRun.on, LadderRun.state).where(LadderRun.on >= r.today)
    last = r.session.execute(rows.order_by(LadderRun.on.desc()).limit(1)).first()
    if last is None:
        return None
    names = tuple(ladder.name for ladder in ladders_on(r, r.today))
    if last.on > r.today:
        return Ran(r.today, names, "earlier", later_on=last.on)
    return Ran(r.today, names, last.state, run_id=last.id)


# ── Whether it begins ────────────────────────────────────────────────────────


def _why_held(r: Reader, started_by: StartedBy) -> tuple[str, Plan | None]:
    """Why a person has to look at a new run first; empty where nobody has."""
    asked = r.policy.values["reminders_hold_first_run"]
    if started_by == "command" or not asked or _run_of(r, r.today) is not None:
        return "", None
    is_first = r.session.scalar(select(Dunning.id).limit(1)) is None
    usual = _usual_count(r)
    if is_first:
        plan = plan_day(r, r.today)
        return ("first", plan) if plan.actions else ("", None)
    if usual is None or not _is_more(most_steps(r, r.today), usual):
        return "", None
    plan = plan_day(r, r.today)
    return ("changed", plan) if _is_more(len(plan.actions), usual) else ("", None)


def _is_more(count: int, usual: int) -> bool:
    return count > FEW and count * 100 > usual * (100 + MORE_THAN_USUAL)


def _usual_count(r: Reader) -> int | None:
    """How many steps the last runs did on average, rounded down; None while there are too few."""
    rows = select(LadderRun.counts).where(LadderRun.state == "done")
    told = [
        json.loads(counts).get("steps", 0)
        for counts in r.session.scalars(rows.order_by(LadderRun.on.desc()).limit(USUAL))
    ]
    return sum(told) // USUAL if len(told) == USUAL else None


def _open(w: Work, started_by: StartedBy, why: str, plan: Plan | None) -> Ran:
    """The run to work on; one at a time decides, and a later day overtakes what is unfinished."""
    w.session.execute(select(Company.id).with_for_update())
    found = _found(w)
    if found is not None and found.state == "earlier":
        return found
    run = _run_of(w, w.today)
    names = tuple(ladder.name for ladder in ladders_on(w, w.today))
    if run is None:
        _overtake(w)
        run = _new_run(w, started_by, why)
        if plan is not None and why:
            write_plan(w, run, plan)
    elif run.state == "held" and started_by == "command":
        _release(w, run)
    return Ran(w.today, names, run.state, run_id=run.id)


def prepare_run(w: Work, plan: Plan) -> LadderRun:
    """
    Today's run for who wants to look at it first: it waits for them; else the one that there is.

    The plan was made just before: looking at many customers keeps nobody waiting who writes.
    Raises: ladder_run.overtaken, where a later day was run already.
    """
    w.require(Permission.ESCALATION_RUN)
    assert plan.on == w.today
    w.session.execute(select(Company.id).with_for_update())
    found = _found(w)
    if found is not None and found.state == "earlier":
        raise RuleBroken("ladder_run.overtaken")
    run = _run_of(w, w.today)
    if run is None:
        _overtake(w)
        run = _new_run(w, "page", "asked")
        write_plan(w, run, plan)
    return run


def _run_of(r: Reader, on: dt.date) -> LadderRun | None:
    return r.session.scalars(select(LadderRun).where(LadderRun.on == on)).first()


def _overtake(w: Work) -> None:
    w.session.execute(
        update(LadderRun)
        .where(LadderRun.on < w.today, LadderRun.state.in_(UNFINISHED))
        .values(state="overtaken", row_version=LadderRun.row_version + 1)
    )


def _new_run(w: Work, started_by: StartedBy, why: str) -> LadderRun:
    run = LadderRun(
        on=w.today,
        state="held" if why else "running",
        started_by=started_by,
        why_held=why,
        policy_id=w.policy.id,
        made_by=w.actor.user_id,
        made_at=w.now,
    )
    w.session.add(run)
    w.session.flush()
    kind = "ladder_run.held" if why else "ladder_run.begun"
    w.audit(kind, f"ladder_run/{run.id}", on=w.today.isoformat(), why=why)
    return run


def _release(w: Work, run: LadderRun) -> None:
    """Who starts a held run by hand at the machine has looked at it."""
    run.state, run.approved_by, run.approved_at = "running", w.actor.user_id, w.now
    run.row_version += 1
    w.audit("ladder_run.approved", f"ladder_run/{run.id}", on=run.on.isoformat())


def write_plan(w: Work, run: LadderRun, plan: Plan) -> None:
    """What a held run is going to do, as it is shown to who approves it."""
    run.counts = json.dumps(counts_of(plan.actions), sort_keys=True)
    rows = (
        (
            *(run.id, each.customer_id, each.currency, each.step.name, each.step.channel),
            *(each.amount, len(each.items), "planned"),
        )
        for each in plan.actions
    )
    w.session.flush()
    insert_rows(w.session, PlannedStep.__table__, PLANNED, rows)


# ── Slice by slice ───────────────────────────────────────────────────────────


def work_run(through: Doors, run_id: int, *, told: bool = True) -> Ran:
    """
    Works on a run until it is done, or until somebody lets it rest: then before the next slice.

    Where it is done already, accounts that became due since have their step, and nobody else.
    """
    with through.look() as r:
        run = r.session.get_one(LadderRun, run_id)
        ran = Ran(run.on, tuple(each.name for each in _ladders(r, run)), "done", run_id=run_id)
        is_done = run.state == "done"
    if is_done:
        _look_again(through, ran, told=told)
    else:
        while (found := _next_slice(through, ran)) is not None:
            failpoints.reached("ladder_run.after_commit")
            ran.add(found, told=told)
    ran.actions.sort(key=_by_code)
    ran.excluded.sort(key=_by_code)
    return ran


def _by_code(each: Action | Excluded) -> tuple[str, str]:
    return each.code, each.currency


def _ladders(r: Reader, run: LadderRun) -> Sequence[Ladder]:
    """The run's own version: all its steps go by the same, whatever is decided meanwhile."""
    return ladders_of_version(r, run.policy_id)


def _next_slice(through: Doors, ran: Ran) -> Plan | None:
    """Does the next slice of customers; None where none is left, or the run rests."""
    with through.begin() as w:
        run = _locked(w, ran)
        if run.state not in ("approved", "running"):
            ran.state = run.state
            return None
        run.state = "running"
        within = next(slices_after(w, run.done_through), None)
        if within is None:
            _finish(w, run)
            return None
        found = do_slice(w, run, within)
        run.done_through = within[1]
        failpoints.reached("ladder_run.before_commit")
    return found


def slices_after(r: Reader, done_through: int) -> Iterator[tuple[int, int]]:
    """The next range of customers beyond one."""
    rows = select(Customer.id).where(Customer.id > done_through).order_by(Customer.id).limit(SLICE)
    ids = list(r.session.scalars(rows))
    if ids:
        yield ids[0], ids[-1]


def _locked(w: Work, ran: Ran) -> LadderRun:
    """The run under its lock: two workers take slices in turn."""
    return w.session.get_one(LadderRun, ran.run_id, with_for_update=True, populate_existing=True)


def _finish(w: Work, run: LadderRun) -> None:
    run.state, run.done_at = "done", w.now
    run.row_version += 1
    steps = json.loads(run.counts).get("steps", 0)
    w.audit("ladder_run.done", f"ladder_run/{run.id}", on=run.on.isoformat(), steps=steps)


def _look_again(through: Doors, ran: Ran, *, told: bool) -> None:
    """Only slices in which something is due are opened for writing."""
    with through.look() as r:
        within = list(slices(r))
    for each in within:
        with through.look() as r:
            run = r.session.get_one(LadderRun, ran.run_id)
            run_serially(r.session)
            found = plan_slice(Books(r, run.on, _ladders(r, run)), between(*each))
        if found.actions or found.settled:
            with through.begin() as w:
                found = do_slice(w, _locked(w, ran), each)
        ran.add(found, told=told)


def count_customers(r: Reader) -> int:
    """How many customers a run goes through, for its progress."""
    return r.session.scalar(select(func.count()).select_from(Customer)) or 0
