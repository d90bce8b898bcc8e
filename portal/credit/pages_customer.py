"""A customer's own limit: what it is, what is used of it, and how it is raised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, url_for

from portal.base.access import allows
from portal.base.formats import money
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.credit import application_names
from portal.credit.application_list import ApplicationFilter, list_applications
from portal.credit.names import part_name
from portal.credit.own_limit import OwnCredit, own_credit
from portal.credit.rewards import has_paid_on_time, reward_percent
from portal.invoices.early_payment import list_offers
from portal.people.pages_branches import asked_branch, branches_of
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.guard import guard

customer = Blueprint("credit", __name__, url_prefix="/credit")

#: So many offers and applications stand on the page.
GLANCE = 5


@dataclass(frozen=True)
class Way:
    """Something that would help to a higher limit, and where it is done."""

    text: str
    url: str
    button: str


@customer.get("")
@guard("credit.own")
def index() -> Response:
    r = reader()
    branches = branches_of(r)
    chosen = asked_branch(r, branches)
    shown = next(row_id for row_id, _ref, _name in branches if chosen in (None, row_id))
    return respond.page(
        "credit/index.html",
        branches=[
            (name, url_for(".index", branch=ref), row_id == shown) for row_id, ref, name in branches
        ],
        offers=list_offers(r)[:GLANCE],
        may_apply=allows(actor(), "credit.apply"),
        today=r.today,
        **_of(r, shown),
    )


def _of(r: Reader, customer_id: int) -> dict[str, Any]:
    """What the page shows of one company, and what its templates ask by name."""
    asked = ApplicationFilter(per_page=GLANCE, customer_id=customer_id)
    applications = list_applications(r, asked).rows
    has_applied = any(row.state == "submitted" and row.kind != "terms" for row in applications)
    own = own_credit(r, customer_id)
    return {
        "own": own,
        "ways": _ways(r, own, has_applied=has_applied),
        "has_applied": has_applied,
        "reward": _reward(r, own),
        "applications": applications,
        "names": application_names,
        "part_name": part_name,
    }


def _reward(r: Reader, own: OwnCredit) -> str:
    """What paying on time earns, or has earned; empty where no limit can rise."""
    percent = reward_percent(r)
    if not percent or own.is_barred or own.amount is None or not own.amount.minor:
        return ""
    if has_paid_on_time(r, own.customer_id):
        return _(
            "You have paid everything on time for more than a year. That earns you %(percent)s %% "
            "more: apply for the higher limit.",
            percent=percent,
        )
    return _(
        "Paying on time earns a higher limit: whoever pays everything by its day for more than a "
        "year can apply for %(percent)s %% more.",
        percent=percent,
    )


def _ways(r: Reader, own: OwnCredit, *, has_applied: bool) -> list[Way]:
    """What would help to a higher limit, from the customer's own figures."""
    found = [
        Way(
            _("Pay what is overdue, %(amount)s.", amount=money(amount)),
            url_for("invoices.index", state="overdue"),
            _("See the overdue invoices"),
        )
        for amount in own.overdue
    ]
    if has_applied:
        return found
    if not own.has_figures:
        text = _("Hand in the figures of your last year, with an application.")
        found.append(Way(text, url_for("credit_application.index"), _("To the application")))
    elif allows(r.actor, "credit.apply"):
        text = _("Apply for a higher limit, and say what you need it for.")
        found.append(Way(text, url_for("credit_application.index"), _("To the application")))
    return found
