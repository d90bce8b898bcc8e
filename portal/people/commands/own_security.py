"""What people change about their own way in: proof first, always."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete

from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.people import factors, throttles
from portal.people.commands.challenges import (
    GRANT_LIFE,
    AnswerChallenge,
    ChallengeAnswer,
    SentChallenge,
    answer_challenge,
    send_challenge,
    use_grant,
)
from portal.people.commands.sessions import (
    Device,
    complete_session,
    end_sessions_of,
    replace_session,
)
from portal.people.commands.signing_in import SignInOutcome
from portal.people.notices import tell_of_change
from portal.people.passwords import ProvenPassword
from portal.people.recognising import find_session
from portal.people.tokens import digest, new_token
from portal.tables.people import AccessGrant, RecoveryCode, User

PURPOSE = "security.change"


@dataclass(frozen=True)
class Reauthenticate:
    """Proof that the person at the keyboard still is who signed in: password, or mailed code."""

    proof: ProvenPassword | None = None
    code: str = ""


@dataclass(frozen=True)
class ChangePassword:
    """A new password's hash, and the grant that a proof gave; `token` is the session to keep."""

    grant: str
    password_hash: str
    token: str


@dataclass(frozen=True)
class SetUpSecondFactor:
    """The secret that was offered and a code of the app that took it."""

    user_id: int
    offer: str
    code: str


@dataclass(frozen=True)
class EnrolWhileSigningIn:
    """The first second factor of somebody who cannot get in without one."""

    token: str
    offer: str
    code: str
    device: Device


@dataclass(frozen=True)
class Enrolled:
    """The recovery codes, to be shown once, and where signing in led."""

    recovery_codes: tuple[str, ...] = ()
    signed_in: SignInOutcome | None = None
    problem: RuleBroken | None = None


def send_security_code(w: Work, _: None = None) -> SentChallenge:
    """Mails the actor a code for a change of their own security."""
    w.require("security.own")
    assert w.actor.user_id is not None
    return send_challenge(w, w.actor.user_id, PURPOSE)


def reauthenticate(w: Work, c: Reauthenticate) -> ChallengeAnswer:
    """A grant for one change of one's own security; counts the try and always commits."""
    w.require("security.own")
    user_id = w.actor.user_id
    assert user_id is not None
    if c.code:
        return answer_challenge(w, AnswerChallenge(user_id, PURPOSE, "", c.code))
    if not throttles.count_try(w, throttles.REAUTHENTICATIONS, str(user_id)):
        minutes = throttles.REAUTHENTICATIONS.minutes_left(w.now)
        return ChallengeAnswer(problem=RuleBroken("sign_in.too_often", minutes=minutes))
    user = w.session.get_one(User, user_id)
    if c.proof != ProvenPassword(user_id, user.password_hash or ""):
        w.audit("reauthentication.refused", f"user/{user_id}")
        return ChallengeAnswer(problem=RuleBroken("password.wrong", field="current"))
    throttles.forgive_try(w, throttles.REAUTHENTICATIONS, str(user_id))
    grant = new_token()
    w.session.add(
        AccessGrant(
            user_id=user_id,
            purpose=PURPOSE,
            subject="",
            token_hash=digest(grant),
            expires_at=w.now + GRANT_LIFE,
        )
    )
    return ChallengeAnswer(grant=grant)


def change_password(w: Work, c: ChangePassword) -> None:
    """Sets the actor's password; every other session of theirs ends, and they are told by mail."""
    user = _own(w, c.grant)
    user.password_hash = c.password_hash
    end_sessions_of(w, user.id, keep=c.token)
    w.audit("user.password_changed", f"user/{user.id}")
    tell_of_change(w, user, "password_changed")


def renew_recovery_codes(w: Work, grant: str) -> Enrolled:
    """Ten new recovery codes; the old ones are void."""
    user = _own(w, grant)
    if user.totp_secret is None:
        raise RuleBroken("second_factor.none")
    w.audit("user.recovery_codes_renewed", f"user/{user.id}")
    tell_of_change(w, user, "recovery_codes_renewed")
    return Enrolled(_fresh_recovery_codes(w, user))


def set_up_second_factor(w: Work, grant: str, c: SetUpSecondFactor) -> Enrolled:
    """Replaces the actor's second factor by the app that shows this code."""
    user = _own(w, grant)
    return _enrol(w, user, c.offer, c.code)


def drop_second_factor(w: Work, grant: str) -> None:
    """Takes a customer's person back to one factor; our own people cannot."""
    user = _own(w, grant)
    if user.staff_role is not None:
        raise RuleBroken("second_factor.staff_needs_one")
    user.totp_secret = user.totp_step = None
    w.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    w.audit("user.second_factor_removed", f"user/{user.id}")
    tell_of_change(w, user, "second_factor_removed")


def enrol_while_signing_in(w: Work, c: EnrolWhileSigningIn) -> Enrolled:
    """Sets up the first second factor of a halfway session and makes the session whole."""
    waiting = find_session(w, c.token)
    if waiting is None or waiting.is_complete:
        return Enrolled(problem=RuleBroken("sign_in.begin_again"))
    user = w.session.get_one(User, waiting.user_id, with_for_update=True, populate_existing=True)
    if user.totp_secret is not None:
        return Enrolled(problem=RuleBroken("sign_in.begin_again"))
    enrolled = _enrol(w, user, c.offer, c.code)
    if enrolled.problem:
        return enrolled
    replace_session(w, c.token)
    token = complete_session(w, user, f"{waiting.method}+totp", c.device)
    return Enrolled(enrolled.recovery_codes, SignInOutcome(token, is_complete=True))


def _enrol(w: Work, user: User, offer: str, code: str) -> Enrolled:
    secret = factors.taken_up(w.keys, user.id, offer)
    step = factors.matching_step(secret, code, w.now) if secret else None
    if secret is None or step is None:
        return Enrolled(problem=RuleBroken("second_factor.does_not_match", field="code"))
    user.totp_secret = factors.encrypted(w.keys, secret)
    user.totp_step = step
    w.audit("user.second_factor_set", f"user/{user.id}")
    tell_of_change(w, user, "second_factor_set")
    return Enrolled(_fresh_recovery_codes(w, user))


def _fresh_recovery_codes(w: Work, user: User) -> tuple[str, ...]:
    codes = factors.new_recovery_codes()
    w.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    w.session.add_all(
        RecoveryCode(user_id=user.id, code_hash=factors.recovery_seal(w.keys, user.id, code))
        for code in codes
    )
    return tuple(codes)


def _own(w: Work, grant: str) -> User:
    """The actor's own account, locked, for a change that a grant permits."""
    w.require("security.own")
    user_id = use_grant(w, grant, PURPOSE, "")
    return w.session.get_one(User, user_id, with_for_update=True, populate_existing=True)
