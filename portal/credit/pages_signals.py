"""Danger signals and visits of a customer at the desk: noted, cleared, what the books show."""

from __future__ import annotations

from typing import Any

import wtforms
from flask import Blueprint, Response
from wtforms.validators import Length

from portal.base.access import Permission, allows
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.credit.seen_signals import signals_of_books
from portal.credit.signal_names import signal_groups, signal_name
from portal.credit.signals import (
    LONGEST_NOTE,
    ClearSignal,
    NoteSignal,
    clear_signal,
    list_signals,
    note_signal,
    warns_at,
    whose_signal,
)
from portal.credit.visits import LONGEST, NoteVisit, list_visits, note_visit
from portal.customers.queries import get_customer
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.forms import DateField, Filled, Form, SelectField
from portal.web.guard import guard

desk = Blueprint("desk_signals", __name__, url_prefix="/desk")


class SignalForm(Form):
    """A danger signal, and what was seen or heard."""

    signal = SelectField(N_("Signal"), choices=[])
    note = wtforms.TextAreaField(
        N_("What was seen or heard"),
        [
            Filled(N_("Write what you saw or heard; the credit manager reads it.")),
            Length(max=LONGEST_NOTE),
        ],
    )

    def __init__(self, running: list[str], **kept: Any) -> None:
        """Offer the signals that do not run yet, by whose they are."""
        super().__init__(**kept)
        groups = signal_groups(without=running)
        self.signal.choices = {"": [("", _("Choose one"))], **dict(groups)}


class ClearForm(Form):
    """Why a signal is no danger any more."""

    clear_note = wtforms.StringField(N_("Why it is no danger any more"), [Length(max=LONGEST_NOTE)])


class VisitForm(Form):
    """What was learnt on a visit."""

    visited_on = DateField(N_("Day of the visit"))
    met = wtforms.StringField(N_("Who was met"), [Length(max=300)])
    payment_plans = wtforms.TextAreaField(N_("How it plans to pay"), [Length(max=LONGEST)])
    business = wtforms.TextAreaField(N_("How its business goes"), [Length(max=LONGEST)])
    next_on = DateField(N_("Next visit"))


@desk.get("/customers/<ref>/signals")
@guard("credit.view")
def show(ref: str) -> Response:
    return _page(ref, None)


def _page(ref: str, form: SignalForm | None, clearing: ClearForm | None = None) -> Response:
    r = reader()
    customer = get_customer(r, ref)
    rows = list_signals(r, customer.row.id)
    running = [row.signal for row in rows if row.is_running]
    suggested = [
        name for name in signals_of_books(r, customer.row.id, r.today) if name not in running
    ]
    chosen = suggested[0] if suggested else ""
    problem = form or clearing
    return respond.page(
        "credit/signals.html",
        problem.status if problem and problem.told() else 200,
        customer=customer,
        rows=rows,
        running=len(running),
        suggested=[signal_name(name) for name in suggested],
        warn_at=warns_at(r),
        form=form or SignalForm(running, is_fresh=True, signal=chosen),
        problem=problem,
        may_note=allows(actor(), Permission.SIGNAL_NOTE),
        signal_name=signal_name,
    )


@desk.post("/customers/<ref>/signals")
@guard("signal.note")
def note(ref: str) -> Response:
    customer_id = reader().id_of("cu", ref)
    running = [row.signal for row in list_signals(reader(), customer_id) if row.is_running]
    form = SignalForm(running)
    told = NoteSignal(customer_id, str(form.signal.data or ""), str(form.note.data or ""))
    if form.validate() and respond.attempt(form, note_signal, told):
        respond.say(_("The signal is noted."))
        return respond.see_other(".show", ref=ref)
    return _page(ref, form)


@desk.post("/signals/<ref>/clearing")
@guard("signal.note")
def clear(ref: str) -> Response:
    r = reader()
    customer, signal_id = r.refs.of("cu", whose_signal(r, ref)), r.id_of("sg", ref)
    form = ClearForm()
    told = ClearSignal(signal_id, str(form.clear_note.data or ""))
    if form.validate() and respond.attempt(form, clear_signal, told):
        respond.say(_("The signal is cleared."))
        return respond.see_other(".show", ref=customer)
    return _page(customer, None, form)


@desk.get("/customers/<ref>/visits")
@guard("credit.view")
def visits(ref: str) -> Response:
    return _visits(ref, VisitForm(visited_on=reader().today))


def _visits(ref: str, form: VisitForm) -> Response:
    r = reader()
    customer = get_customer(r, ref)
    return respond.page(
        "credit/visits.html",
        form.status if form.told() else 200,
        customer=customer,
        rows=list_visits(r, customer.row.id),
        form=form,
        may_note=allows(actor(), Permission.SIGNAL_NOTE),
    )


@desk.post("/customers/<ref>/visits")
@guard("signal.note")
def add_visit(ref: str) -> Response:
    form = VisitForm()
    told = NoteVisit(
        reader().id_of("cu", ref),
        form.visited_on.data or reader().today,
        str(form.met.data or ""),
        str(form.payment_plans.data or ""),
        str(form.business.data or ""),
        form.next_on.data,
    )
    if form.validate() and respond.attempt(form, note_visit, told):
        respond.say(_("The visit is noted."))
        return respond.see_other(".visits", ref=ref)
    return _visits(ref, form)
