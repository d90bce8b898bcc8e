"""Second factors: codes of an authenticator app (TOTP), and recovery codes for when it is lost."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import io
import secrets

import pyotp
import segno
from cryptography.fernet import InvalidToken

from portal.base.keys import Keys

STEP_SECONDS = 30
#: A code is also taken one step early or late: clocks differ, people type slowly.
DRIFT_STEPS = 1
RECOVERY_CODES = 10
#: No 0/O, 1/I/L: read from paper, typed once.
RECOVERY_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
RECOVERY_LENGTH = 10
PURPOSE = "totp secret"
ENROLMENT = "totp enrolment"


def new_secret() -> str:
    """A fresh secret for an authenticator app, in Base32."""
    return pyotp.random_base32()


def encrypted(keys: Keys, secret: str) -> str:
    """The secret as the database keeps it."""
    return keys.box(PURPOSE).encrypt(secret.encode()).decode()


def decrypted(keys: Keys, kept: str) -> str:
    """The secret again; fails when the installation's own secret was exchanged."""
    return keys.box(PURPOSE).decrypt(kept.encode()).decode()


def offered(keys: Keys, user_id: int, secret: str) -> str:
    """A secret on its way through the enrolment page, so that nothing is stored before it works."""
    return keys.box(ENROLMENT).encrypt(f"{user_id}:{secret}".encode()).decode()


def taken_up(keys: Keys, user_id: int, offer: str) -> str | None:
    """The secret of an offer made to this person; None for any other's, and after an hour."""
    try:
        whose, _, secret = keys.box(ENROLMENT).decrypt(offer.encode(), 3600).decode().partition(":")
    except InvalidToken:
        return None
    return secret if whose == str(user_id) else None


def matching_step(secret: str, code: str, now: dt.datetime) -> int | None:
    """The time step whose code this is, close to now; None when there is none."""
    present = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    digits = "".join(code.split())
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), digits.encode()):
            return step
    return None


def app_uri(secret: str, email: str, company: str) -> str:
    """What an authenticator app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=company or "Accord")


def picture(uri: str) -> str:
    """The QR code as a data URI of an image: SVG without any style."""
    out = io.BytesIO()
    segno.make(uri, error="m").save(out, kind="svg", scale=4, border=4, xmldecl=False, light="#fff")
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def new_recovery_codes() -> list[str]:
    """Ten codes of ten characters, in two groups; shown once."""
    return [
        f"{code[:5]}-{code[5:]}"
        for code in (
            "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_LENGTH))
            for _ in range(RECOVERY_CODES)
        )
    ]


def recovery_seal(keys: Keys, user_id: int, code: str) -> str:
    """What is kept of a recovery code, however it is typed."""
    plain = "".join(letter for letter in code.upper() if letter in RECOVERY_ALPHABET)
    return keys.seal("recovery code", user_id, plain)
