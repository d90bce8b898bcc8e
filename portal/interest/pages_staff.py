"""Late interest at the desk: who pays late, how it was worked out, charging and waiving it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response

from portal.base import formats
from portal.base.access import allows
from portal.base.language import current_language
from portal.base.language import gettext as _
from portal.base.paging import page_within
from portal.base.spreadsheets import Row
from portal.core.money import Money
from portal.customers.queries import CustomerFile, get_customer
from portal.interest import names
from portal.interest.accounts import InterestFilter, InterestRow, every_account, list_interest
from portal.interest.charges import ChargeRow, get_charge, list_charges, list_waivers
from portal.interest.charging import WithdrawCharge, propose_charge, withdraw_charge
from portal.interest.forms import ChargeForm, WaiveForm
from portal.interest.sheet import note_pdf
from portal.interest.waiving import waive_interest
from portal.interest.workings import Worked, worked_among
from portal.invoices.open_items import one
from portal.web import current, lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.lists import SheetFormat
from portal.web.traces import note_access

desk = Blueprint("desk_interest", __name__, url_prefix="/desk")


@desk.get("/interest")
@guard("interest.view")
def index() -> Response:
    asked = InterestFilter(lists.asked("q"), lists.page_number(), lists.page_size())
    found = list_interest(reader(), asked)
    return respond.page(
        "interest/desk.html",
        fragments={"interest-part": "accounts"},
        found=found,
        asked=asked,
        waiting=list_charges(reader(), states=("waiting",)),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        chips=lists.chips({"q": asked.text}),
        sheets=lists.sheet_links("/desk/interest") if allows(actor(), "export.run") else [],
        today=reader().today,
    )


@desk.get("/interest.<any(csv, xlsx):file_format>")
@guard("export.run")
def export(file_format: SheetFormat) -> Response:
    head = [
        *(_("Code"), _("Customer"), _("Currency"), _("Accrued"), _("Already charged")),
        _("Waived"),
        _("Not asked for yet"),
    ]
    rows = (_cells(row) for row in every_account(reader(), lists.asked("q")))
    return lists.sheet(file_format, "interest", head, rows)


def _cells(row: InterestRow) -> Row:
    found = row.interest
    assert found is not None
    amounts = (found.total, found.charged, found.waived, found.open)
    return (row.code, row.name, row.currency, *amounts)


# ── One account ──────────────────────────────────────────────────────────────


@dataclass
class Tried:
    """The forms of an account's page, as they were sent."""

    charge: ChargeForm | None = None
    waive: WaiveForm | None = None

    @property
    def status(self) -> int:
        """That of the form that was refused."""
        form = self.charge or self.waive
        return form.status if form else 200


@desk.get("/customers/<ref>/interest")
@guard("interest.view")
def of_customer(ref: str) -> Response:
    return _page(Account.of(ref), Tried())


@desk.post("/customers/<ref>/interest/charges")
@guard("interest.charge")
def propose(ref: str) -> Response:
    account, form = Account.of(ref), ChargeForm()
    if form.validate():
        command = form.command(account.customer.row.id, account.currency)
        if respond.attempt(form, propose_charge, command):
            respond.say(_("The charge is proposed; somebody else approves it."))
            return respond.see_other(".charge", ref=reader().refs.of("ic", form.outcome))
    return _page(Account.of(ref), Tried(charge=form))


@desk.post("/customers/<ref>/interest/waivers")
@guard("interest.charge")
def waive(ref: str) -> Response:
    account = Account.of(ref)
    form = WaiveForm(account.invoices)
    if form.validate():
        entry_id = reader().id_of("iv", form.invoice.data) if form.invoice.data else None
        command = form.command(account.customer.row.id, account.currency, entry_id)
        if respond.attempt(form, waive_interest, command):
            respond.say(
                _("%(amount)s of late interest is waived.", amount=formats.money(form.outcome))
            )
            return respond.see_other(".of_customer", ref=ref, currency=account.currency)
    return _page(Account.of(ref), Tried(waive=form))


@dataclass(frozen=True)
class Account:
    """A customer, the account of theirs that is looked at, and its late interest today."""

    customer: CustomerFile
    currency: str
    currencies: list[str]
    worked: list[Worked]
    charges: list[ChargeRow]

    @classmethod
    def of(cls, ref: str) -> Account:
        """That of the currency in the address, else the first that bears interest."""
        r = reader()
        customer = get_customer(r, ref)
        found = worked_among(r, one(customer.row.id), r.today)
        charges = list_charges(r, customer.row.id)
        charged = {each.amount.currency for each in charges}
        currencies = sorted({each.currency for each in found} | charged)
        own = customer.currency or r.company.currency
        currency = lists.asked("currency", currencies) or next(iter(currencies), own)
        mine = [each for each in found if each.currency == currency]
        of_it = [each for each in charges if each.amount.currency == currency]
        return cls(customer, currency, currencies, mine, of_it)

    @property
    def waiting(self) -> ChargeRow | None:
        """The charge that waits for its approval."""
        return next((each for each in self.charges if each.state == "waiting"), None)

    @property
    def invoices(self) -> list[tuple[str, str]]:
        """Of which something can be waived: reference and number."""
        refs = reader().refs
        late = [each for each in self.worked if each.open.minor]
        return list(dict.fromkeys((refs.of("iv", each.entry_id), each.number) for each in late))

    @property
    def sums(self) -> dict[str, Money]:
        """The account's amounts together."""
        told = ("total", "charged", "waived", "open", "silent")
        return {
            name: Money.total((getattr(each, name) for each in self.worked), self.currency)
            for name in told
        }


def _page(account: Account, tried: Tried) -> Response:
    r, customer = reader(), account.customer
    waive_form = tried.waive or WaiveForm(account.invoices, is_fresh=True, through_on=r.today)
    return respond.page(
        "interest/of_customer.html",
        tried.status,
        fragments={"interest-part": "memo"},
        is_part=respond.asks_for("interest-part"),
        account=account,
        customer=customer,
        currency=account.currency,
        sums=account.sums,
        **_cut(account.worked),
        invoice_ref=lambda entry_id: r.refs.of("iv", entry_id),
        charge=tried.charge or ChargeForm(is_fresh=True, through_on=r.today),
        waive=waive_form,
        charges=account.charges,
        waivers=list_waivers(r, customer.row.id, account.currency),
        may_charge=allows(actor(), "interest.charge"),
        names=names,
        today=r.today,
    )


def _cut(worked: list[Worked]) -> dict[str, Any]:
    """A page of an account's items, the oldest first."""
    size = lists.page_size()
    page, pages = page_within(lists.page_number(), len(worked), size)
    shown = worked[(page - 1) * size : page * size]
    return {"shown": shown, "pager": lists.pager(page, pages, len(worked), size)}


# ── One charge ───────────────────────────────────────────────────────────────


@desk.get("/interest/charges/<ref>")
@guard("interest.view")
def charge(ref: str) -> Response:
    r = reader()
    view = get_charge(r, ref)
    waits = view.row.state == "waiting"
    return respond.page(
        "interest/charge.html",
        view=view,
        row=view.row,
        invoice_ref=lambda entry_id: r.refs.of("iv", entry_id),
        may_withdraw=waits and allows(actor(), "interest.charge", view.row),
        names=names,
        **_due(view.due),
    )


def _due(due: str) -> dict[str, Any]:
    said = {"at_once": _("At once"), "by_terms": _("By the customer's terms")}
    return {"due": said[due]}


@desk.post("/interest/charges/<ref>/withdrawal")
@guard("interest.charge")
def withdraw(ref: str) -> Response:
    view, form = get_charge(reader(), ref), Form()
    if respond.attempt(form, withdraw_charge, WithdrawCharge(view.row.id)):
        respond.say(_("The charge is withdrawn; nobody decides it any more."))
    else:
        respond.say(form.told()[0][1], "bad")
    return respond.see_other(".charge", ref=ref)


@desk.get("/interest/charges/<ref>.pdf")
@guard("interest.view")
def download(ref: str) -> Response:
    row = get_charge(reader(), ref).row
    if row.state != "charged":
        respond.say(_("There is a note once the charge is approved."), "warn")
        return respond.see_other(".charge", ref=ref)
    note_access("downloaded", f"interest/{row.id}", row.customer_id)
    body = note_pdf(current.installation(), ref, current_language())
    return respond.download(body, f"{row.number}.pdf", "application/pdf")
