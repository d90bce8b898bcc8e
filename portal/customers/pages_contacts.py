"""A customer's contacts as staff keep them: whom to write to, who may sign up to how much."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.base.access import allows
from portal.base.language import gettext as _
from portal.customers import commands, queries
from portal.customers.commands import RemoveContact
from portal.customers.forms import ContactForm, contact_form
from portal.customers.queries import ContactRow, CustomerFile
from portal.people.queries import list_members
from portal.statements.chasing.bounces import list_refusing
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard

contacts_desk = Blueprint("desk_contacts", __name__, url_prefix="/desk/customers/<ref>/contacts")


@contacts_desk.get("")
@guard("customer.view")
def index(ref: str) -> Response:
    r = reader()
    customer = queries.get_customer(r, ref)
    return respond.page(
        "customers/contacts.html",
        customer=customer,
        contacts=queries.list_contacts(r, customer.row.id),
        members={member.email: member for member in list_members(r, customer.row.id)},
        may_change=allows(actor(), "person.change"),
        may_clear=allows(actor(), "statement.chase"),
        refusing=list_refusing(r, customer.row.id),
    )


@contacts_desk.route("/new", methods=["GET", "POST"])
@guard("person.change")
def new(ref: str) -> Response:
    customer = queries.get_customer(reader(), ref)
    form = contact_form(_currencies(customer))
    if form.is_submitted and form.validate():
        wish = form.command(customer.row.id)
        if respond.attempt(form, commands.keep_contact, wish):
            respond.say(_("%(name)s is a contact now.", name=wish.name))
            return respond.see_other(".index", ref=ref)
    return _contact_page(customer, form)


@contacts_desk.route("/<contact_ref>", methods=["GET", "POST"])
@guard("person.change")
def edit(ref: str, contact_ref: str) -> Response:
    customer = queries.get_customer(reader(), ref)
    contact = queries.get_contact(reader(), customer.row.id, contact_ref)
    form = contact_form(_currencies(customer, contact), contact)
    if form.is_submitted and form.validate():
        wish = form.command(customer.row.id, contact.id)
        if respond.attempt(form, commands.keep_contact, wish):
            respond.say(_("The contact %(name)s is saved.", name=wish.name))
            return respond.see_other(".index", ref=ref)
    return _contact_page(customer, form, contact)


@contacts_desk.post("/<contact_ref>/removal")
@guard("person.change")
def remove(ref: str, contact_ref: str) -> Response:
    customer = queries.get_customer(reader(), ref)
    contact = queries.get_contact(reader(), customer.row.id, contact_ref)
    wish = RemoveContact(customer.row.id, contact.id)
    if respond.attempt(Form(), commands.remove_contact, wish):
        respond.say(_("%(name)s is no contact any more.", name=contact.name))
    return respond.see_other(".index", ref=ref)


def _currencies(customer: CustomerFile, contact: ContactRow | None = None) -> list[str]:
    """The currencies a limit may be set in: the customer's and the company's, and those in use."""
    used = {limit.currency for limit in contact.limits} if contact else set()
    limit = customer.credit_limit
    used |= {limit.currency} if limit else set()
    used |= {customer.currency or reader().company.currency}
    return sorted(used)


def _contact_page(
    customer: CustomerFile, form: ContactForm, contact: ContactRow | None = None
) -> Response:
    status = form.status if form.is_submitted else 200
    return respond.page(
        "customers/contact.html", status, customer=customer, form=form, contact=contact
    )
