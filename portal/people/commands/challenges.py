"""Six-digit codes by mail, and the single-use grants that right answers give."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, update

from portal.base.formats import masked
from portal.base.mail import queue_mail
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.people import throttles
from portal.people.links import sign_in_path
from portal.people.tokens import digest, new_token
from portal.tables.people import AccessGrant, Challenge, User

CODE_DIGITS = 6
CODE_LIFE = dt.timedelta(minutes=15)
GRANT_LIFE = dt.timedelta(minutes=10)
TRIES_A_CODE = 5
SIGN_IN = "sign_in"
CODES_A_QUARTER = 10


@dataclass(frozen=True)
class SentChallenge:
    """A code that is on its way; `sent_to` is masked and may be shown."""

    sent_to: str
    expires_at: dt.datetime


@dataclass(frozen=True)
class AnswerChallenge:
    """A code that somebody typed, for the newest challenge of this person, purpose and subject."""

    user_id: int
    purpose: str
    subject: str
    code: str


@dataclass(frozen=True)
class ChallengeAnswer:
    """What an answer led to: a grant, or the broken rule to show (nothing was undone)."""

    grant: str | None = None
    problem: RuleBroken | None = None


def send_challenge(
    w: Work,
    user_id: int,
    purpose: str,
    subject: str = "",
    facts: Mapping[str, str] | None = None,
) -> SentChallenge:
    """
    Mails a fresh six-digit code to a person; from now on only this one counts for the subject.

    `purpose` is the act it is for ("statement.confirm"), `subject` what exactly (the statement's
    sha256), `facts` are what the mail says besides: `statement` (its number), `period`, `total`.
    `RuleBroken`: code.sent_too_often.
    """
    user = w.session.get_one(User, user_id)
    _refuse_too_many(w, user_id)
    challenge = put_challenge(w, user, purpose, subject, facts)
    w.audit("challenge.sent", f"user/{user_id}", purpose=purpose, about=subject)
    return SentChallenge(masked(user.email), challenge.expires_at)


def put_challenge(
    w: Work, user: User, purpose: str, subject: str, facts: Mapping[str, str] | None
) -> Challenge:
    """Keeps a new code's hash and queues its mail; without the limits and the audit of sending."""
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    challenge = Challenge(
        user_id=user.id,
        purpose=purpose,
        subject=subject,
        code_hash=_seal(w, AnswerChallenge(user.id, purpose, subject, code)),
        sent_to=user.email,
        channel="email",
        created_at=w.now,
        expires_at=w.now + CODE_LIFE,
    )
    w.session.add(challenge)
    w.session.flush()
    payload = {
        "purpose": purpose,
        "code": code,
        "minutes": int(CODE_LIFE.total_seconds()) // 60,
        "name": user.name,
        "path": "",
        "expires_at": challenge.expires_at.isoformat(),
        **(facts or {}),
    }
    if purpose == SIGN_IN:
        payload["path"] = sign_in_path(w.keys, user.email, code, str(payload.pop("next", "/")))
    queue_mail(w, f"code/{challenge.id}", "code", user, payload)
    return challenge


def _refuse_too_many(w: Work, user_id: int) -> None:
    sent = w.session.scalar(
        select(func.count())
        .select_from(Challenge)
        .where(Challenge.user_id == user_id, Challenge.created_at > w.now - throttles.QUARTER)
    )
    if (sent or 0) >= CODES_A_QUARTER:
        raise RuleBroken("code.sent_too_often", minutes=15)


def answer_challenge(w: Work, c: AnswerChallenge) -> ChallengeAnswer:
    """
    Counts the try and, if the code is right, gives a grant for this person, purpose and subject.

    An act of its own that always commits: a refusal is told in the answer, never raised, so that
    no try is forgotten. Codes of the problem: code.wrong, code.expired, code.too_many_tries.
    """
    problem = _broken_by(w, c)
    w.audit(
        "challenge.refused" if problem else "challenge.answered",
        f"user/{c.user_id}",
        purpose=c.purpose,
        about=c.subject,
        because=problem.code if problem else None,
    )
    return ChallengeAnswer(problem=problem) if problem else ChallengeAnswer(grant=_grant(w, c))


def _newest(w: Work, c: AnswerChallenge) -> Challenge | None:
    return w.session.scalars(
        select(Challenge)
        .where(
            Challenge.user_id == c.user_id,
            Challenge.purpose == c.purpose,
            Challenge.subject == c.subject,
        )
        .order_by(Challenge.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def _broken_by(w: Work, c: AnswerChallenge) -> RuleBroken | None:
    """The rule that refuses this answer, after its try was counted."""
    if not throttles.count_try(w, throttles.CODES, str(c.user_id)):
        minutes = throttles.CODES.minutes_left(w.now)
        return RuleBroken("code.too_many_tries", field="code", minutes=minutes)
    challenge = _newest(w, c)
    if challenge is None or challenge.answered_at is not None or challenge.expires_at <= w.now:
        return RuleBroken("code.expired", field="code")
    challenge.tries += 1
    if challenge.tries > TRIES_A_CODE:
        return RuleBroken("code.expired", field="code")
    if not hmac.compare_digest(challenge.code_hash, _seal(w, c)):
        left = TRIES_A_CODE - challenge.tries
        return (
            RuleBroken("code.wrong", field="code", left=left)
            if left
            else RuleBroken("code.used_up", field="code")
        )
    challenge.answered_at = w.now
    throttles.forgive_try(w, throttles.CODES, str(c.user_id))
    return None


def _grant(w: Work, c: AnswerChallenge) -> str:
    challenge = _newest(w, c)
    assert challenge is not None
    token = new_token()
    w.session.add(
        AccessGrant(
            challenge_id=challenge.id,
            user_id=c.user_id,
            purpose=c.purpose,
            subject=c.subject,
            token_hash=digest(token),
            expires_at=w.now + GRANT_LIFE,
        )
    )
    return token


def use_grant(w: Work, token: str, purpose: str, subject: str) -> int:
    """
    Uses a grant up for exactly this act on exactly this subject, and tells whose it was.

    Called inside the act that it permits, so it is only used if that act commits.
    `RuleBroken`: code.grant_used (unknown, used, expired, another act, subject or person).
    """
    used = w.session.execute(
        update(AccessGrant)
        .where(
            AccessGrant.token_hash == digest(token),
            AccessGrant.purpose == purpose,
            AccessGrant.subject == subject,
            AccessGrant.used_at.is_(None),
            AccessGrant.expires_at > w.now,
        )
        .values(used_at=w.now)
        .returning(AccessGrant.user_id)
    ).scalar_one_or_none()
    if used is None or (w.actor.user_id is not None and w.actor.user_id != used):
        raise RuleBroken("code.grant_used", field="code")
    return used


def _seal(w: Work, c: AnswerChallenge) -> str:
    """Six digits are soon guessed: only a keyed hash of them says nothing without the secret."""
    return w.keys.seal("challenge", c.user_id, c.purpose, c.subject, c.code.strip())
