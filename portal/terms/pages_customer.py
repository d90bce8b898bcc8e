"""A customer's own terms, in plain words."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.base import formats
from portal.base.language import gettext as _
from portal.base.language import ngettext
from portal.base.terms_said import grace_in_words, late_in_words, terms_in_words
from portal.core.terms import Terms
from portal.people.pages_branches import asked_branch, branch_choices, branches_of
from portal.terms.terms_of_customer import OwnTerms, terms_of_customer
from portal.web import lists, respond
from portal.web.current import reader
from portal.web.guard import guard

customer = Blueprint("terms", __name__)


@customer.get("/terms")
@guard("terms.own")
def index() -> Response:
    r = reader()
    branches = branches_of(r)
    customer_id = asked_branch(r, branches) or branches[0][0]
    own = terms_of_customer(r, customer_id)
    return respond.page(
        "terms/own.html",
        own=own,
        customer_name=next(name for known, _ref, name in branches if known == customer_id),
        branches=branch_choices(branches)[1:],
        branch=lists.asked("branch") or branches[0][1],
        words=_said(own.terms, own.currency),
        said=lambda terms: formats.together(_said(terms, own.currency)),
        contracts=_contracts(own),
        grace=grace_in_words(own.in_force.grace_days),
        late=late_in_words(own.in_force.late_interest),
        promise=_promise(own),
        source=_source(own.in_force.source.value),
    )


def _contracts(own: OwnTerms) -> list[tuple[str, str]]:
    """Each contract with its terms in words."""
    return [(code, formats.together(_said(terms, own.currency))) for code, terms in own.contracts]


def _said(terms: Terms | None, currency: str) -> list[str]:
    if terms is None:
        return [_("Invoices are due on their date.")]
    return terms_in_words(terms, currency)


def _source(source: str) -> str:
    """Who says so, to the customer; what the house thinks of them is its own matter."""
    if source == "customer":
        return _("They were agreed with you.")
    if source == "none":
        return _("Nothing was agreed with you about paying later.")
    return _("They are our general terms.")


def _promise(own: OwnTerms) -> str:
    """How late an item may be promised."""
    days = own.promise_days
    if days is None:
        return _("How late you can promise to pay is shown with each invoice.")
    if not days:
        return _("What is due at once cannot be promised for later.")
    return ngettext(
        "You can promise to pay up to %(num)s day after the due date, a part of %(part)s of the"
        " term.",
        "You can promise to pay up to %(num)s days after the due date, a part of %(part)s of the"
        " term.",
        days,
        part=str(own.fraction),
    )
