"""Late interest as a customer sees it: a memo beside the balance, how it came to, the notes."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.base.access import NotFound
from portal.base.language import current_language
from portal.core.money import Money
from portal.interest import names
from portal.interest.charges import get_charge, list_charges
from portal.interest.sheet import note_pdf
from portal.interest.workings import Worked, worked_among, worked_of, worked_of_invoice
from portal.invoices.open_items import everyone
from portal.people.queries import list_customers_of
from portal.statements.queries import get_statement
from portal.web import current, respond
from portal.web.current import actor, reader
from portal.web.guard import guard
from portal.web.traces import note_access

customer = Blueprint("interest", __name__)


@customer.get("/interest")
@guard("invoice.view")
def index() -> Response:
    if actor().kind != "customer":
        raise NotFound("interest")
    r = reader()
    found = worked_among(r, everyone, r.today)
    return respond.page(
        "interest/index.html",
        fragments={"interest-memo": "memo"},
        is_part=respond.asks_for("interest-memo"),
        accounts=_accounts(found),
        memo=_memo(found),
        charges=list_charges(r),
        invoice_ref=lambda entry_id: r.refs.of("iv", entry_id),
        names=names,
        today=r.today,
    )


def _memo(found: list[Worked]) -> list[Money]:
    """By currency what was not asked for yet; nothing where nothing is."""
    currencies = sorted({each.currency for each in found if each.open.minor})
    return [
        Money.total((each.open for each in found if each.currency == currency), currency)
        for currency in currencies
    ]


def _accounts(found: list[Worked]) -> list[tuple[str, str, list[Worked]]]:
    """Each account that bears interest: the company's name, its currency, its items."""
    named = {customer_id: name for customer_id, _ref, name in list_customers_of(reader())}
    by_account: dict[tuple[str, int, str], list[Worked]] = {}
    for each in found:
        key = (named[each.customer_id], each.customer_id, each.currency)
        by_account.setdefault(key, []).append(each)
    return [
        (name, currency, by_account[name, _id, currency])
        for name, _id, currency in sorted(by_account)
    ]


@customer.get("/interest/<ref>.pdf")
@guard("invoice.view")
def download(ref: str) -> Response:
    row = get_charge(reader(), ref).row
    if row.state != "charged":
        raise NotFound(ref)
    note_access("downloaded", f"interest/{row.id}", row.customer_id)
    body = note_pdf(current.installation(), ref, current_language())
    return respond.download(body, f"{row.number}.pdf", "application/pdf")


@customer.get("/invoices/<ref>/interest")
@guard("invoice.view")
def of_invoice(ref: str) -> Response:
    """Late interest of one invoice: a page of its own, and a part of the invoice's page."""
    number, worked = worked_of_invoice(reader(), ref)
    return respond.page(
        "interest/of_invoice.html",
        fragments={"interest-part": "interest"},
        worked=worked,
        number=number,
        ref=ref,
        names=names,
        is_desk=actor().kind == "staff",
        today=reader().today,
    )


@customer.get("/statements/<ref>/interest")
@guard("statement.view")
def of_statement(ref: str) -> Response:
    """Late interest to the end of a statement: beside it, never in what was frozen and signed."""
    r = reader()
    row = get_statement(r, ref).row
    until = min(row.period_to, r.today)
    found = worked_of(r, row.customer_id, row.currency, until)
    return respond.page(
        "interest/of_statement.html",
        fragments={"interest-part": "interest"},
        row=row,
        until=until,
        worked=found,
        memo=_memo(found),
        invoice_ref=lambda entry_id: r.refs.of("iv", entry_id),
        names=names,
        is_part=respond.asks_for("interest-part"),
    )
