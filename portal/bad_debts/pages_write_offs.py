"""Write-offs at the desk: the list, one of them, and how one is proposed."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.bad_debts import names
from portal.bad_debts.expected import ExpectedPart, expected_parts
from portal.bad_debts.forms import WriteOffForm, write_off_form
from portal.bad_debts.proposing import (
    SECOND,
    WithdrawWriteOff,
    propose_write_off,
    withdraw_write_off,
)
from portal.bad_debts.queries import (
    STATES,
    WriteOffFilter,
    get_write_off,
    list_parts,
    list_write_offs,
    memos_by_currency,
    waiting_request,
)
from portal.base.access import allows
from portal.base.language import gettext as _
from portal.customers.queries import CustomerFile, get_customer
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard

write_offs = Blueprint("desk_write_offs", __name__, url_prefix="/desk")


@write_offs.get("/write-offs")
@guard("bad_debt.view")
def index() -> Response:
    r, asked = reader(), _asked()
    found = list_write_offs(r, asked)
    return respond.page(
        "bad_debts/write_offs.html",
        fragments={"write-offs-part": "rows"},
        found=found,
        asked=asked,
        states=list(names.state_filters().items()),
        customer=lists.asked("customer"),
        chips=_chips(asked),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        names=names,
        memos=memos_by_currency(r),
    )


def _asked() -> WriteOffFilter:
    customer = lists.asked("customer")
    return WriteOffFilter(
        state=lists.asked("state", STATES) or "all",
        text=lists.asked("q"),
        customer_id=reader().id_of("cu", customer) if customer else None,
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _chips(asked: WriteOffFilter) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    customer = lists.asked("customer")
    used = {
        "customer": get_customer(reader(), customer).row.name if customer else "",
        "q": asked.text,
        "state": "" if asked.state == "all" else names.state_filters()[asked.state],
    }
    return lists.chips(used)


@write_offs.get("/write-offs/<ref>")
@guard("bad_debt.view")
def show(ref: str) -> Response:
    r = reader()
    row = get_write_off(r, ref)
    kind, approval_ref = waiting_request(r, row) or ("", "")
    return respond.page(
        "bad_debts/write_off.html",
        row=row,
        parts=list_parts(r, row),
        names=names,
        approval_ref=approval_ref,
        is_second=kind == SECOND,
        may_withdraw=row.state == "waiting" and allows(actor(), "bad_debt.propose"),
    )


@write_offs.post("/write-offs/<ref>/withdrawal")
@guard("bad_debt.propose")
def withdraw(ref: str) -> Response:
    row = get_write_off(reader(), ref)
    form = Form()
    if respond.attempt(form, withdraw_write_off, WithdrawWriteOff(row.id)):
        respond.say(_("The write-off is not proposed any longer."))
    else:
        respond.say(form.told()[0][1], "bad")
    return respond.see_other(".show", ref=ref)


@write_offs.get("/customers/<ref>/write-off")
@guard("bad_debt.propose")
def new(ref: str) -> Response:
    customer = get_customer(reader(), ref)
    parts = expected_parts(reader(), customer.row.id)
    return _new_page(customer, parts, _form(parts))


@write_offs.post("/customers/<ref>/write-off")
@guard("bad_debt.propose")
def propose(ref: str) -> Response:
    customer = get_customer(reader(), ref)
    parts = expected_parts(reader(), customer.row.id)
    form = _form(parts)
    if form.validate() and respond.attempt(form, propose_write_off, form.command(customer.row.id)):
        respond.say(_("The write-off waits for its approval."))
        return respond.see_other(".show", ref=reader().refs.of("wo", form.outcome))
    return _new_page(customer, parts, form)


def _form(parts: list[ExpectedPart]) -> WriteOffForm:
    currency = _currency(parts)
    return write_off_form([part for part in parts if part.expected.currency == currency], currency)


def _currency(parts: list[ExpectedPart]) -> str:
    """The currency that is asked for, else that of the oldest item."""
    found = list(dict.fromkeys(part.expected.currency for part in parts))
    return lists.asked("currency", found) or (found[0] if found else reader().company.currency)


def _new_page(customer: CustomerFile, parts: list[ExpectedPart], form: WriteOffForm) -> Response:
    return respond.page(
        "bad_debts/write_off_new.html",
        form.status if form.is_submitted else 200,
        customer=customer,
        form=form,
        currencies=list(dict.fromkeys(part.expected.currency for part in parts)),
        currency=form.currency,
    )
