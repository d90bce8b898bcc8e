"""Our record beside a claim, and what follows for the statement on which it was said."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response

from portal.base.access import NotFound, allows
from portal.base.work import Reader
from portal.core.dispute import OPEN
from portal.core.money import Money
from portal.disputes import names
from portal.disputes.desk import list_earlier
from portal.disputes.reasons import reasons_of
from portal.disputes.record import find_about, list_deliveries
from portal.disputes.rows import DisputeView
from portal.invoices.names import kind_name
from portal.invoices.queries import get_invoice
from portal.promises.names import state_of
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter
from portal.statements.names import decision_name
from portal.statements.names import reason_name as difference_name
from portal.statements.queries import get_statement
from portal.statements.settling.settled import claims_of
from portal.statements.versions.late import posted_since
from portal.web import respond
from portal.web.current import reader
from portal.web.guard import guard

record = Blueprint("desk_record", __name__, url_prefix="/desk")


@dataclass(frozen=True)
class Round:
    """What can follow for the statement once all that was said on it has its answer."""

    ref: str
    number: str
    #: So many differences on it still wait for an answer.
    left: int
    #: A later statement follows it, so that the customer signs off with that.
    is_followed: bool
    version: int
    #: Documents posted since, and what the new version would close with.
    count: int
    closing: Money


def next_round(r: Reader, view: DisputeView) -> Round | None:
    """What follows for the statement of a decided dispute; None where nothing can."""
    row = view.row
    if not row.statement_ref or row.state in OPEN or not view.decisions:
        return None
    statement = get_statement(r, row.statement_ref)
    may_ask = allows(r.actor, "statement.resolve", statement.row)
    if not (statement.in_force and statement.row.is_answered and may_ask):
        return None
    claims = claims_of(r, statement)
    since = posted_since(r, statement)
    return Round(
        row.statement_ref,
        row.statement_number,
        sum(not claim.is_settled for claim in claims),
        since.is_followed,
        statement.row.version + 1,
        since.count,
        since.closing,
    )


@record.get("/disputes/<ref>/record")
@guard("desk.view")
def show(ref: str) -> Response:
    r = reader()
    about = find_about(r, ref)
    if not about.invoice_ref:
        raise NotFound(ref)
    invoice = get_invoice(r, about.invoice_ref)
    return respond.page(
        "disputes/record.html",
        fragments={"record-part": "record"},
        about=about,
        invoice=invoice,
        deliveries=list_deliveries(r, invoice.row.number),
        promises=list_promises(r, PromiseFilter(entry_id=invoice.row.id)),
        kind_name=kind_name,
        promise_state=state_of,
    )


@record.get("/disputes/<ref>/history")
@guard("desk.view")
def history(ref: str) -> Response:
    r = reader()
    about = find_about(r, ref)
    statement = get_statement(r, about.statement_ref) if about.statement_ref else None
    return respond.page(
        "disputes/history.html",
        fragments={"history-part": "history"},
        about=about,
        claims=claims_of(r, statement) if statement else [],
        statement_number=statement.row.number if statement else "",
        earlier=list_earlier(r, about.customer_id, about.id),
        reasons=reasons_of(r.policy),
        names=names,
        difference_name=difference_name,
        decision_name=decision_name,
    )
