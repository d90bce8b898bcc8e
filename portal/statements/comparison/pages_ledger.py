"""The ledger that a customer lays beside a statement: taken in, and said how it is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, request

from portal.base.access import NotFound
from portal.base.language import gettext as _
from portal.base.sentences import sentence
from portal.core.comparison import flipped, guess_flipped
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.statements.comparison import working
from portal.statements.comparison.forms import LedgerForm, MappingForm, column_choices, field_names
from portal.statements.comparison.mapping import Mapping, guess_mapping, mapping_from_json
from portal.statements.comparison.pages_comparison import (
    SHOWN_PROBLEMS,
    Told,
    comparison_page,
    is_open,
    ready,
    view_of,
)
from portal.statements.comparison.queries import ComparisonView, find_comparison
from portal.statements.comparison.reading import OwnRows, rows_of
from portal.statements.comparison.sheet import Sheet
from portal.statements.comparison.uploading import AT_ONCE, MapLedger, keep_ledger, map_ledger
from portal.statements.rows import StatementView
from portal.tables.comparison import Comparison
from portal.web import current, respond
from portal.web.forms import Form
from portal.web.guard import guard

ledger = Blueprint("ledger", __name__)

#: Rows of a ledger that are shown before it is compared.
PREVIEWED = 5
#: Columns that hold figures.
FIGURES = frozenset({"debit", "credit", "amount", "balance"})


@ledger.post("/statements/<ref>/comparison")
@guard("statement.compare")
def upload(ref: str) -> Response:
    view, form = view_of(ref), LedgerForm()
    if form.validate():
        command = form.command(current.installation().storage, view.row.id)
        if respond.attempt(form, keep_ledger, command):
            state = working.begin(current.installation(), form.outcome, current.actor())
            return respond.see_other(
                ".mapping" if state == "uploaded" else "comparison.show", ref=ref
            )
    return comparison_page(view_of(ref), Told(form), form.status)


@ledger.get("/statements/<ref>/comparison/mapping")
@guard("statement.compare")
def mapping(ref: str) -> Response:
    return _mapping_page(ref, is_guessing=True)


@ledger.post("/statements/<ref>/comparison/mapping")
@guard("statement.compare")
def read_so(ref: str) -> Response:
    return _mapping_page(ref, is_guessing=False)


@dataclass(frozen=True)
class Draft:
    """A ledger about to be read: its table, how it is read, and what comes of that."""

    comparison: ComparisonView
    sheet: Sheet
    mapping: Mapping
    own: OwnRows | None = None
    broken: RuleBroken | None = None
    #: Whether debit and credit were swapped because more agrees then.
    is_turned: bool = False


def _mapping_page(ref: str, *, is_guessing: bool) -> Response:
    view = view_of(ref)
    found = find_comparison(current.reader(), view)
    sheet = _sheet(found)
    if found is None or sheet is None or not is_open(view):
        return respond.see_other("comparison.show", ref=ref)
    guessed = _guessed(found, sheet, view.row.currency)
    form = MappingForm(sheet, guessed)
    draft = Draft(found, sheet, guessed if is_guessing else form.mapping(guessed))
    draft = _tried(view, draft, may_turn=is_guessing and found.mapping is None)
    if draft.is_turned:
        form = MappingForm(sheet, draft.mapping)
    if not is_guessing and request.form.get("act") == "compare":
        if draft.broken is None and _is_begun(form, draft):
            return respond.see_other("comparison.show", ref=ref)
        if draft.broken is not None:
            form.blame(draft.broken)
    status = form.status if form.told() else 200
    return respond.page("statements/comparison_mapping.html", status, **_shown(view, draft, form))


def _sheet(found: ComparisonView | None) -> Sheet | None:
    """The table of the file; None where there is none to be read."""
    if found is None or found.state in {"running", "deleted"}:
        return None
    row = current.reader().session.get_one(Comparison, found.id)
    try:
        return working.sheet_of(current.installation().storage, row)
    except RuleBroken:
        return None


def _guessed(found: ComparisonView, sheet: Sheet, currency: str) -> Mapping:
    """How the file was read last, else how it seems to be meant."""
    if found.mapping is not None:
        return mapping_from_json(found.mapping)
    return guess_mapping(sheet, currency)


def _tried(view: StatementView, draft: Draft, *, may_turn: bool) -> Draft:
    """What comes of reading the file so; at the first look its sides are turned where that fits."""
    head = view.snapshot.head
    try:
        own = rows_of(draft.sheet, draft.mapping, head.currency, head.period)
    except RuleBroken as broken:
        return replace(draft, broken=broken)
    if may_turn and guess_flipped(view.snapshot.lines, own.books.rows):
        turned = replace(draft.mapping, is_flipped=not draft.mapping.is_flipped)
        again = replace(own, books=flipped(own.books))
        return replace(draft, mapping=turned, own=again, is_turned=True)
    return replace(draft, own=own)


def _is_begun(form: Form, draft: Draft) -> bool:
    is_large = len(draft.sheet.rows) > AT_ONCE
    command = MapLedger(draft.comparison.id, draft.mapping, is_large)
    if not respond.attempt(form, map_ledger, command):
        return False
    if not is_large:
        working.run(current.installation(), draft.comparison.id, current.actor())
    return True


def _shown(view: StatementView, draft: Draft, form: MappingForm) -> dict[str, Any]:
    chosen = {place: name for name, place in draft.mapping.columns.items()}
    rows = [one for one in draft.sheet.rows if one[0] > draft.mapping.header_row][:PREVIEWED]
    currency = view.row.currency
    own, names = draft.own, dict(field_names())
    width = max((len(cells) for _row, cells in draft.sheet.rows), default=0)
    return {
        "view": view,
        "draft": draft,
        "form": form,
        "fields": field_names(),
        "columns": column_choices(draft.sheet, draft.mapping),
        "heads": [names.get(chosen.get(place, ""), _("left out")) for place in range(width)],
        "is_figure": [chosen.get(place) in FIGURES for place in range(width)],
        "rows": rows,
        "width": width,
        "understood": [
            (row.on, row.number or row.reference, Money(row.amount_minor, currency))
            for row in (own.books.rows[:PREVIEWED] if own else ())
        ],
        "broken": sentence(draft.broken) if draft.broken else "",
        "problems": [(one.row, one.column, one.sentence) for one in own.problems] if own else [],
        "shown_problems": SHOWN_PROBLEMS,
    }


@ledger.post("/statements/<ref>/comparison/sides")
@guard("statement.compare")
def turn(ref: str) -> Response:
    """Debit and credit change sides, and the ledger is compared again."""
    view = view_of(ref)
    found, sheet = ready(view), None
    if found.mapping is not None:
        sheet = _sheet(found)
    form = Form()
    if sheet is None or found.mapping is None:
        raise NotFound("comparison")
    read = mapping_from_json(found.mapping)
    draft = Draft(found, sheet, replace(read, is_flipped=not read.is_flipped))
    if not _is_begun(form, draft):
        respond.say(str(form.form_errors[0]), "bad")
    return respond.see_other("comparison.show", ref=ref)
