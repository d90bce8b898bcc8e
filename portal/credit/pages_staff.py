"""Credit at the desk: where something is to be done about it, and how each customer stands."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.web import respond
from portal.web.guard import guard

desk = Blueprint("desk_credit", __name__, url_prefix="/desk")


@desk.get("/credit")
@guard("credit.view")
def index() -> Response:
    return respond.page("credit/desk.html")
