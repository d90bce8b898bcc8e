"""What a signer is shown before signing: what they declare, their limit, where the code went."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.base import formats
from portal.base.formats import masked
from portal.base.language import current_language
from portal.base.work import Reader
from portal.core.confirmation import Result
from portal.core.money import Money
from portal.core.statement import read_statement
from portal.statements.issuing.snapshot import to_confirm
from portal.statements.signing.authorities import Authority, authority_of
from portal.statements.signing.declarations import (
    ABOUT_THE_ACCOUNT,
    DeclaredText,
    declared,
    names_of,
)
from portal.tables.customers import Contact
from portal.tables.people import Challenge, User
from portal.tables.signing import Signature
from portal.tables.statements import Confirmation, Statement

#: The act that a code is for; its subject is the statement's hash.
PURPOSE = "statement.confirm"


def named(amount: Money) -> str:
    """A sum as the texts and the button name it."""
    return formats.money(amount)


def declarations_for(
    r: Reader, statement: Statement, result: Result, *, owes: bool
) -> list[DeclaredText]:
    """The texts that an answer declares, in the language of the moment."""
    facts = _facts(r, statement)
    return [declared(name, current_language(), facts) for name in names_of(result, owes=owes)]


def _facts(r: Reader, statement: Statement) -> dict[str, str]:
    """What is filled into the texts."""
    head = read_statement(statement.payload).head
    return {
        "supplier": head.supplier.name,
        "customer": head.customer.name,
        "amount": named(Money(head.to_confirm_minor, head.currency)),
        "day": formats.day(head.period.to_on),
        "email": r.actor.email,
    }


@dataclass(frozen=True)
class OfferedDeclarations:
    """The texts that the page shows before signing."""

    #: result → what it says of the account
    about: dict[str, str]
    #: What every answer declares.
    always: list[str]
    owes: str
    authority: str
    #: Whether authority is to be ticked: none is on file and none was declared before.
    asks_authority: bool
    #: Whether there is a debt to acknowledge.
    asks_debt: bool
    #: What the actor's signature does, and on whose right.
    by: Authority


def offered_declarations(r: Reader, statement_id: int) -> OfferedDeclarations:
    """What the page of a statement that the reader may see offers to declare."""
    statement = r.session.get_one(Statement, statement_id)
    facts, language = _facts(r, statement), current_language()

    def text(name: str) -> str:
        return declared(name, language, facts).filled

    by = authority_of(r, r.actor, statement)
    has_declared = authority_declared_at(r, statement.customer_id) is not None
    asks_authority = by.limit_of(by.reach) is None and not has_declared
    stated = [] if asks_authority else ["authority"]
    return OfferedDeclarations(
        about={result.value: text(name) for result, name in ABOUT_THE_ACCOUNT.items()},
        always=[text(name) for name in ("receipt", *stated, "consent")],
        owes=text("owes"),
        authority=text("authority"),
        asks_authority=asks_authority,
        asks_debt=to_confirm(statement).minor > 0,
        by=by,
    )


def code_is_out(r: Reader, sha256: str) -> str:
    """Where the actor's last code for this statement went, masked; empty while none counts."""
    sent_to = r.session.scalar(
        select(Challenge.sent_to)
        .where(
            Challenge.user_id == r.actor.user_id,
            Challenge.purpose == PURPOSE,
            Challenge.subject == sha256,
            Challenge.answered_at.is_(None),
            Challenge.expires_at > r.now,
        )
        .order_by(Challenge.id.desc())
        .limit(1)
    )
    return masked(sent_to) if sent_to else ""


def title_of(r: Reader) -> str:
    """The actor's position, as their account or their contact has it."""
    user = r.session.get_one(User, r.actor.user_id)
    contact = r.session.scalar(select(Contact.title).where(Contact.email == user.email))
    return user.title or contact or ""


def authority_declared_at(r: Reader, customer_id: int) -> dt.datetime | None:
    """When the actor first signed for this customer, and so declared to be authorised."""
    found = [
        r.session.scalar(
            select(func.min(table.signed_at)).where(
                table.customer_id == customer_id, table.user_id == r.actor.user_id
            )
        )
        for table in (Confirmation, Signature)
    ]
    return min((at for at in found if at is not None), default=None)
