"""The lines of a statement as a page shows them: filtered, cut into pages, with their ticks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from portal.base.language import gettext as _
from portal.base.paging import page_within
from portal.core.confirmation import Difference
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.statement import Line
from portal.statements.answers import OwnDocument, Tick, Ticks
from portal.statements.names import SUMS, kind_name, reason_name
from portal.statements.rows import StatementView
from portal.statements.sheet import ALWAYS_SHOWN, SIGNS

#: Up to so many lines a statement is one page; a longer one is cut into pages.
PER_PAGE = 200
SHOWS = ("all", "open", "differ")
#: What the tick's macro calls an answer.
ANSWERS = {"agree": "agreed", "differ": "differs", "open": "open"}


@dataclass(frozen=True)
class LineFilter:
    """Which lines are asked for."""

    show: str = "all"
    text: str = ""
    page: int = 1


@dataclass(frozen=True)
class ShownLine:
    """A line, its answer, and where its document is."""

    seq: int
    line: Line
    tick: Tick
    url: str
    currency: str

    @property
    def ref(self) -> str:
        """The id of its part of the page."""
        return f"line-{self.seq}"

    @property
    def answer(self) -> str:
        return ANSWERS[self.tick.mark]

    @property
    def kind(self) -> str:
        return kind_name(self.line.kind)

    @property
    def debit(self) -> Money | str:
        return Money(self.line.debit_minor, self.currency) if self.line.debit_minor else ""

    @property
    def credit(self) -> Money | str:
        return Money(self.line.credit_minor, self.currency) if self.line.credit_minor else ""

    @property
    def amount(self) -> Money:
        """The amount without its direction: what the customer's own amount is compared with."""
        return Money(abs(self.line.amount_minor), self.currency)

    @property
    def balance(self) -> Money:
        return Money(self.line.balance_minor, self.currency)

    def own_amount(self, said: Difference) -> Money | None:
        """What stands in the customer's books, where they said it."""
        return None if said.own_minor is None else Money(said.own_minor, self.currency)


@dataclass(frozen=True)
class ShownDifference:
    """What differs: a line of the statement, or a document that only the customer's books have."""

    #: The line's number and its tick's version; none for a document of their own, which has an id.
    seq: int | None
    version: int
    id: int
    document: str
    dated_on: dt.date | None
    reason: str
    note: str
    #: What stands on the statement and in the customer's books, each in the document's direction.
    ours: Money | None
    own: Money | None
    difference: Money

    @property
    def ref(self) -> str:
        """The id of its part of the page."""
        return f"document-{self.id}" if self.seq is None else f"line-{self.seq}"


@dataclass(frozen=True)
class ShownLines:
    """One page of the lines that a filter keeps."""

    rows: list[ShownLine]
    #: The balance before the first of the rows, where all lines are asked for.
    carried: Money
    count: int
    page: int
    pages: int

    @property
    def first(self) -> int:
        return (self.page - 1) * PER_PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0


def shown_line(view: StatementView, ticks: Ticks, seq: int) -> ShownLine:
    """One line, counted from one."""
    line = view.snapshot.lines[seq - 1]
    ref = view.line_ref(seq) if line.kind == Kind.INVOICE else ""
    url = f"/invoices/{ref}" if ref else ""
    return ShownLine(seq, line, ticks.of(seq), url, view.row.currency)


def shown_differences(view: StatementView, ticks: Ticks) -> list[ShownDifference]:
    """Everything that differs: the lines in their order, then the documents of their own."""
    currency = view.row.currency
    on_lines = [shown_line(view, ticks, seq) for seq in sorted(ticks.by_line)]
    found = [
        ShownDifference(
            seq=each.seq,
            version=each.tick.row_version,
            id=0,
            document=f"{each.kind} {each.line.document}",
            dated_on=each.line.dated_on,
            reason=reason_name(said.reason),
            note=said.note,
            ours=each.amount,
            own=each.own_amount(said),
            difference=Money(ticks.amount_of(said), currency),
        )
        for each in on_lines
        if (said := each.tick.difference) is not None
    ]
    return found + [_shown_document(each, currency) for each in ticks.documents]


def _shown_document(each: OwnDocument, currency: str) -> ShownDifference:
    said = each.difference
    amount = Money(said.own_minor or 0, currency)
    return ShownDifference(
        seq=None,
        version=0,
        id=each.id,
        document=said.document or _("Opening balance"),
        dated_on=said.dated_on,
        reason=reason_name(said.reason),
        note=said.note,
        ours=None,
        own=amount,
        difference=amount,
    )


def shown_lines(view: StatementView, ticks: Ticks, asked: LineFilter) -> ShownLines:
    """The lines that a filter keeps, in the statement's order."""
    # Addresses are made for the lines of one page alone: each costs more than the line itself.
    every = [
        ShownLine(seq, line, ticks.of(seq), "", view.row.currency)
        for seq, line in enumerate(view.snapshot.lines, 1)
    ]
    kept = [each for each in every if _is_kept(each, asked)]
    page, pages = page_within(asked.page, len(kept), PER_PAGE)
    cut = kept[(page - 1) * PER_PAGE : page * PER_PAGE]
    rows = [shown_line(view, ticks, each.seq) for each in cut]
    before = rows[0].seq - 1 if rows else 0
    carried = every[before - 1].balance if before else view.row.opening
    return ShownLines(rows, carried, len(kept), page, pages)


def _is_kept(each: ShownLine, asked: LineFilter) -> bool:
    if asked.show == "open" and not each.tick.is_open:
        return False
    if asked.show == "differ" and each.tick.mark != "differ":
        return False
    words = asked.text.strip().lower().replace(",", "")
    said = (each.line.document, each.line.reference or "", each.amount.major())
    return not words or any(words in text.lower() for text in said)


def equation(view: StatementView) -> list[tuple[str, str, Money]]:
    """The terms that lead from the opening balance to the closing one, as the page shows them."""
    sums, currency = view.snapshot.head.sums, view.row.currency
    terms = [("", _("Opening balance"), view.row.opening)]
    for name, sign in SIGNS.items():
        minor = getattr(sums, f"{name}_minor")
        if minor or name in ALWAYS_SHOWN:
            terms.append((sign, _(SUMS[name]), Money(minor, currency)))
    return terms
