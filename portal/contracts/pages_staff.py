"""The archive of contracts at the desk: found by number, customer, category and state; kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from sqlalchemy import select

from portal.base.access import allows, visible_to
from portal.base.attaching import ENDINGS
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.contracts import names
from portal.contracts.check_queries import CheckFilter, checks_held, list_checks
from portal.contracts.forms import ContractForm, contract_form, values_of
from portal.contracts.keeping import keep_contract
from portal.contracts.prices.queries import list_price_lists
from portal.contracts.queries import (
    STATES,
    ContractFilter,
    ContractView,
    contract_of_amendment,
    get_contract,
    list_categories,
    list_contracts,
)
from portal.customers.queries import get_customer
from portal.tables.customers import Customer
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.guard import guard

desk = Blueprint("desk_contracts", __name__, url_prefix="/desk/contracts")

#: So many invoices that differ stand beside a contract.
GLANCE = 6


@desk.get("")
@guard("contract.view")
def index() -> Response:
    r, asked = reader(), _asked()
    found = list_contracts(r, asked)
    return respond.page(
        "contracts/index.html",
        fragments={"contracts-part": "rows"},
        found=found,
        asked=asked,
        states=[("", _("All")), *_state_names().items()],
        categories=lists.choices(_("All"), list_categories(r)),
        customer=lists.asked("customer"),
        chips=_chips(asked),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        names=names,
        held=r.session.scalar(checks_held(r)) or 0,
        may_keep=allows(actor(), "contract.keep"),
        today=r.today,
    )


def _state_names() -> dict[str, str]:
    return {
        "running": _("Running"),
        "ending": _("Ends within 60 days"),
        "ended": _("Ended"),
        "to_come": _("To come"),
        "look": _("To be looked at"),
        "unchecked": _("Not passed yet"),
    }


def _asked() -> ContractFilter:
    customer = lists.asked("customer")
    return ContractFilter(
        text=lists.asked("q"),
        state=lists.asked("state", STATES),
        category=lists.asked("category"),
        customer_id=reader().id_of("cu", customer) if customer else None,
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _chips(asked: ContractFilter) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    customer = lists.asked("customer")
    used = {
        "customer": get_customer(reader(), customer).row.name if customer else "",
        "q": asked.text,
        "state": _state_names().get(asked.state, ""),
        "category": asked.category,
    }
    return lists.chips(used)


@desk.route("/new", methods=["GET", "POST"])
@guard("contract.keep")
def new() -> Response:
    customer = lists.asked("customer")
    code = get_customer(reader(), customer).row.code if customer else ""
    return _keep(contract_form(reader().company.currency, code), None)


@desk.route("/<ref>/edit", methods=["GET", "POST"])
@guard("contract.keep")
def edit(ref: str) -> Response:
    view = get_contract(reader(), ref)
    kept = values_of(view.contract, view.amount)
    form = contract_form(reader().company.currency, view.row.customer_code, **kept)
    return _keep(form, view)


def _keep(form: ContractForm, view: ContractView | None) -> Response:
    """The form of a contract, or on to the contract once it is saved."""
    choices = _suggestions(reader())
    if form.is_submitted and form.validate() and _is_kept(form, view):
        respond.say(_("The contract %(number)s is saved.", number=str(form.code.data).strip()))
        return respond.see_other(".show", ref=reader().refs.of("ko", form.outcome))
    status = form.status if form.is_submitted else 200
    return respond.page(
        "contracts/edit.html", status, form=form, view=view, endings=ENDINGS, **choices
    )


def _is_kept(form: ContractForm, view: ContractView | None) -> bool:
    customer_id = view.contract.customer_id if view else _customer_id(form)
    if customer_id is None:
        return False
    files = form.looked_at()
    if files is None:
        return False
    command = form.command(customer_id, view.contract.id if view else None, files)
    return respond.attempt(form, keep_contract, command)


def _customer_id(form: ContractForm) -> int | None:
    """The customer that is typed, as far as the reader sees it; else the form says so."""
    typed = str(form.customer_code.data or "").strip()
    rows = visible_to(select(Customer.id), actor(), Customer.id).where(Customer.code == typed)
    found = reader().session.scalar(rows)
    if found is None:
        unknown = _("No customer has this code. Look it up in the list of customers.")
        form.customer_code.errors = [unknown]
    return found


def _suggestions(r: Reader) -> dict[str, Any]:
    """What was written before, so that the same is written the same way."""
    return {
        "categories": list_categories(r),
        "price_lists": [each.name for each in list_price_lists(r)],
        "named_terms": sorted(r.policy.named_terms),
    }


@desk.get("/<ref>")
@guard("contract.view")
def show(ref: str) -> Response:
    r = reader()
    view = get_contract(r, ref)
    asked = CheckFilter("held", customer_id=view.contract.customer_id, per_page=GLANCE)
    return respond.page(
        "contracts/show.html",
        view=view,
        facts=facts_of(view),
        names=names,
        may_keep=allows(actor(), "contract.keep"),
        checks=[each for each in list_checks(r, asked).rows if each.contract_ref == view.row.ref],
        today=r.today,
    )


def facts_of(view: ContractView) -> list[tuple[str, Any]]:
    """What a contract says today, without what it does not say."""
    contract, said = view.contract, view.said
    every: list[tuple[str, Any]] = [
        ("category", contract.category),
        ("amount", view.amount),
        *((name, said[name]) for name in said if name != "ends_on"),
    ]
    return [
        (names.field_name(name), names.value_said(name, value)) for name, value in every if value
    ]


@desk.get("/amendments/<ref>")
@guard("contract.view")
def amendment(ref: str) -> Response:
    """Where an approval leads: the contract that the amendment changes."""
    return respond.see_other(".show", ref=contract_of_amendment(reader(), ref))
