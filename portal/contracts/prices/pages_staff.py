"""Price lists at the desk: what a product costs on a day, and lists pasted or chosen as files."""

from __future__ import annotations

import wtforms
from flask import Blueprint, Response
from werkzeug.datastructures import FileStorage

from portal.base.access import allows
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.contracts.prices.keeping import KeepPrices, check_name, keep_prices
from portal.contracts.prices.queries import PER_PAGE, get_price_list, list_price_lists
from portal.contracts.prices.reading import read_prices, text_of
from portal.core.errors import RuleBroken
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Filled, Form, day_typed
from portal.web.guard import guard

prices = Blueprint("desk_prices", __name__, url_prefix="/desk/price-lists")


class PricesForm(Form):
    """A price list, pasted or as a file."""

    name = wtforms.StringField(N_("Price list"), [Filled(N_("Enter the name of the list."))])
    rows = wtforms.TextAreaField(N_("Prices"), render_kw={"rows": 10})
    file = wtforms.FileField(N_("Or a CSV file"))

    def command(self) -> KeepPrices | None:
        """The rows; None where one will not do, with its sentence on the form."""
        try:
            text = self._chosen() or str(self.rows.data or "")
            self.rows.data = text
            return KeepPrices(check_name(str(self.name.data or "")), read_prices(text))
        except RuleBroken as broken:
            self.blame(broken)
            return None

    def _chosen(self) -> str:
        file = self.file.data
        if not isinstance(file, FileStorage) or not file.filename:
            return ""
        return text_of(file.read())


@prices.get("")
@guard("contract.view")
def index() -> Response:
    return respond.page(
        "contracts/prices/index.html",
        rows=list_price_lists(reader()),
        may_keep=allows(actor(), "contract.keep"),
    )


@prices.route("/new", methods=["GET", "POST"])
@guard("contract.keep")
def new() -> Response:
    form = PricesForm(name=lists.asked("name"))
    command = form.command() if form.is_submitted and form.validate() else None
    if command is not None and respond.attempt(form, keep_prices, command):
        found = form.outcome
        facts = {"added": found.added, "updated": found.updated, "unchanged": found.unchanged}
        respond.say(
            _("%(added)s prices added, %(updated)s put right, %(unchanged)s as before.", **facts)
        )
        return respond.see_other(".show", name=command.name)
    status = form.status if form.is_submitted else 200
    return respond.page("contracts/prices/new.html", status, form=form)


@prices.get("/<name>")
@guard("contract.view")
def show(name: str) -> Response:
    r = reader()
    on = day_typed(lists.asked("on")) or r.today
    text, page = lists.asked("q"), lists.page_number()
    found = get_price_list(r, name, on, text, page)
    return respond.page(
        "contracts/prices/show.html",
        fragments={"prices-part": "rows"},
        name=name,
        on=on,
        text=text,
        found=found,
        chips=lists.chips({"q": text}),
        pager=lists.pager(found.page, found.pages, found.count, PER_PAGE),
        may_keep=allows(actor(), "contract.keep"),
        today=r.today,
    )
