"""A second person opens or refuses a case; what was paid meanwhile is shown before."""

from __future__ import annotations

from portal.approvals.kinds import Facts, Kind
from portal.approvals.tasks import close_tasks
from portal.base.language import N_
from portal.base.locks import lock_row
from portal.base.work import Reader, Work
from portal.core.case import Kind as CaseKind
from portal.core.errors import RuleBroken
from portal.escalation.cases.candidates import list_candidates
from portal.escalation.cases.events import NewEvent, add_event
from portal.escalation.cases.opening import KIND, audit_case, figures_of, fingerprint_of, parts_of
from portal.escalation.cases.rows import Candidate
from portal.tables.approvals import Approval
from portal.tables.cases import CollectionCase

#: The task of a step of the ladder that asks for a case.
TASK = "ladder_case"
OPENED = N_("The case is open")


def _case_of(r: Reader, approval: Approval) -> CollectionCase:
    return r.session.get_one(CollectionCase, int(approval.subject.partition("/")[2]))


def items_now(r: Reader, row: CollectionCase) -> list[Candidate]:
    """What may still be claimed of the items of a case, which itself holds none of them back."""
    parts = set(parts_of(r, row))
    found = list_candidates(r, row.customer_id, CaseKind(row.kind), row.currency)
    return [
        each for each in found if (each.entry_id, each.part) in parts and each.claimable.minor > 0
    ]


def _facts(r: Reader, approval: Approval) -> Facts:
    row = _case_of(r, approval)
    items = items_now(r, row)
    makers = () if row.opened_by is None else (row.opened_by,)
    return Facts(fingerprint_of(items), figures_of(items, row.currency), makers)


def _approve(w: Work, approval: Approval) -> None:
    """The case is open, and the step of the ladder that asked for it is answered."""
    row = lock_row(w, CollectionCase, _case_of(w, approval).id)
    if row.state != "proposed":
        raise RuleBroken("case.not_in_this_state")
    if not items_now(w, row):
        raise RuleBroken("case.items_changed")
    row.state, row.approval_id, row.opened_on = "open", approval.id, w.today
    row.row_version += 1
    w.session.flush()
    add_event(w, row, NewEvent("opened", w.today, f"opened/{row.id}", row.reason))
    if row.dunning_id is not None:
        close_tasks(w, TASK, [f"dunning/{row.dunning_id}"], OPENED)
    audit_case(w, row, "case.opened", approval=approval.id)


def _refuse(w: Work, approval: Approval) -> None:
    row = lock_row(w, CollectionCase, _case_of(w, approval).id)
    if row.state == "proposed":
        row.state, row.row_version = "refused", row.row_version + 1
        audit_case(w, row, "case.refused", approval=approval.id)


CASE = Kind(
    name=KIND, facts=_facts, approve=_approve, refuse=_refuse, page=("desk_cases.show", "cs")
)
