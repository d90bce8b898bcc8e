"""
The round at the desk: what falls due soon or is overdue, answered item by item, sent in once.

The same items stand on a list to print, with what was said of each.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response

from portal.base.access import allows
from portal.base.language import gettext as _
from portal.base.language import ngettext
from portal.base.spreadsheets import Row
from portal.core.due_round import ANSWER_BY
from portal.escalation.due import names
from portal.escalation.due.answering import answer_round
from portal.escalation.due.asking import (
    SHOWN,
    RoundFilter,
    RoundItem,
    RoundPage,
    answered_names,
    list_round,
)
from portal.escalation.due.forms import RoundForm, round_form
from portal.promises.names import reason_name
from portal.statements.names import state_at_desk
from portal.statements.unconfirmed import Unconfirmed, list_unconfirmed
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.guard import guard

due = Blueprint("desk_due", __name__, url_prefix="/desk")

MOST_IN_A_FILE = 20_000
MOST_PRINTED = 500

#: By customer and currency the statement that is to be cleared up first.
Statements = dict[tuple[int, str], Unconfirmed]


@due.get("/due")
@guard("due.answer")
def index() -> Response:
    return _page(_form())


def _asked() -> RoundFilter:
    whose = lists.asked("whose", ("mine", "all")) or "mine"
    return RoundFilter(
        show=lists.asked("show", SHOWN) or "asked",
        owners=answered_names(reader(), actor().user_id) if whose == "mine" else None,
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _form() -> RoundForm:
    r = reader()
    return round_form(list_round(r, _asked()).items, r.today, r.calendar())


def _page(form: RoundForm, status: int = 0) -> Response:
    r, asked = reader(), _asked()
    found = list_round(r, asked)
    answered = sum(item.draft is not None for item in found.items)
    return respond.page(
        "escalation/due/index.html",
        status or (form.status if form.is_submitted else 200),
        fragments={"kept-part": "kept"},
        found=found,
        form=form,
        asked=asked,
        whose="mine" if asked.owners is not None else "all",
        shown=names.shown_options(),
        names=names,
        unconfirmed=_unconfirmed(found),
        state_at_desk=state_at_desk,
        answered=answered,
        by=ANSWER_BY.strftime("%H:%M"),
        may_name=allows(actor(), "standin.manage"),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        sheets=lists.sheet_links("/desk/due"),
        today=r.today,
    )


def _unconfirmed(found: RoundPage) -> Statements:
    return list_unconfirmed(reader(), {item.customer_id for item in found.items})


@due.get("/due/list")
@guard("due.answer")
def to_print() -> Response:
    """What is near due with what was said of each, to go through once a week or month (S-106)."""
    r, asked = reader(), replace(_asked(), page=1, per_page=MOST_PRINTED)
    found = list_round(r, asked)
    return respond.page(
        "escalation/due/list.html",
        found=found,
        asked=asked,
        shown=dict(names.shown_options())[asked.show],
        whose="mine" if asked.owners is not None else "all",
        names=names,
        reason_name=reason_name,
        unconfirmed=_unconfirmed(found),
        state_at_desk=state_at_desk,
        today=r.today,
    )


@due.post("/due/notes")
@guard("due.answer")
def keep() -> Response:
    """Notes what is ticked so far, so that a lost phone loses nothing; nothing is sent in."""
    form = _form()
    if not form.validate():
        return _page(form)
    respond.attempt(form, answer_round, form.command(is_sent=False))
    if respond.asks_for("kept-part"):
        return _page(_form(), 200)
    respond.say(_("Noted. Send the answers when you have them all."))
    return respond.see_other(".index", **_kept_query())


@due.post("/due/answers")
@guard("due.answer")
def send() -> Response:
    form = _form()
    if form.validate() and respond.attempt(form, answer_round, form.command(is_sent=True)):
        count = int(form.outcome or 0)
        respond.say(
            ngettext("%(num)s answer is sent in.", "%(num)s answers are sent in.", count)
            if count
            else _("Nothing was answered yet.")
        )
        return respond.see_other(".index", **_kept_query())
    return _page(form)


def _kept_query() -> dict[str, str]:
    asked = {"whose": lists.asked("whose"), "show": lists.asked("show")}
    return {name: value for name, value in asked.items() if value}


@due.get("/due.<any(csv, xlsx):file_format>")
@guard("due.answer")
def sheet(file_format: Any) -> Response:
    """The list as a file: customer, amount, days, what was said (S-102, S-106)."""
    r, asked = reader(), _asked()
    found = list_round(r, RoundFilter(asked.show, asked.owners, page=1, per_page=MOST_IN_A_FILE))
    head = (
        *(_("Customer"), _("Owner"), _("Document"), _("Due"), _("Days overdue")),
        *(_("Currency"), _("Open"), _("Last answer"), _("Reason"), _("Remark"), _("Who")),
        *(_("Statement"), _("Answer to it")),
    )
    statements = _unconfirmed(found)
    rows = [_cells(item, statements) for item in found.items]
    return lists.sheet(file_format, "due", head, rows)


def _cells(item: RoundItem, statements: Statements) -> Row:
    statement = statements.get((item.customer_id, item.open.currency))
    return (
        *(item.customer_name, item.owner, item.number, item.due_on, item.days_overdue),
        *(item.open.currency, item.open.major()),
        names.given_words(item.given) if item.given else "",
        *(reason_name(item.reason) if item.reason else "", item.note, item.said_by),
        *((statement.number, state_at_desk(statement.state)[0]) if statement else ("", "")),
    )
