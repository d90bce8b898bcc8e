"""What pages read of requests for approval: the inbox, one of them, and how many one may decide."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from portal.approvals.deciding import makers_of
from portal.approvals.kinds import KINDS
from portal.approvals.stand_ins import Absent, absent_colleagues, away_with
from portal.base.access import NotFound, Permission, allows, visible_to
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.approval import (
    ROLES,
    Locked,
    Manager,
    Question,
    changes,
    deciding_roles,
    right_to_decide,
)
from portal.core.money import Money
from portal.tables.approvals import Approval
from portal.tables.customers import Customer
from portal.tables.people import User

PER_PAGE = 50
WAITING = "waiting"
#: What a filter by state keeps; `decided` is all that does not wait any more.
DECIDED = ("approved", "refused", "overtaken", "withdrawn")


@dataclass(frozen=True, slots=True)
class ApprovalFilter:
    """What the inbox is narrowed to; empty is no restriction."""

    #: waiting | decided | one of DECIDED | empty for all
    state: str = WAITING
    kind: str = ""
    #: Part of a customer's name or code, or of the proposer's name.
    text: str = ""
    #: Only what the reader may decide.
    is_mine: bool = False
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """A request: what is asked for, by whom, since when, and whether its reader may decide it."""

    id: int
    ref: str
    kind: str
    state: str
    #: Empty where it concerns the whole company, whose name then stands for the customer's.
    customer_ref: str
    customer_name: str
    amount: Money
    before: Mapping[str, str]
    after: Mapping[str, str]
    reason: str
    proposer: str
    #: Whether one of the customer's people asked.
    is_customers: bool
    asked_at: dt.datetime
    decided_by: str
    #: In whose place it was decided.
    decided_for: str
    decided_at: dt.datetime | None
    comment: str
    #: The page about it: an endpoint and the reference; empty where there is none.
    page: tuple[str, str]
    #: Why the reader cannot decide it: own | role; empty where they can.
    locked: str
    #: The absent colleague in whose place the reader would decide it.
    in_place_of: str

    @property
    def is_waiting(self) -> bool:
        return self.state == WAITING

    @property
    def may_decide(self) -> bool:
        return self.is_waiting and not self.locked


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """One page of requests, and the counts and sums of all of them by currency."""

    rows: list[ApprovalRow]
    sums: list[tuple[int, Money]]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """A request with what has happened below it since it was asked."""

    row: ApprovalRow
    #: Whether its facts are other ones now.
    is_changed: bool
    #: Figures that are not as they were asked: name, then, now.
    changed: list[tuple[str, str, str]]
    #: The request in whose place this one stands, having been overtaken; empty: the first.
    earlier_ref: str
    #: The request that stands in this one's place; empty: none.
    later_ref: str


PROPOSER, DECIDER, PRINCIPAL = aliased(User), aliased(User), aliased(User)


def _requests(r: Reader) -> Select[Any]:
    columns: list[Any] = [
        *(Approval, func.coalesce(Customer.name, r.company.name).label("customer_name")),
        *(PROPOSER.name.label("proposer"), PROPOSER.staff_role.label("proposer_role")),
        *(DECIDER.name.label("decider"), PRINCIPAL.name.label("principal")),
    ]
    rows: Select[Any] = (
        select(*columns)
        .outerjoin(Customer, Customer.id == Approval.customer_id)
        .outerjoin(PROPOSER, PROPOSER.id == Approval.proposer_id)
        .outerjoin(DECIDER, DECIDER.id == Approval.decided_by)
        .outerjoin(PRINCIPAL, PRINCIPAL.id == Approval.decided_for)
    )
    return visible_to(rows, r.actor, Approval.customer_id)


def list_requests(r: Reader, asked: ApprovalFilter) -> ApprovalPage:
    """One page of the requests that a filter keeps: what waits longest first, decided ones last."""
    absent = _absent(r)
    kept = _kept(r, asked)
    sums = [
        (int(count), Money(int(minor), currency))
        for currency, count, minor in r.session.execute(
            _counted(r).where(*kept).group_by(Approval.currency).order_by(Approval.currency)
        )
    ]
    count = sum(each for each, _ in sums)
    page, pages = page_within(asked.page, count, asked.per_page)
    if asked.state == WAITING:
        order: list[Any] = [Approval.asked_at, Approval.id]
    else:
        order = [func.coalesce(Approval.decided_at, r.now).desc(), Approval.id.desc()]
    found = r.session.execute(
        _requests(r)
        .where(*kept)
        .order_by(*order)
        .limit(asked.per_page)
        .offset((page - 1) * asked.per_page)
    )
    return ApprovalPage([_row(r, row, absent) for row in found], sums, page, pages, count)


def _counted(r: Reader) -> Select[Any]:
    columns: list[Any] = [Approval.currency, func.count(), func.sum(Approval.amount_minor)]
    rows: Select[Any] = (
        select(*columns)
        .outerjoin(Customer, Customer.id == Approval.customer_id)
        .outerjoin(PROPOSER, PROPOSER.id == Approval.proposer_id)
    )
    return visible_to(rows, r.actor, Approval.customer_id)


def _kept(r: Reader, asked: ApprovalFilter) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = []
    if asked.state == "decided":
        kept.append(Approval.state != WAITING)
    elif asked.state:
        kept.append(Approval.state == asked.state)
    if asked.kind:
        kept.append(Approval.kind == asked.kind)
    if asked.is_mine:
        kept.append(_is_mine(r))
    return kept + says(asked.text, Customer.name, Customer.code, PROPOSER.name)


def waiting_for(r: Reader) -> Select[Any]:
    """What waits for the reader's decision: currency, count and sum, to be counted with others."""
    kept = _kept(r, ApprovalFilter(is_mine=True))
    return _counted(r).where(*kept).group_by(Approval.currency)


def is_decidable(r: Reader) -> ColumnElement[bool]:
    """Whether a request waits for the reader's decision."""
    return and_(Approval.state == WAITING, _is_mine(r))


def _absent(r: Reader) -> list[Absent]:
    return absent_colleagues(r) if allows(r.actor, Permission.APPROVAL_DECIDE) else []


def _me(r: Reader) -> Manager:
    return Manager(r.actor.user_id or 0, r.actor.staff_role or "")


def _is_mine(r: Reader) -> ColumnElement[bool]:
    """Rules R130 and R131 over rows, as far as the proposer goes: other makers are asked singly."""
    me = _me(r)
    if not allows(r.actor, Permission.APPROVAL_DECIDE):
        return false()
    own = [kind for kind in ROLES if me.role in deciding_roles(kind)]
    rights: list[ColumnElement[bool]] = [Approval.kind.in_(own)]
    for kind in sorted(set(ROLES) - set(own)):
        absent = away_with(r, deciding_roles(kind)).where(_is_not_by(User.id))
        rights.append(and_(Approval.kind == kind, exists(absent)))
    return and_(_is_not_by(me.user_id), or_(*rights))


def _is_not_by(user_id: Any) -> ColumnElement[bool]:
    return or_(Approval.proposer_id.is_(None), Approval.proposer_id != user_id)


def _row(
    r: Reader, found: Any, absent: Sequence[Absent], makers: Iterable[int] | None = None
) -> ApprovalRow:
    row: Approval = found[0]
    if makers is None:
        makers = () if row.proposer_id is None else (row.proposer_id,)
    locked, in_place_of = _locked(r, absent, Question(row.kind, frozenset(makers)))
    return ApprovalRow(
        id=row.id,
        ref=r.refs.of("ap", row.id),
        kind=row.kind,
        state=row.state,
        customer_ref=r.refs.of("cu", row.customer_id) if row.customer_id else "",
        customer_name=found.customer_name,
        amount=Money(row.amount_minor, row.currency),
        before=json.loads(row.before),
        after=json.loads(row.after),
        reason=row.reason,
        proposer=found.proposer or "",
        is_customers=row.proposer_id is not None and found.proposer_role is None,
        asked_at=row.asked_at,
        decided_by=found.decider or "",
        decided_for=found.principal or "",
        decided_at=row.decided_at,
        comment=row.comment,
        page=_page(r, row),
        locked=locked,
        in_place_of=in_place_of,
    )


def _locked(r: Reader, absent: Sequence[Absent], asked: Question) -> tuple[str, str]:
    """Why the reader cannot decide, and else in whose place they would."""
    if not allows(r.actor, Permission.APPROVAL_DECIDE):
        return Locked.ROLE.value, ""
    me = _me(r)
    right = right_to_decide(me, [each.manager for each in absent], asked)
    if isinstance(right, Locked):
        return right.value, ""
    return "", next((each.name for each in absent if each.manager == right), "")


def _page(r: Reader, row: Approval) -> tuple[str, str]:
    what, _slash, number = row.subject.rpartition("/")
    kind = KINDS.get(row.kind)
    endpoint, prefix = kind.pages.get(what, kind.page) if kind else ("", "")
    return (endpoint, r.refs.of(prefix, int(number))) if endpoint else ("", "")


def get_request(r: Reader, ref: str) -> ApprovalView:
    """A request with all that matters to decide it; `NotFound` where there is none to see."""
    wanted = _requests(r).where(Approval.id == r.id_of("ap", ref))
    found = r.session.execute(wanted).first()
    if found is None:
        raise NotFound("approval")
    approval: Approval = found[0]
    # What was decided is not looked at any more: its facts have moved on with it.
    facts = KINDS[approval.kind].facts(r, approval) if approval.state == WAITING else None
    row = _row(r, found, _absent(r), makers_of(approval, facts) if facts else None)
    earlier, later = _beside(r, approval)
    is_changed = facts is not None and facts.fingerprint != approval.fingerprint
    changed: list[tuple[str, str, str]] = []
    if facts is not None and is_changed:
        changed = changes(row.before, facts.before)
    elif earlier is not None:
        changed = changes(json.loads(earlier.before), row.before)
    return ApprovalView(
        row=row,
        is_changed=is_changed,
        changed=changed,
        earlier_ref=r.refs.of("ap", earlier.id) if earlier else "",
        later_ref=r.refs.of("ap", later.id) if later and row.state == "overtaken" else "",
    )


def _beside(r: Reader, row: Approval) -> tuple[Approval | None, Approval | None]:
    """The request that this one stands in for, and the one that stands in for this."""
    same = select(Approval).where(
        Approval.kind == row.kind, Approval.subject == row.subject, Approval.id != row.id
    )
    both = list(r.session.scalars(same.order_by(Approval.id)))
    before = [each for each in both if each.id < row.id]
    after = [each for each in both if each.id > row.id]
    earlier = before[-1] if before and before[-1].state == "overtaken" else None
    return earlier, (after[0] if after else None)


def get_shown(r: Reader, approval_id: int) -> ApprovalRow:
    """A request as it stands, for the mail about it."""
    found = r.session.execute(_requests(r).where(Approval.id == approval_id)).first()
    if found is None:
        raise NotFound("approval")
    return _row(r, found, [])
