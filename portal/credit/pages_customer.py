"""A customer's own limit: what it is, what is used of it, and how it is raised."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.web import respond
from portal.web.guard import guard

customer = Blueprint("credit", __name__, url_prefix="/credit")


@customer.get("")
@guard("credit.own")
def index() -> Response:
    return respond.page("credit/index.html")
