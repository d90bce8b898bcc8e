"""Credit at the desk: where something is to be done about it, and how each customer stands."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, url_for

from portal.base.access import allows
from portal.base.documents.printer import Job
from portal.base.documents.render import print_pdf, sheet_of
from portal.base.formats import money
from portal.base.language import current_language, ngettext
from portal.base.language import gettext as _
from portal.base.paging import page_within
from portal.core.limit import Use
from portal.credit import limit_names
from portal.credit.credit_file import CreditFile, credit_file
from portal.credit.names import part_name, standing_of
from portal.credit.overview import SHOWN, Stand, kept, list_stands, sums_of
from portal.credit.owed_work import owed_work
from portal.customers.queries import CustomerFile, get_customer
from portal.invoices.sheet import parties_of
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.guard import guard
from portal.web.lists import SheetFormat
from portal.web.traces import note_access

desk = Blueprint("desk_credit", __name__, url_prefix="/desk")

#: So many sums stand below a figure; more would crowd it, and its list has them all.
MOST_SUMS = 3
#: Counts up when the template changes what is printed.
FILE_TEMPLATE = "credit_file/1"
#: Pages of other parts of credit about one customer: the endpoint, what it is, and whether it
#: takes the customer in its path or as a filter.
PANELS = (
    ("desk_shipping.index", "shipping", "customer"),
    ("desk_orders.index", "orders", "customer"),
    ("desk_standing.index", "standing", "ref"),
    ("desk_reviews.show", "scores", "ref"),
    ("desk_signals.show", "signals", "ref"),
    ("desk_signals.visits", "visits", "ref"),
    ("desk_terms.of_customer", "terms", "ref"),
    ("desk_contracts.index", "contracts", "customer"),
    ("desk_bills.index", "bills", "customer"),
)


@desk.get("/credit")
@guard("credit.view")
def index() -> Response:
    r = reader()
    rows = list_stands(r)
    return respond.page(
        "credit/desk.html",
        tiles=[_tile(shown, kept(rows, shown, r.today)) for shown in SHOWN if shown != "limited"],
        sums=sums_of(row for row in rows if row.limit is not None),
        work=[(words, url_for(place, **query)) for words, place, query in _work()],
        percent_of=limit_names.percent_of,
        watch=int(r.policy.values["credit_watch_percent"]),
    )


def _tile(shown: str, rows: list[Stand]) -> tuple[str, int, str, str]:
    """A figure of the overview: what it counts, how many, what is used there, and its list."""
    sums = sums_of(rows)
    used = " · ".join(money(each.used) for each in sums)
    if len(sums) > MOST_SUMS:
        used = ngettext("in %(num)s currency", "in %(num)s currencies", len(sums))
    return shown_name(shown), len(rows), used, url_for(".customers", show=shown)


def shown_name(shown: str) -> str:
    """What a list of customers is about."""
    return {
        "over": _("Over the limit"),
        "near": _("Near the limit"),
        "expired": _("Limit has ended"),
        "ending": _("Limit ends within 30 days"),
        "unknown": _("Exchange rate missing"),
        "risky": _("High risk"),
        "few": _("Hold 80 % of what is used"),
        "limited": _("With a limit"),
        "": _("All"),
    }[shown]


def _work() -> list[tuple[str, str, dict[str, Any]]]:
    """What waits elsewhere, where the page about it is there."""
    return [
        each for each in owed_work(reader()) if each[0] and each[1] in current_app.view_functions
    ]


@desk.get("/credit/customers")
@guard("credit.view")
def customers() -> Response:
    r, shown = reader(), lists.asked("show", SHOWN)
    text, currency = lists.asked("q").lower(), lists.asked("currency")
    rows = [row for row in kept(list_stands(r), shown, r.today) if _is_asked(row, text, currency)]
    size, count = lists.page_size(), len(rows)
    page, pages = page_within(lists.page_number(), count, size)
    return respond.page(
        "credit/customers.html",
        fragments={"stands-part": "stands"},
        rows=rows[(page - 1) * size : page * size],
        count=count,
        sums=sums_of(rows),
        shown=shown,
        choices=[(each, shown_name(each)) for each in ("", *SHOWN)],
        chips=_chips(shown),
        pager=lists.pager(page, pages, count, size),
        sheets=lists.sheet_links("/desk/credit/customers") if allows(actor(), "export.run") else [],
        **_words(),
    )


def _is_asked(row: Stand, text: str, currency: str) -> bool:
    is_named = not text or text in row.name.lower() or text in row.code.lower()
    return is_named and currency in ("", row.currency)


def _chips(shown: str) -> list[tuple[str, str]]:
    used = {
        "q": lists.asked("q"),
        "show": shown_name(shown) if shown else "",
        "currency": lists.asked("currency"),
    }
    return lists.chips(used)


def _words() -> dict[str, Any]:
    """What the templates ask by name."""
    return {
        "names": limit_names,
        "part_name": part_name,
        "standing_words": standing_of,
        "Use": Use,
        "today": reader().today,
    }


@desk.get("/credit/customers.<any(csv, xlsx):file_format>")
@guard("export.run")
def export(file_format: SheetFormat) -> Response:
    r, shown = reader(), lists.asked("show", SHOWN)
    text, currency = lists.asked("q").lower(), lists.asked("currency")
    head = [
        *(_("Code"), _("Customer"), _("Sales owner"), _("Grade"), _("Currency"), _("Limit")),
        *(_("Used"), _("Available"), _("Valid until"), _("State")),
    ]
    rows = (
        (
            *(row.code, row.name, row.owner, row.grade, row.currency, row.limit),
            *(row.used, row.available, row.valid_until, limit_names.use_words(row.use)[0]),
        )
        for row in kept(list_stands(r), shown, r.today)
        if _is_asked(row, text, currency)
    )
    return lists.sheet(file_format, "credit", head, rows)


# ── Of one customer ──────────────────────────────────────────────────────────


@desk.get("/customers/<ref>/credit")
@guard("credit.view")
def of_customer(ref: str) -> Response:
    r = reader()
    customer = get_customer(r, ref)
    return respond.page(
        "credit/of_customer.html",
        customer=customer,
        file=credit_file(r, customer),
        panels=_panels(customer),
        may_decide=allows(actor(), "credit.decide"),
        may_apply=allows(actor(), "credit.apply"),
        **_words(),
    )


def _panels(customer: CustomerFile) -> list[tuple[str, str]]:
    """The other pages about the customer's credit that are there: their names and addresses."""
    said = {
        "shipping": _("Ask whether an order may be shipped"),
        "orders": _("Orders"),
        "standing": _("Bar, stop deliveries, prepayment, exemption"),
        "scores": _("Scores, grades and reviews"),
        "signals": _("Danger signals"),
        "visits": _("Visits"),
        "terms": _("Terms in force"),
        "contracts": _("Contracts"),
        "bills": _("Bills"),
    }
    return [
        (said[what], url_for(endpoint, **{name: customer.row.ref}))  # type: ignore[arg-type]
        for endpoint, what, name in PANELS
        if _may_open(endpoint)
    ]


def _may_open(endpoint: str) -> bool:
    view = current_app.view_functions.get(endpoint)
    return view is not None and allows(actor(), getattr(view, "permission", "desk.view"))


@desk.get("/customers/<ref>/credit.pdf")
@guard("credit.view")
def pdf(ref: str) -> Response:
    customer = get_customer(reader(), ref)
    note_access("downloaded", f"credit_file/{customer.row.id}", customer.row.id)
    body = _file_pdf(customer)
    return respond.download(body, f"credit-{customer.row.code}.pdf", "application/pdf")


def _file_pdf(customer: CustomerFile) -> bytes:
    """The credit file as it is today, in the language of the moment."""
    r, language = reader(), current_language()
    file: CreditFile = credit_file(r, customer)
    html = sheet_of(
        "credit_file",
        lang=language,
        customer=customer,
        file=file,
        parties=parties_of(r, customer.row.id),
        money=money,
        printed_on=r.today,
        **_words(),
    )
    stamp = f"{FILE_TEMPLATE} {language} {customer.row.ref} {r.now.isoformat()}"
    return print_pdf(Job(html, "invoice", stamp))
