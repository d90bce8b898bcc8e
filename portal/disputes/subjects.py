"""What a dispute can be about: a document, a line of it, a line of a statement, or all of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, select

from portal.base.access import NotFound, visible_to
from portal.base.work import Reader
from portal.core.dispute import OpenPart
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.disputes.marks import free_parts
from portal.tables.customers import Customer
from portal.tables.invoices import Entry, Invoice, InvoiceLine
from portal.tables.statements import Statement, StatementLine


@dataclass(frozen=True)
class About:
    """What somebody wants to dispute, as the address names it."""

    entry_id: int | None = None
    line: int | None = None
    statement_id: int | None = None
    #: The statement's line, counted from one.
    seq: int | None = None


@dataclass(frozen=True)
class Subject:
    """What a dispute would be about, and how much of it can be disputed today."""

    about: About
    customer_id: int
    customer_name: str
    currency: str
    #: Null for a statement as a whole.
    entry_id: int | None
    number: str
    statement_number: str
    line_text: str
    #: What it comes to: the document, or the line with its tax.
    whole: Money
    parts: tuple[OpenPart, ...]

    @property
    def open(self) -> Money:
        return Money(sum(max(part.open_minor, 0) for part in self.parts), self.currency)

    @property
    def disputed(self) -> Money:
        return Money(sum(part.disputed_minor for part in self.parts), self.currency)

    @property
    def most(self) -> Money:
        """What can be disputed: what is open and undisputed; of what is paid, the whole of it."""
        if not self.open.minor:
            return self.whole
        return min(self.whole, self.open - self.disputed)

    @property
    def has_amount(self) -> bool:
        """Whether it is about an amount; the whole of a statement is not."""
        return self.entry_id is not None

    @property
    def origin(self) -> str:
        """Where on its statement it was said."""
        if self.about.statement_id is None:
            return ""
        return f"line-{self.about.seq}" if self.about.seq else "whole"

    def check(self, amount: Money) -> None:
        """
        Refuses an amount that is none, or more than can be disputed.

        Raises: dispute.amount_missing, dispute.amount_above_line, dispute.disputed_already,
        dispute.amount_too_large, dispute.amount_above_document.
        """
        if amount.minor <= 0:
            raise RuleBroken("dispute.amount_missing", field="amount")
        if not self.most.minor:
            raise RuleBroken("dispute.disputed_already", field="amount")
        if self.about.line and amount > self.whole:
            raise RuleBroken("dispute.amount_above_line", field="amount", most=self.whole)
        if amount > self.most:
            code = "amount_too_large" if self.open.minor else "amount_above_document"
            raise RuleBroken(f"dispute.{code}", field="amount", most=self.most)


def get_subject(r: Reader, about: About) -> Subject:
    """What is asked about; `NotFound` where it is not the reader's, or is nothing to dispute."""
    statement = _statement(r, about)
    if about.seq is not None and statement is not None:
        about = About(_entry_on(r, statement.id, about.seq), None, statement.id, about.seq)
    entry = _entry(r, about)
    if entry is None:
        return _whole(about, statement)
    parts = free_parts(r, entry.customer_id, [entry.id]).get(entry.id, [])
    text, whole = _line(r, entry, about.line)
    return Subject(
        about,
        entry.customer_id,
        entry.name,
        entry.currency,
        entry.id,
        entry.number,
        statement.number if statement else "",
        text,
        Money(whole, entry.currency),
        tuple(parts),
    )


def _whole(about: About, statement: Any) -> Subject:
    if statement is None:
        raise NotFound("dispute")
    nothing = Money.zero(statement.currency)
    customer_id, name, number = statement.customer_id, statement.name, statement.number
    return Subject(
        about, customer_id, name, statement.currency, None, number, number, "", nothing, ()
    )


def _statement(r: Reader, about: About) -> Any:
    if about.statement_id is None:
        return None
    columns: list[Any] = [Statement.id, Statement.number, Statement.currency]
    columns += [Statement.customer_id, Customer.name]
    rows: Select[Any] = (
        select(*columns)
        .join(Customer, Customer.id == Statement.customer_id)
        .where(Statement.id == about.statement_id, Statement.in_force == 1)
    )
    found = r.session.execute(visible_to(rows, r.actor, Statement.customer_id)).first()
    if found is None:
        raise NotFound("statement")
    return found


def _entry_on(r: Reader, statement_id: int, seq: int) -> int:
    """The document on a statement's line."""
    return entries_on(r, statement_id, [seq])[seq]


def entries_on(r: Reader, statement_id: int, seqs: Sequence[int]) -> dict[int, int]:
    """The documents on some lines of a statement; `NotFound` where it has no such line."""
    rows = select(StatementLine.seq, StatementLine.entry_id).where(
        StatementLine.statement_id == statement_id, StatementLine.seq.in_(seqs)
    )
    found = {row.seq: row.entry_id for row in r.session.execute(rows)}
    if len(found) != len(set(seqs)):
        raise NotFound("line")
    return found


def _entry(r: Reader, about: About) -> Any:
    if about.entry_id is None:
        return None
    columns: list[Any] = [Entry.id, Entry.customer_id, Entry.currency, Entry.number]
    columns += [Entry.amount_minor, Customer.name]
    rows: Select[Any] = (
        select(*columns)
        .join(Customer, Customer.id == Entry.customer_id)
        # A write-off stands inside the house only, and no customer ever sees it.
        .where(Entry.id == about.entry_id, Entry.memo == 0, Entry.dated_on <= r.today)
    )
    found = r.session.execute(visible_to(rows, r.actor, Entry.customer_id)).first()
    if found is None:
        raise NotFound("document")
    return found


def _line(r: Reader, entry: Any, line: int | None) -> tuple[str, int]:
    """What is disputed of a document in words, and what it comes to: the line with its tax."""
    whole = abs(entry.amount_minor)
    if line is None:
        return "", whole
    named = and_(InvoiceLine.entry_id == entry.id, InvoiceLine.line == line)
    found = r.session.scalars(select(InvoiceLine).where(named)).first()
    if found is None:
        raise NotFound("line")
    sums = select(func.sum(InvoiceLine.amount_minor)).where(InvoiceLine.entry_id == entry.id)
    tax = select(Invoice.tax_minor).where(Invoice.entry_id == entry.id)
    lines, of_all = int(r.session.scalar(sums) or 0), int(r.session.scalar(tax) or 0)
    stands_apart = of_all and lines + of_all == whole
    gross = found.amount_minor + (found.tax_minor or 0) * bool(stands_apart)
    return found.description, min(abs(gross), whole)
