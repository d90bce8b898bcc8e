"""Receipts on the desk: credits with money left, and what is done with one of them by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from portal.base import formats
from portal.base.access import NotFound, allows
from portal.base.language import gettext as _
from portal.base.sentences import sentence
from portal.base.spreadsheets import Row
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.customers.queries import CustomerFilter, CustomerRow, list_customers
from portal.invoices.names import kind_name
from portal.payments.advices import ApplyAnnounced, apply_announced
from portal.payments.commands import (
    apply_by_hand,
    end_application,
    refund_by_hand,
    transfer_by_hand,
)
from portal.payments.forms import ApplyForm, EndForm, RefundForm, TransferForm, apply_form
from portal.payments.names import act_words, advice_state, proposal_words, source_name
from portal.payments.queries import list_credits
from portal.payments.receipts import get_receipt
from portal.payments.rows import CreditFilter, CreditRow, Receipt
from portal.payments.undoing import UndoHandAct, undo_hand_act
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form, day_typed
from portal.web.guard import guard
from portal.web.lists import SheetFormat

desk = Blueprint("desk_receipts", __name__, url_prefix="/desk")

STATES = ("unapplied", "payment", "credit_note", "all")
NOTHING_CHOSEN = "hand.nothing_chosen"
#: What a spreadsheet can hold.
MOST_ROWS = 1_000_000


@desk.get("/receipts")
@guard("payment.view")
def index() -> Response:
    customer = _customer()
    asked = _asked(customer)
    found = list_credits(reader(), asked)
    return respond.page(
        "payments/receipts.html",
        fragments={"receipts-part": "receipts"},
        found=found,
        asked=asked,
        state=asked.state or "all",
        states=list(_states().items()),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        heads=lists.sort_heads(asked.sort, (), ("date", "amount", "unapplied")),
        chips=_chips(asked, customer),
        sheets=lists.sheet_links("/desk/receipts") if allows(actor(), "export.run") else [],
        kind_name=kind_name,
    )


def _states() -> dict[str, str]:
    return {
        "unapplied": _("With money left"),
        "payment": _("Payments"),
        "credit_note": _("Credit notes"),
        "all": _("All"),
    }


def _customer() -> CustomerRow | None:
    """The customer whom the list is narrowed to, by reference or by code."""
    told = lists.asked("customer")
    if not told:
        return None
    row_id = reader().refs.id("cu", told)
    for row in list_customers(reader(), CustomerFilter()):
        if told == row.code or row.id == row_id:
            return row
    raise NotFound(told)


def _asked(customer: CustomerRow | None) -> CreditFilter:
    state = lists.asked("state", STATES) or "unapplied"
    return CreditFilter(
        customer_id=customer.id if customer else None,
        state="" if state == "all" else state,
        currency=lists.asked("currency"),
        from_on=day_typed(lists.asked("from")),
        to_on=day_typed(lists.asked("to")),
        text=lists.asked("q"),
        sort=lists.asked("sort") or "-date",
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _chips(asked: CreditFilter, customer: CustomerRow | None) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    state = asked.state or "all"
    used = {
        "customer": customer.name if customer else "",
        "q": asked.text,
        "state": "" if state == "unapplied" else _states()[state],
        "currency": asked.currency,
        "from": _("from %(day)s", day=formats.day(asked.from_on)) if asked.from_on else "",
        "to": _("to %(day)s", day=formats.day(asked.to_on)) if asked.to_on else "",
    }
    return lists.chips(used)


@desk.get("/receipts.<any(csv, xlsx):file_format>")
@guard("export.run")
def export(file_format: SheetFormat) -> Response:
    asked = replace(_asked(_customer()), page=1, per_page=MOST_ROWS)
    head = [
        *(_("Date"), _("Kind"), _("Number"), _("Customer"), _("Reference"), _("Payer")),
        *(_("Currency"), _("Amount"), _("Not applied"), _("Applied to")),
    ]
    rows = (_cells(row) for row in list_credits(reader(), asked).rows)
    return lists.sheet(file_format, "receipts", head, rows)


def _cells(row: CreditRow) -> Row:
    applied = "; ".join(f"{each.number} {each.amount.major()}" for each in row.applied)
    return (
        *(row.dated_on, kind_name(row.kind), row.number, row.customer_name, row.reference),
        *(row.payer, row.amount.currency, row.amount, row.unapplied, applied),
    )


@desk.get("/receipts/<ref>")
@guard("payment.view")
def show(ref: str) -> Response:
    return _page(ref)


def _receipt(ref: str) -> Receipt:
    """The credit, proposing what the announcement that is asked for says."""
    return get_receipt(reader(), ref, request.values.get("advice", ""))


def _page(ref: str, status: int = 200, **forms: Any) -> Response:
    """The page of one credit; forms that were sent keep what was typed."""
    receipt, today = _receipt(ref), reader().today
    left = receipt.credit.unapplied
    kept: dict[str, Any] = {
        "apply": lambda: apply_form(receipt, is_fresh=True, from_on=today),
        "end": lambda: EndForm(receipt, is_fresh=True, from_on=today),
        "refund": lambda: RefundForm(receipt, is_fresh=True, amount=left),
        "transfer": lambda: TransferForm(receipt, is_fresh=True, amount=left),
    }
    made = {name: forms.get(name) or make() for name, make in kept.items()}
    alone = respond.asks_for("remainder-part")
    return respond.page(
        "payments/_apply.html" if alone else "payments/receipt.html",
        status,
        fragments={"remainder-part": "remainder"},
        receipt=receipt,
        forms=made,
        counted=_counted(made["apply"]),
        may_apply=allows(actor(), "payment.apply"),
        kind_name=kind_name,
        act_words=act_words,
        source_name=source_name,
        proposal=proposal_words(receipt),
        advice_state=advice_state,
    )


def _counted(form: ApplyForm) -> dict[str, Any]:
    """What the choice comes to: what goes where, what stays, or why it cannot be."""
    left, takes = form.receipt.credit.unapplied, []
    problems = [text for _id, text in form.told()]
    if not problems:
        try:
            takes = form.takes()
        except RuleBroken as broken:
            problems = [sentence(broken)] if broken.code != NOTHING_CHOSEN else []
    total = Money.total((amount for _, amount in takes), left.currency)
    return {"takes": takes, "total": total, "rest": left - total, "problems": problems}


@desk.post("/receipts/<ref>/remainder")
@guard("payment.apply")
def remainder(ref: str) -> Response:
    """What is left after the choice as it stands; nothing is changed."""
    form = apply_form(_receipt(ref))
    form.validate()
    return _page(ref, apply=form)


@desk.post("/receipts/<ref>/applications")
@guard("payment.apply")
def apply_(ref: str) -> Response:
    form = apply_form(_receipt(ref))
    if form.validate() and form.is_chosen() and _applied(form):
        return respond.see_other(".show", ref=ref)
    return _page(ref, form.status, apply=form)


def _applied(form: ApplyForm) -> bool:
    """Whether the money was applied; where it follows an announcement, that has come true."""
    advice = form.receipt.advice
    if advice is None:
        return respond.attempt(form, apply_by_hand, form.command())
    return respond.attempt(form, apply_announced, ApplyAnnounced(form.command(), advice.id))


@desk.post("/receipts/<ref>/endings")
@guard("payment.apply")
def end(ref: str) -> Response:
    form = EndForm(get_receipt(reader(), ref))
    if form.validate() and respond.attempt(form, end_application, form.command()):
        return respond.see_other(".show", ref=ref)
    return _page(ref, form.status, end=form)


@desk.post("/receipts/<ref>/refunds")
@guard("payment.apply")
def refund(ref: str) -> Response:
    form = RefundForm(get_receipt(reader(), ref))
    if form.validate() and respond.attempt(form, refund_by_hand, form.command()):
        return respond.see_other(".show", ref=ref)
    return _page(ref, form.status, refund=form)


@desk.post("/receipts/<ref>/transfers")
@guard("payment.apply")
def transfer(ref: str) -> Response:
    form = TransferForm(get_receipt(reader(), ref))
    if form.validate() and respond.attempt(form, transfer_by_hand, form.command()):
        return respond.see_other(".show", ref=ref)
    return _page(ref, form.status, transfer=form)


@desk.post("/receipts/<ref>/acts/<act>/undo")
@guard("payment.apply")
def undo(ref: str, act: str) -> Response:
    form, receipt = Form(), get_receipt(reader(), ref)
    known = {each.ref: each for each in receipt.acts}
    if act not in known:
        raise NotFound(act)
    if respond.attempt(form, undo_hand_act, UndoHandAct(known[act].id)):
        respond.say(_("Undone. Every balance is as it was before."))
    else:
        for _id, text in form.told():
            respond.say(text, "bad")
    return respond.see_other(".show", ref=ref)
