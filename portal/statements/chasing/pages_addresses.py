"""Addresses that refused a mail, as staff let them be written to again."""

from __future__ import annotations

import wtforms
from flask import Blueprint, Response

from portal.base.language import gettext as _
from portal.customers.queries import get_customer
from portal.statements.chasing.bounces import ClearAddress, clear_address
from portal.web import respond
from portal.web.current import reader
from portal.web.forms import Form
from portal.web.guard import guard

addresses = Blueprint("desk_addresses", __name__, url_prefix="/desk/customers/<ref>/addresses")


class AddressForm(Form):
    """An address that takes mails again."""

    address = wtforms.HiddenField()


@addresses.post("")
@guard("statement.chase")
def clear(ref: str) -> Response:
    customer, form = get_customer(reader(), ref), AddressForm()
    address = str(form.address.data or "")
    if respond.attempt(form, clear_address, ClearAddress(customer.row.id, address)):
        respond.say(_("%(address)s is written to again.", address=address))
    return respond.see_other("desk_contacts.index", ref=ref)
