"""Our own people and the customers' as staff see them: invite, change, close the door."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request

from portal.audit.seats import list_seats
from portal.base.access import allows
from portal.base.language import gettext as _
from portal.base.work import Work
from portal.people import queries
from portal.people.commands import (
    ChangeStaffRole,
    Invite,
    change_staff_role,
    disable_user,
    enable_user,
    invite,
    remove_second_factor,
    resend_invitation,
)
from portal.people.forms import InviteForm, InviteStaffForm, StaffRoleForm
from portal.people.words import role_hints
from portal.statements.agreement.agreements import list_agreements
from portal.web import current, respond
from portal.web.forms import Form
from portal.web.guard import guard

desk = Blueprint("desk_people", __name__, url_prefix="/desk")


@desk.get("/users")
@guard("user.manage")
def users() -> Response:
    return _users_page(InviteStaffForm())


@desk.post("/users")
@guard("user.manage")
def invite_staff() -> Response:
    form = InviteStaffForm()
    if form.validate() and respond.attempt(form, invite, _invitation(form, None)):
        respond.say(_("An invitation is on its way to %(email)s.", email=form.email.data))
        return respond.see_other(".users")
    return _users_page(form, form.status)


@desk.route("/users/<ref>", methods=["GET", "POST"])
@guard("user.manage")
def user(ref: str) -> Response:
    found = queries.get_staff_member(current.reader(), ref)
    form = StaffRoleForm(role=found.role)
    wish = ChangeStaffRole(found.user_id, str(form.role.data))
    if form.is_submitted and form.validate() and respond.attempt(form, change_staff_role, wish):
        respond.say(_("The role of %(name)s is changed.", name=found.name))
        return respond.see_other(".users")
    status = form.status if form.is_submitted else 200
    return respond.page("people/user.html", status, form=form, user=found)


@desk.post("/users/<ref>/closing")
@guard("user.manage")
def disable(ref: str) -> Response:
    return _act_on(ref, disable_user, _("The account of %(name)s is closed."))


@desk.post("/users/<ref>/opening")
@guard("user.manage")
def enable(ref: str) -> Response:
    return _act_on(ref, enable_user, _("The account of %(name)s is open again."))


@desk.post("/users/<ref>/second-factor/removal")
@guard("user.manage")
def remove_factor(ref: str) -> Response:
    said = _("%(name)s sets up a new second factor when signing in next.")
    return _act_on(ref, remove_second_factor, said)


@desk.post("/users/<ref>/invitation")
@guard("user.manage")
def resend(ref: str) -> Response:
    said = _("A new invitation is on its way to %(name)s.")
    return _act_on(ref, lambda w, user_id: resend_invitation(w, user_id, None), said)


@desk.get("/customers/<ref>/people")
@guard("person.view")
def customer_people(ref: str) -> Response:
    return _customer_page(ref, InviteForm())


@desk.post("/customers/<ref>/people")
@guard("person.invite")
def invite_customers_person(ref: str) -> Response:
    form = InviteForm()
    customer = queries.get_customer(current.reader(), ref)
    if form.validate() and respond.attempt(form, invite, _invitation(form, customer.id)):
        respond.say(_("An invitation is on its way to %(email)s.", email=form.email.data))
        return respond.see_other(".customer_people", ref=ref)
    return _customer_page(ref, form, form.status)


def _invitation(form: InviteForm | InviteStaffForm, customer_id: int | None) -> Invite:
    return Invite(
        str(form.email.data),
        str(form.name.data),
        str(form.role.data),
        customer_id,
        str(form.language.data),
    )


def _users_page(form: InviteStaffForm, status: int = 200) -> Response:
    r = current.reader()
    return respond.page(
        "people/users.html",
        status,
        form=form,
        staff=queries.list_staff(r),
        seats=list_seats(r),
    )


def _customer_page(ref: str, form: InviteForm, status: int = 200) -> Response:
    r = current.reader()
    customer = queries.get_customer(r, ref)
    return respond.page(
        "people/customer_people.html",
        status,
        form=form,
        customer=customer,
        ref=ref,
        members=queries.list_members(r, customer.id),
        contacts=queries.list_invitable_contacts(r, customer.id),
        may_invite=allows(r.actor, "person.invite", customer),
        agreements=list_agreements(r, customer.id),
        role_hints=role_hints(),
    )


def _act_on(ref: str, act: Callable[[Work, int], object], said: str) -> Response:
    """Does something to one of our own and says so, or why not."""
    found = queries.get_staff_member(current.reader(), ref)
    form = Form()
    if respond.attempt(form, act, found.user_id):
        respond.say(said % {"name": found.name})
    else:
        respond.say(str(form.form_errors[0]), "bad")
    return respond.redirect_to(request.path.rpartition("/")[0].removesuffix("/second-factor"))
