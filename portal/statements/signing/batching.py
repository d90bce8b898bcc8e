"""
Several statements confirmed together: which can be, which cannot and why, one code for all.

Only what one press can decide stands in a batch: unanswered, nothing marked as different, within
the signer's own limit. Everything else is named with its reason and signed on its own page.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, union

from portal.base.access import Actor, NotFound, allows, visible_to
from portal.base.formats import masked
from portal.base.language import N_
from portal.base.work import Reader, Work
from portal.core.authority import Way
from portal.core.confirmation import Result
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.statement_status import UNANSWERED
from portal.people.commands import SentChallenge, send_challenge
from portal.statements.answers import Tick, Ticks, locked, refuse_signed
from portal.statements.rows import StatementRow
from portal.statements.signing.authorities import authority_of
from portal.statements.signing.confirming import (
    BATCH_PURPOSE,
    JUST_SENT,
    ConfirmStatements,
    answers_digest,
    batch_subject,
    check_all_confirmable,
    confirm_statements,
)
from portal.statements.signing.offers import declarations_for, named
from portal.tables.customers import Customer
from portal.tables.people import Challenge, User
from portal.tables.signing import Signature
from portal.tables.statements import Answer, Confirmation, Difference, Statement

#: More than anybody reads before one press.
MOST = 40
#: Why a statement is not among those that are confirmed together.
REASONS = {
    "replaced": N_("a corrected version replaced it"),
    "answered": N_("it is answered already"),
    "differs": N_("lines are marked as different; confirm it with its differences"),
    "no_right": N_("you cannot sign for this company"),
    "second": N_("it waits for a second signature"),
    "above_limit": N_("it is above what you may sign for alone"),
}


@dataclass(frozen=True)
class BatchItem:
    """A statement that can be confirmed with others, as it is shown."""

    id: int
    ref: str
    number: str
    customer_id: int
    customer_name: str
    period_from: dt.date
    period_to: dt.date
    opening: Money
    overdue: Money
    closing: Money
    line_count: int
    sha256: str
    answers_sha256: str
    #: Why it cannot be confirmed with the others; empty where it can.
    reason: str
    #: Whether a limit is on file that covers it.
    has_limit: bool
    #: What is declared of it, word for word; nothing where it cannot be confirmed here.
    declared: tuple[str, ...]


@dataclass(frozen=True)
class Sorted:
    """What was asked for: the statements that go together, and those that do not."""

    items: list[BatchItem]
    left_out: list[BatchItem]

    @property
    def totals(self) -> list[tuple[int, Money]]:
        """How many statements of each currency, and what they close with."""
        sums: dict[str, tuple[int, Money]] = {}
        for item in self.items:
            count, total = sums.get(item.closing.currency, (0, Money(0, item.closing.currency)))
            sums[item.closing.currency] = (count + 1, total + item.closing)
        return [sums[currency] for currency in sorted(sums)]

    @property
    def subject(self) -> str:
        """What one code for all of them is bound to."""
        return batch_subject(item.sha256 for item in self.items)


def may_join(actor: Actor, row: StatementRow) -> bool:
    """Whether a statement of a list can be ticked: unanswered, nothing differs, a right to sign."""
    return (
        row.state in UNANSWERED and not row.differences and allows(actor, "statement.confirm", row)
    )


def waiting_refs(r: Reader) -> list[str]:
    """The statements that wait for an answer where the actor may sign, by deadline."""
    mine = [
        customer_id
        for customer_id, roles in r.actor.memberships.items()
        if "customer_signatory" in roles
    ]
    rows = visible_to(select(Statement.id), r.actor, Statement.customer_id).where(
        Statement.customer_id.in_(mine),
        Statement.in_force == 1,
        Statement.state.in_(sorted(UNANSWERED)),
    )
    found = r.session.scalars(rows.order_by(Statement.confirm_by, Statement.id).limit(MOST))
    return [r.refs.of("st", statement_id) for statement_id in found]


def sort_out(r: Reader, refs: Sequence[str]) -> Sorted:
    """These statements in two heaps, by customer and period; `NotFound` for what is not yours."""
    ids = sorted({r.id_of("st", ref) for ref in refs[:MOST]})
    return sort_out_ids(r, ids)


def sort_out_ids(r: Reader, ids: Sequence[int]) -> Sorted:
    """The same by their ids."""
    found = list(r.session.execute(_statements(r, ids)))
    if len(found) != len(ids):
        raise NotFound("statement")
    answers = _answers(r, ids)
    seconds = set(
        r.session.scalars(
            select(Signature.statement_id).where(
                Signature.statement_id.in_(ids), Signature.ended_at.is_(None)
            )
        )
    )
    items = [
        _item(r, row, answers[row[0].id], is_signed_once=row[0].id in seconds) for row in found
    ]
    return Sorted(
        [item for item in items if not item.reason], [item for item in items if item.reason]
    )


def _statements(r: Reader, ids: Sequence[int]) -> Select[Any]:
    named_differences = (
        select(func.count())
        .where(
            Difference.customer_id == Statement.customer_id,
            Difference.statement_id == Statement.id,
        )
        .scalar_subquery()
    )
    columns: list[Any] = [Statement, Customer.name, named_differences.label("differences")]
    rows: Select[Any] = select(*columns).join(Customer, Customer.id == Statement.customer_id)
    return (
        visible_to(rows, r.actor, Statement.customer_id)
        .where(Statement.id.in_(ids))
        .order_by(Customer.name, Statement.period_to, Statement.currency, Statement.id)
    )


def _answers(r: Reader, ids: Sequence[int]) -> defaultdict[int, dict[int, Tick]]:
    """By statement and line, what was ticked where nothing differs."""
    found: defaultdict[int, dict[int, Tick]] = defaultdict(dict)
    for row in r.session.scalars(select(Answer).where(Answer.statement_id.in_(ids))):
        found[row.statement_id][row.seq] = Tick(row.mark, row.row_version)
    return found


def _item(r: Reader, row: Any, ticks: dict[int, Tick], *, is_signed_once: bool) -> BatchItem:
    statement: Statement = row[0]
    reason = _reason(r, statement, row.differences, is_signed_once=is_signed_once)
    has_limit = False
    if not reason:
        reason, has_limit = _reach(r, statement)
    currency = statement.currency
    texts = [] if reason else declarations_for(r, statement, Result.CONFIRMED, owes=False)
    return BatchItem(
        id=statement.id,
        ref=r.refs.of("st", statement.id),
        number=statement.number,
        customer_id=statement.customer_id,
        customer_name=row.name,
        period_from=statement.period_from,
        period_to=statement.period_to,
        opening=Money(statement.opening_minor, currency),
        overdue=Money(statement.overdue_minor, currency),
        closing=Money(statement.closing_minor, currency),
        line_count=statement.line_count,
        sha256=statement.sha256,
        answers_sha256=answers_digest(Ticks(ticks, ())),
        reason=reason,
        has_limit=has_limit,
        declared=tuple(text.filled for text in texts),
    )


def _reason(r: Reader, statement: Statement, differences: int, *, is_signed_once: bool) -> str:
    """Why a statement cannot be among others, but for its sum; empty where it can."""
    against = {
        "replaced": not statement.in_force,
        "answered": statement.state not in UNANSWERED,
        "differs": differences > 0,
        "no_right": not allows(r.actor, "statement.confirm", statement),
        "second": is_signed_once,
    }
    return next((reason for reason, holds in against.items() if holds), "")


def _reach(r: Reader, statement: Statement) -> tuple[str, bool]:
    """Whether the actor's signature is enough for the sum, and whether a limit on file says so."""
    authority = authority_of(r, r.actor, statement)
    way, right = authority.sign(Result.CONFIRMED, None)
    if way is not Way.ALONE:
        return "above_limit", False
    return "", authority.limit_of(right) is not None


def undeclared(r: Reader, items: Iterable[BatchItem]) -> bool:
    """Whether the actor has to say once that they are authorised, for one of the companies."""
    asked = {item.customer_id for item in items if not item.has_limit}
    before = [
        select(table.customer_id).where(table.user_id == r.actor.user_id)
        for table in (Confirmation, Signature)
    ]
    return bool(asked - set(r.session.scalars(union(*before)))) if asked else False


# ── Acts ─────────────────────────────────────────────────────────────────────


def request_batch_code(w: Work, ids: Sequence[int]) -> SentChallenge:
    """Mails one code for these very statements; one that has just been sent still counts."""
    statements = [locked(w, each, "statement.confirm") for each in sorted(set(ids))]
    for statement in statements:
        refuse_signed(statement)
    if not statements or w.actor.user_id is None:
        raise RuleBroken("batch.empty")
    subject = batch_subject(statement.sha256 for statement in statements)
    just_sent = _open_code(w, subject, w.now - JUST_SENT)
    if just_sent is not None:
        return SentChallenge(masked(just_sent.sent_to), just_sent.expires_at)
    sums: dict[str, Money] = {}
    for statement in statements:
        closing = Money(statement.closing_minor, statement.currency)
        sums[statement.currency] = sums.get(statement.currency, closing - closing) + closing
    facts = {
        "statement": ", ".join(statement.number for statement in statements),
        "total": ", ".join(named(sums[currency]) for currency in sorted(sums)),
    }
    user = w.session.get_one(User, w.actor.user_id)
    return send_challenge(w, user.id, BATCH_PURPOSE, subject, facts)


def batch_code_is_out(r: Reader, subject: str) -> str:
    """Where the actor's last code for these statements went, masked; empty while none counts."""
    found = _open_code(r, subject, dt.datetime.min.replace(tzinfo=dt.UTC))
    return masked(found.sent_to) if found else ""


def _open_code(r: Reader, subject: str, after: dt.datetime) -> Challenge | None:
    return r.session.scalars(
        select(Challenge)
        .where(
            Challenge.user_id == r.actor.user_id,
            Challenge.purpose == BATCH_PURPOSE,
            Challenge.subject == subject,
            Challenge.answered_at.is_(None),
            Challenge.expires_at > r.now,
            Challenge.created_at > after,
        )
        .order_by(Challenge.id.desc())
        .limit(1)
    ).first()


def check_together(w: Work, c: ConfirmStatements) -> bool:
    """
    Raises whatever would refuse the batch, but for the code; tells whether it was given before.

    `RuleBroken` besides those of each answer: batch.empty, batch.replaced where one of them can no
    longer be decided by one press of this person.
    """
    if not c.answers:
        raise RuleBroken("batch.empty")
    if check_all_confirmable(w, c):
        return True
    left_out = sort_out_ids(w, sorted(each.statement_id for each in c.answers)).left_out
    if left_out:
        raise RuleBroken("batch.replaced", number=left_out[0].number)
    return False


def confirm_together(w: Work, c: ConfirmStatements) -> list[int | None]:
    """Each of the statements is confirmed by the same code, or none is; the same again is one."""
    check_together(w, c)
    return confirm_statements(w, c)
