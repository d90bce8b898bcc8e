"""How a customer stands at a glance: what comes next for it, what it uses, what can be done."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, url_for

from portal.base.access import allows
from portal.base.language import gettext as _
from portal.core.ageing import GRADES
from portal.core.money import Money
from portal.credit.exposure import exposure_of
from portal.credit.warnings.names import reason_said
from portal.credit.warnings.queries import warned_customers
from portal.customers.queries import CustomerFile, get_customer
from portal.escalation.names import channel_name
from portal.escalation.queries import list_holds, next_steps_of
from portal.invoices.abnormal import abnormal_customers
from portal.invoices.ageing import AsOf, aged_accounts
from portal.invoices.open_items import whose_items
from portal.reports.names import graded
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.guard import guard

glance = Blueprint("desk_glance", __name__, url_prefix="/desk")

#: What can be done about a customer from its page: the route, the permission; shown where both are.
ACTS = (
    ("desk_talks.talks", "contact.log"),
    ("recording.new", "promise.record"),
    ("desk_case_opening.new", "case.keep"),
    ("desk_write_offs.new", "bad_debt.propose"),
    ("desk_provisions.specific", "provision.keep"),
    ("desk_credit.pdf", "credit.view"),
)


@glance.get("/customers/<ref>/next")
@guard("customer.view")
def coming(ref: str) -> Response:
    """What comes next for the customer by itself, and why."""
    r, customer = reader(), get_customer(reader(), ref)
    return respond.page(
        "customers/next.html",
        fragments={"next-part": "coming"},
        customer=customer,
        steps=next_steps_of(r, customer.row.id),
        channel_name=channel_name,
        today=r.today,
    )


@glance.get("/customers/<ref>/position")
@guard("customer.view")
def position(ref: str) -> Response:
    """Whether it is abnormal or left alone, what it uses of its limit, what is open by grade."""
    customer = get_customer(reader(), ref)
    return respond.page(
        "customers/position.html",
        fragments={"position-part": "used"},
        ref=ref,
        customer=customer,
        **_position(customer),
    )


def _position(customer: CustomerFile) -> dict[str, Any]:
    r = reader()
    used = (
        exposure_of(r, customer.row.id, r.today).total if allows(actor(), "credit.view") else None
    )
    whose = whose_items(r.actor, customer.row.id)
    warned = warned_customers(r, customer.row.id)
    return {
        "since": abnormal_customers(r, customer.row.id).get(customer.row.id),
        "warned": [reason_said(each) for each in warned.get(customer.row.id, ())],
        "holds": list_holds(r, customer.row.id, running=True),
        "used": used,
        "limit": customer.credit_limit,
        "bars": [_bar(each) for each in aged_accounts(r.session, AsOf(r.today, GRADES), whose)],
    }


def _bar(account: Any) -> tuple[str, list[tuple[int, str, Money]]]:
    amounts = [Money(minor, account.currency) for minor in account.buckets]
    return account.currency, graded(GRADES.names, amounts)


def acts_on(ref: str) -> list[tuple[str, str]]:
    """What the reader may do about a customer: its words and its address."""
    words = {
        "desk_talks.talks": _("Log a talk"),
        "recording.new": _("Record a promise"),
        "desk_case_opening.new": _("Open a case"),
        "desk_write_offs.new": _("Propose a write-off"),
        "desk_provisions.specific": _("Provide for it by itself"),
        "desk_credit.pdf": _("Credit file (PDF)"),
    }
    return [
        (words[endpoint], url_for(endpoint, ref=ref))
        for endpoint, permission in ACTS
        if endpoint in current_app.view_functions and allows(actor(), permission)
    ]
