"""How often a customer gets a statement, as staff choose it."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.period import Cycle
from portal.customers.cycles import ChangeCycle, change_cycle
from portal.customers.queries import get_customer
from portal.web import respond
from portal.web.current import reader
from portal.web.forms import Filled, Form, RadioField
from portal.web.guard import guard

cycle_desk = Blueprint("desk_cycle", __name__, url_prefix="/desk/customers/<ref>")

CYCLES = [
    (Cycle.MONTHLY.value, N_("Every month")),
    (Cycle.QUARTERLY.value, N_("Every quarter")),
    (Cycle.HALF_YEARLY.value, N_("Every half-year")),
]


class CycleForm(Form):
    """How often a statement comes."""

    cycle = RadioField(N_("Statements"), [Filled(N_("Choose how often."))], choices=CYCLES)


@cycle_desk.route("/cycle", methods=["GET", "POST"])
@guard("statement.run")
def cycle(ref: str) -> Response:
    customer = get_customer(reader(), ref)
    form = CycleForm(cycle=customer.statement_cycle)
    if form.is_submitted and form.validate():
        wish = ChangeCycle(customer.row.id, Cycle(form.cycle.data))
        if respond.attempt(form, change_cycle, wish):
            respond.say(_("The cycle is saved. The next statement follows it."))
            return respond.see_other("desk_customers.show", ref=ref)
    status = form.status if form.told() else 200
    return respond.page("customers/cycle.html", status, customer=customer, form=form)
