"""A case is proposed: from the customer's page, from an invoice, or from a step of the ladder."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from sqlalchemy import select

from portal.base.access import Permission
from portal.base.language import gettext as _
from portal.base.people import list_colleagues
from portal.core.case import Kind
from portal.customers.queries import CustomerFile, get_customer
from portal.escalation.cases import names
from portal.escalation.cases.candidates import list_accounts, list_candidates
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


@opening.get("/customers/<ref>/cases/new")
@guard("case.keep")
def new(ref: str) -> Response:
    customer = get_customer(reader(), ref)
    about = _about(customer)
    candidates = _candidates(about)
    keeps = actor().user_id if about.kind is Kind.LEGAL and actor().staff_role == "legal" else ""
    form = ProposeForm(items=_ticked(about, candidates), owner=str(keeps))
    return _page(customer, about, form)


@opening.post("/customers/<ref>/cases/new")
@guard("case.keep")
def propose(ref: str) -> Response:
    customer, form = get_customer(reader(), ref), ProposeForm()
    about = _about(customer)
    form.offer(list_colleagues(reader(), Permission.CASE_KEEP))
    if form.validate():
        command = form.command(about, _candidates(about))
        if respond.attempt(form, propose_case, command):
            respond.say(_("The case is proposed. A colleague opens it under Approvals."))
            return respond.see_other("desk_cases.show", ref=reader().refs.of(PREFIX, form.outcome))
    return _page(get_customer(reader(), ref), about, form)


@opening.get("/invoices/<ref>/case")
@guard("case.keep")
def of_invoice(ref: str) -> Response:
    """From an invoice to a case about it; more of the account may be ticked there."""
    row = get_invoice(reader(), ref).row
    about = {"invoice": row.ref, "currency": row.amount.currency}
    return respond.see_other(".new", ref=reader().refs.of("cu", row.customer_id), **about)


def _about(customer: CustomerFile) -> Account:
    """Whose money, in which currency and with whom, as the address says."""
    r, customer_id = reader(), customer.row.id
    step = lists.asked("step")
    dunning = r.session.get(Dunning, r.id_of(STEP_PREFIX, step)) if step else None
    if dunning is not None and dunning.customer_id != customer_id:
        dunning = None
    accounts = list_accounts(r, customer_id)
    first = dunning.currency if dunning else next(iter(accounts), r.company.currency)
    kind = Kind.AGENCY if dunning is not None and dunning.channel == "agency" else Kind.LEGAL
    return Account(
        customer_id,
        lists.asked("currency", [*accounts, first]) or first,
        Kind(lists.asked("kind", [each.value for each in Kind]) or kind),
        dunning.id if dunning else None,
    )


def _candidates(about: Account) -> list[Candidate]:
    return list_candidates(reader(), about.customer_id, about.kind, about.currency)


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


def _page(customer: CustomerFile, about: Account, form: ProposeForm) -> Response:
    form.offer(list_colleagues(reader(), Permission.CASE_KEEP))
    accounts = list_accounts(reader(), about.customer_id)
    return respond.page(
        "escalation/cases/new.html",
        form.status if form.is_submitted else 200,
        customer=customer,
        about=about,
        form=form,
        candidates=_candidates(about),
        chosen=set(form.items.data or []),
        kinds=[(names.kind_name(kind), here(kind=kind.value), kind is about.kind) for kind in Kind],
        currencies=[(each, here(currency=each), each == about.currency) for each in accounts],
        back=url_for("desk_customers.show", ref=customer.row.ref),
        document_name=kind_name,
        today=reader().today,
    )
