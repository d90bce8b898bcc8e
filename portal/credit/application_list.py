"""Applications as both sides read them; a draft is its own side's alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select

from portal.base.access import NotFound, visible_to
from portal.base.kept_files import FileRow, files_of
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.application import STEPS, Asks, Field, Step, fields_of, missing
from portal.core.money import Money
from portal.credit.applications import SUBJECT, answers_of, left_out, side_of
from portal.tables.credit import CreditApplication, CreditLimit, LimitProposal
from portal.tables.customers import Customer
from portal.tables.journal import Audit
from portal.tables.people import User

PREFIX = "ca"
PER_PAGE = 50
STATES = ("submitted", "granted", "partly", "refused", "withdrawn", "draft")
#: What comes of an application that is answered.
VERDICTS = frozenset({"granted", "partly", "refused"})


@dataclass(frozen=True, slots=True)
class ApplicationFilter:
    """What a list of applications is narrowed to; empty is no restriction."""

    state: str = ""
    kind: str = ""
    text: str = ""
    customer_id: int | None = None
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """An application as lists show it."""

    id: int
    ref: str
    customer_id: int
    customer_ref: str
    customer_code: str
    customer_name: str
    kind: str
    currency: str
    asked_limit: Money | None
    asked_terms: str
    reason: str
    side: str
    by: str
    begun_at: dt.datetime
    submitted_at: dt.datetime | None
    state: str
    decided_by: str
    decided_at: dt.datetime | None
    answer: str
    version: int

    @property
    def is_draft(self) -> bool:
        """Whether it can still be written in."""
        return self.state == "draft"


@dataclass(frozen=True, slots=True)
class ApplicationPage:
    """One page of applications, and how many there are on all pages."""

    rows: list[ApplicationRow]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody of the house wrote on an application."""

    at: dt.datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application with everything that was told, and what goes with it."""

    row: ApplicationRow
    answers: Mapping[str, str]
    files: list[FileRow]

    @property
    def asks(self) -> Asks:
        """What it is for."""
        return Asks(self.row.kind)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its pages."""
        return STEPS[self.asks]

    @property
    def missing(self) -> list[Field]:
        """What has to be told before it can be handed in."""
        return missing(self.asks, self.answers)

    def told(self, step: Step) -> list[tuple[Field, str]]:
        """The fields of a page that were told."""
        return [
            (field, self.answers[field.name])
            for field in fields_of(step)
            if field.name in self.answers
        ]


def _rows(r: Reader) -> Select[Any]:
    decider = select(User.id, func.coalesce(User.name, User.email).label("name")).subquery()
    columns: list[Any] = [CreditApplication, Customer, User.name, User.email, decider.c.name]
    rows = (
        select(*columns)
        .join(Customer, Customer.id == CreditApplication.customer_id)
        .join(User, User.id == CreditApplication.user_id)
        .outerjoin(decider, decider.c.id == CreditApplication.decided_by)
    )
    seen: Select[Any] = visible_to(rows, r.actor, CreditApplication.customer_id)
    is_mine = CreditApplication.side == side_of(r)
    return seen.where(or_(CreditApplication.state != "draft", is_mine))


def list_applications(r: Reader, asked: ApplicationFilter) -> ApplicationPage:
    """One page of what a filter keeps: what waits first, the oldest of it; then the newest."""
    kept = _kept(_rows(r), asked)
    order: tuple[Any, ...] = (CreditApplication.id.desc(),)
    if asked.state == "submitted":
        order = (CreditApplication.submitted_at, CreditApplication.id)
    ordered = kept.order_by(*order).limit(asked.per_page)
    first = r.session.execute(ordered).all() if asked.page == 1 else []
    if asked.page == 1 and len(first) < asked.per_page:
        return ApplicationPage([_row(r, row) for row in first], 1, 1, len(first))
    count = r.session.scalar(select(func.count()).select_from(kept.subquery())) or 0
    page, pages = page_within(asked.page, count, asked.per_page)
    rows = first or r.session.execute(ordered.offset((page - 1) * asked.per_page)).all()
    return ApplicationPage([_row(r, row) for row in rows], page, pages, count)


def _kept(rows: Select[Any], asked: ApplicationFilter) -> Select[Any]:
    if asked.state:
        rows = rows.where(CreditApplication.state == asked.state)
    if asked.kind:
        rows = rows.where(CreditApplication.kind == asked.kind)
    if asked.customer_id is not None:
        rows = rows.where(CreditApplication.customer_id == asked.customer_id)
    return rows.where(*says(asked.text, Customer.code, Customer.name))


def _row(r: Reader, found: Any) -> ApplicationRow:
    row, customer, name, email, decider = found
    asked = row.asked_limit_minor
    currency = row.currency or r.company.currency
    is_told = row.state in VERDICTS or side_of(r) == "house"
    return ApplicationRow(
        id=row.id,
        ref=r.refs.of(PREFIX, row.id),
        customer_id=customer.id,
        customer_ref=r.refs.of("cu", customer.id),
        customer_code=customer.code,
        customer_name=customer.name,
        kind=row.kind,
        currency=currency,
        asked_limit=None if asked is None else Money(asked, currency),
        asked_terms=row.asked_terms,
        reason=row.reason,
        side=row.side,
        by=name or email,
        begun_at=row.begun_at,
        submitted_at=row.submitted_at,
        state=row.state,
        decided_by=decider or "",
        decided_at=row.decided_at,
        # Words that wait for an approval are not said yet, and never where it was withdrawn.
        answer=row.answer if is_told else "",
        version=row.row_version,
    )


def get_application(r: Reader, ref: str) -> ApplicationView:
    """One application; `NotFound` where there is none or it is not the reader's to see."""
    found = r.session.execute(_rows(r).where(CreditApplication.id == r.id_of(PREFIX, ref))).first()
    if found is None:
        raise NotFound(ref)
    row = _row(r, found)
    gone = {r.refs.of("fl", file_id) for file_id in left_out(found[0])}
    files = [file for file in files_of(r, f"{SUBJECT}/{row.id}") if file.ref not in gone]
    return ApplicationView(row, answers_of(found[0]), files)


def notes_of(r: Reader, application_id: int) -> list[Note]:
    """What the house wrote on an application, in the order in which it was written."""
    rows = (
        visible_to(select(Audit, User.name, User.email), r.actor, Audit.customer_id)
        .join(User, User.id == Audit.actor_id)
        .where(
            Audit.kind == "application.annotated", Audit.subject == f"{SUBJECT}/{application_id}"
        )
        .order_by(Audit.id)
    )
    return [
        Note(row.at, name or email, json.loads(row.facts).get("note", ""))
        for row, name, email in r.session.execute(rows)
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The limit that an application led to, or that waits for its approval."""

    proposal_ref: str
    state: str
    amount: Money | None
    effective_on: dt.date
    valid_until: dt.date | None


def outcomes_of(r: Reader, application_id: int) -> list[Outcome]:
    """What limits were proposed for an application, the last first."""
    rows = (
        visible_to(select(LimitProposal), r.actor, LimitProposal.customer_id)
        .where(LimitProposal.application_id == application_id)
        .order_by(LimitProposal.id.desc())
    )
    return [
        Outcome(
            r.refs.of("lp", row.id),
            row.state,
            None if row.amount_minor is None else Money(row.amount_minor, row.currency),
            row.effective_on,
            row.valid_until,
        )
        for row in r.session.scalars(rows)
    ]


def granted_limit(r: Reader, application_id: int) -> CreditLimit | None:
    """The limit that an application was granted."""
    rows = (
        visible_to(select(CreditLimit), r.actor, CreditLimit.customer_id)
        .where(CreditLimit.application_id == application_id)
        .order_by(CreditLimit.id.desc())
    )
    return r.session.scalars(rows.limit(1)).first()
