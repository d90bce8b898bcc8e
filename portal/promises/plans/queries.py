"""What pages read of instalment plans: the list, and one plan with its offers and its standing."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from portal.base.access import NotFound, visible_to
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.instalment import Standing
from portal.core.money import Money
from portal.promises.plans.items import free_of, list_plannable, planned_keys
from portal.promises.plans.reading import items_of, offers_of, standings, terms_sha256
from portal.promises.plans.rows import Asked, Offer, PlanFilter, PlanPage, PlanRow, PlanView
from portal.promises.plans.telling import side_of
from portal.tables.approvals import Approval
from portal.tables.customers import Customer
from portal.tables.journal import Event
from portal.tables.people import User
from portal.tables.promises import Plan, PlanOffer


def list_plans(r: Reader, asked: PlanFilter) -> PlanPage:
    """The plans that a filter keeps, the newest first; drafts are seen by their own side."""
    kept = _kept(r, asked)
    found = [row for row in _rows(r, kept) if _is_asked(row, asked)]
    page, pages = page_within(asked.page, len(found), asked.per_page)
    first = (page - 1) * asked.per_page
    return PlanPage(found[first : first + asked.per_page], page, pages, len(found))


def _is_asked(row: PlanRow, asked: PlanFilter) -> bool:
    if asked.state == "ours":
        return row.waits_for == "house"
    return asked.state in ("", row.state)


def _kept(r: Reader, asked: PlanFilter) -> ColumnElement[bool]:
    mine = select(PlanOffer.plan_id).where(PlanOffer.side == side_of(r), PlanOffer.nth == 1)
    kept = [or_(Plan.state != "draft", Plan.id.in_(mine))]
    if asked.customer_id is not None:
        kept.append(Plan.customer_id == asked.customer_id)
    if asked.text:
        kept.append(_named(asked.text))
    return and_(*kept)


def _named(text: str) -> ColumnElement[bool]:
    number = text.upper().removeprefix("PLN-")
    named = says(text, Customer.name, Customer.code)
    if number.isascii() and number.isdigit() and len(number) < 16:
        named.append(Plan.id == int(number))
    return or_(*named)


def _rows(r: Reader, kept: ColumnElement[bool]) -> list[PlanRow]:
    seen = visible_to(select(Plan, Customer.code, Customer.name), r.actor, Plan.customer_id)
    rows = r.session.execute(
        seen.join(Customer, Customer.id == Plan.customer_id)
        .where(kept)
        .order_by(Plan.made_at.desc(), Plan.id.desc())
    ).all()
    if not rows:
        return []
    ids = _visible(r, kept)
    offers, stand = offers_of(r, Plan.id.in_(ids)), standings(r, r.today, Plan.id.in_(ids))
    return [_row(r, row, offers[row[0].id], stand.get(row[0].id)) for row in rows]


def _visible(r: Reader, kept: ColumnElement[bool]) -> Select[Any]:
    seen = visible_to(select(Plan.id), r.actor, Plan.customer_id)
    return seen.join(Customer, Customer.id == Plan.customer_id).where(kept)


def _row(r: Reader, found: Any, offers: list[Offer], stand: Standing | None) -> PlanRow:
    plan, code, name = found
    return PlanRow(
        id=plan.id,
        ref=r.refs.of("pl", plan.id),
        customer_id=plan.customer_id,
        customer_ref=r.refs.of("cu", plan.customer_id),
        customer_code=code,
        customer_name=name,
        total=Money(plan.total_minor, plan.currency),
        stored=plan.state,
        offer=offers[-1],
        made_at=plan.made_at,
        agreed_on=plan.agreed_on,
        ended_on=plan.ended_on,
        row_version=plan.row_version,
        standing=stand,
    )


def get_plan(r: Reader, ref: str) -> PlanView:
    """One plan; `NotFound` where it is not yours, or the other side's draft."""
    return get_plan_by_id(r, r.id_of("pl", ref))


def get_plan_by_id(r: Reader, plan_id: int) -> PlanView:
    """One plan by its id; `NotFound` as `get_plan`."""
    rows = _rows(r, and_(Plan.id == plan_id, _kept(r, PlanFilter())))
    if not rows:
        raise NotFound("plan")
    row = rows[0]
    account, keys = (row.customer_id, row.total.currency), planned_keys(r, plan_id)
    free = {(item.entry_id, item.part): free_of(item) for item in list_plannable(r, *account, keys)}
    items = items_of(r, plan_id, free)
    offers = offers_of(r, Plan.id == plan_id)[plan_id]
    sha256 = terms_sha256(plan_id, offers[-1], items)
    return PlanView(row, offers, items, _asked(r, plan_id), sha256)


def _asked(r: Reader, plan_id: int) -> Asked | None:
    """The newest request for approval; only the house reads it."""
    if side_of(r) == "customer":
        return None
    found = r.session.execute(
        select(Approval, User.name)
        .outerjoin(User, User.id == Approval.decided_by)
        .where(Approval.kind == "plan", Approval.subject == f"plan/{plan_id}")
        .order_by(Approval.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    return Asked(found[0].state, found[0].asked_at, found[1] or "", found[0].comment)


def life_of(r: Reader, plan_id: int) -> list[tuple[Any, str, str, dict[str, Any]]]:
    """What happened to a plan, the newest first: when, who, what, and its facts."""
    rows = r.session.execute(
        select(Event.at, User.name, Event.kind, Event.facts)
        .outerjoin(User, User.id == Event.user_id)
        .where(Event.subject_kind == "plan", Event.subject_id == plan_id)
        .order_by(Event.id.desc())
    )
    return [(at, name or "", kind, json.loads(facts)) for at, name, kind, facts in rows]
