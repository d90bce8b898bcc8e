"""A statement's lines with the answers on them, for people's spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator

from portal.base.language import gettext as _
from portal.base.spreadsheets import CSV_TYPE, XLSX_TYPE, Row, csv_bytes, xlsx_bytes
from portal.core.confirmation import Difference
from portal.core.money import Money
from portal.statements.answers import Ticks
from portal.statements.names import reason_name
from portal.statements.rows import StatementView
from portal.statements.shown import ShownLine, shown_line


def _head(currency: str) -> list[str]:
    return [
        _("Date"),
        _("Kind"),
        _("Document"),
        _("Your reference"),
        _("Due"),
        _("Debit (%(currency)s)", currency=currency),
        _("Credit (%(currency)s)", currency=currency),
        _("Balance (%(currency)s)", currency=currency),
        _("Your answer"),
        _("Reason"),
        _("Amount in your books (%(currency)s)", currency=currency),
        _("Note"),
    ]


def answer_name(mark: str) -> str:
    """A tick, in the language of the moment."""
    return {"agree": _("Agreed"), "differ": _("Differs"), "open": _("Not answered")}[mark]


def _row(each: ShownLine) -> Row:
    line, said = each.line, each.tick.difference
    return [
        line.dated_on,
        each.kind,
        line.document,
        line.reference or "",
        line.due_on,
        each.debit or None,
        each.credit or None,
        each.balance,
        answer_name(each.tick.mark),
        reason_name(said.reason) if said else "",
        each.own_amount(said) if said else None,
        said.note if said else "",
    ]


def _rows(view: StatementView, ticks: Ticks) -> Iterator[Row]:
    head, nothing, currency = view.snapshot.head, [None] * 3, view.row.currency
    yield [head.period.from_on, "", _("Opening balance"), "", None, None, None, view.row.opening]
    for seq in range(1, view.row.line_count + 1):
        yield _row(shown_line(view, ticks, seq))
    yield [head.period.to_on, "", _("Closing balance"), "", *nothing, view.row.closing]
    for document in ticks.documents:
        yield _own_row(document.difference, currency)


def _own_row(said: Difference, currency: str) -> Row:
    """A document that only the customer's books have: below the statement, never on it."""
    own = Money(said.own_minor or 0, currency)
    answer, nothing = _("Only in your books"), [None] * 4
    reason = reason_name(said.reason)
    return [said.dated_on, "", said.document, "", *nothing, answer, reason, own, said.note]


def sheet_of(view: StatementView, ticks: Ticks, kind: str) -> tuple[bytes, str]:
    """The file and its media type; `kind` is csv or xlsx."""
    head, rows = _head(view.row.currency), _rows(view, ticks)
    if kind == "csv":
        return csv_bytes(head, rows), CSV_TYPE
    return xlsx_bytes(view.row.number, head, rows), XLSX_TYPE


def sums_by_reason(ticks: Ticks, currency: str) -> list[tuple[str, int, Money]]:
    """For each reason how many lines differ by it, and by how much, in the reasons' order."""
    found: dict[str, list[int]] = {}
    for each in ticks.differences:
        found.setdefault(each.reason, []).append(ticks.amount_of(each))
    return [
        (reason_name(reason), len(minors), Money(sum(minors), currency))
        for reason, minors in found.items()
    ]
