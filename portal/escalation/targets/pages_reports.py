"""Reports on collecting: everybody's month beside their targets, and what is doubtful."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from portal.base.access import Permission, allows
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.people import list_colleagues
from portal.core.collecting import DOUBTFUL_DAYS, percent_of
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.period import Month
from portal.escalation.targets.doubtful import list_doubtful
from portal.escalation.targets.forms import TargetForm
from portal.escalation.targets.measuring import CollectorRow, list_currencies, report_of
from portal.escalation.targets.setting import set_targets
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import options
from portal.web.guard import guard

collectors_desk = Blueprint("desk_collectors", __name__, url_prefix="/desk/reports")

MOST_IN_A_FILE = 50_000
BASES = {
    "shipped": N_("shipped"),
    "delivered": N_("delivered"),
    "invoiced": N_("invoiced"),
}


def _month() -> Month:
    try:
        return Month.parse(lists.asked("month"))
    except RuleBroken:
        return Month.of(reader().today)


def _currency() -> str:
    found = list_currencies(reader())
    return lists.asked("currency", found) or found[0]


@collectors_desk.get("/collectors")
@guard("report.view")
def collectors() -> Response:
    r, month, currency = reader(), _month(), _currency()
    path = "/desk/reports/collectors"
    return respond.page(
        "escalation/targets/collectors.html",
        report=report_of(r, month, currency),
        month=month,
        before=str(month.plus(-1)),
        after=str(month.plus(1)),
        currencies=list_currencies(r),
        currency=currency,
        percent_of=percent_of,
        may_set=allows(actor(), "target.set"),
        sheets=lists.sheet_links(path) if allows(actor(), "export.run") else [],
    )


@collectors_desk.get("/collectors.<any(csv, xlsx):file_format>")
@guard("export.run")
def export_collectors(file_format: Any) -> Response:
    report = report_of(reader(), _month(), _currency())
    head = (
        *(_("Who"), _("Currency"), _("Overdue at the beginning"), _("Recovered")),
        *(_("Rate, %"), _("Target"), _("Talks"), _("Reached"), _("Won"), _("Success, in per cent")),
        *(_("Cost of collecting"), _("Cost, % of recovered")),
        *(_("Open at the end"), _("Overdue at the end"), _("Overdue rate, %")),
    )
    rows = [_cells(row, report.currency) for row in (*report.rows, report.team)]
    return lists.sheet(file_format, "collectors", head, rows)


def _cells(row: CollectorRow, currency: str) -> tuple[Any, ...]:
    target = row.targets.get("recovered")
    return (
        row.name or _("The team"),
        currency,
        row.recovered.overdue.major(),
        row.recovered.came.major(),
        row.recovered.rate,
        Money(target, currency).major() if target is not None else None,
        row.contacts.made,
        row.contacts.reached,
        row.contacts.won,
        row.contacts.success,
        row.recovered.cost.major(),
        row.recovered.cost_percent,
        row.standing.open.major(),
        row.standing.overdue.major(),
        row.standing.overdue_rate,
    )


@collectors_desk.route("/collectors/targets", methods=["GET", "POST"])
@guard("target.set")
def targets() -> Response:
    month, currency = _month(), _currency()
    form = _target_form(currency)
    if form.is_submitted and form.validate() and _are_set(form, month, currency):
        respond.say(_("The targets are set."))
        return respond.see_other(".collectors", month=str(month), currency=currency)
    status = form.status if form.is_submitted else 200
    return respond.page(
        "escalation/targets/targets.html", status, form=form, month=month, currency=currency
    )


def _are_set(form: TargetForm, month: Month, currency: str) -> bool:
    return respond.attempt(form, set_targets, form.command(month, currency))


def _target_form(currency: str) -> TargetForm:
    people = list_colleagues(reader(), Permission.CONTACT_LOG)
    form = TargetForm(currency=currency)
    form.who.choices = options([("", _("The whole team")), *((str(i), name) for i, name in people)])
    return form


@collectors_desk.get("/doubtful")
@guard("report.view")
def doubtful() -> Response:
    found = list_doubtful(reader(), lists.page_number(), lists.page_size())
    return respond.page(
        "escalation/targets/doubtful.html",
        found=found,
        days=DOUBTFUL_DAYS,
        bases=BASES,
        pager=lists.pager(found.page, found.pages, found.count, lists.page_size()),
        sheets=(
            lists.sheet_links("/desk/reports/doubtful") if allows(actor(), "export.run") else []
        ),
    )


@collectors_desk.get("/doubtful.<any(csv, xlsx):file_format>")
@guard("export.run")
def export_doubtful(file_format: Any) -> Response:
    found = list_doubtful(reader(), 1, MOST_IN_A_FILE)
    head = (
        *(_("Customer"), _("Owner"), _("Document"), _("Counted from"), _("Day"), _("Days")),
        *(_("Due"), _("Currency"), _("Open")),
    )
    rows = [
        (
            *(row.customer_name, row.owner, row.number, _(BASES[row.basis]), row.since_on),
            *(row.days, row.due_on, row.open.currency, row.open.major()),
        )
        for row in found.rows
    ]
    return lists.sheet(file_format, "doubtful", head, rows)
