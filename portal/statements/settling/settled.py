"""What customers say differs, and what the house answered: of one statement, and of all of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from portal.base.access import visible_to
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.confirmation import Difference as NamedDifference
from portal.core.confirmation import Reason, difference_minor
from portal.core.dispute import OPEN, State
from portal.core.money import Money
from portal.core.settling import is_settled
from portal.core.statement import Line
from portal.core.statement_status import Status
from portal.statements.rows import StatementView
from portal.statements.settling.became import Became, became_one, disputes_on
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.people import User
from portal.tables.resolutions import Resolution
from portal.tables.statements import Confirmation, Difference, Statement, StatementLine

#: Answered with something that the house has to answer in turn.
OPEN_STATES = (Status.CONFIRMED_WITH_DIFFERENCES.value, Status.REFUSED.value)
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class OurAnswer:
    """What the house decided on a difference, as the customer reads it."""

    seq: int | None
    difference_id: int | None
    decision: str
    cause: str
    text: str
    #: The number of the document that settles it; empty where none was named.
    document: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """What a customer says differs, beside our record; the whole statement where it was refused."""

    #: The line, counted from one.
    seq: int | None
    difference_id: int | None
    document: str
    line: Line | None
    reason: str
    own: Money | None
    ours: Money | None
    difference: Money | None
    note: str
    by: str
    at: dt.datetime
    answer: OurAnswer | None
    dispute: Became | None = None

    @property
    def key(self) -> str:
        """Its name on pages and in addresses."""
        if self.seq:
            return f"line-{self.seq}"
        return f"own-{self.difference_id}" if self.difference_id else "whole"

    @property
    def is_dropped(self) -> bool:
        """Whether the customer took it back since."""
        return self.dispute is not None and self.dispute.is_dropped

    @property
    def is_answered(self) -> bool:
        """Whether it has our answer; one whose dispute was opened again waits for another."""
        is_open = self.dispute is not None and self.dispute.is_open
        return not is_open and is_settled(self.at, self.answer.at if self.answer else None)

    @property
    def is_settled(self) -> bool:
        return self.is_dropped or self.is_answered


def our_answers(r: Reader, statement_id: int) -> list[OurAnswer]:
    """The house's newest answer to each difference of a statement the reader may see."""
    rows = (
        select(Resolution, Entry.number, User.name, User.email)
        .outerjoin(Entry, Entry.id == Resolution.document_id)
        .join(User, User.id == Resolution.user_id)
        .where(Resolution.statement_id == statement_id)
        .order_by(Resolution.id)
    )
    newest: dict[tuple[int | None, int | None], OurAnswer] = {}
    for row, number, name, email in r.session.execute(
        visible_to(rows, r.actor, Resolution.customer_id)
    ):
        about = (row.seq, None) if row.seq else (None, row.difference_id)
        newest[about] = OurAnswer(
            seq=row.seq,
            difference_id=row.difference_id,
            decision=row.decision,
            cause=row.cause,
            text=row.answer,
            document=number or "",
            by=name or email,
            at=row.decided_at,
        )
    return list(newest.values())


def claims_of(r: Reader, view: StatementView) -> list[Claim]:
    """What the customer says differs on a statement: by line, then beside them, then the whole."""
    answers = our_answers(r, view.row.id)
    by_line = {each.seq: each for each in answers if each.seq}
    beside = {each.difference_id: each for each in answers if not each.seq}
    rows = (
        select(Difference, User.name, User.email)
        .join(User, User.id == Difference.user_id)
        .where(Difference.statement_id == view.row.id)
        .order_by(Difference.seq.is_(None), Difference.seq, Difference.id)
    )
    claims = []
    found = r.session.execute(visible_to(rows, r.actor, Difference.customer_id))
    for said, name, email in found:
        answer = by_line.get(said.seq) if said.seq else beside.get(said.id)
        claims.append(_claim(view, said, name or email, answer))
    claims += _refusal(r, view, beside.get(None))
    became = disputes_on(r, view.row.id)
    return [replace(claim, dispute=became.get(claim.key)) for claim in claims]


def _claim(view: StatementView, said: Difference, by: str, answer: OurAnswer | None) -> Claim:
    currency = view.row.currency
    line = view.snapshot.lines[said.seq - 1] if said.seq else None
    named = NamedDifference(said.seq, Reason(said.reason), said.own_amount_minor, said.note)
    own = said.own_amount_minor
    return Claim(
        seq=said.seq,
        difference_id=said.id,
        document=line.document if line else said.document,
        line=line,
        reason=said.reason,
        own=None if own is None else Money(own, currency),
        ours=Money(abs(line.amount_minor), currency) if line else None,
        difference=Money(difference_minor(named, line), currency),
        note=said.note,
        by=by,
        at=said.said_at,
        answer=answer,
    )


def _refusal(r: Reader, view: StatementView, answer: OurAnswer | None) -> list[Claim]:
    """The refusal of the whole statement, with its remark."""
    if view.row.state != Status.REFUSED:
        return []
    rows = (
        select(Confirmation.evidence, Confirmation.signed_at)
        .where(
            Confirmation.statement_id == view.row.id,
            Confirmation.withdrawn_at.is_(None),
        )
        .order_by(Confirmation.id.desc())
    )
    found = r.session.execute(visible_to(rows, r.actor, Confirmation.customer_id)).first()
    if found is None:
        return []
    evidence = json.loads(found.evidence)
    claim = Claim(
        seq=None,
        difference_id=None,
        document="",
        line=None,
        reason="refused",
        own=None,
        ours=view.row.closing,
        difference=None,
        note=evidence["remark"],
        by=evidence["signer"]["name"] or evidence["signer"]["email"],
        at=found.signed_at,
        answer=answer,
    )
    return [claim]


# ── All that wait for an answer ──────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class UnsettledFilter:
    """Which of the differences without an answer are asked for."""

    text: str = ""
    reason: str = ""
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A difference that waits for our answer; without a document it is a whole statement."""

    statement_ref: str
    statement_number: str
    customer_ref: str
    customer_name: str
    key: str
    document: str
    reason: str
    difference: Money | None
    note: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class UnsettledPage:
    """One page of what waits, the oldest first, and the sums of all of it by currency."""

    rows: list[Unsettled]
    refused: list[Unsettled]
    sums: list[tuple[int, Money]]
    page: int
    pages: int
    count: int


def _minor() -> ColumnElement[int]:
    """Their books less ours for a difference: rule R46 over rows."""
    own = func.coalesce(Difference.own_amount_minor, 0)
    direction = case((Entry.amount_minor < 0, -1), else_=1)
    return case((Difference.seq.is_(None), own), else_=direction * own - Entry.amount_minor)


def _answered_since() -> ColumnElement[bool]:
    """Rule R90 over rows: whether a decision was made since the difference was last said."""
    same_line = and_(Difference.seq.is_not(None), Resolution.seq == Difference.seq)
    same_row = and_(Difference.seq.is_(None), Resolution.difference_id == Difference.id)
    return exists().where(
        Resolution.statement_id == Difference.statement_id,
        or_(same_line, same_row),
        Resolution.decided_at >= Difference.said_at,
    )


def _waiting(r: Reader, asked: UnsettledFilter, *columns: Any) -> Select[Any]:
    rows: Select[Any] = (
        select(*columns)
        .select_from(Difference)
        .join(Statement, Statement.id == Difference.statement_id)
        .join(Customer, Customer.id == Difference.customer_id)
        .outerjoin(
            StatementLine,
            and_(
                StatementLine.customer_id == Difference.customer_id,
                StatementLine.statement_id == Difference.statement_id,
                StatementLine.seq == Difference.seq,
            ),
        )
        .outerjoin(Entry, Entry.id == StatementLine.entry_id)
        .where(
            Statement.in_force == 1,
            Statement.state.in_(OPEN_STATES),
            or_(~_answered_since(), became_one(*sorted(OPEN))),
            ~became_one(State.WITHDRAWN),
        )
    )
    if asked.reason:
        rows = rows.where(Difference.reason == asked.reason)
    return visible_to(_named(rows, asked), r.actor, Difference.customer_id)


def _named(rows: Select[Any], asked: UnsettledFilter) -> Select[Any]:
    return rows.where(*says(asked.text, Customer.code, Customer.name, Statement.number))


def list_unsettled(r: Reader, asked: UnsettledFilter) -> UnsettledPage:
    """What customers say differs and nobody has answered yet, the oldest first."""
    sums = [
        (int(count), Money(int(minor or 0), currency))
        for currency, count, minor in r.session.execute(
            _waiting(r, asked, Statement.currency, func.count(), func.sum(_minor()))
            .group_by(Statement.currency)
            .order_by(Statement.currency)
        )
    ]
    count = sum(count for count, _ in sums)
    page, pages = page_within(asked.page, count, asked.per_page)
    found = r.session.execute(
        _waiting(
            r,
            asked,
            Difference,
            _minor().label("minor"),
            Entry.number.label("document"),
            Statement.number,
            Statement.currency,
            Customer.name,
        )
        .order_by(Difference.said_at, Difference.id)
        .limit(asked.per_page)
        .offset((page - 1) * asked.per_page)
    )
    rows = [_unsettled(r, row) for row in found]
    refused = [] if asked.reason else list(_refused(r, asked))
    return UnsettledPage(rows, refused, sums, page, pages, count)


def _unsettled(r: Reader, row: Any) -> Unsettled:
    said: Difference = row[0]
    return Unsettled(
        statement_ref=r.refs.of("st", said.statement_id),
        statement_number=row.number,
        customer_ref=r.refs.of("cu", said.customer_id),
        customer_name=row.name,
        key=f"line-{said.seq}" if said.seq else f"own-{said.id}",
        document=row.document or said.document,
        reason=said.reason,
        difference=Money(int(row.minor), row.currency),
        note=said.note,
        at=said.said_at,
    )


def _refused(r: Reader, asked: UnsettledFilter) -> Iterable[Unsettled]:
    """The statements that were not agreed to as a whole and have no answer of ours."""
    answered = exists().where(
        Resolution.statement_id == Statement.id,
        Resolution.seq.is_(None),
        Resolution.difference_id.is_(None),
        Resolution.decided_at >= Confirmation.signed_at,
    )
    columns: list[Any] = [
        Statement.id,
        Statement.number,
        Statement.customer_id,
        Customer.name,
        Confirmation.evidence,
        Confirmation.signed_at,
    ]
    rows: Select[Any] = (
        select(*columns)
        .select_from(Statement)
        .join(Customer, Customer.id == Statement.customer_id)
        .join(Confirmation, Confirmation.statement_id == Statement.id)
        .where(
            Statement.in_force == 1,
            Statement.state == Status.REFUSED.value,
            Confirmation.withdrawn_at.is_(None),
            ~answered,
        )
        .order_by(Confirmation.signed_at, Statement.id)
        .limit(PER_PAGE)
    )
    for row in r.session.execute(visible_to(_named(rows, asked), r.actor, Statement.customer_id)):
        yield Unsettled(
            statement_ref=r.refs.of("st", row.id),
            statement_number=row.number,
            customer_ref=r.refs.of("cu", row.customer_id),
            customer_name=row.name,
            key="whole",
            document="",
            reason="refused",
            difference=None,
            note=json.loads(row.evidence)["remark"],
            at=row.signed_at,
        )
