"""Limits for tests: proposed and decided through the acts, by people of the house."""

import datetime as dt
from typing import Any

from sqlalchemy import select

from portal.approvals.deciding import ApproveRequest, approve_request
from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.core.limit import AskedLimit
from portal.core.money import Money
from portal.credit.proposing import ProposeLimit, propose_limit
from portal.people.recognising import actor_of
from portal.tables.approvals import Approval
from portal.tables.credit import CreditLimit, CreditStanding, LimitProposal
from portal.tables.customers import Customer
from tests.desk import Office

TODAY = dt.date(2026, 11, 20)


def actor(installation: Installation, user_id: int) -> Actor:
    with installation.reading(SYSTEM) as r:
        return actor_of(r, user_id)


def customer_id(office: Office, code: str) -> int:
    with office.installation.reading(SYSTEM) as r:
        return r.session.scalars(select(Customer.id).where(Customer.code == code)).one()


def rows(office: Office, table: Any) -> list[Any]:
    with office.installation.reading(SYSTEM) as r:
        return list(r.session.scalars(select(table).order_by(table.id)))


def wanted(minor: int | None, currency: str = "CNY", **told: Any) -> AskedLimit:
    first = told.pop("first", TODAY)
    amount = None if minor is None else Money(minor, currency)
    return AskedLimit(amount, first, told.pop("until", None), told.pop("insured", None))


def propose(office: Office, by: int, code: str, asked: AskedLimit, **told: Any) -> int:
    who = actor(office.installation, by)
    command = ProposeLimit(customer_id(office, code), asked, told.pop("reason", "reviewed"), **told)
    with office.installation.work(who) as w:
        return propose_limit(w, command)


def waiting(office: Office) -> Approval:
    return next(row for row in rows(office, Approval)[::-1] if row.state == "waiting")


def approve(office: Office, by: int, approval_id: int | None = None) -> None:
    with office.installation.work(actor(office.installation, by)) as w:
        approve_request(w, ApproveRequest(approval_id or waiting(office).id))


def grant(office: Office, code: str, minor: int | None, **told: Any) -> None:
    """A limit that holds at once, as if decided long ago."""
    with office.installation.work(SYSTEM) as w:
        w.session.add(
            CreditLimit(
                customer_id=customer_id(office, code),
                effective_on=told.get("first", TODAY),
                valid_until=told.get("until"),
                currency=told.get("currency", "CNY"),
                amount_minor=minor,
                source="decision",
                reason="reviewed",
                author="Wang Hong",
                at=w.now,
            )
        )


def bar(office: Office, code: str, kind: str, by: int) -> None:
    """A standing that holds from today on."""
    with office.installation.work(SYSTEM) as w:
        w.session.add(
            CreditStanding(
                customer_id=customer_id(office, code),
                kind=kind,
                from_on=TODAY,
                reason="reviewed",
                set_by=by,
                set_at=w.now,
            )
        )


def proposals(office: Office) -> list[LimitProposal]:
    return rows(office, LimitProposal)
