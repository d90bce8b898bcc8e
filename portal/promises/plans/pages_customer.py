"""Plans as customers see them: the list, building one, one plan, its letter and its calendar."""

from __future__ import annotations

from flask import Blueprint, Response, request

from portal.base.access import NotFound, allows
from portal.base.calendars import MEDIA_TYPE
from portal.base.language import gettext as _
from portal.people.pages_branches import Branches, asked_branch, branch_choices, branches_of
from portal.promises.accounts import list_open_accounts, named_entries
from portal.promises.pages_promising import account_of, sent_account
from portal.promises.plans import queries
from portal.promises.plans.entries import file_stem, plan_calendar
from portal.promises.plans.forms import fresh_form
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
from portal.promises.plans.rows import OPEN, PlanFilter, PlanRow, PlanView
from portal.promises.plans.sheet import plan_pdf
from portal.web import current, lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.traces import note_access

customer = Blueprint("plans", __name__)

#: More items than this are planned together with us.
MOST_ITEMS = 200


@customer.get("/plans")
@guard("plan.view")
def index() -> Response:
    if actor().kind != "customer":
        raise NotFound("plans")
    r = reader()
    branches = branches_of(r)
    asked = _asked(branches)
    found = queries.list_plans(r, asked)
    return respond.page(
        "plans/index.html",
        fragments={"plans-part": "plans"},
        found=found,
        asked=asked,
        states=[("", _("All")), *state_choices()],
        branches=branch_choices(branches),
        branch=lists.asked("branch"),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        state_of=state_of,
        may_offer=allows(actor(), "plan.offer"),
        today=r.today,
    )


def _asked(branches: Branches) -> PlanFilter:
    """The filter in the address."""
    return PlanFilter(
        customer_id=asked_branch(reader(), branches),
        state=lists.asked("state", dict(state_choices())),
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


# ── Building ─────────────────────────────────────────────────────────────────


def _place() -> Place:
    return Place(
        title=_("Pay in instalments"),
        back=(_("Plans"), "/plans"),
        preview_url="/plans/preview",
        send_url="/plans",
        send_label=_("Ask for this plan"),
    )


@customer.get("/plans/new")
@guard("plan.offer")
def new() -> Response:
    r, refs = reader(), request.args.getlist("invoice")[:MOST_ITEMS]
    if actor().kind != "customer":
        raise NotFound("plans")
    entries = named_entries(r, refs)
    if entries:
        account = account_of(r, entries[0].customer_id, entries[0].currency)
    elif lists.asked("customer"):
        account = account_of(r, r.id_of("cu", lists.asked("customer")), lists.asked("currency"))
    else:
        accounts = list_open_accounts(r)
        if len(accounts) != 1:
            return respond.page("plans/accounts.html", accounts=accounts)
        account = account_of(r, accounts[0].customer_id, accounts[0].currency)
    at = setting_of(r, account, is_house=False)
    named = {entry.id for entry in entries}
    ticked = [row.key for row in at.items if row.entry_id in named]
    form = fresh_form(at, ticked or meant_keys(r, at.items))
    return builder_page(_place(), form)


@customer.post("/plans/preview")
@guard("plan.offer")
def preview() -> Response:
    """What is typed comes to; nothing is changed."""
    form = read_form(sent_account(), is_house=False)
    return builder_page(_place(), form, problems=make_rows(form))


@customer.post("/plans")
@guard("plan.offer")
def create() -> Response:
    form = read_form(sent_account(), is_house=False)
    problem = send(Sent(_place(), form))
    if problem is not None:
        return problem
    if not form.later.data:
        respond.say(_("We have your plan and answer it soon. Until then nothing has changed."))
    return respond.see_other(".show", ref=reader().refs.of("pl", form.outcome))


def _place_of(view: PlanView) -> Place:
    url = f"/plans/{view.row.ref}"
    return Place(
        title=_("Another offer for %(number)s", number=view.row.number),
        back=(view.row.number, url),
        preview_url=f"{url}/offer/preview",
        send_url=f"{url}/offer",
        send_label=_("Ask for this plan"),
        has_draft=view.row.stored == "draft",
    )


@customer.get("/plans/<ref>/offer")
@guard("plan.offer")
def offer(ref: str) -> Response:
    view = queries.get_plan(reader(), ref)
    if view.row.stored not in OPEN:
        return respond.see_other(".show", ref=ref)
    return offer_page(_place_of(view), view)


@customer.post("/plans/<ref>/offer/preview")
@guard("plan.offer")
def offer_preview(ref: str) -> Response:
    view = queries.get_plan(reader(), ref)
    return offer_preview_page(_place_of(view), view)


@customer.post("/plans/<ref>/offer")
@guard("plan.offer")
def offer_again(ref: str) -> Response:
    view = queries.get_plan(reader(), ref)
    problem = send_offer(_place_of(view), view)
    return respond.see_other(".show", ref=ref) if problem is None else problem


# ── One plan ─────────────────────────────────────────────────────────────────


@customer.get("/plans/<ref>")
@guard("plan.view")
def show(ref: str) -> Response:
    view = queries.get_plan(reader(), ref)
    if actor().kind != "customer":
        return respond.see_other("desk_plans.show", ref=ref)
    note_access("opened", f"plan/{view.row.id}", view.row.customer_id)
    return plan_page("plans/show.html", view)


@customer.post("/plans/<ref>/withdrawal")
@guard("plan.offer")
def withdraw(ref: str) -> Response:
    view, form = queries.get_plan(reader(), ref), Form()
    if respond.attempt(form, withdraw_plan, WithdrawPlan(view.row.id)):
        respond.say(_("The plan is withdrawn. Its invoices are due as before."))
        return respond.see_other(".show", ref=ref)
    again = queries.get_plan(reader(), ref)
    return plan_page("plans/show.html", again, form.status, form=form)


@customer.get("/plans/<ref>.pdf")
@guard("plan.view")
def letter(ref: str) -> Response:
    row = _agreed(ref)
    note_access("downloaded", f"plan/{row.id}", row.customer_id)
    body = plan_pdf(current.installation(), row.id)
    return respond.download(body, f"{file_stem(row)}.pdf", "application/pdf")


@customer.get("/plans/<ref>.ics")
@guard("plan.view")
def entries(ref: str) -> Response:
    row = _agreed(ref)
    note_access("downloaded", f"plan/{row.id}", row.customer_id)
    body = plan_calendar(reader(), row, current.installation().config)
    return respond.download(body, f"{file_stem(row)}.ics", MEDIA_TYPE)


def _agreed(ref: str) -> PlanRow:
    """A plan that both have signed: only that one has a letter and days."""
    row = queries.get_plan(reader(), ref).row
    if row.agreed_on is None:
        raise NotFound("letter")
    return row
