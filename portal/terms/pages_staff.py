"""The terms, as pages of the desk: what holds, versions, and one change on its way."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app

from portal.approvals.names import figure_name, figure_said
from portal.base.access import allows
from portal.base.language import gettext as _
from portal.base.terms_said import discount_in_words, due_in_words, grace_in_words, late_in_words
from portal.base.work import Reader
from portal.core.errors import RuleBroken
from portal.core.named_terms import NamedTerms
from portal.core.terms_in_force import find_named, key_of_name, terms_in_force
from portal.customers.queries import get_customer
from portal.invoices.due_parts import parsed_terms
from portal.invoices.terms_of import CompanyVersion
from portal.terms.change_figures import figures_of
from portal.terms.changes import (
    ChangeView,
    get_shown_change,
    list_decided_changes,
    list_open_changes,
)
from portal.terms.commands import HandIn, Withdraw, hand_in, withdraw
from portal.terms.impact_figures import impact_text
from portal.terms.in_force import held_by
from portal.terms.names import SOURCES, STATES
from portal.terms.replacing import Change
from portal.terms.versions import (
    count_by_terms,
    get_version,
    list_own_terms,
    list_own_versions,
    list_versions,
)
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard

desk = Blueprint("desk_terms", __name__, url_prefix="/desk/terms")


class DecisionForm(Form):
    """A button: the version that was seen travels with it."""


@desk.get("")
@guard("terms.view")
def index() -> Response:
    r = reader()
    values, named = r.policy.values, r.policy.named_terms
    held = terms_in_force(CompanyVersion(r.policy.id, "", values).said, named)
    return respond.page(
        "terms/index.html",
        values=values,
        default=_card(r, r.policy.default_terms, named),
        late=late_in_words(held.late_interest),
        grace=grace_in_words(held.grace_days),
        named=[(each, words_of(r, each.text)) for each in named.values()],
        counts=count_by_terms(r),
        key_of_name=key_of_name,
        own_count=list_own_terms(r).count,
        open_changes=list_open_changes(r),
        decided=list_decided_changes(r, most=5),
        versions=list_versions(r),
        **_words(),
    )


@desk.get("/customers")
@guard("terms.view")
def customers() -> Response:
    """Who has terms of their own."""
    text = lists.asked("q")
    found = list_own_terms(reader(), text, lists.page_number())
    return respond.page(
        "terms/customers.html",
        fragments={"own-terms-part": "own"},
        found=found,
        text=text,
        pager=lists.pager(found.page, found.pages, found.count, 50),
    )


@desk.get("/customers/<ref>")
@guard("terms.view")
def of_customer(ref: str) -> Response:
    """One customer's own terms and their versions."""
    r = reader()
    customer, customer_id = get_customer(r, ref), r.id_of("cu", ref)
    held = held_by(r, customer_id, customer.payment_terms)
    return respond.page(
        "terms/of_customer.html",
        customer=customer,
        held=held,
        words=words_of(r, held.text) if held.text else [_("Invoices are due on their date.")],
        source=_(SOURCES[held.source.value]),
        grace=grace_in_words(held.grace_days),
        late=late_in_words(held.late_interest),
        versions=list_own_versions(r, customer_id),
        undated=customer.payment_terms,
        open_changes=list_open_changes(r, customer_id),
        decided=list_decided_changes(r, customer_id),
        **_words(),
    )


@desk.get("/versions/<int:number>")
@guard("terms.view")
def version(number: int) -> Response:
    r = reader()
    found = get_version(r, number)
    then, later = figures_of(found.before, found.after)
    return respond.page(
        "terms/version.html",
        version=found,
        differences=_differences(then, later),
        named_facts=[
            (each.name, each.text) for each in map(NamedTerms.read, found.values["terms"])
        ],
        is_in_force=found.number == r.policy.id,
        today=r.today,
    )


@desk.get("/<ref>")
@guard("terms.view")
def show(ref: str) -> Response:
    return _change_page(get_shown_change(reader(), ref))


@desk.post("/<ref>/request")
@guard("terms.change")
def send(ref: str) -> Response:
    """Hands the change in."""
    view = get_shown_change(reader(), ref)
    form = DecisionForm()
    handed_in = HandIn(view.id, view.row_version, impact_text(reader(), change_of(view)))
    if respond.attempt(form, hand_in, handed_in):
        respond.say(_("Handed in. Somebody else decides about it now."))
        return respond.see_other(".show", ref=ref)
    return _change_page(get_shown_change(reader(), ref), form)


@desk.post("/<ref>/withdrawal")
@guard("terms.change")
def take_back(ref: str) -> Response:
    view = get_shown_change(reader(), ref)
    form = DecisionForm()
    if respond.attempt(form, withdraw, Withdraw(view.id, view.row_version)):
        respond.say(_("Taken back. Everything stays as it is."))
        return respond.see_other(".show", ref=ref)
    return _change_page(get_shown_change(reader(), ref), form)


def change_of(view: ChangeView) -> Change:
    """The change as its simulation looks at it."""
    return Change(
        view.id,
        view.scope,
        view.customer_id,
        view.effective_on,
        view.reach,
        view.before,
        view.after,
    )


def _change_page(view: ChangeView, form: Form | None = None) -> Response:
    then, later = figures_of(view.before, view.after)
    return respond.page(
        "terms/show.html",
        form.status if form else 200,
        view=view,
        form=form,
        differences=_differences(then, later),
        is_changeable=allows(actor(), "terms.change") and view.is_open,
        has_impact="desk_terms.impact" in current_app.view_functions,
        **_words(),
    )


def _differences(then: dict[str, str], later: dict[str, str]) -> list[tuple[str, str, str]]:
    """Each figure by its name, then and after."""
    return [
        (figure_name(name), figure_said(then[name]), figure_said(later[name])) for name in later
    ]


def _card(r: Reader, text: str, named: Any) -> tuple[str, list[str]]:
    """Terms as they are written, and in words; a name is told with what it means."""
    if not text:
        return _("Nothing is agreed"), [_("Invoices are due on their date.")]
    found = find_named(text, named)
    return text, words_of(r, found.text if found else text)


def words_of(r: Reader, text: str) -> list[str]:
    """Terms in plain words; nothing where they make no sense any more."""
    try:
        terms = parsed_terms(text)
    except RuleBroken:
        return []
    currency = r.company.currency
    return [*due_in_words(terms, currency), *discount_in_words(terms, currency)]


def _words() -> dict[str, Any]:
    """What the templates ask by name."""
    return {
        "state_of": lambda state: (_(STATES[state][0]), STATES[state][1]),
        "about": _about,
        "may_change": allows(actor(), "terms.change"),
        "today": reader().today,
    }


def _about(view: ChangeView) -> str:
    """What a change is about, for a list."""
    names = list(dict.fromkeys(figure_name(name.partition(":")[0]) for name in view.after))
    return ", ".join(names)
