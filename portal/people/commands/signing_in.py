"""
Signing in: ask, prove, prove again.

Every answer is the same for people who exist and people who do not. These acts always commit, since
they count tries: a refusal is told in the outcome, never raised.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select, update

from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.people import factors, throttles
from portal.people.commands.challenges import (
    SIGN_IN,
    AnswerChallenge,
    answer_challenge,
    put_challenge,
    send_challenge,
)
from portal.people.commands.sessions import (
    Device,
    complete_session,
    remember_device,
    replace_session,
    start_session,
)
from portal.people.notices import tell_of_change
from portal.people.passwords import ProvenPassword, is_password
from portal.people.queries import recovery_codes_left
from portal.people.recognising import find_person_who_may_enter, find_session
from portal.tables.people import RecoveryCode, User


@dataclass(frozen=True)
class SignInOutcome:
    """A session's token, or the broken rule to show."""

    token: str = ""
    is_complete: bool = False
    problem: RuleBroken | None = None
    #: The token of the device, when it is to be remembered.
    device: str = ""


@dataclass(frozen=True)
class AskToSignIn:
    """Somebody typed their address; a code is mailed where there is no password, or if wanted."""

    email: str
    address: str
    next: str = "/"
    wants_code: bool = False


@dataclass(frozen=True)
class SignInByPassword:
    """A typed password, proven or not before the act began: hashing takes its time."""

    email: str
    proof: ProvenPassword | None
    device: Device


@dataclass(frozen=True)
class SignInByCode:
    """The code of the mail, typed or carried by its link."""

    email: str
    code: str
    device: Device


@dataclass(frozen=True)
class AnswerSecondFactor:
    """A code of the app, or a recovery code, for the session that waits for it."""

    token: str
    code: str
    device: Device
    remembers: bool = False


def prove_password(r: Reader, email: str, password: str) -> ProvenPassword | None:
    """Whose password this is, if anybody's; costs the same for people who do not exist."""
    user = find_person_who_may_enter(r, email)
    kept = user.password_hash if user else None
    if is_password(kept, password) and user is not None and kept is not None:
        return ProvenPassword(user.id, kept)
    return None


def ask_to_sign_in(w: Work, c: AskToSignIn) -> SignInOutcome:
    """Mails a code to who exists and needs one; says the same whatever is the case."""
    within = throttles.count_try(w, throttles.CODES_SENT, c.email)
    if throttles.is_slowed_down(w, throttles.FROM_ADDRESS, c.address):
        return _slowed_down(w, throttles.FROM_ADDRESS, "sign_in.too_often")
    if c.wants_code and not within:
        return _slowed_down(w, throttles.CODES_SENT, "code.sent_too_often")
    user = find_person_who_may_enter(w, c.email)
    if user and within and (user.password_hash is None or c.wants_code):
        # Codes for other purposes count too; a stranger must not learn of them.
        with suppress(RuleBroken):
            send_challenge(w, user.id, SIGN_IN, facts={"next": c.next})
    else:
        w.audit("sign_in.asked", f"user/{user.id}" if user else "visitor", address=c.address)
        _pretend_to_send(w, c)
    return SignInOutcome()


def _pretend_to_send(w: Work, c: AskToSignIn) -> None:
    """Costs what sending a code costs and leaves nothing, so that time tells strangers nothing."""
    someone = w.session.scalars(select(User).order_by(User.id).limit(1)).first()
    if someone is not None:
        savepoint = w.session.begin_nested()
        put_challenge(w, someone, SIGN_IN, "", {"next": c.next})
        savepoint.rollback()


def sign_in_by_password(w: Work, c: SignInByPassword) -> SignInOutcome:
    """Begins a session for the right password; the try is counted either way."""
    if not _may_try(w, throttles.PASSWORDS, c.email, c.device.address):
        return _slowed_down(w, throttles.PASSWORDS, "sign_in.too_often")
    user = find_person_who_may_enter(w, c.email)
    proven = c.proof and user and ProvenPassword(user.id, user.password_hash or "") == c.proof
    if not proven or user is None:
        return _refused(w, user, c.device, RuleBroken("sign_in.wrong_password", field="password"))
    _forgive(w, throttles.PASSWORDS, c.email, c.device.address)
    started = start_session(w, user.id, "password", c.device)
    return SignInOutcome(started.token, started.is_complete)


def sign_in_by_code(w: Work, c: SignInByCode) -> SignInOutcome:
    """Begins a session for the right code; the try is counted either way."""
    if not _may_try(w, throttles.CODES, c.email, c.device.address):
        return _slowed_down(w, throttles.CODES, "code.too_many_tries")
    user = find_person_who_may_enter(w, c.email)
    if user is None:
        return _refused(w, None, c.device, RuleBroken("sign_in.wrong_code", field="code"))
    answer = answer_challenge(w, AnswerChallenge(user.id, SIGN_IN, "", c.code))
    if answer.problem:
        return _refused(w, user, c.device, RuleBroken("sign_in.wrong_code", field="code"))
    _forgive(w, throttles.CODES, c.email, c.device.address)
    started = start_session(w, user.id, "code", c.device)
    return SignInOutcome(started.token, started.is_complete)


def answer_second_factor(w: Work, c: AnswerSecondFactor) -> SignInOutcome:
    """Makes a halfway session whole under a new token, for a code that was never used before."""
    waiting = find_session(w, c.token)
    if waiting is None or waiting.is_complete:
        return SignInOutcome(problem=RuleBroken("sign_in.begin_again"))
    if not throttles.count_try(w, throttles.SECOND_FACTORS, str(waiting.user_id)):
        return _slowed_down(w, throttles.SECOND_FACTORS, "code.too_many_tries")
    user = w.session.get_one(User, waiting.user_id, with_for_update=True, populate_existing=True)
    method = _use_second_factor(w, user, c.code)
    if method is None:
        problem = RuleBroken("sign_in.wrong_factor", field="code")
        return _refused(w, user, c.device, problem)
    throttles.forgive_try(w, throttles.SECOND_FACTORS, str(user.id))
    replace_session(w, c.token)
    remembers = c.remembers and user.staff_role is None
    return SignInOutcome(
        complete_session(w, user, f"{waiting.method}+{method}", c.device),
        is_complete=True,
        device=remember_device(w, user) if remembers else "",
    )


def _use_second_factor(w: Work, user: User, code: str) -> str | None:
    """Uses the code up and tells what it was; None when it is wrong or was used already."""
    if user.totp_secret is None:
        return None
    step = factors.matching_step(factors.decrypted(w.keys, user.totp_secret), code, w.now)
    if step is not None:
        if user.totp_step is not None and step <= user.totp_step:
            return None
        user.totp_step = step
        return "totp"
    used = w.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == factors.recovery_seal(w.keys, user.id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=w.now)
        .returning(RecoveryCode.user_id)
    ).scalar_one_or_none()
    if used is None:
        return None
    tell_of_change(w, user, "recovery_code_used", where=str(recovery_codes_left(w, user.id)))
    return "recovery"


def _may_try(w: Work, limit: throttles.Limit, email: str, address: str) -> bool:
    """Counts a try for the account and for the network address it comes from."""
    within = throttles.count_try(w, limit, email)
    return throttles.count_try(w, throttles.FROM_ADDRESS, address) and within


def _forgive(w: Work, limit: throttles.Limit, email: str, address: str) -> None:
    throttles.forgive_try(w, limit, email)
    throttles.forgive_try(w, throttles.FROM_ADDRESS, address)


def _slowed_down(w: Work, limit: throttles.Limit, code: str) -> SignInOutcome:
    minutes = limit.minutes_left(w.now)
    w.audit("sign_in.slowed_down", "visitor", because=code)
    return SignInOutcome(problem=RuleBroken(code, minutes=minutes))


def _refused(w: Work, user: User | None, device: Device, problem: RuleBroken) -> SignInOutcome:
    subject = f"user/{user.id}" if user else "visitor"
    w.audit("sign_in.refused", subject, because=problem.code, address=device.address)
    return SignInOutcome(problem=problem)
