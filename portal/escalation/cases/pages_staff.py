"""Cases at the desk: the list with its sums, one with all that belongs to it, also on paper."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response

from portal.base.access import allows
from portal.base.documents.archive import PDF
from portal.base.language import current_language
from portal.base.language import gettext as _
from portal.base.spreadsheets import Row
from portal.core.case import Kind, Stage, acts_of
from portal.customers.queries import get_customer
from portal.escalation.cases import names
from portal.escalation.cases.claim import claim_of
from portal.escalation.cases.evidence import completeness_of
from portal.escalation.cases.forms import PackForm
from portal.escalation.cases.queries import cases_of, get_case, list_cases
from portal.escalation.cases.rows import STATES, CaseFilter, CaseRow, CaseView
from portal.escalation.cases.sheet import case_pdf
from portal.escalation.work.comments import colleagues_at, list_comments
from portal.escalation.work.forms import CommentForm
from portal.invoices.names import kind_name
from portal.reports.limitation import AskLapses, list_lapses
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.guard import guard
from portal.web.lists import SheetFormat

desk = Blueprint("desk_cases", __name__, url_prefix="/desk")

#: What a spreadsheet can hold.
MOST_ROWS = 1_000_000
OWNERS = ("mine", "nobody")


@desk.get("/cases")
@guard("case.view")
def index() -> Response:
    r, asked = reader(), _asked()
    found = list_cases(r, asked)
    return respond.page(
        "escalation/cases/index.html",
        fragments={"cases-part": "rows"},
        found=found,
        asked=asked,
        chips=_chips(asked),
        customer=lists.asked("customer"),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        sheets=lists.sheet_links("/desk/cases") if allows(actor(), "export.run") else [],
        names=names,
        today=r.today,
        **_choices(),
    )


def _choices() -> dict[str, Any]:
    """What the list can be narrowed to."""
    every = ("", _("All"))
    return {
        "states": [every, *((state, names.state_of(state)[0]) for state in STATES)],
        "kinds": [every, *((kind.value, names.kind_name(kind)) for kind in Kind)],
        "stages": [every, *((stage.value, names.stage_name(stage)) for stage in Stage)],
        "owners": [("", _("Everybody")), ("mine", _("Mine")), ("nobody", _("Nobody’s"))],
    }


def _asked() -> CaseFilter:
    customer = lists.asked("customer")
    return CaseFilter(
        state=lists.asked("state", STATES),
        kind=lists.asked("kind", [kind.value for kind in Kind]),
        stage=lists.asked("stage", [stage.value for stage in Stage]),
        owner=lists.asked("owner", OWNERS),
        customer_id=reader().id_of("cu", customer) if customer else None,
        text=lists.asked("q"),
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _chips(asked: CaseFilter) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    customer = lists.asked("customer")
    used = {
        "customer": get_customer(reader(), customer).row.name if customer else "",
        "q": asked.text,
        "state": names.state_of(asked.state)[0] if asked.state else "",
        "kind": names.kind_name(asked.kind) if asked.kind else "",
        "stage": names.stage_name(asked.stage) if asked.stage else "",
        "owner": {"mine": _("Mine"), "nobody": _("Nobody’s")}.get(asked.owner, ""),
    }
    return lists.chips(used)


@desk.get("/cases.<any(csv, xlsx):file_format>")
@guard("export.run")
def export(file_format: SheetFormat) -> Response:
    asked = replace(_asked(), page=1, per_page=MOST_ROWS)
    head = [
        *(_("Case"), _("State"), _("Customer"), _("With"), _("Stage"), _("Who has it")),
        *(_("Opened"), _("Next look"), _("Kept by"), _("Ended"), _("Outcome"), _("Currency")),
        *(_("Claimed then"), _("Open today")),
    ]
    return lists.sheet(file_format, "cases", head, map(_cells, list_cases(reader(), asked).rows))


def _cells(row: CaseRow) -> Row:
    return (
        *(row.number, names.state_of(row.state)[0], row.customer_name, names.kind_name(row.kind)),
        *(names.stage_name(row.stage), row.partner, row.opened_on, row.next_on, row.owner),
        *(row.closed_on, names.outcome_name(row.outcome), row.amount.currency),
        *(row.amount, row.open),
    )


@desk.get("/customers/<ref>/cases")
@guard("case.view")
def of_customer(ref: str) -> Response:
    r, customer = reader(), get_customer(reader(), ref)
    return respond.page(
        "escalation/cases/of_customer.html",
        fragments={"cases-part": "cases"},
        customer=customer.row,
        rows=cases_of(r, customer.row.id),
        names=names,
        may_keep=allows(actor(), "case.keep"),
        today=r.today,
    )


@desk.get("/cases/<ref>")
@guard("case.view")
def show(ref: str) -> Response:
    view = get_case(reader(), ref)
    return respond.page(
        "escalation/cases/show.html",
        fragments={"packs-part": "packs"},
        **shown(view),
    )


def shown(view: CaseView) -> dict[str, Any]:
    """Everything that the page of a case shows."""
    r = reader()
    claim = claim_of(r, view)
    entries = {line.entry_id for line in claim.lines}
    lapses = list_lapses(
        r, AskLapses(customer_id=view.row.customer_id, currency=view.row.amount.currency)
    )
    return {
        "view": view,
        "claim": claim,
        "evidence": completeness_of(r, view.row.customer_id, claim.lines),
        "lapse": next((each for each in lapses if each.entry_id in entries), None),
        "acts": acts_of(view.row.kind, view.row.stage) if view.row.is_open else [],
        "names": names,
        "document_name": kind_name,
        "comments": list_comments(r, f"case/{view.row.id}"),
        "comment": CommentForm(colleagues_at(r, view.row.customer_id), is_fresh=True),
        "pack": PackForm(is_fresh=True, language=current_language(), contacts=True),
        "may_keep": allows(actor(), "case.keep"),
        "may_write": allows(actor(), "comment.write"),
        "today": r.today,
    }


@desk.get("/cases/<ref>.pdf")
@guard("case.view")
def printed(ref: str) -> Response:
    r = reader()
    view = get_case(r, ref)
    body = case_pdf(r, view, claim_of(r, view), current_language())
    return respond.download(body, f"{view.row.number}.pdf", PDF)
