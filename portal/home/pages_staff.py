"""The desk's first page: what to do today, where everyone stands; and the mails that went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, url_for

from portal.base.access import NotFound, allows
from portal.base.language import gettext as _
from portal.base.language import ngettext
from portal.core.money import Money
from portal.customers.timeline import list_happenings
from portal.home import commands
from portal.home.duties import Duty, list_duties, list_mails
from portal.invoices.position import customer_position
from portal.invoices.rows import Position
from portal.reports.names import graded
from portal.statements.issuing.progress import list_runs_with_progress
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard

desk = Blueprint("desk_home", __name__, url_prefix="/desk")

MAIL_STATES = ("failed", "pending", "sent", "cancelled")


@dataclass(frozen=True)
class ShownDuty:
    """A duty as it is said, and where it is done."""

    text: str
    amounts: tuple[Money, ...]
    url: str
    button: str


@desk.get("")
@guard("desk.view")
def index() -> Response:
    r = reader()
    runs = list_runs_with_progress(r, limit=1)
    own, others = _positions()
    return respond.page(
        "home/desk.html",
        duties=[_shown(duty) for duty in list_duties(r)],
        own=own,
        bar=_bar(own) if own else [],
        others=others,
        last_run=runs[0] if runs else None,
        happenings=list_happenings(r, limit=8, with_mails=False),
        may_run=allows(r.actor, "statement.run"),
        may_import=allows(r.actor, "import.run"),
        today=r.today,
    )


def _positions() -> tuple[Position | None, list[Position]]:
    """The position in the company's own currency, and in all others."""
    r = reader()
    found = customer_position(r)
    own = [each for each in found if each.currency == r.company.currency]
    others = [each for each in found if each.currency != r.company.currency]
    return (own[0] if own else None), others


def _bar(position: Position) -> list[tuple[int, str, Money]]:
    return graded(position.names, position.buckets)


def _shown(duty: Duty) -> ShownDuty:
    return ShownDuty(
        _said(duty.name, duty.count),
        tuple(amount for amount in duty.amounts if amount.minor),
        _place(duty.name),
        _button(duty.name),
    )


def _said(name: str, n: int) -> str:
    """A duty in words: what to do with how many of what."""
    return {
        **_said_of_work(n),
        "late": ngettext(
            "Chase %(num)s statement whose deadline has passed",
            "Chase %(num)s statements whose deadline has passed",
            n,
        ),
        "refused": ngettext(
            "Look at %(num)s statement that was not agreed to",
            "Look at %(num)s statements that were not agreed to",
            n,
        ),
        "differing": ngettext(
            "Look at %(num)s statement confirmed with differences",
            "Look at %(num)s statements confirmed with differences",
            n,
        ),
        "mails": ngettext(
            "Send %(num)s mail that could not be delivered",
            "Send %(num)s mails that could not be delivered",
            n,
        ),
        "imports": ngettext(
            "Repair %(num)s import that failed", "Repair %(num)s imports that failed", n
        ),
        "contacts": ngettext(
            "Find somebody to write to at %(num)s customer",
            "Find somebody to write to at %(num)s customers",
            n,
        ),
    }[name]


def _said_of_work(n: int) -> dict[str, str]:
    """The duties for which somebody waits, by their names."""
    return {
        "tasks": ngettext(
            "Do %(num)s task that is yours or nobody’s",
            "Do %(num)s tasks that are yours or nobody’s",
            n,
        ),
        "approvals": ngettext(
            "Decide %(num)s request that waits for a second person",
            "Decide %(num)s requests that wait for a second person",
            n,
        ),
        "ladder_runs": ngettext(
            "Look at %(num)s run of the ladders before it goes",
            "Look at %(num)s runs of the ladders before they go",
            n,
        ),
        "letters": ngettext(
            "Print %(num)s letter that waits", "Print %(num)s letters that wait", n
        ),
        "held": ngettext(
            "Compare %(num)s invoice that differs from its contract",
            "Compare %(num)s invoices that differ from their contracts",
            n,
        ),
        "uninvoiced": ngettext(
            "Invoice %(num)s delivery that has waited too long",
            "Invoice %(num)s deliveries that have waited too long",
            n,
        ),
        "disputes": ngettext(
            "Decide %(num)s dispute whose answer is due",
            "Decide %(num)s disputes whose answer is due",
            n,
        ),
        "plans": ngettext(
            "Answer or sign %(num)s instalment plan", "Answer or sign %(num)s instalment plans", n
        ),
        "arrived": ngettext(
            "Apply %(num)s payment as its customer announced it",
            "Apply %(num)s payments as their customers announced them",
            n,
        ),
    }


def _button(name: str) -> str:
    return {
        "tasks": _("See the tasks"),
        "approvals": _("See the requests"),
        "ladder_runs": _("See the runs"),
        "letters": _("See the letters"),
        "held": _("See the invoices"),
        "uninvoiced": _("See the deliveries"),
        "disputes": _("See the disputes"),
        "plans": _("See the plans"),
        "arrived": _("See the payments"),
        "mails": _("See the mails"),
        "imports": _("See the imports"),
        "contacts": _("See the customers"),
    }.get(name, _("See the statements"))


def _place(name: str) -> str:
    """Where a duty is looked at."""
    places: dict[str, tuple[str, dict[str, Any]]] = {
        "tasks": ("desk_tasks.index", {"whose": "mine_or_nobody", "due": 1}),
        "approvals": ("desk_approvals.index", {"mine": 1}),
        "ladder_runs": ("desk_dunning.index", {}),
        "letters": ("desk_notices.index", {"state": "to_print"}),
        "held": ("desk_invoice_checks.index", {}),
        "uninvoiced": ("desk_deliveries.index", {}),
        "disputes": ("desk_disputes.index", {"state": "due"}),
        "plans": ("desk_plans.index", {"state": "ours"}),
        "arrived": ("desk_advices.waiting", {"state": "arrived"}),
        "late": ("desk_statements.index", {"state": "late", "newest": 1}),
        "refused": ("desk_statements.index", {"state": "refused", "newest": 1}),
        "differing": (
            "desk_statements.index",
            {"state": "confirmed_with_differences", "newest": 1},
        ),
        "mails": (".mails", {}),
        "imports": ("desk_imports.index", {}),
        "contacts": ("desk_customers.index", {"lacks": "contact", "sort": "name"}),
    }
    endpoint, query = places[name]
    return url_for(endpoint, **query)


@desk.get("/mails")
@guard("desk.view")
def mails() -> Response:
    state = lists.asked("state", MAIL_STATES) or "failed"
    size = lists.page_size()
    return respond.page(
        "home/desk_mails.html",
        mails=list_mails(reader(), state, size),
        state=state,
        states=_mail_states(),
        may_send=allows(actor(), "statement.run"),
    )


def _mail_states() -> list[tuple[str, str]]:
    return [
        ("failed", _("Not delivered")),
        ("pending", _("Waiting")),
        ("sent", _("Sent")),
        ("cancelled", _("Not needed any more")),
    ]


@desk.post("/mails/<ref>/sending")
@guard("statement.run")
def send_again(ref: str) -> Response:
    mail_id = reader().refs.id("ma", ref)
    if mail_id is None:
        raise NotFound(ref)
    form = Form()
    if respond.attempt(form, commands.send_again, mail_id):
        respond.say(_("The mail is on its way again."))
    else:
        respond.say(form.told()[0][1], "bad")
    return respond.see_other(".mails")
