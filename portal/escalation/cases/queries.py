"""What pages read of cases: the list with its sums, and one with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, select
from sqlalchemy.orm import aliased

from portal.base.access import NotFound, visible_to
from portal.base.kept_files import files_of
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.case import Kind, Stage
from portal.core.money import Money
from portal.escalation.cases.candidates import STANDING
from portal.escalation.cases.opening import parts_of
from portal.escalation.cases.rows import (
    PACK_PREFIX,
    PREFIX,
    CaseFilter,
    CasePage,
    CaseRow,
    CaseTotal,
    CaseView,
    EventRow,
    PackRow,
)
from portal.invoices.open_items import due_parts, seen_by
from portal.tables.cases import CaseEvent, CasePart, CollectionCase, EvidencePack
from portal.tables.customers import Customer
from portal.tables.escalation import Dunning
from portal.tables.files import StoredFile
from portal.tables.people import User

owner = aliased(User)


def list_cases(r: Reader, asked: CaseFilter) -> CasePage:
    """One page of what a filter keeps: what is to be looked at first, then the newest."""
    kept = list(_kept(r, asked))
    totals = _totals(r, kept)
    count = sum(total.count for total in totals)
    page, pages = page_within(asked.page, count, asked.per_page)
    rows = (
        _rows(r, kept)
        .order_by(_next_on().is_(None), _next_on(), CollectionCase.id.desc())
        .limit(asked.per_page)
        .offset((page - 1) * asked.per_page)
    )
    return CasePage([_row(r, each) for each in r.session.execute(rows)], totals, page, pages, count)


def cases_of(r: Reader, customer_id: int) -> list[CaseRow]:
    """A customer's cases that stand or wait, the newest first."""
    kept = [CollectionCase.customer_id == customer_id, CollectionCase.state.in_(STANDING)]
    rows = _rows(r, kept).order_by(CollectionCase.id.desc())
    return [_row(r, each) for each in r.session.execute(rows)]


def _totals(r: Reader, kept: list[ColumnElement[bool]]) -> list[CaseTotal]:
    """How many cases a filter keeps and what they come to, one row a currency."""
    sums = _sums(r, kept)
    columns: list[Any] = [
        CollectionCase.currency,
        func.count(),
        func.sum(func.coalesce(sums.c.amount, 0)),
        func.sum(func.coalesce(sums.c.open, 0)),
    ]
    rows: Select[Any] = select(*columns).select_from(CollectionCase)
    rows = rows.join(Customer, Customer.id == CollectionCase.customer_id)
    rows = rows.outerjoin(sums, sums.c.case_id == CollectionCase.id).where(*kept)
    seen = visible_to(rows, r.actor, CollectionCase.customer_id)
    grouped = seen.group_by(CollectionCase.currency).order_by(CollectionCase.currency)
    return [
        CaseTotal(count, Money(int(amount), currency), Money(int(is_open), currency))
        for currency, count, amount, is_open in r.session.execute(grouped)
    ]


def _sums(r: Reader, kept: list[ColumnElement[bool]]) -> Subquery:
    """By case: what it was about when it was proposed, and what is open of that today."""
    wanted = (
        select(CollectionCase.id)
        .join(Customer, Customer.id == CollectionCase.customer_id)
        .where(*kept)
    )
    entries = select(CasePart.entry_id).where(CasePart.case_id.in_(wanted))
    items = due_parts(r.today, seen_by(r.actor), entries)
    same = and_(
        items.c.customer_id == CasePart.customer_id,
        items.c.entry_id == CasePart.entry_id,
        items.c.part == CasePart.part,
    )
    columns: list[Any] = [
        CasePart.case_id,
        func.sum(CasePart.amount_minor).label("amount"),
        func.sum(func.coalesce(items.c.claim, 0)).label("open"),
    ]
    rows: Select[Any] = select(*columns).outerjoin(items, same)
    return rows.where(CasePart.case_id.in_(wanted)).group_by(CasePart.case_id).subquery("sums")


def _next_on() -> Any:
    """When somebody looks at a case next, as its newest event that says so tells."""
    return (
        select(CaseEvent.next_on)
        .where(CaseEvent.case_id == CollectionCase.id, CaseEvent.next_on.is_not(None))
        .order_by(CaseEvent.id.desc())
        .limit(1)
        .correlate(CollectionCase)
        .scalar_subquery()
    )


def _rows(r: Reader, kept: list[ColumnElement[bool]]) -> Select[Any]:
    sums = _sums(r, kept)
    columns: list[Any] = [
        *(CollectionCase, Customer.code, Customer.name, owner.name.label("owner_name")),
        *(owner.email, sums.c.amount, sums.c.open, _next_on().label("next_on")),
    ]
    rows: Select[Any] = select(*columns).join(Customer, Customer.id == CollectionCase.customer_id)
    rows = rows.outerjoin(owner, owner.id == CollectionCase.owner_id)
    rows = rows.outerjoin(sums, sums.c.case_id == CollectionCase.id).where(*kept)
    return visible_to(rows, r.actor, CollectionCase.customer_id)


def _kept(r: Reader, asked: CaseFilter) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (CollectionCase.state, asked.state),
        (CollectionCase.kind, asked.kind),
        (CollectionCase.stage, asked.stage),
        (CollectionCase.currency, asked.currency),
    ):
        if value:
            yield column == value
    if asked.owner == "mine":
        yield CollectionCase.owner_id == r.actor.user_id
    if asked.owner == "nobody":
        yield CollectionCase.owner_id.is_(None)
    if asked.customer_id is not None:
        yield CollectionCase.customer_id == asked.customer_id
    named = (CollectionCase.number, CollectionCase.partner, Customer.name, Customer.code)
    yield from says(asked.text, *named)


def _row(r: Reader, found: Any) -> CaseRow:
    row: CollectionCase = found.CollectionCase
    return CaseRow(
        id=row.id,
        ref=r.refs.of(PREFIX, row.id),
        number=row.number,
        customer_id=row.customer_id,
        customer_ref=r.refs.of("cu", row.customer_id),
        customer_code=found.code,
        customer_name=found.name,
        kind=Kind(row.kind),
        state=row.state,
        stage=Stage(row.stage),
        partner=row.partner,
        owner_id=row.owner_id,
        owner=found.owner_name or found.email or "",
        opened_on=row.opened_on,
        closed_on=row.closed_on,
        outcome=row.outcome,
        next_on=found.next_on if row.state == "open" else None,
        amount=Money(int(found.amount or 0), row.currency),
        open=Money(int(found.open or 0), row.currency),
        row_version=row.row_version,
    )


def get_case(r: Reader, ref: str) -> CaseView:
    """One case; `NotFound` where there is none or its customer is not the reader's to see."""
    return get_case_by_id(r, r.id_of(PREFIX, ref))


def get_case_by_id(r: Reader, case_id: int) -> CaseView:
    """One case by its id; `NotFound` where it is not the reader's to see."""
    found = r.session.execute(_rows(r, [CollectionCase.id == case_id])).first()
    if found is None:
        raise NotFound("case")
    row: CollectionCase = found.CollectionCase
    events = _events(r, row)
    return CaseView(
        row=_row(r, found),
        reason=row.reason,
        partner_contact=row.partner_contact,
        partner_number=row.partner_number,
        opened_by=_name(r, row.opened_by),
        step=_step(r, row),
        approval_ref=r.refs.of("ap", row.approval_id) if row.approval_id else "",
        parts=parts_of(r, row),
        events=events,
        costs=Money.total((each.cost for each in events if each.cost), row.currency),
        files=files_of(r, f"case/{row.id}"),
        packs=_packs(r, row),
    )


def _name(r: Reader, user_id: int | None) -> str:
    user = r.session.get(User, user_id) if user_id else None
    return (user.name or user.email) if user else ""


def _step(r: Reader, row: CollectionCase) -> str:
    found = r.session.get(Dunning, row.dunning_id) if row.dunning_id else None
    return found.step if found else ""


def _events(r: Reader, row: CollectionCase) -> list[EventRow]:
    """What happened in a case, the newest day first."""
    columns: list[Any] = [CaseEvent, User.name, User.email]
    rows: Select[Any] = select(*columns).outerjoin(User, User.id == CaseEvent.user_id)
    rows = rows.where(CaseEvent.case_id == row.id)
    found = r.session.execute(rows.order_by(CaseEvent.on.desc(), CaseEvent.id.desc()))
    return [
        EventRow(
            id=each.id,
            on=each.on,
            kind=each.kind,
            words=each.words,
            cost=None if each.cost_minor is None else Money(each.cost_minor, row.currency),
            next_on=each.next_on,
            by=name or email or "",
            at=each.at,
        )
        for each, name, email in found
    ]


def _packs(r: Reader, row: CollectionCase) -> list[PackRow]:
    """The evidence packs of a case, the newest first."""
    rows = _pack_rows().where(EvidencePack.case_id == row.id).order_by(EvidencePack.id.desc())
    return [_pack(r, each) for each in r.session.execute(rows)]


def get_pack(r: Reader, case_ref: str, ref: str) -> PackRow:
    """A pack of a case; `NotFound` where its customer is not the reader's to see."""
    rows = _pack_rows().where(
        EvidencePack.id == r.id_of(PACK_PREFIX, ref),
        EvidencePack.case_id == r.id_of(PREFIX, case_ref),
    )
    found = r.session.execute(visible_to(rows, r.actor, EvidencePack.customer_id)).first()
    if found is None:
        raise NotFound(ref)
    return _pack(r, found)


def _pack_rows() -> Select[Any]:
    columns: list[Any] = [EvidencePack, StoredFile.size, User.name, User.email]
    rows: Select[Any] = select(*columns).join(User, User.id == EvidencePack.asked_by)
    return rows.outerjoin(StoredFile, StoredFile.sha256 == EvidencePack.file_sha256)


def _pack(r: Reader, found: Any) -> PackRow:
    row: EvidencePack = found.EvidencePack
    return PackRow(
        id=row.id,
        ref=r.refs.of(PACK_PREFIX, row.id),
        state=row.state,
        language=row.language,
        asked_by=found.name or found.email,
        asked_at=row.asked_at,
        made_at=row.made_at,
        size=found.size or 0,
        sha256=row.file_sha256 or "",
        manifest_sha256=row.manifest_sha256 or "",
        problem=row.problem,
    )
