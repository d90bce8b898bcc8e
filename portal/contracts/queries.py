"""What pages read of contracts: the archive, and one with everything that belongs to it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import aliased

from portal.base.access import NotFound, visible_to
from portal.base.kept_files import FileRow, files_of
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.contracts.agreements import amendments_in_force, values_on
from portal.core.contract import AMENDABLE, ContractStage, standing_on
from portal.core.money import Money
from portal.tables.contracts import Contract, ContractAmendment, ContractNote
from portal.tables.customers import Customer
from portal.tables.people import User

PER_PAGE = 50
#: What stands before the reference of a contract, and of an amendment.
PREFIX, AMENDMENT_PREFIX = "ko", "am"
STATES = ("running", "ending", "ended", "to_come", "look", "unchecked")


@dataclass(frozen=True, slots=True)
class ContractFilter:
    """What the archive is narrowed to; empty is no restriction."""

    #: Part of a number, or of a customer's name or code.
    text: str = ""
    #: running (those that end soon included) | ending | ended | to_come | look | unchecked
    state: str = ""
    category: str = ""
    customer_id: int | None = None
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A contract as the archive lists it, its last day and terms as they stand today."""

    id: int
    ref: str
    code: str
    category: str
    customer_ref: str
    customer_name: str
    customer_code: str
    starts_on: dt.date
    ends_on: dt.date | None
    terms: str
    standing: str
    next_look_on: dt.date | None


@dataclass(frozen=True, slots=True)
class ContractPage:
    """One page of the archive, and how many there are on all pages."""

    rows: list[ContractRow]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class AmendmentRow:
    """An amendment: what reads otherwise from a day on, before and after."""

    id: int
    effective_on: dt.date
    changes: list[tuple[str, Any, Any]]
    content: str
    by: str
    at: dt.datetime
    state: str
    approval_ref: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    """What somebody found when they looked at how a contract is kept."""

    outcome: str
    note: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class ContractView:
    """One contract with everything that belongs to it."""

    row: ContractRow
    contract: Contract
    #: What it says today, by field.
    said: dict[str, Any]
    amount: Money | None
    reviewed_by: str
    authority_by: str
    amendments: list[AmendmentRow]
    notes: list[NoteRow]
    files: list[FileRow] = field(default_factory=list)


def list_contracts(r: Reader, asked: ContractFilter) -> ContractPage:
    """One page of the archive: what ends first on top, then what never ends, then what has."""
    kept = _kept(r, asked)
    counted: Select[Any] = select(func.count(Contract.id))
    counted = counted.join(Customer, Customer.id == Contract.customer_id).where(*kept)
    count = r.session.scalar(visible_to(counted, r.actor, Contract.customer_id)) or 0
    page, pages = page_within(asked.page, count, asked.per_page)
    is_over = case((and_(Contract.ends_on.is_not(None), Contract.ends_on < r.today), 1), else_=0)
    never = case((Contract.ends_on.is_(None), 1), else_=0)
    rows = _rows().where(*kept).order_by(is_over, never, Contract.ends_on, Contract.code)
    cut = rows.limit(asked.per_page).offset((page - 1) * asked.per_page)
    found = r.session.execute(visible_to(cut, r.actor, Contract.customer_id)).all()
    amended = amendments_in_force(r, [each.Contract.id for each in found])
    return ContractPage(
        [_row(r, each, amended.get(each.Contract.id, [])) for each in found], page, pages, count
    )


def _rows() -> Select[Any]:
    columns: list[Any] = [Contract, Customer.name, Customer.code.label("customer_code")]
    return select(*columns).join(Customer, Customer.id == Contract.customer_id)


def _row(r: Reader, found: Any, amended: Any) -> ContractRow:
    contract: Contract = found.Contract
    said = values_on(contract, amended, r.today, ("ends_on", "payment_terms"))
    return ContractRow(
        id=contract.id,
        ref=r.refs.of(PREFIX, contract.id),
        code=contract.code,
        category=contract.category or "",
        customer_ref=r.refs.of("cu", contract.customer_id),
        customer_name=found.name,
        customer_code=found.customer_code,
        starts_on=contract.starts_on,
        ends_on=said["ends_on"],
        terms=str(said["payment_terms"] or ""),
        standing=standing_on(contract.starts_on, said["ends_on"], r.today).value,
        next_look_on=contract.next_look_on,
    )


def _kept(r: Reader, asked: ContractFilter) -> list[ColumnElement[bool]]:
    kept = list(_standing_so(r, asked.state))
    if asked.category:
        kept.append(Contract.category == asked.category)
    if asked.customer_id is not None:
        kept.append(Contract.customer_id == asked.customer_id)
    return kept + says(asked.text, Contract.code, Customer.name, Customer.code)


def _standing_so(r: Reader, state: str) -> list[ColumnElement[bool]]:
    if not state:
        return []
    if state == "look":
        return [Contract.next_look_on <= r.today]
    if state == "unchecked":
        return [Contract.reviewed_at.is_(None)]
    return [Contract.id.in_(_standing_ids(r, state))]


def _standing_ids(r: Reader, state: str) -> list[int]:
    """The contracts that are so far today, their amendments counted."""
    wanted = (
        {ContractStage.RUNNING, ContractStage.ENDING}
        if state == "running"
        else {ContractStage(state)}
    )
    rows = visible_to(select(Contract), r.actor, Contract.customer_id)
    found = list(r.session.scalars(rows))
    amended = amendments_in_force(r, [each.id for each in found])
    return [
        each.id
        for each in found
        if standing_on(
            each.starts_on,
            values_on(each, amended.get(each.id, ()), r.today, ("ends_on",))["ends_on"],
            r.today,
        )
        in wanted
    ]


def list_categories(r: Reader) -> list[str]:
    """How contracts are filed, in the order of the words."""
    rows = visible_to(select(Contract.category), r.actor, Contract.customer_id)
    found = r.session.scalars(rows.where(Contract.category.is_not(None)).distinct())
    return sorted(each for each in found if each)


def get_contract(r: Reader, ref: str) -> ContractView:
    """One contract; `NotFound` where there is none or its customer is not the reader's to see."""
    found = _found(r, Contract.id == r.id_of(PREFIX, ref))
    if found is None:
        raise NotFound(ref)
    return _view(r, found)


def find_contract(r: Reader, customer_id: int, code: str) -> Contract | None:
    """A customer's contract by its number."""
    rows = select(Contract).where(Contract.customer_id == customer_id, Contract.code == code)
    return r.session.scalars(visible_to(rows, r.actor, Contract.customer_id)).first()


def said_on(r: Reader, contract: Contract, on: dt.date) -> dict[str, Any]:
    """What a contract says on a day, by field."""
    amended = amendments_in_force(r, [contract.id]).get(contract.id, [])
    return values_on(contract, amended, on, AMENDABLE)


def contract_of_amendment(r: Reader, ref: str) -> str:
    """The reference of the contract that an amendment changes."""
    rows: Select[Any] = select(ContractAmendment.contract_id).where(
        ContractAmendment.id == r.id_of(AMENDMENT_PREFIX, ref)
    )
    found = r.session.scalar(visible_to(rows, r.actor, ContractAmendment.customer_id))
    if found is None:
        raise NotFound(ref)
    return r.refs.of(PREFIX, int(found))


def _found(r: Reader, which: ColumnElement[bool]) -> Any:
    reviewer, checker = aliased(User), aliased(User)
    rows = (
        _rows()
        .add_columns(_named(reviewer).label("reviewer"), _named(checker).label("checker"))
        .outerjoin(reviewer, reviewer.id == Contract.reviewed_by)
        .outerjoin(checker, checker.id == Contract.authority_checked_by)
        .where(which)
    )
    return r.session.execute(visible_to(rows, r.actor, Contract.customer_id)).first()


def _named(user: Any) -> Any:
    return func.coalesce(func.nullif(user.name, ""), user.email, "")


def _view(r: Reader, found: Any) -> ContractView:
    contract: Contract = found.Contract
    amended = amendments_in_force(r, [contract.id]).get(contract.id, [])
    said = values_on(contract, amended, r.today, AMENDABLE)
    amount, currency = contract.amount_minor, contract.currency or r.company.currency
    return ContractView(
        row=_row(r, found, amended),
        contract=contract,
        said=said,
        amount=None if amount is None else Money(amount, currency),
        reviewed_by=found.reviewer,
        authority_by=found.checker,
        amendments=_amendments(r, contract),
        notes=_notes(r, contract),
        files=files_of(r, f"contract/{contract.id}"),
    )


def _amendments(r: Reader, contract: Contract) -> list[AmendmentRow]:
    """The amendments, the newest day first, each with what the one before it said."""
    columns: list[Any] = [ContractAmendment, _named(User).label("by")]
    rows: Select[Any] = select(*columns).join(User, User.id == ContractAmendment.author_id)
    rows = rows.where(
        ContractAmendment.customer_id == contract.customer_id,
        ContractAmendment.contract_id == contract.id,
    )
    ordered = rows.order_by(ContractAmendment.effective_on, ContractAmendment.id)
    said = {name: getattr(contract, name) for name in AMENDABLE}
    shown = []
    for row, by in r.session.execute(ordered):
        changes = json.loads(row.changes)
        shown.append(
            AmendmentRow(
                id=row.id,
                effective_on=row.effective_on,
                changes=[(name, said[name], value) for name, value in changes.items()],
                content=row.content,
                by=by,
                at=row.at,
                state=row.state,
                approval_ref=r.refs.of("ap", row.approval_id) if row.approval_id else "",
            )
        )
        if row.state == "in_force":
            said |= changes
    return shown[::-1]


def _notes(r: Reader, contract: Contract) -> list[NoteRow]:
    columns: list[Any] = [ContractNote, _named(User).label("by")]
    rows: Select[Any] = select(*columns).join(User, User.id == ContractNote.author_id)
    found = r.session.execute(
        rows.where(
            ContractNote.customer_id == contract.customer_id,
            ContractNote.contract_id == contract.id,
        ).order_by(ContractNote.id.desc())
    )
    return [NoteRow(row.outcome, row.note, by, row.at) for row, by in found]
