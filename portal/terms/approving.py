"""What an approval of changed terms stands on, and what follows; the roof makes the kind known."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from portal.approvals.kinds import Facts, Kind
from portal.base.evidence import canonical_json
from portal.base.policies import decide
from portal.base.work import Reader, Work
from portal.core.later_versions import carried
from portal.customers.own_terms import Decided, append_terms
from portal.tables.approvals import Approval
from portal.tables.customers import Customer
from portal.tables.journal import Audit
from portal.tables.people import User
from portal.tables.terms import TermsChange
from portal.terms.change_figures import figures_of
from portal.terms.changes import PREFIX
from portal.terms.commands import KIND, before_of, find_change, fingerprint_of
from portal.terms.moving_due_dates import move_open_items
from portal.terms.values import check_values, values_in_force

#: The acts that put words into a change.
WRITTEN = ("terms_change.drafted", "terms_change.changed", "terms_change.handed_in")


def _id_of(approval: Approval) -> int:
    return int(approval.subject.partition("/")[2])


def _facts(r: Reader, approval: Approval) -> Facts:
    """What is in force of the values that change; who wrote any of it does not approve it."""
    row = r.session.get_one(TermsChange, _id_of(approval))
    held = before_of(r, row, max(row.effective_on, r.today))
    then, _later = figures_of(held, json.loads(row.after))
    return Facts(fingerprint_of(held), then, (row.author_id, *_writers(r, row)))


def _writers(r: Reader, row: TermsChange) -> list[int]:
    """Who drafted the change, and who has written in the draft since."""
    wrote = select(Audit.actor_id).where(
        Audit.subject == f"terms_change/{row.id}",
        Audit.kind.in_(WRITTEN),
        Audit.actor_id.is_not(None),
    )
    return [writer for writer in r.session.scalars(wrote.distinct()) if writer is not None]


def _approve(w: Work, approval: Approval) -> None:
    """It becomes a version, from its day on or, where that is over, from the day of approval."""
    row = find_change(w, _id_of(approval))
    customer = w.session.get(Customer, row.customer_id) if row.customer_id else None
    author = w.session.get_one(User, row.author_id)
    row.effective_on = max(row.effective_on, w.today)
    held = values_in_force(w, customer, row.effective_on)
    before, after = json.loads(row.before), json.loads(row.after)
    # What somebody else has changed meanwhile in the same list stays, but for what this changes.
    says = {name: carried(before[name], held[name], after[name]) for name in after}
    check_values(w, customer, says, row.effective_on)
    name = author.name or author.email
    if customer is None:
        row.policy_id = decide(w, says, row.effective_on, name)
    else:
        decided = Decided("decision", row.reason, row.id, name)
        append_terms(w, customer, _as_columns(says), row.effective_on, decided)
    row.before, row.after = canonical_json(held_of(held, says)), canonical_json(says)
    row.state = "approved"
    row.row_version += 1
    w.session.flush()
    if row.reach == "open":
        move_open_items(w, row)
    _audit(w, row, "terms_change.approved", approval)


def _refuse(w: Work, approval: Approval) -> None:
    """Everything stays as it is."""
    row = find_change(w, _id_of(approval))
    row.state = "refused"
    row.row_version += 1
    w.session.flush()
    _audit(w, row, "terms_change.refused", approval)


def held_of(held: dict[str, Any], says: dict[str, Any]) -> dict[str, Any]:
    """What held of the values that change, until they did."""
    return {name: held[name] for name in says}


def _as_columns(says: dict[str, Any]) -> dict[str, Any]:
    if says.get("late_rate") is None:
        return says
    return {**says, "late_rate": Decimal(says["late_rate"])}


def _audit(w: Work, row: TermsChange, kind: str, approval: Approval) -> None:
    w.audit(
        kind,
        f"terms_change/{row.id}",
        customer_id=row.customer_id,
        approval=approval.id,
        policy=row.policy_id,
        effective_on=row.effective_on.isoformat(),
    )


TERMS_KIND = Kind(
    name=KIND,
    facts=_facts,
    approve=_approve,
    refuse=_refuse,
    page=("desk_terms.show", PREFIX),
)
