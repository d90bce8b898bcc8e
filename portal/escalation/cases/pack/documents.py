"""The papers of a claim in a pack: its figures, the statements and their answers, the invoices."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Select, exists, or_, select

from portal.base import formats
from portal.base.access import SYSTEM
from portal.base.language import gettext as _
from portal.base.spreadsheets import csv_bytes
from portal.base.work import Reader
from portal.escalation.cases.names import rate_said
from portal.escalation.cases.pack.packing import (
    Content,
    Lack,
    Packing,
    Piece,
    Record,
    Table,
    record_piece,
    some,
)
from portal.invoices.sheet import invoice_files, invoice_pdf
from portal.statements.certificate.sealed import PrintedStatement, certificate_pdf, statement_pdf
from portal.tables.journal import Outbox
from portal.tables.statements import Confirmation, Statement

#: So many invoices are looked up, printed and kept together.
SLICE = 25
STANDING = ("confirmed", "confirmed_with_differences", "refused")


# ── What is claimed ──────────────────────────────────────────────────────────


def claimed(p: Packing) -> Content:
    """The claim item by item with what came for each, and its late interest period by period."""
    return [
        Piece("claim.csv", _("The claim, item by item"), partial(_claim_csv, p)),
        Piece("payments.csv", _("What came for each item"), partial(_payments_csv, p)),
        Piece("interest.csv", _("How late interest was worked out"), partial(_interest_csv, p)),
    ]


def _claim_csv(p: Packing) -> bytes:
    head = [
        *("document", "kind", "part", "dated_on", "due_on", "days_overdue", "currency", "amount"),
        *("open", "disputed", "claimed", "late_interest"),
    ]
    rows = (
        (
            *(line.number, line.kind, str(line.part), line.dated_on, line.due_on),
            *(str(line.days_late), p.currency, line.amount, line.open, line.disputed),
            *(line.claimed, line.interest.amount if line.interest else None),
        )
        for line in p.claim.lines
    )
    return csv_bytes(head, rows)


def _payments_csv(p: Packing) -> bytes:
    head = ["document", "part", "credit", "kind", "dated_on", "currency", "amount"]
    rows = (
        (
            *(line.number, str(line.part), each.number, each.kind, each.dated_on),
            *(p.currency, each.amount),
        )
        for line in p.claim.lines
        for each in line.credits
    )
    return csv_bytes(head, rows)


def _interest_csv(p: Packing) -> bytes:
    head = [
        *("document", "part", "from", "until", "days", "rate", "currency", "on", "late_interest"),
    ]
    rows = (
        (
            *(line.number, str(line.part), each.from_on, each.to_on, str(each.days)),
            *(rate_said(each), p.currency, each.principal, each.interest),
        )
        for line in p.claim.lines
        if line.interest
        for each in line.interest.periods
    )
    return csv_bytes(head, rows)


# ── Statements and what the customer answered ────────────────────────────────


def stated(p: Packing) -> Content:
    """The statements in force since the oldest item, each with its certificate and evidence."""
    with p.reading() as r:
        rows = r.session.execute(_statements(p)).all()
        answers = _answers(r, [row.id for row in rows])
        refs = {row.id: r.refs.of("st", row.id) for row in rows}
        mails = _mails(p, r, list(refs.values()))
    content: Content = []
    for row in rows:
        content += _statement(p, row, refs[row.id], answers.get(row.id))
    silent = [row.number for row in rows if row.id not in answers]
    if silent:
        content.append(Lack(_("The customer has not answered: %(numbers)s.", numbers=some(silent))))
    if not rows:
        content.append(Lack(_("No statement was issued since the oldest item.")))
    if mails:
        content.append(record_piece(p, _("proof-of-sending"), mails))
    return content


def _statements(p: Packing) -> Select[Any]:
    """In force, or answered: the answer to an earlier version proves what was answered then."""
    standing = exists().where(
        Confirmation.statement_id == Statement.id, Confirmation.withdrawn_at.is_(None)
    )
    columns: list[Any] = [Statement.id, Statement.number, Statement.version, Statement.period_to]
    return (
        select(*columns)
        .where(
            Statement.customer_id == p.customer_id,
            Statement.currency == p.currency,
            Statement.period_to >= p.first_on,
            Statement.issued_on <= p.on,
            or_(Statement.in_force == 1, standing),
        )
        .order_by(Statement.period_to, Statement.version)
    )


def _answers(r: Reader, statement_ids: list[int]) -> dict[int, tuple[int, str]]:
    rows = select(Confirmation.statement_id, Confirmation.id, Confirmation.result).where(
        Confirmation.statement_id.in_(statement_ids),
        Confirmation.withdrawn_at.is_(None),
        Confirmation.result.in_(STANDING),
    )
    return {row[0]: (row[1], row[2]) for row in r.session.execute(rows)}


def _statement(p: Packing, row: Any, ref: str, answer: tuple[int, str] | None) -> Content:
    name = f"{row.number}-v{row.version}"
    title = _("Statement %(number)s of %(day)s", number=row.number, day=formats.day(row.period_to))
    content: Content = [
        Piece(f"{name}.pdf", title, partial(_statement_pdf, p, row.id, ref)),
        Piece(f"{name}.json", _("Its frozen content"), partial(_payload, p, row.id)),
    ]
    if answer is None:
        return content
    certificate = partial(certificate_pdf, p.installation, answer[0])
    return [
        *content,
        Piece(f"{name}-certificate.pdf", _("Its certificate, sealed"), certificate),
        Piece(f"{name}-evidence.json", _("What was signed"), partial(_evidence, p, answer[0])),
    ]


def _statement_pdf(p: Packing, statement_id: int, ref: str) -> bytes:
    printed = PrintedStatement(statement_id, _payload(p, statement_id).decode(), ref)
    return statement_pdf(p.installation, printed, p.language)


def _payload(p: Packing, statement_id: int) -> bytes:
    with p.installation.reading(SYSTEM) as r:
        return r.session.get_one(Statement, statement_id).payload.encode()


def _evidence(p: Packing, confirmation_id: int) -> bytes:
    with p.installation.reading(SYSTEM) as r:
        return r.session.get_one(Confirmation, confirmation_id).evidence.encode()


def _mails(p: Packing, r: Reader, refs: list[str]) -> Record | None:
    """Which mails left about the statements, to whom, when, and the hash of what they said."""
    if not refs:
        return None
    columns: list[Any] = [Outbox.sent_at, Outbox.to_address, Outbox.message_id, Outbox.body_sha256]
    rows: Select[Any] = select(*columns).where(
        Outbox.customer_id == p.customer_id,
        Outbox.channel == "email",
        Outbox.state == "sent",
        Outbox.sent_at.is_not(None),
        or_(*(Outbox.documents.contains(f'"{ref}"', autoescape=True) for ref in refs)),
    )
    found = r.session.execute(rows.order_by(Outbox.sent_at, Outbox.id)).all()
    if not found:
        return None
    told = [
        [p.moment(row.sent_at), row.to_address, row.message_id or "", row.body_sha256 or ""]
        for row in found
    ]
    heads = [_("Sent at"), _("To"), _("Message"), "SHA-256"]
    return Record(_("Proof of sending the statements"), tables=[Table(heads, told)])


# ── Invoices ─────────────────────────────────────────────────────────────────


class Invoices:
    """The PDFs of the claim's invoices: printed and kept a slice at a time, as they are packed."""

    def __init__(self, p: Packing, refs: Sequence[str]) -> None:
        self._p = p
        self._refs = refs
        self._files: dict[str, str] = {}

    def pdf(self, place: int) -> bytes:
        """The PDF of the invoice at a place; a slice begins with its first."""
        p, ref = self._p, self._refs[place]
        if place % SLICE == 0:
            wanted = self._refs[place : place + SLICE]
            self._files = invoice_files(p.installation, p.customer_id, wanted, p.language)
        if ref in self._files:
            return p.installation.storage.get(self._files[ref])
        return invoice_pdf(p.installation, p.customer_id, ref, p.language)


def invoiced(p: Packing) -> Content:
    """Each invoice of the claim as it was sent; charges have no paper of their own."""
    lines = {line.entry_id: line for line in p.claim.lines}.values()
    told = [line for line in lines if line.kind == "invoice"]
    printed = Invoices(p, [line.ref for line in told])
    content: Content = [
        Piece(
            f"{line.number}.pdf",
            _("Invoice %(number)s", number=line.number),
            partial(printed.pdf, place),
        )
        for place, line in enumerate(told)
    ]
    lack = _("%(number)s has no paper of its own; it stands in the claim.")
    bare = [line for line in lines if line.kind != "invoice"]
    return [*content, *(Lack(lack % {"number": line.number}) for line in bare)]
