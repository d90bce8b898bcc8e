"""Reports as pages: the ageing of all accounts, and the items behind each of its figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.base.access import NotFound, allows
from portal.base.language import gettext as _
from portal.base.policy import policy_on
from portal.base.spreadsheets import Row
from portal.core.ageing import GRADES, YEARS, AgeingScheme, Basis
from portal.core.errors import RuleBroken
from portal.core.money import exponent
from portal.customers.queries import CustomerFilter, get_customer, list_customers, list_owners
from portal.reports.items import DISPUTED, UNAPPLIED, AgedItem, AskItems, list_aged_items
from portal.reports.names import grade_of, key_name, stretch_name
from portal.reports.queries import AgeingReport, AgeingRow, AskAgeing, By, ageing_report
from portal.statements.names import KINDS
from portal.web import lists, respond
from portal.web.controls import here
from portal.web.current import actor, reader
from portal.web.forms import day_typed
from portal.web.guard import guard
from portal.web.lists import SheetFormat

desk = Blueprint("desk_reports", __name__, url_prefix="/desk/reports")

MOST_ROWS = 1_000_000
#: The columns besides the buckets of the policy.
SCHEMES: dict[str, AgeingScheme] = {"grades": GRADES, "years": YEARS}


@desk.get("/ageing")
@guard("report.view")
def ageing() -> Response:
    asked = _asked()
    report = ageing_report(reader(), asked)
    return respond.page(
        "reports/ageing.html",
        fragments={"report-part": "report"},
        report=report,
        groups=_groups(report),
        behind=_behind(asked),
        sheets=_sheets("/desk/reports/ageing"),
        row_url=_row_url(asked),
        owners=lists.choices(_("All"), list_owners(reader())),
        **_words(asked),
    )


def _scheme(as_of: dt.date) -> AgeingScheme:
    """The grades, or the buckets of the policy in force on the day."""
    r = reader()
    named = SCHEMES.get(lists.asked("scheme"))
    if named is not None:
        return named
    return (r.policy if as_of == r.today else policy_on(r.session, as_of)).scheme


def _asked() -> AskAgeing:
    r = reader()
    customer = lists.asked("customer")
    as_of = day_typed(lists.asked("as_of")) or r.today
    return AskAgeing(
        as_of=as_of,
        by=By(lists.asked("by", list(By)) or By.CUSTOMER),
        scheme=_scheme(as_of),
        basis=Basis(lists.asked("basis", list(Basis)) or Basis.DUE),
        customer_id=get_customer(r, customer).row.id if customer else None,
        owner=lists.asked("owner"),
    )


def _scheme_name(asked: AskAgeing) -> str:
    return next((name for name, each in SCHEMES.items() if asked.scheme is each), "buckets")


def _words(asked: AskAgeing) -> dict[str, Any]:
    """What both pages say of how the report was asked for."""
    return {
        "asked": asked,
        "scheme": _scheme_name(asked),
        "stretches": [
            (name, stretch_name(name), grade_of(name, place))
            for place, name in enumerate(asked.scheme.names)
        ],
        "ways": _ways(),
        "way": dict(_ways())[asked.by.value],
        "currency": lists.asked("currency"),
        "key_name": key_name,
        "today": reader().today,
    }


def _ways() -> list[tuple[str, str]]:
    return [
        ("customer", _("Customer")),
        ("owner", _("Sales owner")),
        ("region", _("Region")),
        ("product", _("Product")),
        ("grade", _("Grade")),
        ("origin", _("Origin")),
        ("security", _("Security")),
    ]


def _groups(report: AgeingReport) -> list[dict[str, Any]]:
    """The rows of each currency with their total, our own first; only one where it is asked for."""
    wanted, own = lists.asked("currency"), reader().company.currency
    totals = sorted(report.totals, key=lambda total: total.row.currency != own)
    return [
        {
            "currency": total.row.currency,
            "rows": [row for row in report.rows if row.currency == total.row.currency],
            "total": total.row,
            "credit_balances": total.credit_balances,
        }
        for total in totals
        if wanted in {"", total.row.currency}
    ]


def _behind(asked: AskAgeing) -> Callable[..., str]:
    """The address of what a figure is made of."""
    kept = {
        "as_of": asked.as_of.isoformat(),
        "by": asked.by.value,
        "scheme": next((name for name in SCHEMES if name == _scheme_name(asked)), None),
        "owner": asked.owner or None,
        "basis": asked.basis.value if asked.basis is Basis.INVOICE else None,
        "customer": lists.asked("customer") or None,
    }

    def url(currency: str, key: str | None = None, column: str = "") -> str:
        told: dict[str, Any] = {**kept, "currency": currency, "column": column or None, "key": key}
        return url_for(".ageing_items", **told)

    return url


def _row_url(asked: AskAgeing) -> Callable[[AgeingRow], str]:
    """Where the name of a row leads: the customer, its owner's customers, those of a region."""
    refs: dict[str, str] = {}
    if asked.by is By.CUSTOMER:
        refs = {row.code: row.ref for row in list_customers(reader(), CustomerFilter())}

    def url(row: AgeingRow) -> str:
        if row.key in refs:
            return url_for("desk_customers.show", ref=refs[row.key])
        if asked.by is By.OWNER and row.key:
            return here(by=By.CUSTOMER.value, owner=row.key)
        is_place = asked.by is By.REGION and row.key
        return url_for("desk_customers.index", region=row.key) if is_place else ""

    return url


def _sheets(path: str) -> list[tuple[str, str]]:
    return lists.sheet_links(path) if allows(actor(), "export.run") else []


@desk.get("/ageing.<any(csv, xlsx):file_format>")
@guard("export.run")
def export_ageing(file_format: SheetFormat) -> Response:
    asked = _asked()
    report = ageing_report(reader(), asked)
    head = [
        *(_("Key"), dict(_ways())[asked.by.value], _("Currency")),
        *(stretch_name(name) for name in report.names),
        *(_("Open"), _("Unapplied"), _("Balance"), _("Disputed")),
    ]
    wanted = lists.asked("currency")
    rows = (_report_cells(row) for row in report.rows if wanted in {"", row.currency})
    return lists.sheet(file_format, f"ageing-{asked.as_of.isoformat()}", head, rows)


def _report_cells(row: AgeingRow) -> Row:
    sums = (row.open, row.unapplied, row.balance, row.disputed)
    name = key_name(lists.asked("by"), row.name)
    return (row.key, name, row.currency, *row.buckets, *sums)


@desk.get("/ageing/items")
@guard("report.view")
def ageing_items() -> Response:
    asked = _asked_items()
    found = list_aged_items(reader(), asked)
    return respond.page(
        "reports/ageing_items.html",
        found=found,
        heading=_figure_name(asked),
        key=asked.key,
        kinds={kind: _(name) for kind, name in KINDS.items()},
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        sheets=_sheets("/desk/reports/ageing/items"),
        back=_back(),
        **_words(asked.report),
    )


@desk.get("/ageing/items.<any(csv, xlsx):file_format>")
@guard("export.run")
def export_items(file_format: SheetFormat) -> Response:
    asked = _asked_items(per_page=MOST_ROWS)
    head = [
        *(_("Customer"), _("Kind"), _("Document"), _("Part"), _("Date"), _("Due")),
        *(_("Days overdue"), _("Currency"), _("Amount")),
    ]
    rows = (_item_cells(item) for item in list_aged_items(reader(), asked).rows)
    return lists.sheet(file_format, f"ageing-items-{asked.report.as_of.isoformat()}", head, rows)


def _item_cells(item: AgedItem) -> Row:
    kind = _(KINDS.get(item.kind, KINDS["adjustment"]))
    document = (item.customer_name, kind, item.number, item.part or None, item.dated_on)
    return (*document, item.due_on, item.days_late, item.counted.currency, item.counted)


def _asked_items(per_page: int = 0) -> AskItems:
    currency = lists.asked("currency") or reader().company.currency
    _known(currency)
    report = _asked()
    return AskItems(
        report=report,
        currency=currency,
        key=request.args.get("key"),
        column=lists.asked("column", [*report.scheme.names, UNAPPLIED, DISPUTED]),
        page=lists.page_number(),
        per_page=per_page or lists.page_size(),
    )


def _known(currency: str) -> None:
    """A currency that nobody can owe in has no figures."""
    try:
        exponent(currency)
    except RuleBroken as error:
        raise NotFound(currency) from error


def _figure_name(asked: AskItems) -> str:
    if asked.column == UNAPPLIED:
        return _("Unapplied money")
    if asked.column == DISPUTED:
        return _("Disputed items")
    if asked.column == "":
        return _("Open items")
    return _("Open items: %(stretch)s", stretch=stretch_name(asked.column))


def _back() -> str:
    """The report the figure stands in."""
    names = ("as_of", "by", "scheme", "basis", "customer", "owner")
    kept: dict[str, Any] = {name: request.args[name] for name in names if name in request.args}
    return url_for(".ageing", **kept)
