"""What an approval of a ladder's step stands on, and what follows; the roof makes it known."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from portal.approvals.kinds import Facts, Kind
from portal.base.access import NotFound
from portal.base.batch import insert_rows
from portal.base.locks import lock_row
from portal.base.work import Reader, Work
from portal.core.ladder import How, Ladder, next_reached
from portal.core.ladder_day import Account, Action, action_again
from portal.escalation.doing import KIND, STEP, add_parts, figures_of, fingerprint_of, finish, tell
from portal.escalation.facts import Books, ladders_of_version
from portal.escalation.planning import account_of
from portal.tables.approvals import Approval
from portal.tables.escalation import DunnedPart, Dunning, ItemStep


def _id_of(approval: Approval) -> int:
    return int(approval.subject.partition("/")[2])


def _facts(r: Reader, approval: Approval) -> Facts:
    """The step itself; what of it is still due is looked at when it is approved."""
    dunning = r.session.get(Dunning, _id_of(approval))
    if dunning is None:
        raise NotFound("step")
    action = _again(r, dunning)
    return Facts(fingerprint_of(dunning), figures_of(action, r.today) if action else {})


def _account(r: Reader, dunning: Dunning) -> tuple[Account, Ladder] | None:
    """The account as it is, on the ladder that the step is of."""
    ladders = [
        replace(ladder, applies_to={})
        for ladder in ladders_of_version(r, dunning.policy_id)
        if ladder.name == dunning.ladder
    ]
    return account_of(Books(r, r.today, ladders), dunning.customer_id, dunning.currency)


def _again(r: Reader, dunning: Dunning) -> Action | None:
    found = _account(r, dunning)
    return None if found is None else action_again(*found, r.today)


def _approve(w: Work, approval: Approval) -> None:
    """It is done today as far as it is still due; where nothing is, it is cancelled."""
    dunning = lock_row(w, Dunning, _id_of(approval))
    action = _again(w, dunning)
    if action is None:
        dunning.state = "cancelled"
        _audit(w, dunning, "ladder_step.cancelled", approval)
        return
    dunning.state, dunning.done_on = "done", w.today
    finish(w, [(dunning, action)], w.today)
    w.session.flush()
    add_parts(w, dunning, action)
    tell(w, [(dunning, action)])
    _audit(w, dunning, "ladder_step.approved", approval)


def _refuse(w: Work, approval: Approval) -> None:
    """It is not done about these items; the ladder goes on with the next step in its time."""
    dunning = lock_row(w, Dunning, _id_of(approval))
    dunning.state = "refused"
    w.session.flush()
    rows = [
        (
            *(dunning.customer_id, entry_id, part, dunning.ladder, dunning.step),
            *(How.REFUSED.value, w.today, dunning.id),
        )
        for entry_id, part in sorted(_asked_of(w, dunning))
    ]
    insert_rows(w.session, ItemStep.__table__, STEP, rows)
    _audit(w, dunning, "ladder_step.refused", approval)


def _asked_of(w: Work, dunning: Dunning) -> set[tuple[int, int]]:
    """The part that the step went by, and those whose turn it is too."""
    about = {(dunning.lead_entry_id, dunning.lead_part)}
    found = _account(w, dunning)
    if found is None:
        return about
    account, ladder = found
    dunned = select(DunnedPart.entry_id, DunnedPart.part).where(
        DunnedPart.customer_id == dunning.customer_id, DunnedPart.dunning_id == dunning.id
    )
    parts = {(row.entry_id, row.part) for row in w.session.execute(dunned)}
    index = ladder.index(dunning.step)
    for item in account.items:
        place = next_reached(ladder, item, w.today)
        if (item.entry_id, item.part) in parts and place and place.index == index:
            about.add((item.entry_id, item.part))
    return about


def _audit(w: Work, dunning: Dunning, kind: str, approval: Approval) -> None:
    w.audit(
        kind,
        f"dunning/{dunning.id}",
        customer_id=dunning.customer_id,
        approval=approval.id,
        step=dunning.step,
    )


LADDER_STEP = Kind(
    name=KIND,
    facts=_facts,
    approve=_approve,
    refuse=_refuse,
)
