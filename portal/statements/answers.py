"""
The customer's ticks on the lines of a statement, and what they say differs.

Every act sets a value, never turns one round, so that a second click changes nothing; `row_version`
says which state of the line the person saw. A line that differs has a difference with its reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from portal.base.access import NotFound
from portal.base.work import Reader, Work
from portal.core.confirmation import Difference as NamedDifference
from portal.core.confirmation import Reason, check_difference, difference_minor, line_of
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.statement import Line, read_statement
from portal.core.statement_status import UNANSWERED, Act, Status, after
from portal.tables.journal import Event
from portal.tables.statements import Answer, Difference, Statement, StatementLine

LONGEST_NOTE = 2000


@dataclass(frozen=True)
class OpenStatement:
    """Somebody of the customer looks at a statement."""

    statement_id: int


@dataclass(frozen=True)
class AcknowledgeReceipt:
    """The customer has it; that is not agreeing to it."""

    statement_id: int


@dataclass(frozen=True)
class MarkLine:
    """A line is agreed to (`agree`), or its answer is taken back (`open`)."""

    statement_id: int
    seq: int
    mark: str
    row_version: int


@dataclass(frozen=True)
class AgreeAllOthers:
    """Every line without an answer is agreed to."""

    statement_id: int


@dataclass(frozen=True)
class SayDifference:
    """A line differs: why, what stands in the customer's books, and a note."""

    statement_id: int
    seq: int
    row_version: int
    reason: Reason
    own_amount: Money | None = None
    note: str = ""


@dataclass(frozen=True)
class Tick:
    """The answer on a line as it is now; version 0 is a line that nobody answered yet."""

    mark: str = "open"
    row_version: int = 0
    difference: NamedDifference | None = None

    @property
    def is_open(self) -> bool:
        return self.mark == "open"


@dataclass(frozen=True)
class OwnDocument:
    """A difference beside the lines: a document that only the customer's books have."""

    id: int
    difference: NamedDifference


@dataclass(frozen=True)
class Ticks:
    """All answers on a statement, by the line's number counted from one."""

    by_line: Mapping[int, Tick]
    lines: tuple[Line, ...]
    #: What only the customer's books have, in the order of its days.
    documents: tuple[OwnDocument, ...] = ()

    def of(self, seq: int) -> Tick:
        """The answer on a line."""
        return self.by_line.get(seq, Tick())

    @property
    def answered(self) -> int:
        return sum(not tick.is_open for tick in self.by_line.values())

    @property
    def agreed(self) -> int:
        return sum(tick.mark == "agree" for tick in self.by_line.values())

    @property
    def differences(self) -> list[NamedDifference]:
        """What differs: in the order of the lines, then what only the customer's books have."""
        found = [self.by_line[seq].difference for seq in sorted(self.by_line)]
        on_lines = [difference for difference in found if difference is not None]
        return [*on_lines, *(document.difference for document in self.documents)]

    def amount_of(self, difference: NamedDifference) -> int:
        """Their books less ours for what a difference is about, in minor units."""
        return difference_minor(difference, line_of(difference, self.lines))

    @property
    def difference_minor(self) -> int:
        """Their books less ours, all differences together."""
        return sum(map(self.amount_of, self.differences))


def read_ticks(r: Reader, statement_id: int, lines: tuple[Line, ...]) -> Ticks:
    """The answers on a statement that the reader was given by its own query."""
    on_lines: dict[int, NamedDifference] = {}
    documents = []
    said = r.session.scalars(select(Difference).where(Difference.statement_id == statement_id))
    for row in sorted(said, key=lambda row: (row.dated_on or dt.date.min, row.id)):
        if row.seq is not None:
            on_lines[row.seq] = kept_difference(row)
        else:
            documents.append(OwnDocument(row.id, kept_difference(row)))
    found = r.session.execute(
        select(Answer.seq, Answer.mark, Answer.row_version).where(
            Answer.statement_id == statement_id
        )
    )
    by_line = {seq: Tick(mark, version, on_lines.get(seq)) for seq, mark, version in found}
    return Ticks(by_line, lines, tuple(documents))


def kept_difference(row: Difference) -> NamedDifference:
    """A kept difference as core knows it."""
    return NamedDifference(
        seq=row.seq,
        reason=Reason(row.reason),
        own_minor=row.own_amount_minor,
        note=row.note,
        document=row.document,
        dated_on=row.dated_on,
    )


def locked(w: Work, statement_id: int, permission: str) -> Statement:
    """The statement, locked, for who may do this; it must be in force and not answered yet."""
    statement = w.session.scalars(
        select(Statement)
        .where(Statement.id == statement_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if statement is None:
        raise NotFound("statement")
    w.require(permission, statement)
    return statement


def refuse_answered(statement: Statement) -> None:
    """Raises `RuleBroken` where no line can be answered: replaced, signed, or with an approver."""
    refuse_signed(statement)
    if statement.state == Status.PREPARED:
        raise RuleBroken("statement.with_approver")


def refuse_signed(statement: Statement) -> None:
    """Raises `RuleBroken` where a statement waits for no answer: it was replaced, or has one."""
    if not statement.in_force:
        raise RuleBroken("statement.replaced")
    if Status(statement.state) not in UNANSWERED:
        raise RuleBroken("statement.already_answered")


def note_opened(w: Work, c: OpenStatement) -> None:
    """Each person's first look stands in the statement's life; the first of all moves its state."""
    statement = locked(w, c.statement_id, "statement.view")
    if w.actor.kind != "customer" or _has_told(w, statement, "opened"):
        return
    w.tell(statement.customer_id, ("statement", statement.id), "opened")
    if statement.state == Status.ISSUED:
        statement.state = after(Status.ISSUED, Act.VIEW)


def _has_told(w: Work, statement: Statement, kind: str) -> bool:
    """Whether this person has done this to the statement before."""
    found = select(Event.id).where(
        Event.customer_id == statement.customer_id,
        Event.subject_kind == "statement",
        Event.subject_id == statement.id,
        Event.kind == kind,
        Event.user_id == w.actor.user_id,
    )
    return w.session.scalar(found.limit(1)) is not None


def acknowledge_receipt(w: Work, c: AcknowledgeReceipt) -> None:
    """Receipt is noted once a person; it says nothing about the account."""
    statement = locked(w, c.statement_id, "statement.acknowledge")
    if not statement.in_force:
        raise RuleBroken("statement.replaced")
    if _has_told(w, statement, "acknowledged"):
        return
    w.tell(statement.customer_id, ("statement", statement.id), "acknowledged")
    _audit(w, statement, "statement.receipt_acknowledged")


def mark_line(w: Work, c: MarkLine) -> None:
    """The line is agreed to, or open again; what was said to differ on it is gone."""
    statement, answer = _line(w, c.statement_id, c.seq)
    mark = answer.mark if answer else "open"
    if mark == c.mark:
        return
    _refuse_stale(answer, c.row_version)
    w.session.execute(
        delete(Difference).where(Difference.statement_id == statement.id, Difference.seq == c.seq)
    )
    if c.mark == "open":
        w.session.delete(answer)
    else:
        _write_answer(w, statement, c.seq, answer, c.mark)
    _audit(w, statement, "statement.line_marked", line=c.seq, mark=c.mark)


def agree_all_others(w: Work, c: AgreeAllOthers) -> int:
    """Every line that had no answer is agreed to; tells how many those were."""
    statement = locked(w, c.statement_id, "statement.answer")
    refuse_answered(statement)
    answered = select(Answer.seq).where(Answer.statement_id == statement.id)
    others = w.session.scalars(
        select(StatementLine.seq).where(
            StatementLine.customer_id == statement.customer_id,
            StatementLine.statement_id == statement.id,
            StatementLine.seq.not_in(answered),
        )
    ).all()
    if others:
        w.session.execute(
            insert(Answer),
            [
                {
                    "customer_id": statement.customer_id,
                    "statement_id": statement.id,
                    "seq": seq,
                    "mark": "agree",
                    "row_version": 1,
                    "user_id": w.actor.user_id,
                    "answered_at": w.now,
                }
                for seq in others
            ],
        )
        _audit(w, statement, "statement.others_agreed", lines=len(others))
    return len(others)


def say_difference(w: Work, c: SayDifference) -> None:
    """The line differs for the reason given; said again, the newer word counts."""
    statement, answer = _line(w, c.statement_id, c.seq)
    named = NamedDifference(
        c.seq, c.reason, c.own_amount.minor if c.own_amount else None, c.note.strip()[:LONGEST_NOTE]
    )
    line = read_statement(statement.payload).lines[c.seq - 1]
    check_difference(named, line)
    said = w.session.scalars(
        select(Difference).where(Difference.statement_id == statement.id, Difference.seq == c.seq)
    ).first()
    if said is not None and _says(said, named):
        return
    _refuse_stale(answer, c.row_version)
    if said is None:
        said = Difference(
            customer_id=statement.customer_id, statement_id=statement.id, seq=c.seq, reason=""
        )
        w.session.add(said)
    said.reason, said.own_amount_minor, said.note = named.reason, named.own_minor, named.note
    said.user_id, said.said_at = user_id_of(w), w.now
    _write_answer(w, statement, c.seq, answer, "differ")
    _audit(
        w,
        statement,
        "statement.difference_said",
        line=c.seq,
        reason=named.reason,
        difference_minor=difference_minor(named, line),
    )


def _says(said: Difference, named: NamedDifference) -> bool:
    now = (said.reason, said.own_amount_minor, said.note)
    return now == (named.reason, named.own_minor, named.note)


def _line(w: Work, statement_id: int, seq: int) -> tuple[Statement, Answer | None]:
    """The statement of a line, locked, and the answer on the line."""
    statement = locked(w, statement_id, "statement.answer")
    refuse_answered(statement)
    if not 1 <= seq <= statement.line_count:
        raise NotFound("line")
    return statement, w.session.get(Answer, (statement.customer_id, statement.id, seq))


def _refuse_stale(answer: Answer | None, row_version: int) -> None:
    if row_version != (answer.row_version if answer else 0):
        raise RuleBroken("answer.stale")


def _write_answer(
    w: Work, statement: Statement, seq: int, answer: Answer | None, mark: str
) -> None:
    if answer is None:
        answer = Answer(
            customer_id=statement.customer_id, statement_id=statement.id, seq=seq, row_version=0
        )
        w.session.add(answer)
    answer.mark = mark
    answer.row_version += 1
    answer.user_id, answer.answered_at = user_id_of(w), w.now


def user_id_of(w: Work) -> int:
    assert w.actor.user_id is not None
    return w.actor.user_id


def _audit(w: Work, statement: Statement, kind: str, **facts: object) -> None:
    w.audit(kind, f"statement/{statement.id}", customer_id=statement.customer_id, **facts)
