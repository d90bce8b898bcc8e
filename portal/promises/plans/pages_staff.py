"""Plans at the desk: whose turn it is, offering, countering, approval, signature, end."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Response

from portal.base.access import allows
from portal.base.language import gettext as _
from portal.promises.accounts import list_open_accounts
from portal.promises.forms import Account
from portal.promises.pages_promising import account_of, sent_account
from portal.promises.plans import answering, queries, signing
from portal.promises.plans.forms import AnswerForm, ReasonForm, fresh_form
from portal.promises.plans.items import meant_keys
from portal.promises.plans.names import state_choices, state_of
from portal.promises.plans.offering import WithdrawPlan, withdraw_plan
from portal.promises.plans.pages_building import (
    Place,
    Sent,
    builder_page,
    make_rows,
    offer_page,
    offer_preview_page,
    read_form,
    send,
    send_offer,
    setting_of,
)
from portal.promises.plans.pages_showing import plan_page
from portal.promises.plans.rows import OPEN, PlanFilter, PlanView
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.surroundings import surroundings
from portal.web.traces import note_access

desk = Blueprint("desk_plans", __name__, url_prefix="/desk")


@desk.get("/plans")
@guard("plan.view")
def index() -> Response:
    r = reader()
    states = [("", _("All")), ("ours", _("Waiting for us")), *state_choices()]
    asked = PlanFilter(
        state=lists.asked("state", dict(states)),
        text=lists.asked("q"),
        page=lists.page_number(),
        per_page=lists.page_size(),
    )
    found = queries.list_plans(r, asked)
    return respond.page(
        "plans/desk.html",
        fragments={"plans-part": "plans"},
        found=found,
        asked=asked,
        states=states,
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        state_of=partial(state_of, is_house=True),
        today=r.today,
    )


# ── Building ─────────────────────────────────────────────────────────────────


def _place(account: Account) -> Place:
    return Place(
        title=_("Instalment plan for %(customer)s", customer=account.customer_name),
        back=(account.customer_name, f"/desk/customers/{account.customer_ref}"),
        preview_url="/desk/plans/preview",
        send_url="/desk/plans",
        send_label=_("Offer this plan"),
        is_house=True,
    )


@desk.get("/plans/new")
@guard("plan.offer")
def new() -> Response:
    r = reader()
    customer_id = r.id_of("cu", lists.asked("customer"))
    accounts = list_open_accounts(r, customer_id)
    currency = lists.asked("currency", [each.currency for each in accounts])
    first = accounts[0].currency if accounts else r.company.currency
    account = account_of(r, customer_id, currency or first)
    at = setting_of(r, account, is_house=True)
    return builder_page(_place(account), fresh_form(at, meant_keys(r, at.items)))


@desk.post("/plans/preview")
@guard("plan.offer")
def preview() -> Response:
    """What is typed comes to; nothing is changed."""
    form = read_form(sent_account(), is_house=True)
    return builder_page(_place(form.account), form, problems=make_rows(form))


@desk.post("/plans")
@guard("plan.offer")
def create() -> Response:
    form = read_form(sent_account(), is_house=True)
    problem = send(Sent(_place(form.account), form))
    if problem is not None:
        return problem
    if not form.later.data:
        respond.say(_("The plan is offered, and the customer is mailed."))
    return respond.see_other(".show", ref=reader().refs.of("pl", form.outcome))


def _place_of(view: PlanView) -> Place:
    url = f"/desk/plans/{view.row.ref}"
    is_draft = view.row.stored == "draft"
    return Place(
        title=_("Another offer for %(number)s", number=view.row.number),
        back=(view.row.number, url),
        preview_url=f"{url}/offer/preview",
        send_url=f"{url}/offer",
        send_label=_("Offer this plan") if is_draft else _("Send the counter-offer"),
        is_house=True,
        has_draft=is_draft,
    )


@desk.get("/plans/<ref>/offer")
@guard("plan.counter")
def offer(ref: str) -> Response:
    view = queries.get_plan(reader(), ref)
    if view.row.stored not in OPEN:
        return respond.see_other(".show", ref=ref)
    return offer_page(_place_of(view), view)


@desk.post("/plans/<ref>/offer/preview")
@guard("plan.counter")
def offer_preview(ref: str) -> Response:
    view = queries.get_plan(reader(), ref)
    return offer_preview_page(_place_of(view), view)


@desk.post("/plans/<ref>/offer")
@guard("plan.counter")
def offer_again(ref: str) -> Response:
    view = queries.get_plan(reader(), ref)
    problem = send_offer(_place_of(view), view)
    return respond.see_other(".show", ref=ref) if problem is None else problem


# ── One plan ─────────────────────────────────────────────────────────────────


@desk.get("/plans/<ref>")
@guard("plan.view")
def show(ref: str) -> Response:
    view = queries.get_plan(reader(), ref)
    note_access("opened", f"plan/{view.row.id}", view.row.customer_id)
    return _page(view)


def _page(view: PlanView, status: int = 200, **forms: Any) -> Response:
    kept: dict[str, Any] = {
        "refusal": ReasonForm(prefix="refusal-", is_fresh=True),
        "ending": ReasonForm(prefix="ending-", is_fresh=True),
    }
    told = next((form for form in forms.values() if form.told()), None)
    return plan_page(
        "plans/desk_show.html",
        view,
        status,
        form=told,
        forms=kept | forms,
        may_view_approval=allows(actor(), "approval.view"),
    )


def _after(ref: str, form: Form, said: str = "", **forms: Any) -> Response:
    """On to the plan where the act was done; else its page with what is wrong."""
    if not form.told():
        if said:
            respond.say(said)
        return respond.see_other(".show", ref=ref)
    return _page(queries.get_plan(reader(), ref), form.status, **(forms or {"other": form}))


@desk.post("/plans/<ref>/acceptance")
@guard("plan.counter")
def accept(ref: str) -> Response:
    view, form = queries.get_plan(reader(), ref), AnswerForm()
    command = answering.AcceptPlan(view.row.id, str(form.sha256.data or ""))
    said = ""
    if respond.attempt(form, answering.accept_plan, command):
        waits = _("It waits for a second person’s approval.")
        said = waits if form.outcome else _("It can be signed; the customer is mailed.")
    return _after(ref, form, said)


@desk.post("/plans/<ref>/refusal")
@guard("plan.counter")
def refuse(ref: str) -> Response:
    view, form = queries.get_plan(reader(), ref), ReasonForm(prefix="refusal-")
    if form.validate():
        command = answering.RefusePlan(view.row.id, str(form.reason.data))
        respond.attempt(form, answering.refuse_plan, command)
    return _after(ref, form, _("The customer reads the reason."), refusal=form)


@desk.post("/plans/<ref>/signature")
@guard("plan.counter")
def sign(ref: str) -> Response:
    view, form = queries.get_plan(reader(), ref), AnswerForm()
    sha256 = str(form.sha256.data or "")
    command = signing.SignForHouse(view.row.id, sha256, surroundings())
    respond.attempt(form, signing.sign_for_house, command)
    return _after(ref, form, _("Signed."))


@desk.post("/plans/<ref>/withdrawal")
@guard("plan.offer")
def withdraw(ref: str) -> Response:
    view, form = queries.get_plan(reader(), ref), Form()
    respond.attempt(form, withdraw_plan, WithdrawPlan(view.row.id))
    return _after(ref, form, _("The draft is withdrawn."))


@desk.post("/plans/<ref>/end")
@guard("plan.counter")
def end(ref: str) -> Response:
    view, form = queries.get_plan(reader(), ref), ReasonForm(prefix="ending-")
    if form.validate():
        respond.attempt(
            form, answering.end_plan, answering.EndPlan(view.row.id, str(form.reason.data))
        )
    return _after(ref, form, _("The plan has ended; reminders go on."), ending=form)
