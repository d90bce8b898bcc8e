"""What pages show of a run: what it will do row by row, what it did, how far its messages are."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, func, select

from portal.base.access import visible_to
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.ladder_difference import Change, Told, changed_accounts
from portal.core.money import Money
from portal.escalation.facts import ladders_of_version
from portal.escalation.ladders.preview import sums_of, told_steps
from portal.escalation.names import CHANNELS
from portal.escalation.notices.readers import MESSAGES
from portal.escalation.planning import Plan, plan_day
from portal.escalation.runs.rows import (
    DoneRow,
    Failure,
    Going,
    PlannedRow,
    Rows,
    Sending,
    SentNotice,
    StepHead,
)
from portal.tables.customers import Customer
from portal.tables.escalation import Dunning, LadderRun, Notice, PlannedStep
from portal.tables.journal import Outbox


def is_resting(r: Reader, run_id: int) -> bool:
    """Whether somebody lets the run rest."""
    return r.session.scalar(select(LadderRun.paused_at).where(LadderRun.id == run_id)) is not None


def count_runs(r: Reader) -> int:
    """How many runs there are."""
    return r.session.scalar(select(func.count()).select_from(LadderRun)) or 0


def find_today(r: Reader) -> str:
    """The reference of today's run; empty where there is none."""
    found = r.session.scalar(select(LadderRun.id).where(LadderRun.on == r.today))
    return r.refs.of("lr", found) if found else ""


def policy_of(r: Reader, run_id: int) -> int | None:
    """The version of the policy whose ladders a run walks."""
    return r.session.scalar(select(LadderRun.policy_id).where(LadderRun.id == run_id))


def day_to_work_on(r: Reader, run_id: int) -> dt.date | None:
    """
    The day that a run is of, whenever it is worked on; None where nothing is left to be done.

    What has changed since a day that is over is the next run's: the old one is not looked at again.
    """
    run = r.session.get_one(LadderRun, run_id)
    return None if run.state == "done" and run.on < r.today else run.on


def plan_now(r: Reader, run_id: int, on: dt.date) -> Plan:
    """What a run would do if it went now."""
    return plan_day(r, on, ladders_of_version(r, policy_of(r, run_id)))


# ── What it will do ──────────────────────────────────────────────────────────


def planned_heads(r: Reader, run_id: int) -> list[StepHead]:
    """By step how much a run that waits is going to do, without what is left out."""
    return _heads(r, _planned(run_id, "planned"), PlannedStep)


def done_heads(r: Reader, run_id: int) -> list[StepHead]:
    """By step how much a run did."""
    return _heads(r, Dunning.run_id == run_id, Dunning)


def _planned(run_id: int, *states: str) -> Any:
    return and_(PlannedStep.run_id == run_id, PlannedStep.state.in_(states))


def _heads(r: Reader, kept: Any, table: Any) -> list[StepHead]:
    columns: list[Any] = [
        *(table.step, table.channel, table.currency, func.count().label("count")),
        func.sum(table.amount_minor).label("minor"),
    ]
    rows = visible_to(select(*columns), r.actor, table.customer_id).where(kept)
    found: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in r.session.execute(rows.group_by(table.step, table.channel, table.currency)):
        found[row.step, row.channel].append(row)
    customers = _customers_by_step(r, kept, table)
    return [
        StepHead(
            step,
            channel,
            sum(row.count for row in told),
            customers[step, channel],
            sums_of((row.currency, int(row.minor)) for row in told),
        )
        for (step, channel), told in sorted(found.items(), key=lambda pair: _place(*pair[0]))
    ]


def _customers_by_step(r: Reader, kept: Any, table: Any) -> dict[tuple[str, str], int]:
    """How many customers each step is about, whatever the currency."""
    columns: list[Any] = [table.step, table.channel, func.count(func.distinct(table.customer_id))]
    rows = visible_to(select(*columns), r.actor, table.customer_id).where(kept)
    found = r.session.execute(rows.group_by(table.step, table.channel))
    return {(step, channel): int(count) for step, channel, count in found}


def _place(step: str, channel: str) -> tuple[int, str]:
    return list(CHANNELS).index(channel), step


def going(r: Reader, run_id: int) -> Going:
    """What would go if a run that waits were approved as it was planned."""
    is_message = PlannedStep.channel.in_(MESSAGES)
    columns: list[Any] = [
        func.count(),
        func.count().filter(is_message),
        func.count(func.distinct(PlannedStep.customer_id)),
    ]
    rows = visible_to(select(*columns), r.actor, PlannedStep.customer_id)
    steps, messages, customers = r.session.execute(rows.where(_planned(run_id, "planned"))).one()
    return Going(steps, messages, customers)


def going_now(r: Reader, run_id: int, plan: Plan) -> Going:
    """The same of a plan that was made now, without what is left out."""
    out = left_out_keys(r, run_id)
    actions = [
        each
        for each in plan.actions
        if (each.customer_id, each.currency, each.step.name) not in out
    ]
    return Going(
        len(actions),
        sum(each.step.is_message for each in actions),
        len({each.customer_id for each in actions}),
    )


def left_out_keys(r: Reader, run_id: int) -> set[tuple[int, str, str]]:
    """The steps that somebody left out of a run."""
    columns: list[Any] = [PlannedStep.customer_id, PlannedStep.currency, PlannedStep.step]
    rows = r.session.execute(select(*columns).where(_planned(run_id, "left_out")))
    return {(row[0], row[1], row[2]) for row in rows}


def list_planned(r: Reader, run_id: int, states: Sequence[str], page: int, size: int) -> Rows:
    """The steps of a run that waits, by customer."""
    columns: list[Any] = [PlannedStep, Customer.name, Customer.code]
    rows = (
        visible_to(select(*columns), r.actor, PlannedStep.customer_id)
        .join(Customer, Customer.id == PlannedStep.customer_id)
        .where(_planned(run_id, *states))
    )
    order = (Customer.code, PlannedStep.currency, PlannedStep.step)
    found = _page(r, rows, order, page, size)
    told = [_planned_row(r, row[0], row.name) for row in found.rows]
    return Rows(told, found.page, found.pages, found.count)


def _page(r: Reader, rows: Select[Any], order: Sequence[Any], page: int, size: int) -> Rows:
    count = r.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    page, pages = page_within(page, count, size)
    found = r.session.execute(rows.order_by(*order).limit(size).offset((page - 1) * size))
    return Rows(found.all(), page, pages, count)


def _planned_row(r: Reader, row: PlannedStep, name: str) -> PlannedRow:
    ref = r.refs.of("cu", row.customer_id)
    return PlannedRow(
        key=f"{ref}/{row.currency}/{row.step}",
        customer_id=row.customer_id,
        customer_ref=ref,
        customer_name=name,
        currency=row.currency,
        step=row.step,
        channel=row.channel,
        items=row.items,
        amount=Money(row.amount_minor, row.currency),
        state=row.state,
        reason=row.reason,
    )


def key_of(r: Reader, told: str) -> tuple[int, str, str] | None:
    """The step that a row's key names; None where it names none."""
    ref, _slash, rest = told.partition("/")
    currency, _slash, step = rest.partition("/")
    customer_id = r.refs.id("cu", ref)
    return (customer_id, currency, step) if customer_id and step else None


def changed_since(r: Reader, run_id: int, plan: Plan) -> list[Change]:
    """The accounts of which a run would do something else now than when it was prepared."""
    columns: list[Any] = [
        *(PlannedStep.customer_id, PlannedStep.currency, PlannedStep.step),
        *(PlannedStep.channel, PlannedStep.amount_minor),
    ]
    rows = visible_to(select(*columns), r.actor, PlannedStep.customer_id)
    found = r.session.execute(rows.where(_planned(run_id, "planned", "left_out")))
    return changed_accounts(
        _in_order(Told(*row) for row in found), _in_order(told_steps(plan.actions))
    )


def _in_order(told: Any) -> list[Told]:
    return sorted(told, key=lambda each: (each.customer_id, each.currency, each.step))


# ── What it did ──────────────────────────────────────────────────────────────


def list_done(r: Reader, run_id: int, page: int, size: int) -> Rows:
    """The steps that a run did, by customer, with what became of their messages."""
    columns: list[Any] = [Dunning, Customer.name]
    rows = (
        visible_to(select(*columns), r.actor, Dunning.customer_id)
        .join(Customer, Customer.id == Dunning.customer_id)
        .where(Dunning.run_id == run_id)
    )
    found = _page(r, rows, (Customer.code, Dunning.currency, Dunning.id), page, size)
    notices = _notices(r, [row[0] for row in found.rows])
    told = [_done_row(r, row[0], row.name, notices) for row in found.rows]
    return Rows(told, found.page, found.pages, found.count)


def _notices(r: Reader, dunnings: Sequence[Dunning]) -> dict[int, list[SentNotice]]:
    """By step its messages, in the order in which they were made."""
    columns: list[Any] = [Notice.dunning_id, Notice.id, Notice.state, Notice.to_name]
    rows = (
        visible_to(select(*columns), r.actor, Notice.customer_id)
        .where(
            Notice.customer_id.in_({each.customer_id for each in dunnings}),
            Notice.dunning_id.in_([each.id for each in dunnings]),
        )
        .order_by(Notice.id)
    )
    found: defaultdict[int, list[SentNotice]] = defaultdict(list)
    for dunning_id, notice_id, state, name in r.session.execute(rows):
        found[dunning_id].append(SentNotice(r.refs.of("nt", notice_id), state, name))
    return found


def _done_row(r: Reader, row: Dunning, name: str, notices: dict[int, list[SentNotice]]) -> DoneRow:
    return DoneRow(
        customer_ref=r.refs.of("cu", row.customer_id),
        customer_name=name,
        step=row.step,
        channel=row.channel,
        state=row.state,
        amount=Money(row.amount_minor, row.currency),
        notices=tuple(notices.get(row.id, ())),
    )


def get_sending(r: Reader, run_id: int) -> Sending:
    """How far the messages of a run are, in one question."""
    columns: list[Any] = [Notice.state, func.count()]
    rows = visible_to(select(*columns), r.actor, Notice.customer_id)
    found = r.session.execute(_of_run(rows, run_id).group_by(Notice.state))
    counts = {state: int(count) for state, count in found}
    return Sending(**counts, is_paused=is_resting(r, run_id))


def _of_run(rows: Select[Any], run_id: int) -> Select[Any]:
    of_step = and_(Dunning.id == Notice.dunning_id, Dunning.customer_id == Notice.customer_id)
    return rows.join(Dunning, of_step).where(Dunning.run_id == run_id)


def list_failures(r: Reader, run_id: int, most: int = 100) -> list[Failure]:
    """The messages of a run that could not be delivered, the newest first."""
    columns: list[Any] = [Notice, Customer.name, Outbox.tries]
    rows = visible_to(select(*columns), r.actor, Notice.customer_id)
    found = (
        _of_run(rows, run_id)
        .join(Customer, Customer.id == Notice.customer_id)
        .join(Outbox, Outbox.id == Notice.outbox_id)
        .where(Notice.state == "failed")
        .order_by(Notice.id.desc())
        .limit(most)
    )
    return [
        Failure(
            r.refs.of("cu", row.customer_id),
            name,
            row.to_address,
            row.channel,
            row.step,
            row.problem,
            tries,
        )
        for row, name, tries in r.session.execute(found)
    ]
