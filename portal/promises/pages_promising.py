"""The page on which somebody promises: items, days, what it saves, more time than the rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.base.access import NotFound, allows
from portal.base.language import gettext as _
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.money import CURRENCIES, Money
from portal.core.promise import Unfit, check_cool_down, unfit
from portal.customers.queries import get_customer
from portal.promises.accounts import list_open_accounts, named_entries, proposed_keys
from portal.promises.commands import make_promise
from portal.promises.extending import ask_extension
from portal.promises.forms import Account, PromiseForm, promise_form, shown_keys
from portal.promises.month_tables import offered_days, weekday_names
from portal.promises.names import limit_words
from portal.promises.promisable import list_promisable, overlapping, running_promises
from portal.promises.savings import Effect, effect_of
from portal.promises.wishes import Wish, broken_days
from portal.statements.queries import get_statement
from portal.web import respond
from portal.web.current import reader
from portal.web.guard import guard
from portal.web.lists import asked
from portal.web.surroundings import surroundings

promising = Blueprint("promising", __name__)

#: More items than this are chosen from the list of invoices.
MOST_ITEMS = 200
#: So many documents an address names.
MOST_NAMED = 40


def shown_promise(r: Reader, form: PromiseForm) -> dict[str, Any]:
    """The values of the page, by what the form holds now."""
    chosen, limit, today = form.chosen(), form.limit, r.today
    calendar = r.calendar()
    keys = {(row.entry_id, row.part) for row, _ in chosen}
    latest_on = limit.latest_on if limit else None
    problem = unfit(form.day, today, latest_on, calendar) if form.day else None
    offered = limit and offered_days(
        limit, today, calendar, [row.due_on for row, _ in chosen if row.due_on]
    )
    is_too_late = bool(chosen) and (problem is Unfit.TOO_LATE or offered is None)
    return {
        "form": form,
        "account": form.account,
        "today": today,
        **_split(form),
        "chosen": chosen,
        "total": Money.total((amount for _, amount in chosen), form.account.currency),
        "limit": limit,
        "rule": limit_words(limit, r.policy.promise_fraction) if limit else "",
        "offered": offered,
        "day": form.day,
        "is_fit": form.day is not None and offered is not None and problem is None,
        "needs_request": (_is_cooling(r, form) and bool(chosen)) or is_too_late,
        "replaceable": overlapping(running_promises(r, form.account.customer_id), keys),
        "effect": _effect(r, form),
        "weekdays": weekday_names(),
        "plan_url": _plan_url(r, form),
    }


def _effect(r: Reader, form: PromiseForm) -> Effect | None:
    """What the choice comes to; None while something of it is not chosen."""
    chosen, account = form.chosen(), form.account
    if not form.day or not chosen:
        return None
    return effect_of(r, (account.customer_id, account.currency), chosen, form.day)


def _split(form: PromiseForm) -> dict[str, Any]:
    """What is chosen, or wrong, before the rest, which folds away so that the days are near."""
    keys = {row.key for row, _ in form.chosen()}
    lines = sorted(form.lines, key=lambda line: line[0].key not in keys and not line[2].errors)
    lines, left = lines[:MOST_ITEMS], lines[MOST_ITEMS:]
    seen = sum(1 for line in lines if line[0].key in keys or line[2].errors) or len(lines)
    return {"lines": lines[:seen], "folded": lines[seen:], "more": len(left)}


def _plan_url(r: Reader, form: PromiseForm) -> str:
    """Where these items can be paid in instalments; empty for who may not offer that."""
    if not allows(r.actor, "plan.offer"):
        return ""
    account, refs = form.account, list(dict.fromkeys(row.ref for row, _ in form.chosen()))
    if r.actor.kind == "customer":
        return url_for("plans.new", invoice=refs[:MOST_NAMED])
    return url_for("desk_plans.new", customer=account.customer_ref, currency=account.currency)


def _is_cooling(r: Reader, form: PromiseForm) -> bool:
    """Whether the customer has missed too many to promise by itself."""
    try:
        days = broken_days(r, form.account.customer_id)
        check_cool_down(days, r.today, r.policy.promise_max_broken)
    except RuleBroken:
        return True
    return False


@dataclass(frozen=True)
class Place:
    """Where the page stands: the addresses of what it does, and for whom."""

    back_url: str
    preview_url: str
    promise_url: str
    extension_url: str
    is_house: bool = False


@dataclass(frozen=True)
class Asked:
    """What a page is opened for: an account, the documents meant, or all up to a day."""

    account: Account
    up_to: dt.date | None = None
    entries: frozenset[int] = frozenset()


CUSTOMER = Place("/promises", "/promises/preview", "/promises", "/promises/extensions")


def promise_page(
    place: Place, form: PromiseForm, status: int = 200, others: Sequence[str] = ()
) -> Response:
    """The page, or the region of it that htmx asked for."""
    has_items_changed = respond.asks_for("days-part")
    return respond.page(
        "promises/new.html",
        status,
        fragments={"days-part": "days", "effect-part": "effect"},
        also={"more-part": "more"} | ({"effect-part": "effect"} if has_items_changed else {}),
        place=place,
        others=others,
        **shown_promise(reader(), form),
    )


def fresh_form(opened: Asked, *, is_house: bool = False) -> PromiseForm:
    """The form with what is meant ticked: documents, those of a statement, else what is due."""
    r, account = reader(), opened.account
    rows = list_promisable(r, account.customer_id, account.currency)
    named = [row for row in rows if row.entry_id in opened.entries]
    way = "phone" if is_house else "statement" if opened.up_to else "portal"
    return promise_form(
        account,
        rows,
        [row.key for row in named] or proposed_keys(r, rows, opened.up_to),
        is_house=is_house,
        way=way,
        replaces=any(not row.room.minor for row in named),
    )


def read_form(account: Account, *, is_house: bool = False) -> PromiseForm:
    """The form that was sent, over the account's items as they are now."""
    r = reader()
    rows = list_promisable(r, account.customer_id, account.currency, shown_keys())
    form = promise_form(account, rows, is_house=is_house)
    form.validate()
    return form


def act_on(place: Place, form: PromiseForm, act: Callable[[Work, Wish], object]) -> Response | None:
    """None where the act is done; else the page with what is wrong, and what was typed."""
    is_fit = not form.told() and form.has_day()
    if is_fit and respond.attempt(form, act, form.wish(surroundings())):
        return None
    if form.status == 409:  # the rows are as they were before: what has changed is to be seen
        form.rows = list_promisable(
            reader(), form.account.customer_id, form.account.currency, shown_keys()
        )
    return promise_page(place, form, form.status)


# ── The customer's side ──────────────────────────────────────────────────────


@promising.get("/promises/new")
@guard("promise.make")
def new() -> Response:
    asked_for = _asked_account()
    if asked_for is None:
        accounts = list_open_accounts(reader())
        if len(accounts) != 1:
            return respond.page("promises/accounts.html", accounts=accounts)
        only = accounts[0]
        asked_for = Asked(account_of(reader(), only.customer_id, only.currency))
    return promise_page(CUSTOMER, fresh_form(asked_for))


def _asked_account() -> Asked | None:
    """What the address asks for: documents, a statement, or an account."""
    r, refs = reader(), request.args.getlist("invoice")[:MOST_ITEMS]
    if refs:
        entries = named_entries(r, refs)
        account = account_of(r, entries[0].customer_id, entries[0].currency)
        return Asked(account, entries=frozenset(entry.id for entry in entries))
    if asked("statement"):
        row = get_statement(r, asked("statement")).row
        return Asked(account_of(r, row.customer_id, row.currency), up_to=row.period_to)
    if asked("customer"):
        return Asked(account_of(r, r.id_of("cu", asked("customer")), asked("currency")))
    return None


def account_of(r: Reader, customer_id: int, currency: str) -> Account:
    """An account of a customer whom the reader sees; `NotFound` for a currency there is none of."""
    if currency not in CURRENCIES:
        raise NotFound(currency)
    customer = get_customer(r, r.refs.of("cu", customer_id))
    return Account(customer_id, customer.row.ref, customer.row.name, currency)


@promising.post("/promises/preview")
@guard("promise.make")
def preview() -> Response:
    """What it comes to as it stands; nothing is changed."""
    return promise_page(CUSTOMER, read_form(sent_account()))


def sent_account() -> Account:
    """The account whose form was sent."""
    r, sent = reader(), request.form
    return account_of(r, r.id_of("cu", sent.get("customer", "")), sent.get("currency", ""))


@promising.post("/promises")
@guard("promise.make")
def make() -> Response:
    form = read_form(sent_account())
    problem = act_on(CUSTOMER, form, make_promise)
    if problem is not None:
        return problem
    return respond.see_other("promises.show", ref=reader().refs.of("pr", form.outcome))


@promising.post("/promises/extensions")
@guard("promise.make")
def extend() -> Response:
    form = read_form(sent_account())
    problem = act_on(CUSTOMER, form, ask_extension)
    if problem is not None:
        return problem
    respond.say(_("We have your request and answer it soon. Until then nothing has changed."))
    return respond.see_other("promises.index")
