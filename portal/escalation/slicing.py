"""One slice of a day's run: its customers locked, planned, and what is due of them done."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from portal.approvals.asking import withdraw_request
from portal.base import failpoints
from portal.base.work import Work
from portal.core.ladder_day import Action, ActionItem, Excluded
from portal.escalation.counting import added
from portal.escalation.doing import KIND, digest_of, do_steps
from portal.escalation.facts import Books, ladders_of_version
from portal.escalation.planning import Plan, plan_slice
from portal.invoices.ageing import run_serially
from portal.invoices.open_items import between
from portal.tables.customers import Customer
from portal.tables.escalation import Dunning, LadderRun, PlannedStep


def do_slice(w: Work, run: LadderRun, within: tuple[int, int]) -> Plan:
    """
    Plans a slice under its customers' locks, and does what is due.

    By the run's own version of the policy, whatever is decided meanwhile.
    """
    run_serially(w.session)
    whose = between(*within)
    locks = select(Customer.id).where(whose(Customer.id)).order_by(Customer.id)
    w.session.execute(locks.with_for_update(key_share=True)).all()
    failpoints.reached("ladder_run.claimed")
    found = plan_slice(Books(w, run.on, ladders_of_version(w, run.policy_id)), whose)
    _cancel_settled(w, found.settled)
    found.actions = _not_left_out(w, run, within, found)
    done = do_steps(w, run, found.actions)
    if done:
        run.counts = added(run.counts if run.done_through else "{}", found.actions)
        w.audit(
            "ladder.stepped",
            f"ladder_run/{run.id}/{within[0]}",
            on=run.on.isoformat(),
            count=len(done),
            sha256=digest_of(done),
        )
    elif not run.done_through:
        run.counts = "{}"
    return found


def _cancel_settled(w: Work, accounts: Sequence[tuple[int, str]]) -> None:
    """Nobody has to decide any more about steps whose matter is settled."""
    for customer_id, currency in accounts:
        rows = select(Dunning).where(
            Dunning.customer_id == customer_id,
            Dunning.currency == currency,
            Dunning.state == "waiting",
        )
        for dunning in w.session.scalars(rows.with_for_update()):
            cancel(w, dunning)


def cancel(w: Work, dunning: Dunning) -> None:
    """A step that waited is not done: what it was about is settled."""
    dunning.state = "cancelled"
    withdraw_request(w, KIND, f"dunning/{dunning.id}")
    w.audit(
        "ladder_step.cancelled",
        f"dunning/{dunning.id}",
        customer_id=dunning.customer_id,
        step=dunning.step,
    )
    w.session.flush()


def _not_left_out(w: Work, run: LadderRun, within: tuple[int, int], found: Plan) -> list[Action]:
    """What of a plan is done: a person may have left out some of it; what was planned is marked."""
    rows = list(
        w.session.scalars(
            select(PlannedStep).where(
                PlannedStep.run_id == run.id, PlannedStep.customer_id.between(*within)
            )
        )
    )
    if not rows:
        return found.actions
    planned = {(each.customer_id, each.currency, each.step): each for each in rows}
    kept = []
    for action in found.actions:
        row = planned.pop((action.customer_id, action.currency, action.step.name), None)
        if row is not None and row.state == "left_out":
            found.excluded += (_left_out(action, item) for item in action.items)
            continue
        if row is not None:
            is_same = (row.amount_minor, row.items) == (action.amount, len(action.items))
            row.state = "done" if is_same else "changed"
        kept.append(action)
    for row in planned.values():
        row.state = "gone" if row.state == "planned" else row.state
    return kept


def _left_out(action: Action, item: ActionItem) -> Excluded:
    return Excluded(
        action.customer_id,
        action.code,
        action.currency,
        item.entry_id,
        item.part,
        item.number,
        item.amount,
        "left_out",
    )
