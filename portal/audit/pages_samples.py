"""The auditor's samples: drawn, asked for, followed up, and taken along as evidence."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.web import respond
from portal.web.guard import guard

desk = Blueprint("desk_samples", __name__, url_prefix="/desk/audit")


@desk.get("/samples")
@guard("audit.request")
def index() -> Response:
    return respond.see_other("desk_audit.index")
