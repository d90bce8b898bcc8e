"""Exchange rates at the desk: what is known, and one told by hand."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.base import formats
from portal.base.access import allows
from portal.base.language import gettext as _
from portal.credit.pages_order_forms import RateForm
from portal.credit.rates import PER_PAGE, list_rates, tell_rate
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.guard import guard

rates = Blueprint("desk_rates", __name__, url_prefix="/desk/credit")


@rates.get("/rates")
@guard("credit.view")
def index() -> Response:
    r = reader()
    return _shown(RateForm(to_currency=r.company.currency, rate_on=r.today))


def _shown(form: RateForm, status: int = 200) -> Response:
    currency = lists.asked("currency")
    found = list_rates(reader(), lists.page_number(), currency.upper())
    return respond.page(
        "credit/rates.html",
        status,
        fragments={"rates-part": "rates"},
        form=form,
        found=found,
        currency=currency,
        pager=lists.pager(found.page, found.pages, found.count, PER_PAGE),
        may_tell=allows(actor(), "credit.decide"),
    )


@rates.post("/rates")
@guard("credit.decide")
def tell() -> Response:
    form = RateForm()
    command = form.command() if form.validate() else None
    if command is None or not respond.attempt(form, tell_rate, command):
        return _shown(form, form.status)
    day = formats.day(command.rate_on)
    respond.say(_("The rate holds from %(day)s.", day=day))
    return respond.see_other(".index")
