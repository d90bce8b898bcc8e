"""Changes of terms as pages read them: what becomes what, from when, by whom, and how far it is."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from portal.base.access import NotFound, visible_to
from portal.base.work import Reader
from portal.tables.approvals import Approval
from portal.tables.customers import Customer
from portal.tables.people import User
from portal.tables.terms import TermsChange

PREFIX = "tc"
#: On their way: neither decided nor taken back.
OPEN_STATES = ("draft", "waiting")


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change of terms."""

    id: int
    ref: str
    #: company | customer
    scope: str
    customer_id: int | None
    customer_ref: str
    customer_name: str
    effective_on: dt.date
    #: new | open
    reach: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str
    author_id: int
    author: str
    drafted_at: dt.datetime
    #: draft | waiting | approved | refused | withdrawn
    state: str
    #: The figures of the simulation that were on the page when it was handed in.
    impact: Mapping[str, Any]
    approval_ref: str
    decided_by: str
    decided_at: dt.datetime | None
    comment: str
    policy_id: int | None
    row_version: int

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


AUTHOR, DECIDER = aliased(User), aliased(User)


def _changes(r: Reader) -> Select[Any]:
    columns: list[Any] = [
        TermsChange,
        Customer.name.label("customer_name"),
        *(AUTHOR.name.label("author"), AUTHOR.email.label("author_email")),
        *(DECIDER.name.label("decider"), Approval.decided_at, Approval.comment),
    ]
    rows: Select[Any] = (
        select(*columns)
        .join(AUTHOR, AUTHOR.id == TermsChange.author_id)
        .outerjoin(Customer, Customer.id == TermsChange.customer_id)
        .outerjoin(Approval, Approval.id == TermsChange.approval_id)
        .outerjoin(DECIDER, DECIDER.id == Approval.decided_by)
    )
    return visible_to(rows, r.actor, TermsChange.customer_id)


def get_change(r: Reader, change_id: int) -> ChangeView:
    """A change by its id; `NotFound` where there is none to see."""
    found = r.session.execute(_changes(r).where(TermsChange.id == change_id)).first()
    if found is None:
        raise NotFound("terms_change")
    return _view(r, found)


def get_shown_change(r: Reader, ref: str) -> ChangeView:
    """A change by its public reference; `NotFound` where there is none to see."""
    return get_change(r, r.id_of(PREFIX, ref))


def list_open_changes(r: Reader, customer_id: int | None = None) -> list[ChangeView]:
    """The changes on their way, the earliest to begin first; of one customer where one is named."""
    wanted = _changes(r).where(TermsChange.state.in_(OPEN_STATES))
    if customer_id is not None:
        wanted = wanted.where(TermsChange.customer_id == customer_id)
    rows = r.session.execute(wanted.order_by(TermsChange.effective_on, TermsChange.id))
    return [_view(r, row) for row in rows]


def list_decided_changes(
    r: Reader, customer_id: int | None = None, most: int = 20
) -> list[ChangeView]:
    """The changes that were decided or taken back, the newest first."""
    wanted = _changes(r).where(TermsChange.state.not_in(OPEN_STATES))
    if customer_id is not None:
        wanted = wanted.where(TermsChange.customer_id == customer_id)
    rows = r.session.execute(wanted.order_by(TermsChange.id.desc()).limit(most))
    return [_view(r, row) for row in rows]


def _view(r: Reader, found: Any) -> ChangeView:
    row: TermsChange = found[0]
    return ChangeView(
        id=row.id,
        ref=r.refs.of(PREFIX, row.id),
        scope=row.scope,
        customer_id=row.customer_id,
        customer_ref=r.refs.of("cu", row.customer_id) if row.customer_id else "",
        customer_name=found.customer_name or "",
        effective_on=row.effective_on,
        reach=row.reach,
        before=json.loads(row.before),
        after=json.loads(row.after),
        reason=row.reason,
        author_id=row.author_id,
        author=found.author or found.author_email,
        drafted_at=row.drafted_at,
        state=row.state,
        impact=json.loads(row.impact) if row.impact else {},
        approval_ref=r.refs.of("ap", row.approval_id) if row.approval_id else "",
        decided_by=found.decider or "",
        decided_at=found.decided_at,
        comment=found.comment or "",
        policy_id=row.policy_id,
        row_version=row.row_version,
    )
