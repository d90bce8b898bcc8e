"""The auditors' seats as an admin sees them: invite somebody for a time, change the time."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.audit.forms import InviteAuditorForm, SeatForm
from portal.audit.seats import (
    ChangeSeat,
    InviteAuditor,
    SeatRow,
    change_seat,
    get_seat,
    invite_auditor,
)
from portal.base.language import gettext as _
from portal.web import respond
from portal.web.current import reader
from portal.web.guard import guard

desk = Blueprint("desk_seats", __name__, url_prefix="/desk")


@desk.route("/auditors/new", methods=["GET", "POST"])
@guard("user.manage")
def new() -> Response:
    form = InviteAuditorForm(from_on=reader().today)
    if form.is_submitted and form.validate() and respond.attempt(form, invite_auditor, _told(form)):
        respond.say(_("An invitation is on its way to %(email)s.", email=form.email.data))
        return respond.see_other("desk_people.users")
    return respond.page("audit/seat_new.html", form.status if form.is_submitted else 200, form=form)


def _told(form: InviteAuditorForm) -> InviteAuditor:
    return InviteAuditor(
        str(form.email.data), str(form.name.data), str(form.language.data), form.terms()
    )


@desk.route("/auditors/<ref>", methods=["GET", "POST"])
@guard("user.manage")
def seat(ref: str) -> Response:
    found = get_seat(reader(), ref)
    form = SeatForm(from_on=found.from_on, until_on=found.until_on, purpose=found.purpose)
    if form.is_submitted and form.validate() and _is_changed(form, found):
        respond.say(_("The seat of %(name)s is changed.", name=found.name))
        return respond.see_other("desk_people.users")
    status = form.status if form.is_submitted else 200
    return respond.page("audit/seat.html", status, form=form, seat=found)


def _is_changed(form: SeatForm, found: SeatRow) -> bool:
    return respond.attempt(form, change_seat, ChangeSeat(found.user_id, form.terms()))
