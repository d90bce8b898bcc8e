"""A comparison for people's spreadsheets: the bridge, then every line and row in its group."""

from __future__ import annotations

from collections.abc import Iterator

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.spreadsheets import CSV_TYPE, XLSX_TYPE, Cell, Row, csv_bytes, xlsx_bytes
from portal.base.work import Reader
from portal.core.money import Money
from portal.statements.comparison.names import bridge_steps, decision_name, how_name
from portal.statements.comparison.queries import ComparisonView, Place, ShownMatch, list_all
from portal.statements.rows import StatementView

KINDS = {
    "same": N_("Same"),
    "differs": N_("Differs"),
    "ours": N_("Only on our statement"),
    "yours": N_("Only in your ledger"),
}


def sheet_of(
    r: Reader, view: StatementView, comparison: ComparisonView, kind: str
) -> tuple[bytes, str]:
    """The file and its media type; `kind` is csv or xlsx."""
    head, rows = _head(view.row.currency), _rows(r, view, comparison)
    if kind == "csv":
        return csv_bytes(head, rows), CSV_TYPE
    return xlsx_bytes(view.row.number, head, rows), XLSX_TYPE


def _head(currency: str) -> list[str]:
    return [
        _("Group"),
        _("Document on the statement"),
        _("Date"),
        _("On the statement (%(currency)s)", currency=currency),
        _("Document in your ledger"),
        _("Date in your ledger"),
        _("In your ledger (%(currency)s)", currency=currency),
        _("Row of your file"),
        _("Difference (%(currency)s)", currency=currency),
        _("Why"),
        _("Decision"),
        _("Note"),
    ]


def _rows(r: Reader, view: StatementView, comparison: ComparisonView) -> Iterator[Row]:
    yield from _bridge_rows(view, comparison)
    for match in list_all(r, view, comparison):
        yield from _match_rows(match, view.row.currency)


def _bridge_rows(view: StatementView, comparison: ComparisonView) -> Iterator[Row]:
    bridge, currency = comparison.bridge, view.row.currency
    assert bridge is not None
    steps = [
        (_("Balance in your ledger"), Money(bridge.yours_minor, currency)),
        *bridge_steps(bridge, comparison.counts, currency),
        (_("Unexplained"), Money(bridge.unexplained_minor, currency)),
        (_("Balance on our statement"), view.row.closing),
    ]
    nothing = [None] * 3
    for label, amount in steps:
        yield [_("Bridge"), label, *nothing, None, None, None, amount, "", "", ""]


def _match_rows(match: ShownMatch, currency: str) -> Iterator[Row]:
    """As many rows as the longer side has; the difference stands in the first."""
    word, _tone = decision_name(match.decided, match.why)
    for at in range(max(len(match.ours), len(match.yours))):
        one = match.ours[at] if at < len(match.ours) else None
        other = match.yours[at] if at < len(match.yours) else None
        yield [
            _(KINDS[match.kind]),
            *_side(one, currency),
            *_side(other, currency),
            other.at if other else None,
            match.difference if at == 0 else None,
            how_name(match.how, match.kind),
            word,
            match.note,
        ]


def _side(place: Place | None, currency: str) -> list[Cell]:
    if place is None:
        return [None, None, None]
    number = "".join(text for text, _ in place.number)
    return [number, place.dated_on, Money(place.minor, currency)]
