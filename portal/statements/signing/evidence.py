"""
What is kept of a customer's answer: everything that shows who answered what, when and how.

One canonical JSON document (sorted keys), hashed and never changed. The certificate is printed from
it alone, and carries it inside.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from portal.base.evidence import Surroundings, authentication_of, context_of
from portal.base.work import Work
from portal.core.authority import Way
from portal.core.confirmation import Difference, Result, line_of, own_closing_minor
from portal.core.money import Money
from portal.core.statement import Head, Line, read_statement
from portal.statements.answers import Ticks
from portal.statements.signing.declarations import DeclaredText
from portal.tables.files import Document
from portal.tables.journal import Event
from portal.tables.people import User
from portal.tables.signing import Signature
from portal.tables.statements import Statement

FORMAT = "accord-confirmation/1"
#: The evidence of a signature that waits for a second one.
FIRST_FORMAT = "accord-signature/1"


@dataclass(frozen=True)
class Answered:
    """A customer's answer, checked, ready to be kept."""

    statement: Statement
    result: Result
    ticks: Ticks
    typed_name: str
    title: str
    remark: str
    declarations: tuple[DeclaredText, ...]
    #: What allows this person to sign: a limit on file, an earlier declaration, a ticked box; and
    #: who handed their signing to them.
    authority: dict[str, Any]
    #: Empty for the first of two signatures.
    verify_code: str
    surroundings: Surroundings
    way: Way
    #: On whose right: the signer's own, or that of who handed it over.
    principal_id: int
    answers_sha256: str
    #: The signature that this one completes.
    first: Signature | None


def evidence_of(w: Work, answered: Answered, grant: str) -> dict[str, Any]:
    """The evidence of an answer; amounts are decimal text in the statement's currency."""
    statement = answered.statement
    head = read_statement(statement.payload).head
    return {
        "format": FORMAT if answered.way is not Way.FIRST else FIRST_FORMAT,
        "signed": answered.way.value,
        "first_signature": _first(answered.first),
        "certificate_number": f"{statement.number}-C{statement.version}",
        "verify_code": answered.verify_code,
        "result": answered.result.value,
        "at": w.now.isoformat(),
        "zone": w.company.timezone,
        "statement": _statement(statement, head),
        "supplier": _party(head.supplier),
        "customer": _party(head.customer),
        "answers": _answers(head, answered.ticks),
        "remark": answered.remark,
        "declarations": [{**asdict(text), "sha256": text.sha256} for text in answered.declarations],
        "signer": _signer(w, answered),
        "authentication": authentication_of(w, answered.surroundings, grant),
        "context": context_of(answered.surroundings),
        "events": list(_events(w, statement)),
        "shown": _shown(w, statement),
        "retention_years": w.policy.retention_years,
    }


def _first(first: Signature | None) -> dict[str, Any] | None:
    """The signature that this one completes, whole: its bytes can be hashed again."""
    if first is None:
        return None
    return {"sha256": first.evidence_sha256, "evidence": json.loads(first.evidence)}


def _statement(statement: Statement, head: Head) -> dict[str, Any]:
    def major(minor: int) -> str:
        return Money(minor, head.currency).major()

    return {
        "number": head.number,
        "version": head.version,
        "currency": head.currency,
        "period": [str(head.period.from_on), str(head.period.to_on)],
        "issued_on": str(head.issued_on),
        "confirm_by": str(head.confirm_by),
        "opening": major(head.sums.opening_minor),
        "closing": major(head.sums.closing_minor),
        **_with_deliveries(head),
        "overdue": major(statement.overdue_minor),
        "unapplied": major(head.unapplied_minor),
        "disputed": major(head.disputed_minor),
        "lines": statement.line_count,
        "policy_version": head.policy_version,
        "sha256": statement.sha256,
    }


def _with_deliveries(head: Head) -> dict[str, str]:
    """What was delivered and not invoiced, where it belongs to the balance that is confirmed."""
    if not head.counts_deliveries:
        return {}
    return {
        "delivered_not_invoiced": Money(head.delivered_minor, head.currency).major(),
        "to_confirm": Money(head.to_confirm_minor, head.currency).major(),
    }


def _party(party: Sequence[str]) -> dict[str, str]:
    code, name, tax_id = party
    return {"code": code, "name": name, "tax_id": tax_id}


def _answers(head: Head, ticks: Ticks) -> dict[str, Any]:
    def major(minor: int) -> str:
        return Money(minor, head.currency).major()

    named = ticks.differences
    return {
        "agreed": ticks.agreed,
        "unanswered": len(ticks.lines) - ticks.answered,
        "differences": [
            {
                **_subject(each, ticks.lines, head.currency),
                "reason": each.reason.value,
                "own": None if each.own_minor is None else major(each.own_minor),
                "difference": major(ticks.amount_of(each)),
                "note": each.note,
            }
            for each in named
        ],
        "own_closing": major(own_closing_minor(head.to_confirm_minor, ticks.lines, named)),
    }


def _subject(said: Difference, lines: Sequence[Line], currency: str) -> dict[str, Any]:
    """What a difference is about: a line, or a document that only the customer's books have."""
    line = line_of(said, lines)
    if line is None:
        day = said.dated_on and str(said.dated_on)
        return {"line": None, "kind": None, "document": said.document, "date": day, "ours": None}
    return {
        "line": said.seq,
        "kind": int(line.kind),
        "document": line.document,
        "date": str(line.dated_on),
        "ours": Money(abs(line.amount_minor), currency).major(),
    }


def _signer(w: Work, answered: Answered) -> dict[str, Any]:
    user = w.session.get_one(User, w.actor.user_id)
    roles = w.actor.memberships.get(answered.statement.customer_id, frozenset())
    return {
        "ref": w.refs.of("us", user.id),
        "name": user.name,
        "typed_name": answered.typed_name,
        "title": answered.title,
        "email": user.email,
        "phone": user.phone or "",
        "roles": sorted(roles),
        "authority": answered.authority,
    }


def _events(w: Work, statement: Statement) -> Iterable[dict[str, Any]]:
    """The statement's life so far, each step with its moment and address."""
    found = w.session.execute(
        select(Event.kind, Event.at, Event.facts, User.name)
        .outerjoin(User, User.id == Event.user_id)
        .where(
            Event.customer_id == statement.customer_id,
            Event.subject_kind == "statement",
            Event.subject_id == statement.id,
        )
        .order_by(Event.id)
    )
    for kind, at, facts, name in found:
        yield {"kind": kind, "at": at.isoformat(), "by": name or "", "facts": json.loads(facts)}


def _shown(w: Work, statement: Statement) -> dict[str, str] | None:
    """The PDF of the statement that could be looked at before, where one had been printed."""
    found = w.session.execute(
        select(Document.template, Document.language, Document.file_sha256)
        .where(Document.kind == "statement", Document.subject_id == statement.id)
        .order_by(Document.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    return {"template": found.template, "language": found.language, "pdf_sha256": found.file_sha256}
