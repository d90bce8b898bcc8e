"""What holds and what held: the company's versions, and who has terms of their own."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from portal.base.access import NotFound, visible_to
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.policy import DEFAULTS
from portal.base.work import Reader
from portal.core.terms_in_force import key_of_name
from portal.customers.own_terms import FIELDS
from portal.customers.terms_held import newest_terms
from portal.tables.approvals import Approval
from portal.tables.customers import Customer
from portal.tables.people import User
from portal.tables.settings import Policy
from portal.tables.terms import CustomerTerms, TermsChange
from portal.terms.changes import PREFIX
from portal.terms.values import POLICY_NAMES

PER_PAGE = 50
AUTHOR, DECIDER = aliased(User), aliased(User)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the company's terms, with what it changed of the one before it."""

    number: int
    effective_on: dt.date
    made_at: dt.datetime
    author: str
    #: Empty where nobody had to approve it: the operator's own import.
    approver: str
    reason: str
    change_ref: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A customer with terms of their own, as they hold on a day."""

    ref: str
    name: str
    code: str
    terms: str
    grace_days: int | None
    #: From when; None: as the file said, without a date.
    since: dt.date | None


@dataclass(frozen=True, slots=True)
class OwnPage:
    """One page of them."""

    rows: list[OwnRow]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class OwnVersion:
    """A version of a customer's own terms."""

    number: int
    effective_on: dt.date
    terms: str
    grace_days: int | None
    late_rate: Any
    day_count: int | None
    #: decision | file
    source: str
    reason: str
    author: str
    approver: str
    at: dt.datetime
    change_ref: str


def list_versions(r: Reader, most: int = 30) -> list[Version]:
    """
    The versions that changed something of the terms, the latest to begin first.

    Of what begins on the same day the last that was decided comes first.
    """
    found = r.session.execute(_versions().order_by(Policy.effective_on, Policy.id))
    versions: list[Version] = []
    before: Mapping[str, Any] = {name: DEFAULTS[name] for name in POLICY_NAMES}
    for row in found:
        values = _values(row[0])
        if values != before:
            versions.append(_version(r, row, before, values))
        before = values
    return versions[::-1][:most]


def get_version(r: Reader, number: int) -> Version:
    """One version with what it changed; `NotFound` where there is none."""
    row = r.session.execute(_versions().where(Policy.id == number)).first()
    if row is None:
        raise NotFound("policy")
    earlier = or_(
        Policy.effective_on < row[0].effective_on,
        and_(Policy.effective_on == row[0].effective_on, Policy.id < number),
    )
    order = (Policy.effective_on.desc(), Policy.id.desc())
    previous = r.session.scalars(select(Policy).where(earlier).order_by(*order)).first()
    before = _values(previous) if previous else {name: DEFAULTS[name] for name in POLICY_NAMES}
    return _version(r, row, before, _values(row[0]))


def _versions() -> Select[Any]:
    columns: list[Any] = [
        *(Policy, TermsChange.id.label("change_id"), TermsChange.reason),
        DECIDER.name.label("approver"),
    ]
    return (
        select(*columns)
        .outerjoin(TermsChange, TermsChange.policy_id == Policy.id)
        .outerjoin(Approval, Approval.id == TermsChange.approval_id)
        .outerjoin(DECIDER, DECIDER.id == Approval.decided_by)
    )


def _values(row: Policy) -> dict[str, Any]:
    told = {**DEFAULTS, **json.loads(row.body)}
    return {name: told[name] for name in POLICY_NAMES}


def _version(
    r: Reader, found: Any, before: Mapping[str, Any], values: Mapping[str, Any]
) -> Version:
    row: Policy = found[0]
    changed = [name for name in POLICY_NAMES if values[name] != before[name]]
    return Version(
        number=row.id,
        effective_on=row.effective_on,
        made_at=row.created_at,
        author=row.author,
        approver=found.approver or "",
        reason=found.reason or "",
        change_ref=r.refs.of(PREFIX, found.change_id) if found.change_id else "",
        before={name: before[name] for name in changed},
        after={name: values[name] for name in changed},
        values=values,
    )


def list_own_terms(r: Reader, text: str = "", page: int = 1) -> OwnPage:
    """The customers with terms of their own today, by name."""
    newest = newest_terms(r.today)
    own = func.coalesce(newest.c.terms, Customer.payment_terms, "")
    rows = visible_to(
        select(
            *(Customer.id, Customer.name, Customer.code, own.label("terms")),
            *(newest.c.grace_days, newest.c.effective_on),
        ),
        r.actor,
        Customer.id,
    ).outerjoin(newest, newest.c.customer_id == Customer.id)
    rows = rows.where(
        or_(own != "", newest.c.grace_days.is_not(None), newest.c.late_rate.is_not(None))
    )
    rows = rows.where(*says(text, Customer.name, Customer.code, own))
    count = r.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    page, pages = page_within(page, count, PER_PAGE)
    found = r.session.execute(
        rows.order_by(Customer.name, Customer.code).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    )
    return OwnPage([_own(r, row) for row in found], page, pages, count)


def _own(r: Reader, row: Any) -> OwnRow:
    return OwnRow(
        r.refs.of("cu", row.id), row.name, row.code, row.terms, row.grace_days, row.effective_on
    )


def count_by_terms(r: Reader) -> dict[str, int]:
    """How many customers have which terms of their own today, by the name or text as it is read."""
    newest = newest_terms(r.today)
    own = func.coalesce(newest.c.terms, Customer.payment_terms, "")
    rows = (
        visible_to(
            select(own.label("terms"), func.count().label("customers")), r.actor, Customer.id
        )
        .outerjoin(newest, newest.c.customer_id == Customer.id)
        .where(own != "")
        .group_by(own)
    )
    counts: dict[str, int] = {}
    for row in r.session.execute(rows):
        key = key_of_name(row.terms)
        counts[key] = counts.get(key, 0) + int(row.customers)
    return counts


def list_own_versions(r: Reader, customer_id: int) -> list[OwnVersion]:
    """The dated versions of a customer's own terms, the latest to begin first."""
    columns: list[Any] = [CustomerTerms, DECIDER.name.label("approver")]
    rows: Select[Any] = (
        select(*columns)
        .outerjoin(TermsChange, TermsChange.id == CustomerTerms.change_id)
        .outerjoin(Approval, Approval.id == TermsChange.approval_id)
        .outerjoin(DECIDER, DECIDER.id == Approval.decided_by)
    )
    found = r.session.execute(
        visible_to(rows, r.actor, CustomerTerms.customer_id)
        .where(CustomerTerms.customer_id == customer_id)
        .order_by(CustomerTerms.effective_on.desc(), CustomerTerms.id.desc())
    )
    return [_own_version(r, row[0], row.approver or "") for row in found]


def _own_version(r: Reader, row: CustomerTerms, approver: str) -> OwnVersion:
    return OwnVersion(
        number=row.id,
        effective_on=row.effective_on,
        **{name: getattr(row, name) for name in FIELDS},
        source=row.source,
        reason=row.reason,
        author=row.author,
        approver=approver,
        at=row.at,
        change_ref=r.refs.of(PREFIX, row.change_id) if row.change_id else "",
    )
