"""
Statements that count as agreed without an answer, because their customer agreed to that.

Nothing is signed and no certificate is made: the statement keeps its state and can be answered as
before. Noted is only that silence has lasted as long as the agreement says.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from portal.base.access import visible_to
from portal.base.work import Reader, Work
from portal.core.agreement import Acceptance, counts_as_agreed_on, counts_silence
from portal.core.statement_status import UNANSWERED, Status
from portal.tables.agreements import Agreement, Deemed
from portal.tables.journal import Outbox
from portal.tables.runs import Bounce
from portal.tables.statements import Answer, Difference, Statement

#: An answer that was taken back is not silence.
SILENT = sorted(UNANSWERED - {Status.WITHDRAWN})
#: What tells a customer of a statement.
MAILS = ("statement", "statement_corrected", "statement_reminder")


@dataclass(frozen=True)
class DeemedView:
    """Since when a statement counts as agreed, and by which agreement."""

    on: dt.date
    agreed_at: dt.datetime


def deem(w: Work) -> int:
    """Every statement whose customer was silent for as long as they agreed to is noted, once."""
    count = 0
    for statement, agreement in list(_due(w)):
        w.session.add(
            Deemed(
                statement_id=statement.id,
                customer_id=statement.customer_id,
                agreement_id=agreement.id,
                on=w.today,
                noted_at=w.now,
            )
        )
        subject = ("statement", statement.id)
        w.tell(statement.customer_id, subject, "deemed", agreement=agreement.id)
        w.audit(
            "statement.deemed",
            f"statement/{statement.id}",
            customer_id=statement.customer_id,
            agreement=agreement.id,
            text_sha256=agreement.text_sha256,
        )
        count += 1
    return count


def _due(w: Work) -> Iterator[tuple[Statement, Agreement]]:
    calendar = w.calendar()
    for statement, agreement in w.session.execute(_silent(w)):
        acceptance = Acceptance(
            agreement.accepted_at, agreement.ended_at, agreement.silence_workdays
        )
        if not counts_silence(acceptance, statement.issued_at):
            continue
        workdays = agreement.silence_workdays or 0
        if w.today < counts_as_agreed_on(statement.confirm_by, workdays, calendar):
            continue
        told_on = _told_on(w, statement, agreement.delivery_address)
        if told_on is None:
            continue
        if w.today >= counts_as_agreed_on(max(told_on, statement.confirm_by), workdays, calendar):
            yield statement, agreement


def _told_on(w: Work, statement: Statement, address: str) -> dt.date | None:
    """
    When a mail about a statement first went to the address that was agreed on, and stayed there.

    That makes it delivered, the agreement says: held mails and those that came back do not.
    """
    sent_at = w.session.scalar(
        select(Outbox.sent_at)
        .outerjoin(Bounce, Bounce.outbox_id == Outbox.id)
        .where(
            Outbox.customer_id == statement.customer_id,
            Outbox.kind.in_(MAILS),
            Outbox.documents == json.dumps([w.refs.of("st", statement.id)]),
            Outbox.to_address == address,
            Outbox.state == "sent",
            Bounce.id.is_(None),
        )
        .order_by(Outbox.sent_at)
        .limit(1)
    )
    return None if sent_at is None else sent_at.astimezone(ZoneInfo(w.company.timezone)).date()


def _silent(w: Work) -> Select[Statement, Agreement]:
    """Statements past their day about which nothing was said, with the agreement of that time."""
    today = aliased(Agreement)
    said = [
        select(table.statement_id).where(
            table.customer_id == Statement.customer_id, table.statement_id == Statement.id
        )
        for table in (Difference, Deemed)
    ]
    differs = select(Answer.statement_id).where(
        Answer.customer_id == Statement.customer_id,
        Answer.statement_id == Statement.id,
        Answer.mark == "differ",
    )
    # Who has revoked the agreement since is not silent.
    still = select(today.id).where(
        today.customer_id == Statement.customer_id,
        today.ended_at.is_(None),
        today.counts_silence == 1,
    )
    return (
        select(Statement, Agreement)
        .join(Agreement, Agreement.customer_id == Statement.customer_id)
        .where(
            Statement.in_force == 1,
            Statement.state.in_(SILENT),
            Statement.confirm_by < w.today,
            Agreement.counts_silence == 1,
            Agreement.accepted_at <= Statement.issued_at,
            exists(still),
            *(~exists(one) for one in said),
            ~exists(differs),
        )
        .order_by(Statement.id)
        .with_for_update(of=Statement)
    )


def find_deemed(r: Reader, statement_id: int) -> DeemedView | None:
    """Since when a statement that the reader may see counts as agreed; None where it does not."""
    columns: list[Any] = [Deemed.on, Agreement.accepted_at]
    rows: Select[Any] = select(*columns).join(Agreement, Agreement.id == Deemed.agreement_id)
    found = r.session.execute(
        visible_to(rows, r.actor, Deemed.customer_id).where(Deemed.statement_id == statement_id)
    ).first()
    return None if found is None else DeemedView(*found)
