"""
Securities that customers gave: noted with what of each is accepted, ended when they are given back.

What is accepted lowers the exposure while it holds (S-047).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.approvals.tasks import close_tasks
from portal.base.access import NotFound, Permission, visible_to
from portal.base.kept_files import HOUSE, FileRow, Files, files_of, keep_files
from portal.base.language import N_
from portal.base.locks import lock_customer, lock_row
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.tables.credit import Collateral
from portal.tables.people import User

SUBJECT, PREFIX = "collateral", "sc"
KINDS = ("guarantee", "mortgage", "pledge", "bank_guarantee", "deposit")
LONGEST = 200
TASK = "security_ending"
ENDED = N_("The security was ended")


@dataclass(frozen=True)
class NoteSecurity:
    """A security as it was given."""

    customer_id: int
    kind: str
    giver: str
    amount: Money
    #: What of it counts.
    accepted: Money
    from_on: dt.date
    until_on: dt.date | None = None
    reference: str = ""
    files: Files | None = None


@dataclass(frozen=True)
class EndSecurity:
    """That a security no longer holds."""

    security_id: int


@dataclass(frozen=True, slots=True)
class SecurityRow:
    """A security as lists show it."""

    id: int
    ref: str
    kind: str
    giver: str
    reference: str
    amount: Money
    accepted: Money
    from_on: dt.date
    until_on: dt.date | None
    noted_by: str
    ended_at: dt.datetime | None
    files: tuple[FileRow, ...] = ()

    def holds_on(self, day: dt.date) -> bool:
        """Whether it lowers the exposure on a day."""
        is_over = self.until_on is not None and self.until_on < day
        return self.ended_at is None and self.from_on <= day and not is_over


def note_security(w: Work, c: NoteSecurity) -> int:
    """
    The id of the security, which counts from its first day on; sent twice on a day it is one.

    Raises: security.giver_missing, security.kind_missing, security.amount_missing,
    security.accepted_beyond, security.currencies_differ, security.ends_before_it_begins,
    attachment.…
    """
    customer = lock_customer(w, c.customer_id)
    w.require(Permission.CREDIT_DECIDE, customer)
    _check(c)
    assert w.actor.user_id is not None
    said = {
        "customer_id": customer.id,
        "kind": c.kind,
        "giver": c.giver.strip()[:LONGEST],
        "reference": c.reference.strip()[:LONGEST],
        "currency": c.amount.currency,
        "amount_minor": c.amount.minor,
        "accepted_minor": c.accepted.minor,
        "from_on": c.from_on,
        "until_on": c.until_on,
        "noted_by": w.actor.user_id,
    }
    twin = _twin(w, said)
    if twin is not None:
        return twin
    row = Collateral(**said, noted_at=w.now)
    w.session.add(row)
    w.session.flush()
    subject = f"{SUBJECT}/{row.id}"
    keep_files(w, subject, customer.id, c.kind, HOUSE, c.files)
    w.audit(
        "security.noted",
        subject,
        customer_id=customer.id,
        what=c.kind,
        giver=row.giver,
        amount=f"{c.amount.currency} {c.amount.major()}",
        accepted=f"{c.accepted.currency} {c.accepted.major()}",
        until_on=c.until_on,
    )
    return row.id


def _twin(w: Work, said: Mapping[str, Any]) -> int | None:
    """The security that says just this, noted within a day by the same person, and not ended."""
    same = [getattr(Collateral, name) == value for name, value in said.items()]
    since = w.now - dt.timedelta(days=1)
    return w.session.scalar(
        select(Collateral.id).where(
            *same, Collateral.ended_at.is_(None), Collateral.noted_at >= since
        )
    )


def _check(c: NoteSecurity) -> None:
    if c.kind not in KINDS:
        raise RuleBroken("security.kind_missing", field="kind")
    if not c.giver.strip():
        raise RuleBroken("security.giver_missing", field="giver")
    if c.amount.minor <= 0:
        raise RuleBroken("security.amount_missing", field="amount")
    if c.amount.currency != c.accepted.currency:
        raise RuleBroken("security.currencies_differ", field="accepted")
    if not 0 <= c.accepted.minor <= c.amount.minor:
        raise RuleBroken("security.accepted_beyond", field="accepted", amount=c.amount)
    if c.until_on is not None and c.until_on < c.from_on:
        raise RuleBroken("security.ends_before_it_begins", field="until_on")


def end_security(w: Work, c: EndSecurity) -> None:
    """It no longer holds from now on; ended twice it was ended once."""
    row = lock_row(w, Collateral, c.security_id)
    w.require(Permission.CREDIT_DECIDE, row)
    if row.ended_at is not None:
        return
    row.ended_at, row.ended_by = w.now, w.actor.user_id
    w.session.flush()
    close_tasks(w, TASK, [f"{SUBJECT}/{row.id}"], ENDED)
    w.audit("security.ended", f"{SUBJECT}/{row.id}", customer_id=row.customer_id)


def list_securities(r: Reader, customer_id: int) -> list[SecurityRow]:
    """The securities of a customer: those that hold first, each with its files."""
    rows = (
        visible_to(select(Collateral, User.name, User.email), r.actor, Collateral.customer_id)
        .join(User, User.id == Collateral.noted_by)
        .where(Collateral.customer_id == customer_id)
        .order_by(Collateral.id.desc())
    )
    found = [_row(r, row, name or email) for row, name, email in r.session.execute(rows)]
    return sorted(found, key=lambda row: not row.holds_on(r.today))


def get_security(r: Reader, ref: str) -> tuple[SecurityRow, int]:
    """One security with its files, and whose it is."""
    rows = visible_to(select(Collateral, User.name, User.email), r.actor, Collateral.customer_id)
    wanted = rows.join(User, User.id == Collateral.noted_by)
    found = r.session.execute(wanted.where(Collateral.id == r.id_of(PREFIX, ref))).first()
    if found is None:
        raise NotFound(ref)
    row, name, email = found
    return _row(r, row, name or email, tuple(files_of(r, f"{SUBJECT}/{row.id}"))), row.customer_id


def _row(r: Reader, row: Collateral, noted_by: str, files: tuple[FileRow, ...] = ()) -> SecurityRow:
    return SecurityRow(
        row.id,
        r.refs.of(PREFIX, row.id),
        row.kind,
        row.giver,
        row.reference,
        Money(row.amount_minor, row.currency),
        Money(row.accepted_minor, row.currency),
        row.from_on,
        row.until_on,
        noted_by,
        row.ended_at,
        files,
    )
