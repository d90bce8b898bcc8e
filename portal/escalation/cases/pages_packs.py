"""Evidence packs: asked for in one press, fetched when they are there."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.base.language import gettext as _
from portal.escalation.cases.forms import PackForm
from portal.escalation.cases.pack.making import ZIP
from portal.escalation.cases.pack.ordering import order_pack
from portal.escalation.cases.pages_staff import shown
from portal.escalation.cases.queries import get_case, get_pack
from portal.web import current, respond
from portal.web.current import reader
from portal.web.guard import guard
from portal.web.traces import note_access

packs = Blueprint("desk_case_packs", __name__, url_prefix="/desk/cases/<ref>/packs")


@packs.post("")
@guard("case.keep")
def order(ref: str) -> Response:
    view, form = get_case(reader(), ref), PackForm()
    if form.validate() and respond.attempt(form, order_pack, form.command(view.row.id)):
        respond.say(_("The evidence pack is being made. It stands here as soon as it is ready."))
        return respond.see_other("desk_cases.show", ref=ref)
    found = shown(get_case(reader(), ref)) | {"pack": form}
    return respond.page("escalation/cases/show.html", form.status, **found)


@packs.get("/<pack_ref>.zip")
@guard("case.view")
def fetch(ref: str, pack_ref: str) -> Response:
    view, found = get_case(reader(), ref), get_pack(reader(), ref, pack_ref)
    if found.state != "ready":
        return respond.see_other("desk_cases.show", ref=ref)
    note_access("downloaded", f"case/{view.row.id}", view.row.customer_id)
    body = current.installation().storage.get(found.sha256)
    name = f"{view.row.number}-{found.asked_at:%Y-%m-%d}.zip"
    return respond.download(body, name, ZIP)
