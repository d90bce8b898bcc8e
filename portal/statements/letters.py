"""What the mails about statements say, from the books as they are when they leave."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from portal.base import formats
from portal.base.language import speaking
from portal.base.outbox import Letter, NotNeeded
from portal.base.people import is_member
from portal.base.sms import shown_address
from portal.base.work import Reader, Work
from portal.core.statement_status import UNANSWERED
from portal.people.links import statement_link_token
from portal.statements.chasing.bounces import statement_refused
from portal.statements.issuing.snapshot import to_confirm
from portal.statements.names import result_name
from portal.tables.agreements import Agreement
from portal.tables.customers import Contact, Customer
from portal.tables.journal import Outbox
from portal.tables.people import User
from portal.tables.statements import Confirmation, Statement


def statement_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The mail that a statement is there; `NotNeeded` once it is replaced, answered, not theirs."""
    statement = r.session.get_one(Statement, payload["statement_id"])
    refuse_settled(statement)
    return statement_to(r, statement, payload)


def refuse_settled(statement: Statement) -> None:
    """Raises `NotNeeded` where nobody waits for an answer to the statement any more."""
    if not statement.in_force:
        raise NotNeeded("The statement was replaced before it could be sent.")
    if statement.state not in UNANSWERED:
        raise NotNeeded("The statement was answered before it could be sent.")


def statement_to(r: Reader, statement: Statement, payload: dict[str, Any]) -> dict[str, Any]:
    """What is said of a statement to a portal user, or to a contact who is none yet."""
    if payload.get("user_id") is None:
        contact = r.session.get(Contact, payload["contact_id"])
        if contact is None or contact.customer_id != statement.customer_id:
            raise NotNeeded("Its reader no longer is a contact of the customer.")
        path = f"/statements/{r.refs.of('st', statement.id)}"
        about = about_statement(r, statement, payload["spoken"])
        return {**about, "path": path, "has_access": False}
    user = r.session.get_one(User, payload["user_id"])
    if not is_member(r, user.id, statement.customer_id):
        raise NotNeeded("Its reader no longer belongs to the customer.")
    path = f"/s/{statement_link_token(r, statement.id, user)}"
    return {**about_statement(r, statement, user.language), "path": path, "has_access": True}


def statement_sent(w: Work, row: Outbox) -> None:
    """Notes in the statement's life that a person was told, by which channel, at which address."""
    payload = json.loads(row.payload)
    statement = w.session.get_one(Statement, payload["statement_id"])
    subject = ("statement", statement.id)
    facts = {"channel": row.channel, "address": row.to_address}
    w.tell(statement.customer_id, subject, "notified", user_id=payload.get("user_id"), **facts)


def statement_texted(w: Work, row: Outbox) -> None:
    """Notes in the statement's life that a text about it left, and to which number."""
    payload = json.loads(row.payload)
    statement = w.session.get_one(Statement, payload["statement_id"])
    facts = {"channel": row.channel, "address": shown_address(row), "user_id": row.user_id}
    w.tell(statement.customer_id, ("statement", statement.id), "texted", **facts)


def confirmation_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The receipt of an answer: what was answered, by whom, and where the certificate is."""
    confirmation = r.session.get_one(Confirmation, payload["confirmation_id"])
    statement = r.session.get_one(Statement, confirmation.statement_id)
    user = r.session.get_one(User, payload["user_id"])
    signer = r.session.get_one(User, confirmation.user_id)
    with speaking(user.language):
        result = result_name(confirmation.result)
    ref = r.refs.of("st", statement.id)
    return {
        **about_statement(r, statement, user.language),
        "signer": signer.name or signer.email,
        "result_text": result,
        "certificate_path": f"/statements/{ref}/certificate",
        "verify_path": f"/verify/{confirmation.verify_code}",
    }


def agreement_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The copy of an agreement: what was accepted word for word, by whom, when; or revoked."""
    agreement = r.session.get_one(Agreement, payload["agreement_id"])
    customer = r.session.get_one(Customer, agreement.customer_id)
    who = agreement.ended_by if payload["is_revoked"] else agreement.user_id
    user = r.session.get_one(User, who or agreement.user_id)
    return {
        "customer_name": customer.name,
        "who": user.name or user.email,
        "at": agreement.ended_at if payload["is_revoked"] else agreement.accepted_at,
        "clauses": agreement.body.split("\n\n"),
        "sha256": agreement.text_sha256,
        "path": f"/account/company?customer={r.refs.of('cu', customer.id)}",
    }


def about_statement(r: Reader, statement: Statement, language: str) -> dict[str, Any]:
    """Whose statement it is, of which period, what it closes with, by when to answer."""
    customer = r.session.get_one(Customer, statement.customer_id)
    with speaking(language):
        period = formats.period(statement.period_from, statement.period_to)
    return {
        "number": statement.number,
        "customer_name": customer.name,
        "period_text": period,
        "closing": to_confirm(statement),
        "confirm_by": statement.confirm_by,
    }


LETTERS = {
    "agreement": Letter(agreement_values),
    "statement": Letter(statement_values, statement_sent, statement_refused, statement_texted),
    "confirmation": Letter(confirmation_values),
}
