"""What the mails about signing say: ready to be signed, returned, taken back after all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.base.access import NotFound, allows
from portal.base.outbox import Letter, NotNeeded
from portal.base.work import Reader
from portal.core.statement_status import Status
from portal.people.links import statement_link_token
from portal.people.recognising import actor_of
from portal.statements.letters import about_statement
from portal.statements.signing.standing import find_first, find_passing
from portal.tables.people import User
from portal.tables.statements import Confirmation, Statement


def prepared_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The mail to a signatory; `NotNeeded` once nobody waits for their signature."""
    statement = r.session.get_one(Statement, payload["statement_id"])
    if not statement.in_force or statement.state != Status.PREPARED:
        raise NotNeeded("The statement no longer waited for a signature.")
    if not _can_sign(r, payload["user_id"], statement):
        raise NotNeeded("Its reader can no longer sign for the customer.")
    user = r.session.get_one(User, payload["user_id"])
    passing, first = find_passing(r, statement.id), find_first(r, statement.id)
    return {
        **about_statement(r, statement, user.language),
        "preparer": _name(r, passing.by_id) if passing else "",
        "comment": passing.comment if passing else "",
        "first_signer": _name(r, first.user_id) if first else "",
        "first_remark": first.remark if first else "",
        "path": f"/s/{statement_link_token(r, statement.id, user)}",
    }


def _can_sign(r: Reader, user_id: int, statement: Statement) -> bool:
    try:
        return allows(actor_of(r, user_id), "statement.confirm", statement)
    except NotFound:
        return False


def _name(r: Reader, user_id: int) -> str:
    user = r.session.get_one(User, user_id)
    return user.name or user.email


def returned_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The mail to who prepared a statement: what the signatory wants looked at again."""
    statement = r.session.get_one(Statement, payload["statement_id"])
    user = r.session.get_one(User, payload["user_id"])
    return {
        **about_statement(r, statement, user.language),
        "path": f"/statements/{r.refs.of('st', statement.id)}",
    }


def withdrawn_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The mail to everybody who had the receipt: it counts no more."""
    confirmation = r.session.get_one(Confirmation, payload["confirmation_id"])
    statement = r.session.get_one(Statement, confirmation.statement_id)
    user = r.session.get_one(User, payload["user_id"])
    return {
        **about_statement(r, statement, user.language),
        "path": f"/statements/{r.refs.of('st', statement.id)}",
        "verify_path": f"/verify/{confirmation.verify_code}",
    }


LETTERS = {
    "statement_prepared": Letter(prepared_values),
    "statement_returned": Letter(returned_values),
    "confirmation_withdrawn": Letter(withdrawn_values),
}
