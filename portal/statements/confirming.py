"""
How a customer answers a statement as a whole: the code is sent, the answer is signed, once.

The event commits first; the certificate is derived from it (certificate.py). What can be refused is
refused before the code is asked for, so that a forgotten box does not cost a code.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass, field

from sqlalchemy import select

from portal.base.access import Denied, allows
from portal.base.mail import queue_mail
from portal.base.refs import ALPHABET
from portal.base.work import Work
from portal.core.confirmation import Result, check_result
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.statement import read_statement
from portal.core.statement_status import Status, after
from portal.people.commands import SentChallenge, send_challenge, use_grant
from portal.people.commands.challenges import masked
from portal.people.recognising import actor_of
from portal.statements.answers import Ticks, locked, read_ticks, refuse_answered
from portal.statements.declarations import keep_declaration
from portal.statements.evidence import (
    Answered,
    Surroundings,
    canonical_json,
    evidence_of,
    sha256_of_text,
)
from portal.statements.offers import (
    PURPOSE,
    authority_declared_at,
    declarations_for,
    limit_of,
    named,
)
from portal.tables.people import Challenge, User
from portal.tables.statements import Confirmation, Statement

#: A second click within this time sends no second code.
JUST_SENT = dt.timedelta(seconds=30)
GROUPS, GROUP = 4, 4


@dataclass(frozen=True)
class RequestConfirmation:
    """A code shall be mailed with which this statement can be signed."""

    statement_id: int


@dataclass(frozen=True)
class ConfirmStatement:
    """The answer to a statement as it was shown, signed by its author."""

    statement_id: int
    result: Result
    #: The statement and the answers on its lines, as they were shown.
    sha256: str
    answers_sha256: str
    typed_name: str
    title: str = ""
    remark: str = ""
    is_authorised: bool = False
    owes: bool = False
    #: One key, one answer, however often it is sent.
    key: str = ""
    #: The single-use grant of an answered code.
    grant: str = ""
    surroundings: Surroundings = field(default_factory=Surroundings)


def answers_digest(ticks: Ticks) -> str:
    """What the answers come to, so that a change between looking and signing is seen."""
    said: list[object] = [
        (seq, tick.mark, tick.row_version) for seq, tick in sorted(ticks.by_line.items())
    ]
    said += sorted((each.id, repr(each.difference)) for each in ticks.documents)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def request_confirmation(w: Work, c: RequestConfirmation) -> SentChallenge:
    """Mails a code for this very statement; one that has just been sent still counts."""
    statement = locked(w, c.statement_id, "statement.confirm")
    refuse_answered(statement)
    assert w.actor.user_id is not None
    just_sent = _just_sent(w, statement)
    if just_sent is not None:
        return SentChallenge(masked(just_sent.sent_to), just_sent.expires_at)
    user = w.session.get_one(User, w.actor.user_id)
    closing = Money(statement.closing_minor, statement.currency)
    facts = {"number": statement.number, "amount": named(closing)}
    return send_challenge(w, user.id, PURPOSE, statement.sha256, facts)


def _just_sent(w: Work, statement: Statement) -> Challenge | None:
    return w.session.scalars(
        select(Challenge)
        .where(
            Challenge.user_id == w.actor.user_id,
            Challenge.purpose == PURPOSE,
            Challenge.subject == statement.sha256,
            Challenge.answered_at.is_(None),
            Challenge.tries == 0,
            Challenge.created_at > w.now - JUST_SENT,
        )
        .limit(1)
    ).first()


def check_confirmable(w: Work, c: ConfirmStatement) -> int | None:
    """
    Raises whatever would refuse the answer, but for the code, which is not asked for yet.

    Tells the confirmation's id where this very answer was given before.
    """
    said = _said_before(w, c)
    if said is None:
        _checked(w, c)
    return said


def _said_before(w: Work, c: ConfirmStatement) -> int | None:
    return w.session.scalar(
        select(Confirmation.id).where(
            Confirmation.idempotency_key == c.key,
            Confirmation.user_id == w.actor.user_id,
            Confirmation.statement_id == c.statement_id,
        )
    )


def confirm_statement(w: Work, c: ConfirmStatement) -> int:
    """
    The statement has its answer, signed, with evidence; tells the confirmation's id.

    The same key again gives the same confirmation; any other answer is refused from then on.
    """
    said = _said_before(w, c)
    if said is not None:
        return said
    answered = _checked(w, c)
    use_grant(w, c.grant, PURPOSE, c.sha256)
    for text in answered.declarations:
        keep_declaration(w, text)
    return _keep(w, answered, c)


def _keep(w: Work, answered: Answered, c: ConfirmStatement) -> int:
    statement = answered.statement
    assert w.actor.user_id is not None
    text = canonical_json(evidence_of(w, answered, c.grant))
    confirmation = Confirmation(
        customer_id=statement.customer_id,
        statement_id=statement.id,
        result=c.result.value,
        user_id=w.actor.user_id,
        evidence=text,
        evidence_sha256=sha256_of_text(text),
        statement_sha256=statement.sha256,
        verify_code=answered.verify_code,
        idempotency_key=c.key,
        signed_at=w.now,
    )
    w.session.add(confirmation)
    statement.state = after(Status(statement.state), c.result.act)
    w.session.flush()
    _tell(w, statement, confirmation)
    return confirmation.id


def _tell(w: Work, statement: Statement, confirmation: Confirmation) -> None:
    """The timeline, the audit, the certificate's task and the receipt, with the answer itself."""
    w.tell(
        statement.customer_id,
        ("statement", statement.id),
        confirmation.result,
        evidence_sha256=confirmation.evidence_sha256,
    )
    w.audit(
        f"statement.{confirmation.result}",
        f"statement/{statement.id}",
        customer_id=statement.customer_id,
        confirmation=confirmation.id,
        evidence_sha256=confirmation.evidence_sha256,
        statement_sha256=confirmation.statement_sha256,
    )
    payload = {"confirmation_id": confirmation.id}
    w.later(f"certificate/{confirmation.id}", "certificate", payload)
    user = w.session.get_one(User, w.actor.user_id)
    queue_mail(
        w,
        f"confirmation/{confirmation.id}/{user.id}",
        "confirmation",
        user,
        {**payload, "user_id": user.id},
        customer_id=statement.customer_id,
    )


def _checked(w: Work, c: ConfirmStatement) -> Answered:
    """The answer, with everything that could refuse it asked but the code."""
    statement = locked(w, c.statement_id, "statement.confirm")
    _refuse_revoked(w, statement)
    if statement.sha256 != c.sha256:
        raise RuleBroken("statement.replaced")
    refuse_answered(statement)
    ticks = read_ticks(w, statement.id, read_statement(statement.payload).lines)
    if answers_digest(ticks) != c.answers_sha256:
        raise RuleBroken("answers.stale")
    check_result(c.result, ticks.differences, c.remark)
    if not c.typed_name.strip():
        raise RuleBroken("confirmation.name_missing", field="typed_name")
    return Answered(
        statement=statement,
        result=c.result,
        ticks=ticks,
        typed_name=c.typed_name.strip(),
        title=c.title.strip(),
        remark=c.remark.strip(),
        declarations=tuple(declarations_for(w, statement, c.result, owes=c.owes)),
        authority=_authority(w, statement, c),
        verify_code=new_verify_code(),
        surroundings=c.surroundings,
    )


def _refuse_revoked(w: Work, statement: Statement) -> None:
    """What the actor may do was read when the request began; a right may have been taken since."""
    assert w.actor.user_id is not None
    if not allows(actor_of(w, w.actor.user_id), "statement.confirm", statement):
        raise Denied("statement.confirm")


def _authority(w: Work, statement: Statement, c: ConfirmStatement) -> dict[str, str]:
    """What allows the signer to sign this sum, as the evidence keeps it."""
    limit = limit_of(w, statement)
    closing = Money(abs(statement.closing_minor), statement.currency)
    if limit is not None and c.result is not Result.REFUSED and closing > limit:
        raise RuleBroken("confirmation.above_limit", field="result", limit=limit)
    if limit is not None:
        return {"limit": limit.major(), "currency": limit.currency}
    if c.is_authorised:
        return {"declared": "now"}
    declared_at = authority_declared_at(w, statement.customer_id)
    if declared_at is None:
        raise RuleBroken("confirmation.authority_missing", field="is_authorised")
    return {"declared": declared_at.isoformat()}


def new_verify_code() -> str:
    """Eighty random bits, in groups that can be read aloud: `7Q2M-0K9X-…`."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)
