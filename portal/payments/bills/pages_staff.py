"""Bills at the desk: by maturity, noted, and what became of each."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy import select

from portal.base.access import allows, visible_to
from portal.base.language import gettext as _
from portal.core.bill import FOLLOWING, State
from portal.customers.queries import get_customer
from portal.payments.bills import names
from portal.payments.bills.commands import move_bill, note_bill
from portal.payments.bills.forms import BillForm, MoveForm, bill_form
from portal.payments.bills.queries import STATES, BillFilter, BillRow, get_bill, list_bills
from portal.tables.customers import Customer
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.guard import guard

bills = Blueprint("desk_bills", __name__, url_prefix="/desk/bills")


@bills.get("")
@guard("payment.view")
def index() -> Response:
    r, asked = reader(), _asked()
    found = list_bills(r, asked)
    return respond.page(
        "payments/bills/index.html",
        fragments={"bills-part": "rows"},
        found=found,
        asked=asked,
        states=list(names.state_filters().items()),
        customer=lists.asked("customer"),
        chips=_chips(asked),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        names=names,
        may_note=allows(actor(), "payment.apply"),
        today=r.today,
    )


def _asked() -> BillFilter:
    customer = lists.asked("customer")
    return BillFilter(
        state=lists.asked("state", STATES) or "running",
        text=lists.asked("q"),
        customer_id=reader().id_of("cu", customer) if customer else None,
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _chips(asked: BillFilter) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    customer = lists.asked("customer")
    used = {
        "customer": get_customer(reader(), customer).row.name if customer else "",
        "q": asked.text,
        "state": "" if asked.state == "running" else names.state_filters()[asked.state],
    }
    return lists.chips(used)


@bills.route("/new", methods=["GET", "POST"])
@guard("payment.apply")
def new() -> Response:
    r, customer = reader(), lists.asked("customer")
    known = get_customer(r, customer) if customer else None
    currency = (known.currency if known else "") or r.company.currency
    form = bill_form(currency, customer_code=known.row.code if known else "", received_on=r.today)
    if form.is_submitted and form.validate() and _is_noted(form):
        respond.say(_("The bill %(number)s is noted.", number=str(form.number.data)))
        return respond.see_other(".show", ref=reader().refs.of("bl", form.outcome))
    return respond.page(
        "payments/bills/new.html", form.status if form.is_submitted else 200, form=form
    )


def _is_noted(form: BillForm) -> bool:
    typed = str(form.customer_code.data or "").strip()
    rows = visible_to(select(Customer.id), actor(), Customer.id).where(Customer.code == typed)
    customer_id = reader().session.scalar(rows)
    if customer_id is None:
        unknown = _("No customer has this code. Look it up in the list of customers.")
        form.customer_code.errors = [unknown]
        return False
    return respond.attempt(form, note_bill, form.command(customer_id))


@bills.get("/<ref>")
@guard("payment.view")
def show(ref: str) -> Response:
    row = get_bill(reader(), ref)
    return _page(row, MoveForm(row, on=reader().today))


@bills.post("/<ref>/state")
@guard("payment.apply")
def move(ref: str) -> Response:
    row = get_bill(reader(), ref)
    form = MoveForm(row)
    if form.validate() and respond.attempt(form, move_bill, form.command(row.id)):
        respond.say(_("Noted what became of the bill."))
        return respond.see_other(".show", ref=ref)
    return _page(get_bill(reader(), ref), form, form.status)


def _page(row: BillRow, form: MoveForm, status: int = 200) -> Response:
    may = allows(actor(), "payment.apply") and bool(FOLLOWING[State(row.state)])
    return respond.page(
        "payments/bills/show.html",
        status,
        row=row,
        form=form,
        names=names,
        may_move=may,
        today=reader().today,
    )
