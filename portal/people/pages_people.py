"""The people of a customer as they see each other, and as who administers them changes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, g, request, url_for

from portal.base.access import NotFound, allows
from portal.base.language import gettext as _
from portal.base.work import Work
from portal.core.money import Money
from portal.people import queries
from portal.people.commands import (
    AtCustomer,
    ChangeAccess,
    InviteTo,
    SetLimits,
    change_access,
    invite_to,
    remove_person,
    resend_invitation,
    set_limits,
    suspend_person,
    unsuspend_person,
)
from portal.people.forms import AccessForm, InviteToForm, LimitsForm, access_form, limits_form
from portal.people.listing import people_sheet
from portal.people.queries import Member
from portal.people.words import role_hints
from portal.web import current, lists, respond
from portal.web.forms import Form, options
from portal.web.guard import guard

people = Blueprint("people", __name__, url_prefix="/account")


@dataclass(frozen=True)
class Place:
    """A customer of the actor: its id, reference and name."""

    id: int
    ref: str
    name: str


@people.get("/people")
@guard("person.view")
def index() -> Response:
    return _page(_invite_form())


@people.get("/people.csv")
@guard("person.view")
def export() -> Response:
    here = _here()
    members = queries.list_members(current.reader(), here.id)
    return lists.sheet("csv", "people", *people_sheet(members, here.name))


@people.post("/people")
@guard("person.invite")
def invite_person() -> Response:
    form = _invite_form()
    if form.validate() and respond.attempt(form, invite_to, _invitation(form)):
        respond.say(_("An invitation is on its way to %(email)s.", email=form.email.data))
        return respond.see_other(".index", customer=_here().ref)
    return _page(form, form.status)


@people.route("/people/<ref>", methods=["GET", "POST"])
@guard("person.change")
def person(ref: str) -> Response:
    found = _member(ref)
    form = _access_form(found)
    if form.is_submitted and form.validate():
        wish = ChangeAccess(found.user_id, _roles_in(form))
        if respond.attempt(form, change_access, wish):
            respond.say(_("What %(name)s may do is changed.", name=found.name))
            return respond.see_other(".index", customer=_here().ref)
    return _person_page(found, form)


@people.post("/people/<ref>/limits")
@guard("person.change")
def limits(ref: str) -> Response:
    found = _member(ref)
    form = _limits_form(found)
    if form.validate():
        sums = tuple(field.data for field in form.limits if isinstance(field.data, Money))
        if respond.attempt(form, set_limits, SetLimits(found.user_id, _here().id, sums)):
            respond.say(_("How much %(name)s may sign for is changed.", name=found.name))
            return respond.see_other(".person", ref=ref, customer=_here().ref)
    return _person_page(found, form)


@people.route("/people/<ref>/removal", methods=["GET", "POST"])
@guard("person.change")
def removal(ref: str) -> Response:
    found, here, form = _member(ref), _here(), Form()
    command = AtCustomer(found.user_id, here.id)
    if form.is_submitted and respond.attempt(form, remove_person, command):
        respond.say(
            _("%(name)s is removed from %(customer)s.", name=found.name, customer=here.name)
        )
        return respond.see_other(".index", customer=here.ref)
    status = form.status if form.is_submitted else 200
    return respond.page("people/removal.html", status, form=form, person=found, here=here)


@people.post("/people/<ref>/suspension")
@guard("person.change")
def suspend(ref: str) -> Response:
    return _act_on(ref, suspend_person, _("%(name)s is suspended."))


@people.post("/people/<ref>/return")
@guard("person.change")
def unsuspend(ref: str) -> Response:
    return _act_on(ref, unsuspend_person, _("%(name)s can sign in again."))


@people.post("/people/<ref>/invitation")
@guard("person.invite")
def resend(ref: str) -> Response:
    said = _("A new invitation is on its way to %(name)s.")
    return _act_on(ref, lambda w, c: resend_invitation(w, c.user_id, c.customer_id), said)


# ── What they share ──────────────────────────────────────────────────────────


def _mine() -> list[Place]:
    """The actor's customers, by name."""
    if current.actor().kind != "customer":
        raise NotFound("customer")
    if "places" not in g:
        g.places = [Place(*each) for each in queries.list_customers_of(current.reader())]
    places: list[Place] = g.places
    return places


def _here() -> Place:
    """The customer the request names; else the only one, or the first by name."""
    wanted = request.values.get("customer")
    for place in _mine():
        if wanted in {None, "", place.ref}:
            return place
    raise NotFound("customer")


def _member(ref: str) -> Member:
    return queries.get_member(current.reader(), _here().id, ref)


def _administered() -> list[Place]:
    """The customers whose people the actor may change; the present one first of all."""
    actor, here = current.actor(), _here()
    may = [each for each in _mine() if allows(actor, "person.change", queries.at_customer(each.id))]
    return sorted(may, key=lambda place: place != here)


def _invite_form() -> InviteToForm:
    places = _administered()
    form = InviteToForm(
        roles=["customer_accountant"], branches=[_here().ref], language=_language_here()
    )
    form.branches.choices = options([(place.ref, place.name) for place in places])
    if form.is_submitted and len(places) == 1:
        form.branches.data = [places[0].ref]
    return form


def _language_here() -> str:
    return queries.get_customer(current.reader(), _here().ref).language or "en"


def _invitation(form: InviteToForm) -> InviteTo:
    chosen = set(form.branches.data or [])
    return InviteTo(
        str(form.email.data),
        str(form.name.data),
        frozenset(form.roles.data or []),
        tuple(place.id for place in _administered() if place.ref in chosen),
        str(form.language.data),
    )


def _access_form(found: Member, *, is_fresh: bool = False) -> AccessForm:
    roles = queries.roles_of(current.reader(), found.user_id)
    places = _administered()
    held = {place.ref: sorted(roles.get(place.id, frozenset())) for place in places}
    return access_form([(place.ref, place.name) for place in places], held, is_fresh=is_fresh)


def _roles_in(form: AccessForm) -> dict[int, frozenset[str]]:
    ids = {place.ref: place.id for place in _administered()}
    return {ids[field.short_name]: frozenset(field.data or []) for field in form.places}


def _limits_form(found: Member, *, is_fresh: bool = False) -> LimitsForm:
    currencies = queries.list_limit_currencies(current.reader(), _here().id)
    return limits_form(currencies, found.limits, is_fresh=is_fresh)


def _person_page(found: Member, form: AccessForm | LimitsForm) -> Response:
    """The person: the form that was sent as it was typed, the other one as it stands."""
    is_about_access = isinstance(form, AccessForm)
    return respond.page(
        "people/person.html",
        form.status if form.is_submitted else 200,
        form=form,
        access=form if is_about_access else _access_form(found, is_fresh=True),
        limits=_limits_form(found, is_fresh=True) if is_about_access else form,
        person=found,
        here=_here(),
        role_hints=role_hints(),
    )


def _page(form: InviteToForm, status: int = 200) -> Response:
    r, here = current.reader(), _here()
    at = queries.at_customer(here.id)
    return respond.page(
        "people/people.html",
        status,
        form=form,
        tabs=[(each.name, url_for(".index", customer=each.ref), each == here) for each in _mine()],
        customer_ref=here.ref,
        members=queries.list_members(r, here.id),
        may_invite=allows(r.actor, "person.invite", at),
        may_change=allows(r.actor, "person.change", at),
        sheets=[("CSV", url_for(".export", customer=here.ref))],
        role_hints=role_hints(),
    )


def _act_on(ref: str, act: Callable[[Work, AtCustomer], object], said: str) -> Response:
    """Does something to a member of a customer and says so, or why not."""
    member, here, form = _member(ref), _here(), Form()
    if respond.attempt(form, act, AtCustomer(member.user_id, here.id)):
        respond.say(said % {"name": member.name})
    else:
        respond.say(str(form.form_errors[0]), "bad")
    return respond.see_other(".index", customer=here.ref)
