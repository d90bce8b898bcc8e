"""Writing a change of terms: the company's or a customer's, with what it gives an invoice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.base.language import gettext as _
from portal.base.sentences import sentence
from portal.base.work import Reader
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.named_terms import NamedTerms
from portal.core.terms import Schedule, parse_terms, schedule
from portal.core.terms_in_force import find_named
from portal.customers.queries import CustomerFile, get_customer
from portal.tables.customers import Customer
from portal.terms.changes import ChangeView, get_shown_change
from portal.terms.commands import ChangeDraft, DraftChange, change_draft, draft_change
from portal.terms.forms import (
    BuilderForm,
    CompanyForm,
    CustomerForm,
    NamedForm,
    builder_form,
    company_form,
    customer_form,
    example_day,
    named_forms,
)
from portal.terms.pages_staff import words_of
from portal.terms.values import values_in_force
from portal.web import lists, respond
from portal.web.current import reader
from portal.web.guard import guard

drafting = Blueprint("terms_drafting", __name__, url_prefix="/desk/terms")

#: The invoice of the preview, where nobody has typed another.
EXAMPLE_MINOR = 1_000_000


@dataclass(frozen=True)
class Place:
    """Whose terms are written, and where that goes."""

    customer: CustomerFile | None
    customer_id: int | None
    view: ChangeView | None
    title: str
    back: tuple[str, str]
    send_url: str
    preview_url: str


@dataclass(frozen=True)
class Editor:
    """The forms of the page."""

    form: CompanyForm | CustomerForm
    named: Sequence[NamedForm]
    builder: BuilderForm
    held: Mapping[str, Any]

    @property
    def written(self) -> Any:
        """The field in which the terms stand."""
        return self.form["default_terms" if isinstance(self.form, CompanyForm) else "terms"]

    def after(self) -> dict[str, Any]:
        if isinstance(self.form, CompanyForm):
            return self.form.after(self.held, self.named)
        return self.form.after()

    def validate(self) -> bool:
        """Every form is asked, so that all that is wrong is said at once."""
        told = [each.validate() for each in (self.form, *self.named)]
        for nth, row in enumerate(self.named, 1):
            for field in (row.name, row.text, row.grace, row.rate):
                self.form.form_errors += [
                    _("Named terms, line %(line)s: %(problem)s", line=nth, problem=_(str(text)))
                    for text in field.errors
                ]
        return all(told)


@dataclass(frozen=True)
class Example:
    """What terms give the invoice of the preview."""

    label: str
    words: Sequence[str]
    made: Schedule | None
    problem: str


@drafting.get("/new")
@guard("terms.change")
def new() -> Response:
    return _page(_new_place(lists.asked("customer")))


@drafting.post("/new")
@guard("terms.change")
def create() -> Response:
    place = _new_place(request.form.get("customer", ""))
    editor = _editor(place)
    if editor.validate():
        wanted = editor.form.wanted(editor.after())
        if respond.attempt(editor.form, draft_change, DraftChange(wanted, place.customer_id)):
            ref = reader().refs.of("tc", int(editor.form.outcome))
            respond.say(_("Kept as a draft. See what it does, then hand it in."))
            return respond.redirect_to(url_for("desk_terms.show", ref=ref))
    return _page(place, editor, editor.form.status)


@drafting.post("/new/preview")
@guard("terms.change")
def preview_new() -> Response:
    return _previewed(_new_place(request.form.get("customer", "")))


@drafting.get("/<ref>/edit")
@guard("terms.change")
def edit(ref: str) -> Response:
    return _page(_place_of(ref))


@drafting.post("/<ref>/edit")
@guard("terms.change")
def save(ref: str) -> Response:
    place = _place_of(ref)
    assert place.view is not None
    editor = _editor(place)
    if editor.validate():
        # What the form does not show of the draft stays in it: grades, a scorecard, a ladder.
        wanted = editor.form.wanted({**place.view.after, **editor.after()})
        changed = ChangeDraft(place.view.id, editor.form.version, wanted)
        if respond.attempt(editor.form, change_draft, changed):
            respond.say(_("Saved. It is a draft still."))
            return respond.redirect_to(url_for("desk_terms.show", ref=ref))
    return _page(_place_of(ref), editor, editor.form.status)


@drafting.post("/<ref>/edit/preview")
@guard("terms.change")
def preview_edit(ref: str) -> Response:
    return _previewed(_place_of(ref))


def _previewed(place: Place) -> Response:
    """What is typed gives; nothing is changed."""
    editor = _editor(place)
    editor.builder.validate()
    if request.form.get("build") and not editor.builder.errors:
        editor.written.data = editor.builder.written()
        editor.written.raw_data = [editor.written.data]
    editor.form.example_amount.validate(editor.form)
    return _page(place, editor)


def _new_place(customer_ref: str) -> Place:
    r = reader()
    customer = get_customer(r, customer_ref) if customer_ref else None
    customer_id = r.id_of("cu", customer_ref) if customer_ref else None
    return Place(
        customer,
        customer_id,
        None,
        _title(customer),
        _back(customer),
        url_for("terms_drafting.create"),
        url_for("terms_drafting.preview_new"),
    )


def _place_of(ref: str) -> Place:
    r = reader()
    view = get_shown_change(r, ref)
    customer = get_customer(r, view.customer_ref) if view.customer_ref else None
    return Place(
        customer,
        view.customer_id,
        view,
        _title(customer),
        (_("The change"), url_for("desk_terms.show", ref=ref)),
        url_for("terms_drafting.save", ref=ref),
        url_for("terms_drafting.preview_edit", ref=ref),
    )


def _title(customer: CustomerFile | None) -> str:
    if customer is None:
        return _("Change the company's terms")
    return _("Change the terms of %(customer)s", customer=customer.row.name)


def _back(customer: CustomerFile | None) -> tuple[str, str]:
    if customer is None:
        return _("Terms"), url_for("desk_terms.index")
    return customer.row.name, url_for("desk_terms.of_customer", ref=customer.row.ref)


def _editor(place: Place) -> Editor:
    """The forms over what holds today, or over the draft."""
    r, view = reader(), place.view
    on = max(view.effective_on, r.today) if view else r.today
    row = r.session.get(Customer, place.customer_id) if place.customer_id else None
    held = values_in_force(r, row, on)
    shown = {**held, **view.after} if view else held
    more: dict[str, Any] = {
        "currency": _currency(r, place),
        "effective_on": view.effective_on if view else r.today,
        "reach": view.reach if view else "new",
        "reason": view.reason if view else "",
        "example_on": r.today,
        "example_amount": Money(EXAMPLE_MINOR, _currency(r, place)),
        "row_version": str(view.row_version) if view else "0",
    }
    if place.customer_id is None:
        return Editor(company_form(shown, **more), named_forms(shown), builder_form(), held)
    return Editor(customer_form(shown, **more), (), builder_form(), held)


def _currency(r: Reader, place: Place) -> str:
    return (place.customer.currency if place.customer else "") or r.company.currency


def _page(place: Place, editor: Editor | None = None, status: int = 200) -> Response:
    editor = editor or _editor(place)
    r = reader()
    return respond.page(
        "terms/edit.html",
        status,
        fragments={"terms-preview": "preview"},
        place=place,
        form=editor.form,
        named=editor.named,
        builder=editor.builder,
        is_company=place.customer_id is None,
        currency=_currency(r, place),
        examples=_examples(r, place, editor),
        example_on=example_day(editor.form, r.today),
        names=list(r.policy.named_terms),
    )


def _examples(r: Reader, place: Place, editor: Editor) -> list[Example]:
    """What the terms that are typed give an invoice, each under its own name."""
    typed = (editor.written.data or "").strip()
    named = {
        name: NamedTerms(name, (row.text.data or "").strip())
        for row in editor.named
        if (name := (row.name.data or "").strip())
    } or dict(r.policy.named_terms)
    label = _("These terms") if place.customer_id else _("Customers without their own")
    if place.customer_id and not typed:
        label, typed = _("As for everybody"), r.policy.default_terms
    told = [(label, typed)] if typed else []
    told += [(row.name.data or "", row.text.data or "") for row in editor.named if not row.is_empty]
    return [_example(r, place, editor, each, named) for each in told]


def _example(
    r: Reader,
    place: Place,
    editor: Editor,
    told: tuple[str, str],
    named: Mapping[str, NamedTerms],
) -> Example:
    label, text = told
    found = find_named(text, named)
    notation = found.text if found else text
    total = editor.form.example_amount.data
    if not isinstance(total, Money):
        total = Money(EXAMPLE_MINOR, _currency(r, place))
    try:
        terms = parse_terms(notation)
        made = schedule(terms, example_day(editor.form, r.today), total, r.calendar())
    except RuleBroken as broken:
        return Example(label, (), None, sentence(broken))
    return Example(label, words_of(r, notation), made, "")
