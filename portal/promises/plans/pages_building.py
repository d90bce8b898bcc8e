"""The plan builder, which both sides share: items, rhythm, the schedule that always adds up."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from flask import Response

from portal.base import formats
from portal.base.language import gettext as _
from portal.base.sentences import sentence
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.instalment import Instalment, check_limits, check_schedule, interest
from portal.core.money import Money
from portal.promises.facts import PartKey
from portal.promises.forms import Account
from portal.promises.pages_promising import account_of
from portal.promises.plans.forms import PlanForm, Setting, form_of, plan_form, sent_keys
from portal.promises.plans.items import free_of, list_plannable
from portal.promises.plans.offering import OfferAgain, OfferPlan, offer_again, offer_plan
from portal.promises.plans.rows import PlanView
from portal.web import respond
from portal.web.current import reader


@dataclass(frozen=True)
class Place:
    """Where a builder stands: its title, where it goes, where it came from."""

    title: str
    back: tuple[str, str]
    preview_url: str
    send_url: str
    send_label: str
    is_house: bool = False
    #: Of a new plan: it may be kept as a draft.
    has_draft: bool = True


@dataclass(frozen=True)
class Preview:
    """What the rows come to: their sum against the total, interest, and what is wrong."""

    sum: Money
    difference: Money
    interest: list[Money]
    #: By row: the day that the rhythm meant, where it is a day off.
    moved: dict[int, str]
    remainder: str
    problems: list[str]

    @property
    def interest_total(self) -> Money:
        """What comes on top."""
        return Money.total(self.interest, self.sum.currency)


def setting_of(
    r: Reader, account: Account, *, is_house: bool, also: Collection[PartKey] = ()
) -> Setting:
    """An account with the items that a plan can cover, and those that were on the page."""
    items = list_plannable(r, account.customer_id, account.currency, [*also])
    return Setting(account, items, is_house, r.today, r.calendar())


def read_form(account: Account, *, is_house: bool) -> PlanForm:
    """The form that was sent, over the account's items as they are now; its rows made or kept."""
    at = setting_of(reader(), account, is_house=is_house, also=[*sent_keys()])
    form = plan_form(at)
    form.validate()
    form.rows.validate()
    return form


def builder_page(
    place: Place,
    form: PlanForm,
    status: int = 200,
    view: PlanView | None = None,
    problems: list[str] | None = None,
) -> Response:
    """The page, or the schedule alone."""
    r = reader()
    limits = r.policy.plan_limits
    return respond.page(
        "plans/new.html",
        status,
        fragments={"plan-preview": "preview"},
        place=place,
        form=form,
        account=form.account,
        view=view,
        free_of=free_of,
        limits=limits,
        needs_approval=r.policy.plan_needs_approval,
        preview=preview_of(r, form, [*(problems or [])]),
    )


def make_rows(form: PlanForm) -> list[str]:
    """Makes the rows anew where need be; what is wrong, in sentences."""
    wrong = [f for f in form.rhythm_fields if f.errors]
    if wrong:
        return [_(str(text)) for field in wrong for text in field.errors]
    try:
        form.make_rows(reader().calendar())
    except RuleBroken as broken:
        return [sentence(broken)]
    return []


def preview_of(r: Reader, form: PlanForm, problems: list[str]) -> Preview:
    """What is typed comes to, and whether it may be sent."""
    total, rows = form.total, list[Instalment]()
    rate = 0
    try:
        rows, _places = form.rows.instalments()
        rate = form.rates()[0]
    except RuleBroken as broken:
        problems.append(sentence(broken))
    told = Money.total((row.amount for row in rows), total.currency)
    if rows and not problems:
        problems += _problems(r, form, rows)
    return Preview(
        sum=told,
        difference=total - told,
        interest=interest(rows, r.today, rate) if rate else [],
        moved=_moved(r, form, rows),
        remainder=_remainder(form, rows),
        problems=problems,
    )


def _problems(r: Reader, form: PlanForm, rows: list[Instalment]) -> list[str]:
    """What would refuse the schedule, but for its sum, which stands below it anyway."""
    try:
        check_schedule(form.total, rows, r.today, r.calendar())
        if not form.is_house:
            check_limits(rows, r.policy.plan_limits, r.today)
    except RuleBroken as broken:
        return [] if broken.code in {"plan.sum_below", "plan.sum_above"} else [sentence(broken)]
    return []


def _moved(r: Reader, form: PlanForm, rows: list[Instalment]) -> dict[int, str]:
    """Where the day that was meant is off, which day it was."""
    if form.first_on.data is None or not form.every.data or not rows:
        return {}
    found, calendar = {}, r.calendar()
    for nth, row in enumerate(rows):
        if form.made_from.data != form.key or any(f.errors for f in form.rhythm_fields):
            break
        meant = form.rhythm.day(nth)
        if meant != row.due_on and calendar.on_or_after(meant) == row.due_on:
            found[nth + 1] = formats.day(meant)
    return found


def _remainder(form: PlanForm, rows: list[Instalment]) -> str:
    """How the rounding went, where the total does not divide."""
    if len(rows) < 2 or form.number.data is None:
        return ""
    over = rows[-1].amount - rows[-2].amount
    if not 0 < over.minor < len(rows):
        return ""
    return _(
        "The total does not divide evenly: the last instalment takes the remaining %(amount)s.",
        amount=formats.money(over),
    )


@dataclass(frozen=True)
class Sent:
    """A form that was sent: what it is for, and which act takes it."""

    place: Place
    form: PlanForm
    view: PlanView | None = None

    def act(self) -> tuple[Callable[[Work, Any], object], Any]:
        """The act and its command."""
        offered = self.form.offered(is_draft=bool(self.form.later.data))
        if self.view is not None:
            version = self.form.row_version.data or 0
            return offer_again, OfferAgain(self.view.row.id, version, offered)
        account = self.form.account
        return offer_plan, OfferPlan(account.customer_id, account.currency, offered)


def send(sent: Sent) -> Response | None:
    """None where the plan is sent; else the page with what is wrong, and what was typed."""
    form, kept_key = sent.form, sent.form.made_from.data
    problems = make_rows(form)
    try:
        form.check_seen(kept_key, is_fit=not problems and not form.told())
        if not problems and not form.told():
            act, command = sent.act()
            if respond.attempt(form, act, command):
                return None
    except RuleBroken as broken:
        form.blame(broken)
    for text in problems if not form.told() else []:
        form.form_errors.append(text)
    return builder_page(sent.place, form, form.status, sent.view, problems)


# ── Another offer for a plan, by either side ─────────────────────────────────


def offer_page(place: Place, view: PlanView) -> Response:
    """The builder with the newest offer in it."""
    keys = [(item.entry_id, item.part) for item in view.items]
    at = setting_of(reader(), _account(view), is_house=place.is_house, also=keys)
    ticked = [f"{entry_id}-{part}" for entry_id, part in keys]
    form = form_of(at, view.row.offer, ticked, view.row.row_version)
    return builder_page(place, form, view=view)


def offer_preview_page(place: Place, view: PlanView) -> Response:
    """What is typed comes to; nothing is changed."""
    form = read_form(_account(view), is_house=place.is_house)
    return builder_page(place, form, view=view, problems=make_rows(form))


def send_offer(place: Place, view: PlanView) -> Response | None:
    """None where the offer is sent; else the page with what is wrong, and what was typed."""
    return send(Sent(place, read_form(_account(view), is_house=place.is_house), view))


def _account(view: PlanView) -> Account:
    return account_of(reader(), view.row.customer_id, view.row.total.currency)
