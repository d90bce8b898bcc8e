"""The settings, as pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from portal.base.access import allows
from portal.base.language import gettext as _
from portal.settings import commands, queries
from portal.settings.forms import CompanyForm, PolicyForm
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.forms import options
from portal.web.guard import guard

desk = Blueprint("desk_settings", __name__, url_prefix="/desk/settings")


@desk.get("/")
@guard("company.view")
def index() -> Response:
    return respond.see_other(".company")


@desk.get("/company")
@guard("company.view")
def company() -> Response:
    row = reader().company
    form = CompanyForm(**{name: getattr(row, name) for name in CompanyForm().data})
    return _company_page(form)


@desk.post("/company")
@guard("company.change")
def save_company() -> Response:
    form = CompanyForm()
    if form.validate() and respond.attempt(form, commands.change_company, form.command()):
        respond.say(_("Saved.") if form.outcome else _("Nothing was changed."))
        return respond.see_other(".company")
    return _company_page(form)


@desk.get("/statements")
@guard("company.view")
def statements() -> Response:
    values = reader().policy.values
    kept: dict[str, Any] = {name: values[name] for name in PolicyForm(calendar_country="").data}
    for name in ("ageing_buckets", "statement_remind_after_workdays"):
        kept[name] = ", ".join(map(str, values[name]))
    return _statements_page(_policy_form(**kept))


@desk.post("/statements")
@guard("company.change")
def save_statements() -> Response:
    form = _policy_form()
    if form.validate() and respond.attempt(form, commands.change_policy, form.command()):
        respond.say(
            _("Saved. It counts from today on.") if form.outcome else _("Nothing was changed.")
        )
        return respond.see_other(".statements")
    return _statements_page(form)


def _company_page(form: CompanyForm) -> Response:
    return respond.page(
        "settings/company.html",
        form.status if form.told() else 200,
        form=form,
        may_change=allows(actor(), "company.change"),
    )


def _policy_form(**kept: Any) -> PolicyForm:
    form = PolicyForm(**kept)
    countries = [(code, code) for code in queries.list_calendar_countries()]
    form.calendar_country.choices = options([("", _("No holidays, Monday to Friday")), *countries])
    return form


def _statements_page(form: PolicyForm) -> Response:
    return respond.page(
        "settings/statements.html",
        form.status if form.told() else 200,
        form=form,
        may_change=allows(actor(), "company.change"),
        versions=queries.list_policy_versions(reader()),
    )
