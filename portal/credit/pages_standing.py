"""A customer's standing at the desk: who is barred, stopped, prepaying or exempt, and why."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.base.access import allows
from portal.base.language import gettext as _
from portal.credit import names
from portal.credit.pages_order_forms import EndForm, StandingForm
from portal.credit.standing import end_standing, get_standing, list_standings, set_standing
from portal.customers.queries import get_customer
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard

standing = Blueprint("desk_standing", __name__, url_prefix="/desk")


@standing.get("/customers/<ref>/standing")
@guard("credit.view")
def index(ref: str) -> Response:
    return _shown(ref)


@standing.post("/customers/<ref>/standing")
@guard("credit.decide")
def add(ref: str) -> Response:
    customer, form = get_customer(reader(), ref), StandingForm()
    if form.validate() and respond.attempt(form, set_standing, form.command(customer.row.id)):
        respond.say(_("This holds from today."))
        return respond.see_other(".index", ref=ref)
    return _shown(ref, form)


@standing.post("/standings/<ref>/end")
@guard("credit.decide")
def end(ref: str) -> Response:
    r = reader()
    row = get_standing(r, r.id_of("sd", ref))
    customer_ref = r.refs.of("cu", row.customer_id)
    form = EndForm(prefix=f"{ref}-")
    if form.validate() and respond.attempt(form, end_standing, form.command(row.id)):
        if form.outcome:
            respond.say(_("This holds no more."))
        else:
            respond.say(_("A second person decides whether it is lifted. Until then it holds."))
        return respond.see_other(".index", ref=customer_ref)
    return _shown(customer_ref, ends={ref: form})


def _shown(
    ref: str, form: StandingForm | None = None, ends: dict[str, EndForm] | None = None
) -> Response:
    r = reader()
    customer = get_customer(r, ref)
    rows = list_standings(r, customer.row.id)
    refs = {each.row.id: r.refs.of("sd", each.row.id) for each in rows}
    wrong: Form | None = form or next(iter((ends or {}).values()), None)
    forms = {each: EndForm(prefix=f"{each}-", is_fresh=True) for each in refs.values()}
    return respond.page(
        "credit/standing.html",
        wrong.status if wrong else 200,
        customer=customer.row,
        rows=rows,
        refs=refs,
        form=form or StandingForm(is_fresh=True),
        wrong=wrong,
        ends={**forms, **(ends or {})},
        may_decide=allows(actor(), "credit.decide"),
        names=names,
    )
