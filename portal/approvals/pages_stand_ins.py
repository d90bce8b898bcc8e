"""Who decides for whom while colleagues are away: the list, naming somebody, ending it."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.approvals.forms import StandInForm
from portal.approvals.stand_ins import ADMIN, end_stand_in, list_stand_ins, name_stand_in
from portal.base.access import Permission
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.people import list_colleagues
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard

desk = Blueprint("desk_stand_ins", __name__, url_prefix="/desk/approvals/stand-ins")

#: How a stand-in stands, and its tone.
STATES = {
    "runs": (N_("runs"), "ok"),
    "comes": (N_("not yet begun"), "info"),
    "over": (N_("over"), "neutral"),
    "ended": (N_("ended"), "neutral"),
}


@desk.get("")
@guard("standin.manage")
def index() -> Response:
    return _page(_form())


@desk.post("")
@guard("standin.manage")
def name() -> Response:
    form = _form()
    if form.validate() and respond.attempt(form, name_stand_in, form.command()):
        respond.say(_("The stand-in is named. Both get a mail."))
        return respond.see_other(".index")
    return _page(form, form.status)


@desk.post("/<ref>/end")
@guard("standin.manage")
def end(ref: str) -> Response:
    form = Form()
    if respond.attempt(form, end_stand_in, reader().id_of("si", ref)):
        respond.say(_("It has ended. Both get a mail."))
    return respond.see_other(".index")


def _form() -> StandInForm:
    """An administrator names a stand-in for anybody, everybody else for themselves."""
    r = reader()
    colleagues = list_colleagues(r, Permission.TASK_DO)
    is_admin = r.actor.staff_role == ADMIN
    absent = [each for each in colleagues if is_admin or each[0] == r.actor.user_id]
    others = colleagues if is_admin else [one for one in colleagues if one[0] != r.actor.user_id]
    return StandInForm(absent, others, from_on=r.today, absent=str(r.actor.user_id))


def _page(form: StandInForm, status: int = 200) -> Response:
    return respond.page(
        "approvals/stand_ins.html",
        status,
        form=form,
        rows=list_stand_ins(reader()),
        states=STATES,
        is_admin=actor().staff_role == ADMIN,
    )
