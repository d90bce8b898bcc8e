"""
How a customer answers a statement as a whole: the code is sent, the answer is signed, once.

The event commits first; the certificate is derived from it (certificate.py). What can be refused is
refused before the code is asked for, so that a forgotten box does not cost a code.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from portal.base.access import Actor, Denied, allows
from portal.base.evidence import Surroundings
from portal.base.formats import masked
from portal.base.refs import ALPHABET
from portal.base.work import Work
from portal.core.authority import Right, Way, still_counts
from portal.core.confirmation import Result, check_result
from portal.core.errors import RuleBroken
from portal.core.statement import read_statement
from portal.people.commands import SentChallenge, send_challenge, use_grant
from portal.people.recognising import actor_of
from portal.statements.answers import Ticks, locked, read_ticks, refuse_signed
from portal.statements.issuing.snapshot import to_confirm
from portal.statements.signing.authorities import Authority, authority_of
from portal.statements.signing.declarations import keep_declaration
from portal.statements.signing.evidence import Answered
from portal.statements.signing.keeping import keep_answer
from portal.statements.signing.offers import PURPOSE, authority_declared_at, declarations_for, named
from portal.statements.signing.standing import can_still_sign, find_first
from portal.tables.people import Challenge, User
from portal.tables.signing import Signature
from portal.tables.statements import Confirmation, Statement

#: The act that one code for several statements is for; its subject is `batch_subject`.
BATCH_PURPOSE = "statement.confirm_batch"
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
    #: The evidence of the first of two signatures, as it was shown; empty where none was there.
    first_sha256: str = ""
    #: One key, one answer, however often it is sent.
    key: str = ""
    #: The single-use grant of an answered code.
    grant: str = ""
    surroundings: Surroundings = field(default_factory=Surroundings)


@dataclass(frozen=True)
class ConfirmStatements:
    """Several answers as they were shown together, signed with one code."""

    answers: tuple[ConfirmStatement, ...]
    grant: str


def batch_subject(sha256s: Iterable[str]) -> str:
    """What one code for several statements is bound to: the digest of their sorted hashes."""
    return hashlib.sha256("\n".join(sorted(sha256s)).encode()).hexdigest()


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
    refuse_signed(statement)
    assert w.actor.user_id is not None
    just_sent = _just_sent(w, statement)
    if just_sent is not None:
        return SentChallenge(masked(just_sent.sent_to), just_sent.expires_at)
    user = w.session.get_one(User, w.actor.user_id)
    facts = {"number": statement.number, "amount": named(to_confirm(statement))}
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


def check_confirmable(w: Work, c: ConfirmStatement) -> bool:
    """
    Raises whatever would refuse the answer, but for the code, which is not asked for yet.

    Tells whether this very answer was given before.
    """
    if _was_said(w, c):
        return True
    _checked(w, c)
    return False


def _was_said(w: Work, c: ConfirmStatement) -> bool:
    """Whether this page was sent before, as an answer or as the first of two signatures."""
    if _confirmation_said(w, c) is not None:
        return True
    first = select(Signature.id).where(
        Signature.idempotency_key == c.key,
        Signature.user_id == w.actor.user_id,
        Signature.statement_id == c.statement_id,
    )
    return w.session.scalar(first) is not None


def _confirmation_said(w: Work, c: ConfirmStatement) -> int | None:
    return w.session.scalar(
        select(Confirmation.id).where(
            Confirmation.idempotency_key == c.key,
            Confirmation.user_id == w.actor.user_id,
            Confirmation.statement_id == c.statement_id,
        )
    )


def confirm_statement(w: Work, c: ConfirmStatement) -> int | None:
    """
    The statement has its answer, signed, with evidence; tells the confirmation's id.

    None is told where this was the first of two signatures. The same key again gives the same;
    any other answer is refused from then on.
    """
    if _was_said(w, c):
        return _confirmation_said(w, c)
    answered = _checked(w, c)
    use_grant(w, c.grant, PURPOSE, c.sha256)
    return _keep(w, answered, c)


def check_all_confirmable(w: Work, c: ConfirmStatements) -> bool:
    """
    Raises whatever would refuse one of several answers, but for the code.

    Tells whether these very answers were all given before.
    """
    said = [check_confirmable(w, each) for each in _in_order(c)]
    return all(said)


def confirm_statements(w: Work, c: ConfirmStatements) -> list[int | None]:
    """
    Each statement has its answer, or none has; tells the confirmations' ids in the given order.

    One code signs them all: its grant is for `BATCH_PURPOSE` and `batch_subject` of their hashes,
    and stands in the evidence of each.
    """
    ordered = [replace(each, grant=c.grant) for each in _in_order(c)]
    if all(_was_said(w, each) for each in ordered):
        return [_confirmation_said(w, each) for each in c.answers]
    checked = [(_checked(w, each), each) for each in ordered]
    use_grant(w, c.grant, BATCH_PURPOSE, batch_subject(each.sha256 for each in ordered))
    kept = {each.statement_id: _keep(w, answered, each) for answered, each in checked}
    return [kept[each.statement_id] for each in c.answers]


def _in_order(c: ConfirmStatements) -> list[ConfirmStatement]:
    """By statement: two who sign the same ones wait for each other, and not in a circle."""
    return sorted(c.answers, key=lambda each: each.statement_id)


def _keep(w: Work, answered: Answered, c: ConfirmStatement) -> int | None:
    """Keeps a checked answer with its declarations, once its code was used."""
    for text in answered.declarations:
        keep_declaration(w, text)
    return keep_answer(w, answered, c.grant, c.key)


def _checked(w: Work, c: ConfirmStatement) -> Answered:
    """The answer, with everything that could refuse it asked but the code."""
    statement = locked(w, c.statement_id, "statement.confirm")
    signer = _refuse_revoked(w, statement)
    if statement.sha256 != c.sha256:
        raise RuleBroken("statement.replaced")
    refuse_signed(statement)
    ticks = read_ticks(w, statement.id, read_statement(statement.payload).lines)
    if answers_digest(ticks) != c.answers_sha256:
        raise RuleBroken("answers.stale")
    check_result(c.result, ticks.differences, c.remark)
    if not c.typed_name.strip():
        raise RuleBroken("confirmation.name_missing", field="typed_name")
    authority = authority_of(w, signer, statement)
    first = _first_seen(w, statement, c)
    way, right = authority.sign(c.result, first)
    return Answered(
        statement=statement,
        result=c.result,
        ticks=ticks,
        typed_name=c.typed_name.strip(),
        title=c.title.strip(),
        remark=c.remark.strip(),
        declarations=tuple(declarations_for(w, statement, c.result, owes=c.owes)),
        authority=_said_of(w, authority, right, c),
        verify_code="" if way is Way.FIRST else new_verify_code(),
        surroundings=c.surroundings,
        way=way,
        principal_id=right.principal_id,
        answers_sha256=c.answers_sha256,
        first=first if way is Way.SECOND else None,
    )


def _refuse_revoked(w: Work, statement: Statement) -> Actor:
    """Who signs, as of now: what the actor may do was read when the request began."""
    assert w.actor.user_id is not None
    signer = actor_of(w, w.actor.user_id)
    if not allows(signer, "statement.confirm", statement):
        raise Denied("statement.confirm")
    return signer


def _first_seen(w: Work, statement: Statement, c: ConfirmStatement) -> Signature | None:
    """The first signature that this one would complete; it must have been shown to its signer."""
    first = find_first(w, statement.id)
    if first is None or not can_still_sign(w, first, statement):
        return None
    if c.result is Result.REFUSED:
        return first
    if not still_counts((first.result, first.answers_sha256), (c.result, c.answers_sha256)):
        return None
    if first.evidence_sha256 != c.first_sha256:
        raise RuleBroken("confirmation.first_signed", by=_name(w, first.user_id))
    return first


def _name(w: Work, user_id: int) -> str:
    user = w.session.get_one(User, user_id)
    return user.name or user.email


def _said_of(w: Work, authority: Authority, right: Right, c: ConfirmStatement) -> dict[str, Any]:
    """What allows the signer to sign this sum, as the evidence keeps it."""
    said: dict[str, Any] = {}
    limit = authority.limit_of(right)
    if limit is not None:
        said = {"limit": limit.major(), "currency": limit.currency}
    elif c.is_authorised:
        said = {"declared": "now"}
    else:
        declared_at = authority_declared_at(w, _customer_of(w, c))
        if declared_at is None:
            raise RuleBroken("confirmation.authority_missing", field="is_authorised")
        said = {"declared": declared_at.isoformat()}
    handed_over = authority.handed_over.get(right.principal_id)
    if handed_over is not None:
        said["on_behalf_of"] = {
            "ref": w.refs.of("us", handed_over.by_id),
            "name": handed_over.by_name,
            "from": str(handed_over.from_on),
            "until": str(handed_over.until_on),
        }
    return said


def _customer_of(w: Work, c: ConfirmStatement) -> int:
    return w.session.get_one(Statement, c.statement_id).customer_id


def new_verify_code() -> str:
    """Eighty random bits, in groups that can be read aloud: `7Q2M-0K9X-…`."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)
