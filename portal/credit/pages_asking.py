"""May we ship? Sales name a customer and an amount and are answered at once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import select

from portal.base.access import NotFound, visible_to
from portal.base.language import gettext as _
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.credit import names
from portal.credit.checking import AskCheck, Checked, check, own_currency
from portal.credit.orders import AskToShip, ask_to_ship
from portal.credit.pages_order_forms import AskForm, blame
from portal.customers.queries import CustomerFilter, CustomerRow, list_customers
from portal.tables.customers import Customer
from portal.web import respond
from portal.web.current import reader
from portal.web.forms import plain_amount
from portal.web.guard import guard

asking = Blueprint("desk_shipping", __name__, url_prefix="/desk/credit")

FIELDS = ("customer", "amount", "in_currency", "order_code")
#: So many customers are named where a word fits several.
MOST_NAMED = 5


@asking.get("/check")
@guard("credit.check")
def index() -> Response:
    told = {name: request.args.get(name, "").strip() for name in FIELDS}
    kept: dict[str, Any] = _named(told)
    form = AskForm(**kept)
    if not (told["customer"] and told["amount"]):
        return _page(form)
    return _answered(form)


def _named(told: dict[str, str]) -> dict[str, str]:
    """A customer that a link names by reference is shown by code."""
    r = reader()
    row_id = r.refs.id("cu", told["customer"])
    if row_id is None:
        return told
    wanted = visible_to(select(Customer.code), r.actor, Customer.id)
    code = r.session.scalar(wanted.where(Customer.id == row_id))
    if code is None:
        raise NotFound("customer")
    return {**told, "customer": code}


@asking.post("/check/order")
@guard("credit.check")
def keep() -> Response:
    form = AskForm()
    found = _read(form) if form.validate() else None
    if found is None:
        return _page(form, status=form.status)
    customer, amount = found
    command = AskToShip(form.order_code.data or "", customer.id, amount)
    if not respond.attempt(form, ask_to_ship, command):
        return _page(form, status=form.status)
    answer = form.outcome
    word, tone = names.decision_of(answer.decision)
    told = _("Order %(order)s: %(answer)s", order=command.order_code.strip(), answer=word)
    respond.say(told, "ok" if tone == "ok" else "warn")
    return respond.see_other("desk_orders.show", ref=reader().refs.of("or", answer.order_id))


def _answered(form: AskForm) -> Response:
    found = _read(form)
    if found is None:
        return _page(form, status=422)
    customer, amount = found
    r = reader()
    asked = AskCheck(customer.id, amount, (form.order_code.data or "").strip())
    try:
        checked = check(r, asked, r.today)
    except RuleBroken as broken:
        form.blame(broken)
        return _page(form, status=422)
    return _page(form, customer, checked, amount)


def _page(
    form: AskForm,
    customer: CustomerRow | None = None,
    checked: Checked | None = None,
    amount: Money | None = None,
    status: int = 200,
) -> Response:
    return respond.page(
        "credit/check.html",
        status,
        fragments={"answer-part": "answer"},
        form=form,
        customer=customer,
        checked=checked,
        amount=amount,
        names=names,
        part_name=names.part_name,
    )


def _read(form: AskForm) -> tuple[CustomerRow, Money] | None:
    """Whom and how much is asked for, or what is wrong with it, said on the form."""
    customer = _customer(form)
    if customer is None:
        return None
    own = own_currency(reader(), customer.id, (form.order_code.data or "").strip())
    currency = (form.in_currency.data or "").strip().upper() or own
    try:
        amount = Money.parse(plain_amount(form.amount.data or "", currency), currency)
    except RuleBroken as broken:
        is_currency = broken.code == "money.unknown_currency"
        blame(form, broken, "in_currency" if is_currency else "amount")
        return None
    if amount.minor < 0:
        form.blame(RuleBroken("order.amount_negative", "amount"))
        return None
    return customer, amount


def _customer(form: AskForm) -> CustomerRow | None:
    """The one customer that a code, or a part of a name, means."""
    told = (form.customer.data or "").strip()
    found = list_customers(reader(), CustomerFilter(text=told))
    exact = [row for row in found if told.casefold() in {row.code.casefold(), row.name.casefold()}]
    fitting = exact or found
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        form.customer.errors = [_("No customer is called so. Write a code, or part of a name.")]
    else:
        some = ", ".join(f"{row.name} ({row.code})" for row in fitting[:MOST_NAMED])
        form.customer.errors = [_("Several are called so: %(some)s. Write the code.", some=some)]
    return None
