"""Announced payments: customers say what a payment is for; the desk sees what is announced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from portal.base import formats
from portal.base.access import NotFound, allows
from portal.base.language import gettext as _
from portal.base.sentences import sentence
from portal.base.spreadsheets import Row
from portal.core.errors import RuleBroken
from portal.payments.advices import announce_payment, withdraw_advice
from portal.payments.announceable import PayableAccount, payable_accounts
from portal.payments.announced import AdviceFilter, AdviceRow, get_advice, list_advices
from portal.payments.forms import AdviceForm, advice_form
from portal.payments.names import advice_state, method_name
from portal.people.pages_branches import asked_branch, branch_choices, branches_of
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.lists import SheetFormat

customer = Blueprint("advices", __name__, url_prefix="/payments")
desk = Blueprint("desk_advices", __name__, url_prefix="/desk")

#: What a spreadsheet can hold.
MOST_ROWS = 1_000_000

STATES = ("open", "arrived", "received", "withdrawn")
#: So many invoices are carried in an address; more are ticked on the page.
MOST_CHOSEN = 200
NOTHING_CHOSEN = "advice.nothing_chosen"


# ── The customer's side ──────────────────────────────────────────────────────


@customer.get("/advices")
@guard("payment.view")
def index() -> Response:
    r = reader()
    branches = branches_of(r)
    return _list("payments/advices.html", _asked(asked_branch(r, branches)), branches=branches)


def _asked(customer_id: int | None) -> AdviceFilter:
    return AdviceFilter(
        customer_id=customer_id,
        state=lists.asked("state", STATES),
        text=lists.asked("q"),
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _list(template: str, asked: AdviceFilter, path: str = "", **words: Any) -> Response:
    """A list, or of a customer's page at the desk the part that tells what is announced."""
    found = list_advices(reader(), asked)
    is_glance = respond.asks_for("announced-part")
    branches = words.pop("branches", [])
    return respond.page(
        "payments/_advice_glance.html" if is_glance else template,
        fragments={"advices-part": "advices", "announced-part": "glance"},
        found=found,
        asked=asked,
        states=[("", _("All")), *_states(is_desk=not branches)],
        branches=branch_choices(branches),
        branch=lists.asked("branch"),
        chips=_chips(asked),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        sheets=lists.sheet_links(path or "/payments/advices") if _may_export(path) else [],
        may_announce=allows(actor(), "advice.give"),
        **_words(),
        **words,
    )


def _may_export(path: str) -> bool:
    return not path or allows(actor(), "export.run")


def _states(*, is_desk: bool) -> list[tuple[str, str]]:
    """What a list can be narrowed to; what has come in looks after is the desk's affair."""
    names = {
        "open": _("Announced"),
        "arrived": _("To be applied"),
        "received": _("Arrived"),
        "withdrawn": _("Withdrawn"),
    }
    return [(name, word) for name, word in names.items() if is_desk or name != "arrived"]


def _chips(asked: AdviceFilter) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    used = {"q": asked.text, "state": dict(_states(is_desk=True)).get(asked.state, "")}
    return lists.chips(used)


def _words() -> dict[str, Any]:
    """What the templates ask by name."""
    return {"advice_state": advice_state, "method_name": method_name, "today": reader().today}


@customer.get("/advices.<any(csv, xlsx):file_format>")
@guard("payment.view")
def export(file_format: SheetFormat) -> Response:
    r = reader()
    return _sheet(file_format, _asked(asked_branch(r, branches_of(r))))


def _sheet(file_format: SheetFormat, asked: AdviceFilter) -> Response:
    """One row a document, so that sums over the lines are right."""
    head = [
        *(_("Announcement"), _("Customer"), _("Day of payment"), _("How you pay"), _("Reference")),
        *(_("State"), _("Currency"), _("Amount"), _("Payment"), _("Document"), _("Part")),
        _("Amount for it"),
    ]
    found = list_advices(reader(), replace(asked, page=1, per_page=MOST_ROWS)).rows
    rows = (cells for row in found for cells in _cells(row))
    return lists.sheet(file_format, "announced-payments", head, rows)


def _cells(row: AdviceRow) -> Iterator[Row]:
    said = (
        *(row.number, row.customer_name, row.pay_on, method_name(row.method), row.reference),
        *(advice_state(row.state)[0], row.amount.currency, row.amount, row.payment_number),
    )
    for line in row.lines:
        yield (*said, line.number, line.part, line.amount)


@customer.get("/advices/new")
@guard("advice.give")
def new() -> Response:
    chosen = set(request.args.getlist("invoice"))
    accounts = payable_accounts(reader())
    if not accounts:
        return respond.page("payments/advice_new.html", form=None, accounts=[])
    account = _account(accounts, lists.asked("account"), chosen)
    form = advice_form(account, chosen, pay_on=reader().today)
    left_out = chosen - {item.ref for item in account.items}
    return _form_page(form, accounts, left_out=len(left_out))


def _account(accounts: list[PayableAccount], key: str, chosen: set[str]) -> PayableAccount:
    """The account that is named, else the first with something chosen, else the first."""
    if key:
        named = [each for each in accounts if each.key == key]
        if not named:
            raise NotFound(key)
        return named[0]
    fitting = [each for each in accounts if {item.ref for item in each.items} & chosen]
    return (fitting or accounts)[0]


def _form_page(
    form: AdviceForm, accounts: list[PayableAccount], status: int = 200, left_out: int = 0
) -> Response:
    alone = respond.asks_for("sum-part")
    return respond.page(
        "payments/_advice_form.html" if alone else "payments/advice_new.html",
        status,
        fragments={"sum-part": "sum"},
        form=form,
        accounts=accounts,
        left_out=left_out,
        counted=_counted(form),
        **_words(),
    )


def _counted(form: AdviceForm) -> dict[str, Any]:
    """What the choice comes to, or why it cannot be; nothing chosen is no fault yet."""
    problems = [text for _id, text in form.told()]
    found = None
    if not problems:
        try:
            found = form.summed()
        except RuleBroken as broken:
            problems = [sentence(broken)] if broken.code != NOTHING_CHOSEN else []
    count = sum(1 for amount in found.amounts if amount.minor) if found else 0
    return {"sum": found, "count": count, "problems": problems}


def _posted() -> tuple[AdviceForm, list[PayableAccount]]:
    """The form as it was sent, over what is open now."""
    accounts = payable_accounts(reader())
    if not accounts:
        raise NotFound("account")
    return advice_form(_account(accounts, request.form.get("account", ""), set())), accounts


@customer.post("/advices/sum")
@guard("advice.give")
def recalculate() -> Response:
    """What the choice comes to as it stands; nothing is changed."""
    form, accounts = _posted()
    form.validate()
    return _form_page(form, accounts)


@customer.post("/advices")
@guard("advice.give")
def announce() -> Response:
    form, accounts = _posted()
    is_fit = form.validate() and form.is_chosen()
    if is_fit and respond.attempt(form, announce_payment, form.command()):
        respond.say(_("The payment is announced. We apply it so as soon as it arrives."))
        return respond.see_other(".show", ref=reader().refs.of("ra", form.outcome))
    return _form_page(form, accounts, form.status)


@customer.post("/advices/choice")
@guard("advice.give")
def choose() -> Response:
    """From the rows ticked in a list of invoices to the form over them."""
    chosen = request.form.getlist("chosen")[:MOST_CHOSEN]
    return respond.see_other(".new", invoice=chosen)


@customer.get("/advices/<ref>")
@guard("payment.view")
def show(ref: str) -> Response:
    advice = get_advice(reader(), ref)
    return respond.page(
        "payments/advice.html",
        advice=advice,
        facts=_facts(advice),
        may_withdraw=advice.is_open and allows(actor(), "advice.give", advice),
        **_words(),
    )


def _facts(advice: AdviceRow) -> list[tuple[str, str]]:
    """What was said with it, without what was not said."""
    said = [
        (_("Customer"), advice.customer_name),
        (_("Announced by"), advice.by),
        (_("Day of payment"), formats.day(advice.pay_on)),
        (_("How you pay"), method_name(advice.method)),
        (_("Reference on the bank slip"), advice.reference),
        (_("Remark"), advice.note),
    ]
    return [(label, value) for label, value in said if value]


@customer.post("/advices/<ref>/withdrawal")
@guard("advice.give")
def withdraw(ref: str) -> Response:
    advice, form = get_advice(reader(), ref), Form()
    if respond.attempt(form, withdraw_advice, advice.id):
        respond.say(_("The announcement is withdrawn."))
    else:
        respond.say(form.told()[0][1], "bad")
    return respond.see_other(".show", ref=ref)


# ── The desk's side ──────────────────────────────────────────────────────────


@desk.get("/advices")
@guard("desk.view")
def waiting() -> Response:
    return _list("payments/desk_advices.html", _asked_at_desk(), path="/desk/advices")


def _asked_at_desk() -> AdviceFilter:
    customer_ref = lists.asked("customer")
    return _asked(reader().id_of("cu", customer_ref) if customer_ref else None)


@desk.get("/advices.<any(csv, xlsx):file_format>")
@guard("export.run")
def export_all(file_format: SheetFormat) -> Response:
    return _sheet(file_format, _asked_at_desk())
