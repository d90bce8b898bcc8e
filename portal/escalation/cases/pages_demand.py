"""The letter of law: looked at, then kept with the case as sent."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, request

from portal.base.access import NotFound
from portal.base.documents.archive import PDF
from portal.base.kept_files import Files
from portal.base.language import current_language
from portal.base.language import gettext as _
from portal.core.errors import RuleBroken
from portal.escalation.cases import names
from portal.escalation.cases.claim import claim_of
from portal.escalation.cases.demanding import (
    Demand,
    SendDemand,
    demand_pdf,
    letter_file,
    send_demand,
)
from portal.escalation.cases.forms import DemandForm
from portal.escalation.cases.queries import get_case
from portal.escalation.cases.rows import CaseView
from portal.web import current, respond
from portal.web.current import actor, reader
from portal.web.forms import key_of_form
from portal.web.guard import guard

demanding = Blueprint("desk_case_demand", __name__, url_prefix="/desk/cases/<ref>")


@demanding.route("/demand", methods=["GET", "POST"])
@guard("case.keep")
def demand(ref: str) -> Response:
    r = reader()
    view, form = get_case(r, ref), _form()
    if form.is_submitted and form.validate():
        pdf = _letter(view, form)
        if pdf is not None and request.form.get("look"):
            return respond.download(pdf, f"{view.row.number}.pdf", PDF)
        if pdf is not None and _is_sent(view, form, pdf):
            respond.say(
                _("The letter lies with the case. Print it and send it by registered post.")
            )
            return respond.see_other("desk_cases.show", ref=ref)
    return _page(form, ref)


def _form() -> DemandForm:
    return DemandForm(key=secrets.token_hex(16), language=current_language(), sender=actor().name)


def _letter(view: CaseView, form: DemandForm) -> bytes | None:
    """The letter; None where the case may not write it, with its sentence on the form."""
    r, told = reader(), _told(form)
    try:
        return demand_pdf(r, view, claim_of(r, view), told)
    except RuleBroken as broken:
        form.blame(broken)
        return None


def _told(form: DemandForm) -> Demand:
    pay_by = form.pay_by.data
    assert pay_by is not None
    texts = (form.sender.data, form.law.data, form.language.data)
    return Demand(pay_by, *(str(each or "").strip() for each in texts))


def _is_sent(view: CaseView, form: DemandForm, pdf: bytes) -> bool:
    files = Files(current.installation().storage, (letter_file(view, pdf, reader().today),))
    told = _told(form)
    command = SendDemand(view.row.id, told.pay_by, key_of_form(), told.law, files)
    return respond.attempt(form, send_demand, command)


def _page(form: DemandForm, ref: str) -> Response:
    r = reader()
    view = get_case(r, ref)
    if view.row.kind != "legal":
        raise NotFound(ref)
    return respond.page(
        "escalation/cases/demand.html",
        form.status if form.is_submitted else 200,
        view=view,
        claim=claim_of(r, view),
        form=form,
        names=names,
        today=r.today,
    )
