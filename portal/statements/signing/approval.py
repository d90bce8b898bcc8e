"""How a statement stands with its approvers, and what the next signature would do, in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.base import formats
from portal.base.access import visible_to
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.core.authority import Way
from portal.core.confirmation import Result
from portal.core.errors import RuleBroken
from portal.core.statement_status import UNANSWERED, Status
from portal.statements.rows import StatementView
from portal.statements.signing import confirmations
from portal.statements.signing.authorities import Authority, Signatory, list_signatories
from portal.statements.signing.standing import find_first, find_passing
from portal.tables.people import User
from portal.tables.signing import Passing, Signature
from portal.tables.statements import Statement


@dataclass(frozen=True)
class Approval:
    """A statement that waits for a signature: who prepared it, who signed first, who is asked."""

    preparer: str
    comment: str
    passed_at: dt.datetime | None
    first_signer: str
    first: Signature | None
    #: Who can sign it now, besides who signed first.
    asked: tuple[Signatory, ...]
    preparer_id: int | None

    @property
    def names(self) -> list[str]:
        """Who is asked, by name."""
        return [each.name for each in self.asked]

    def is_own(self, user_id: int | None) -> bool:
        """Whether this person passed it on or signed it first, and so may take that back."""
        first_id = self.first.user_id if self.first else None
        return user_id is not None and user_id in (self.preparer_id, first_id)


def find_approval(r: Reader, view: StatementView) -> Approval | None:
    """How a statement that the reader may see stands with its approvers; None while it does not."""
    if not view.in_force or view.row.state != Status.PREPARED:
        return None
    passing, first = find_passing(r, view.row.id), find_first(r, view.row.id)
    ids = [each for each in (passing and passing.by_id, first and first.user_id) if each]
    users = r.session.execute(select(User.id, User.name, User.email).where(User.id.in_(ids)))
    names = {row.id: row.name or row.email for row in users}
    return Approval(
        preparer=names[passing.by_id] if passing else "",
        comment=passing.comment if passing else "",
        passed_at=passing.passed_at if passing else None,
        first_signer=names[first.user_id] if first else "",
        first=first,
        asked=_asked(list_signatories(r, view.row.customer_id), passing, first),
        preparer_id=passing.by_id if passing else None,
    )


def _asked(
    signatories: list[Signatory], passing: Passing | None, first: Signature | None
) -> tuple[Signatory, ...]:
    if first is not None:
        return tuple(each for each in signatories if each.user_id != first.user_id)
    named = passing.to_id if passing else None
    found = [each for each in signatories if each.user_id == named]
    return tuple(
        found or [each for each in signatories if passing and each.user_id != passing.by_id]
    )


def about_signatures(r: Reader, view: StatementView) -> dict[str, Any]:
    """What a statement's page says of signatures: given, waiting, taken back; who could sign."""
    every = confirmations.list_confirmations(r, view.row.id)
    found, approval = confirmations.standing_one(every), find_approval(r, view)
    signatories = approval.names if approval else []
    if approval is None and view.in_force and view.row.state in UNANSWERED:
        signatories = [each.name for each in list_signatories(r, view.row.customer_id)]
    return {
        "confirmation": found,
        "withdrawn": [each for each in every if each.withdrawn_at],
        "may_undo": found is not None and view.in_force and confirmations.may_undo(r, found),
        "receipts": (),
        "approval": approval,
        "may_take_back": approval is not None and approval.is_own(r.actor.user_id),
        "signatories": signatories,
    }


def last_closing_on(r: Reader, view: StatementView) -> dt.date | None:
    """The day of the closing that a statement opens with; None for an account's first one."""
    before = aliased(Statement)
    return r.session.scalar(
        visible_to(select(before.period_to), r.actor, Statement.customer_id)
        .join(Statement, Statement.prev_id == before.id)
        .where(Statement.id == view.row.id)
    )


def signing_rule(by: Authority, approval: Approval | None, others: list[str]) -> list[str]:
    """What a signature of this person does, in sentences; `others` could sign as the second."""
    said = []
    handed_over = by.handed_over.get(by.reach.principal_id)
    if handed_over is not None:
        said.append(
            _(
                "You sign on behalf of %(name)s, who handed their signing to you until %(day)s.",
                name=handed_over.by_name,
                day=formats.day(handed_over.until_on),
            )
        )
    said.append(_limit_rule(by))
    if by.is_enough:
        return said
    if approval is not None and approval.first is not None:
        return [*said, _second_rule(by, approval.first)]
    if others:
        names = _(" or ").join(others)
        return [*said, _("Yours is the first; %(names)s can sign as the second.", names=names)]
    return [*said, _("Yours is the first; nobody else of your company can sign yet.")]


def _limit_rule(by: Authority) -> str:
    limit = by.limit_of(by.reach)
    if not by.limits_in_use:
        return _("One signature is enough.")
    if limit is None:
        return _(
            "No limit in %(currency)s is on file for you, so two signatures are needed.",
            currency=by.currency,
        )
    if by.is_enough:
        return _("Up to %(limit)s you sign alone.", limit=formats.money(limit))
    return _("Above %(limit)s two signatures are needed.", limit=formats.money(limit))


def _second_rule(by: Authority, first: Signature) -> str:
    try:
        way, _right = by.sign(Result(first.result), first)
    except RuleBroken:
        return _("You cannot give the second signature: it takes another person's right.")
    assert way is Way.SECOND
    return _("Yours is the second and completes the answer.")
