"""A case is proposed: from the customer's page, from an invoice, or from a step of the ladder."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, url_for
from sqlalchemy import select

from portal.base.access import Permission
from portal.base.language import gettext as _
from portal.base.people import list_colleagues
from portal.core.case import Kind
from portal.customers.queries import CustomerFile, get_customer
from portal.escalation.cases import names
from portal.escalation.cases.candidates import candidates_among, list_overdue
from portal.escalation.cases.forms import Account, ProposeForm
from portal.escalation.cases.opening import propose_case
from portal.escalation.cases.rows import PREFIX, STEP_PREFIX, Candidate
from portal.invoices.names import kind_name
from portal.invoices.queries import get_invoice
from portal.tables.escalation import DunnedPart, Dunning
from portal.web import lists, respond
from portal.web.controls import here
from portal.web.current import actor, reader
from portal.web.guard import guard

opening = Blueprint("desk_case_opening", __name__, url_prefix="/desk")


@dataclass(frozen=True)
class Desk:
    """A case that is being proposed: about whom, in which accounts, and what it may claim."""

    customer: CustomerFile
    about: Account
    #: The currencies in which something is overdue.
    accounts: list[str]
    candidates: list[Candidate]


@opening.get("/customers/<ref>/cases/new")
@guard("case.keep")
def new(ref: str) -> Response:
    desk = _desk(ref)
    is_theirs = desk.about.kind is Kind.LEGAL and actor().staff_role == "legal"
    owner = str(actor().user_id) if is_theirs else ""
    return _page(desk, ProposeForm(items=_ticked(desk.about, desk.candidates), owner=owner))


@opening.post("/customers/<ref>/cases/new")
@guard("case.keep")
def propose(ref: str) -> Response:
    desk, form = _desk(ref), ProposeForm()
    form.offer(list_colleagues(reader(), Permission.CASE_KEEP))
    if form.validate():
        command = form.command(desk.about, desk.candidates)
        if respond.attempt(form, propose_case, command):
            respond.say(_("The case is proposed. A colleague opens it under Approvals."))
            return respond.see_other("desk_cases.show", ref=reader().refs.of(PREFIX, form.outcome))
    return _page(_desk(ref), form)


@opening.get("/invoices/<ref>/case")
@guard("case.keep")
def of_invoice(ref: str) -> Response:
    """From an invoice to a case about it; more of the account may be ticked there."""
    row = get_invoice(reader(), ref).row
    about = {"invoice": row.ref, "currency": row.amount.currency}
    return respond.see_other(".new", ref=reader().refs.of("cu", row.customer_id), **about)


def _desk(ref: str) -> Desk:
    """Whose money, in which currency and with whom, as the address says; asked for once."""
    r, customer = reader(), get_customer(reader(), ref)
    customer_id = customer.row.id
    overdue = list_overdue(r, customer_id)
    accounts = sorted({item.open.currency for item in overdue})
    about = _about(customer_id, accounts)
    items = [item for item in overdue if item.open.currency == about.currency]
    return Desk(customer, about, accounts, candidates_among(r, customer_id, about.kind, items))


def _about(customer_id: int, accounts: list[str]) -> Account:
    r, step = reader(), lists.asked("step")
    dunning = r.session.get(Dunning, r.id_of(STEP_PREFIX, step)) if step else None
    if dunning is not None and dunning.customer_id != customer_id:
        dunning = None
    first = dunning.currency if dunning else next(iter(accounts), r.company.currency)
    kind = Kind.AGENCY if dunning is not None and dunning.channel == "agency" else Kind.LEGAL
    return Account(
        customer_id,
        lists.asked("currency", [*accounts, first]) or first,
        Kind(lists.asked("kind", [each.value for each in Kind]) or kind),
        dunning.id if dunning else None,
    )


def _ticked(about: Account, candidates: list[Candidate]) -> list[str]:
    """What is chosen at first: an invoice, a step's items, else all that is not promised."""
    free = [each for each in candidates if each.claimable.minor and not each.elsewhere]
    invoice = lists.asked("invoice")
    if invoice:
        return [each.key for each in free if each.ref == invoice]
    if about.dunning_id is not None:
        rows = select(DunnedPart.entry_id, DunnedPart.part).where(
            DunnedPart.customer_id == about.customer_id, DunnedPart.dunning_id == about.dunning_id
        )
        told = {(entry_id, part) for entry_id, part in reader().session.execute(rows)}
        return [each.key for each in free if (each.entry_id, each.part) in told]
    return [each.key for each in free if each.promised_until is None]


def _page(desk: Desk, form: ProposeForm) -> Response:
    form.offer(list_colleagues(reader(), Permission.CASE_KEEP))
    about = desk.about
    return respond.page(
        "escalation/cases/new.html",
        form.status if form.is_submitted else 200,
        customer=desk.customer,
        about=about,
        form=form,
        candidates=desk.candidates,
        chosen=set(form.items.data or []),
        kinds=[(names.kind_name(kind), here(kind=kind.value), kind is about.kind) for kind in Kind],
        currencies=[(each, here(currency=each), each == about.currency) for each in desk.accounts],
        back=url_for("desk_customers.show", ref=desk.customer.row.ref),
        document_name=kind_name,
        today=reader().today,
    )
