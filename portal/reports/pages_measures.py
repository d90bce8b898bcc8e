"""Measures as a page: DSO and its kin with their trend, their method and what they are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, url_for

from portal.base import formats
from portal.base.access import NotFound, allows
from portal.base.language import gettext as _
from portal.base.spreadsheets import Row
from portal.core.errors import RuleBroken
from portal.core.measures import Measure
from portal.core.money import exponent
from portal.customers.queries import get_customer
from portal.reports.measures import MeasuresRow, TrendPoint, measures_report
from portal.reports.names import measure_name, reason_name
from portal.reports.sales import AskSales, list_sold
from portal.web import lists, respond
from portal.web.controls import percent
from portal.web.current import actor, reader
from portal.web.forms import day_typed
from portal.web.guard import guard
from portal.web.lists import SheetFormat

desk = Blueprint("desk_measures", __name__, url_prefix="/desk/reports")

#: The whole width of the drawing, in hundredths of a percent.
WIDTH = 10_000


@dataclass(frozen=True, slots=True)
class Bar:
    """A month of the trend, drawn to scale."""

    x: str
    width: str
    y: str
    height: str
    label: str


@desk.get("/dso")
@guard("report.view")
def dso() -> Response:
    as_of, customer_id = _day(), _customer_id()
    rows = measures_report(reader(), as_of, customer_id)
    own, wanted = reader().company.currency, lists.asked("currency")
    rows.sort(key=lambda row: (row.currency != own, row.currency))
    return respond.page(
        "reports/dso.html",
        fragments={"measures-part": "measures"},
        rows=[row for row in rows if wanted in {"", row.currency}],
        currencies=[row.currency for row in rows],
        currency=wanted,
        as_of=as_of,
        bars=_bars,
        behind=_behind(as_of),
        sold=_sold(as_of),
        measure_name=measure_name,
        shown=shown,
        sheets=lists.sheet_links("/desk/reports/dso") if allows(actor(), "export.run") else [],
    )


def _day() -> dt.date:
    return day_typed(lists.asked("as_of")) or reader().today


def _customer_id() -> int | None:
    told = lists.asked("customer")
    return get_customer(reader(), told).row.id if told else None


def shown(measure: Measure, *, is_share: bool = False) -> str:
    """A measure as people read it: one decimal, a share in per cent; else why there is none."""
    if measure.value is None:
        return reason_name(measure.reason)
    if is_share:
        share = Measure(measure.value * 100).shown(1) or ""
        return f"{formats.number(share)}\N{NARROW NO-BREAK SPACE}%"
    figure = formats.number(measure.shown(1) or "")
    return f"{figure}+" if measure.reason else figure


def _behind(as_of: dt.date) -> Callable[..., str]:
    """The address of the open items that a figure is made of."""

    def url(currency: str, column: str = "", days_ago: int = 0) -> str:
        is_several = column == "overdue"
        return url_for(
            "desk_reports.ageing" if is_several else "desk_reports.ageing_items",
            as_of=(as_of - dt.timedelta(days=days_ago)).isoformat(),
            currency=currency,
            column=column if column and not is_several else None,
            customer=lists.asked("customer") or None,
        )

    return url


def _sold(as_of: dt.date) -> Callable[..., str]:
    """The address of the documents that a figure of sales is made of."""

    def url(currency: str, days: int, kind: str = "") -> str:
        first = as_of - dt.timedelta(days=days - 1)
        told: dict[str, Any] = {"from": first.isoformat(), "to": as_of.isoformat()}
        return url_for(
            ".invoices",
            currency=currency,
            kind=kind or None,
            customer=lists.asked("customer") or None,
            **told,
        )

    return url


def _bars(trend: tuple[TrendPoint, ...]) -> list[Bar]:
    """The DSO over 90 days of each month end, drawn to scale; nothing where it has no value."""
    values = [point.dso_90.value or 0 for point in trend]
    most = max(values, default=0) or 1
    step = WIDTH // max(len(trend), 1)
    bars = []
    for place, (point, value) in enumerate(zip(trend, values, strict=True)):
        height = int(value * WIDTH / most)
        bars.append(
            Bar(
                percent(place * step + step * 15 // 100),
                percent(step * 70 // 100),
                percent(WIDTH - height),
                percent(height),
                f"{formats.day(point.on)}: {shown(point.dso_90)}",
            )
        )
    return bars


@desk.get("/dso.<any(csv, xlsx):file_format>")
@guard("export.run")
def export(file_format: SheetFormat) -> Response:
    as_of = _day()
    rows = measures_report(reader(), as_of, _customer_id())
    names = list(rows[0].figures) if rows else []
    head = [
        *(_("Currency"), _("Open"), _("Overdue"), _("Not due")),
        *(measure_name(name) for name in names),
    ]
    return lists.sheet(file_format, f"measures-{as_of.isoformat()}", head, map(_cells, rows))


def _cells(row: MeasuresRow) -> Row:
    figures = (each.shown(6) for each in row.figures.values())
    return (row.currency, row.open, row.overdue, row.not_due, *figures)


@desk.get("/dso/invoices")
@guard("report.view")
def invoices() -> Response:
    asked = _asked_sales()
    found = list_sold(reader(), asked)
    back = url_for(".dso", as_of=asked.to_on.isoformat(), customer=lists.asked("customer") or None)
    return respond.page(
        "reports/dso_invoices.html",
        found=found,
        asked=asked,
        back=back,
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
    )


def _asked_sales() -> AskSales:
    currency = lists.asked("currency") or reader().company.currency
    try:
        exponent(currency)
    except RuleBroken as error:
        raise NotFound(currency) from error
    to_on = day_typed(lists.asked("to")) or reader().today
    return AskSales(
        currency,
        day_typed(lists.asked("from")) or to_on - dt.timedelta(days=89),
        to_on,
        _customer_id(),
        credits=lists.asked("kind", ["credit_note"]) != "",
        page=lists.page_number(),
        per_page=lists.page_size(),
    )
