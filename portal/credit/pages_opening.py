"""A new customer at the desk: put on file, its person invited, its application begun."""

from __future__ import annotations

import wtforms
from flask import Blueprint, Response
from wtforms.validators import Length

from portal.base.access import allows
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.credit.opening import LONGEST, OpenCustomer, Opened, open_customer
from portal.customers.commands import ADDRESS
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.forms import Filled, Form, SelectField
from portal.web.guard import guard

opening = Blueprint("desk_opening", __name__, url_prefix="/desk/credit/opening")

KINDS = (
    ("", N_("Not told")),
    ("dealer", N_("Dealer")),
    ("end_customer", N_("End customer")),
    ("government", N_("Government body")),
    ("institution", N_("Public institution")),
)


class OpeningForm(Form):
    """Who the new customer is, and whom to write to there."""

    code = wtforms.StringField(
        N_("Customer’s code"),
        [Filled(N_("Enter the customer’s code, as your books have it.")), Length(max=100)],
    )
    name = wtforms.StringField(
        N_("Name"), [Filled(N_("Enter the customer’s name.")), Length(max=LONGEST)]
    )
    country = wtforms.StringField(N_("Country"), [Length(max=2)])
    billed_in = wtforms.StringField(
        N_("Currency"), [Filled(N_("Write the currency as three letters, such as CNY."))]
    )
    customer_type = SelectField(N_("Kind of customer"), choices=KINDS)
    owner = wtforms.StringField(N_("Sales owner"), [Length(max=LONGEST)])
    contact_name = wtforms.StringField(N_("Name of the person there"), [Length(max=LONGEST)])
    contact_email = wtforms.StringField(
        N_("E-mail address"),
        [
            wtforms.validators.Optional(),
            wtforms.validators.Regexp(
                ADDRESS, message=N_("Enter an e-mail address, such as name@company.com.")
            ),
        ],
    )
    language = SelectField(N_("Language"), choices=(("en", "English"), ("zh-CN", "中文")))
    invites = wtforms.BooleanField(N_("Invite this person to fill in the application"))

    def command(self) -> OpenCustomer:
        """What the page asks for."""
        return OpenCustomer(
            code=self.code.data or "",
            name=self.name.data or "",
            currency=(self.billed_in.data or "").strip().upper(),
            country=self.country.data or "",
            customer_type=self.customer_type.data,
            owner=self.owner.data or "",
            contact_name=self.contact_name.data or "",
            contact_email=self.contact_email.data or "",
            language=self.language.data,
            invites=bool(self.invites.data),
        )


@opening.get("")
@guard("credit.apply")
def new() -> Response:
    return _page(OpeningForm(billed_in=reader().company.currency))


def _page(form: OpeningForm) -> Response:
    return respond.page(
        "credit/opening.html",
        form.status if form.is_submitted else 200,
        form=form,
        may_invite=allows(actor(), "person.invite"),
        is_sales=actor().staff_role == "sales",
    )


@opening.post("")
@guard("credit.apply")
def begin() -> Response:
    form = OpeningForm()
    if form.validate() and respond.attempt(form, open_customer, form.command()):
        done: Opened = form.outcome
        refs = reader().refs
        if done.application_id is None:
            respond.say(_("The customer is on file; its person is invited by mail."))
            return respond.see_other("desk_credit.of_customer", ref=refs.of("cu", done.customer_id))
        respond.say(_("The customer is on file. Fill in the application for it."))
        return respond.see_other("desk_applications.show", ref=refs.of("ca", done.application_id))
    return _page(form)
