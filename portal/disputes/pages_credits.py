"""Credit notes that decisions asked for, on the desk: what is to be posted, and posting it."""

from __future__ import annotations

from flask import Blueprint, Response, url_for

from portal.base.access import allows
from portal.base.language import gettext as _
from portal.disputes.credit_requests import post_credit_note
from portal.disputes.desk import find_credit_request, list_credit_requests
from portal.disputes.desk_names import CREDITS, credit_name
from portal.disputes.pages_desk_forms import CreditNoteForm
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.guard import guard

credits_desk = Blueprint("desk_credits", __name__, url_prefix="/desk")

#: So many are shown at once; what is done makes room.
MOST = 200


@credits_desk.get("/credit-requests")
@guard("desk.view")
def index() -> Response:
    return _page()


@credits_desk.post("/credit-requests/<ref>/credit-note")
@guard("credit.post")
def post(ref: str) -> Response:
    asked = find_credit_request(reader(), ref)
    form = CreditNoteForm(prefix=f"{ref}-")
    command = form.command if form.validate() else None
    if command and respond.attempt(form, post_credit_note, command(reader().id_of("cr", ref))):
        respond.say(_("Credit note %(number)s is posted and applied.", number=form.number.data))
        return respond.see_other("desk_dispute.show", ref=asked.dispute_ref)
    return _page(form, ref)


def _page(form: CreditNoteForm | None = None, ref: str = "") -> Response:
    r = reader()
    state = lists.asked("state", CREDITS) or "approved"
    rows = list_credit_requests(r, state, MOST)
    may_post = allows(actor(), "credit.post") and state == "approved"
    return respond.page(
        "disputes/credit_requests.html",
        form.status if form else 200,
        rows=[(row, form if row.ref == ref and form else _fresh(row.ref)) for row in rows],
        form=form,
        tabs=[
            (credit_name(name)[0], url_for(".index", state=name), name == state) for name in CREDITS
        ],
        credit_name=credit_name,
        may_post=may_post,
    )


def _fresh(ref: str) -> CreditNoteForm:
    return CreditNoteForm(prefix=f"{ref}-", is_fresh=True, dated_on=reader().today)
