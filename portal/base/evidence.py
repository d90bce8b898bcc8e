"""
What every evidence has alike: its canonical text and hash, where it came from, how one signed in.

The evidence of an act is one JSON document (sorted keys), hashed and never changed; documents are
printed from it alone, and carry it inside.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

import portal
from portal.base.work import Reader
from portal.tables.people import AccessGrant, Challenge


@dataclass(frozen=True)
class Surroundings:
    """What the request says besides the act: where it came from, how its sender signed in."""

    address: str = ""
    agent: str = ""
    language: str = "en"
    #: How and when the session began; empty for who came by the link of a mail.
    signed_in_by: str = ""
    signed_in_at: str = ""
    session_sha256: str = ""


def canonical_json(evidence: dict[str, Any]) -> str:
    """The text that is hashed: sorted keys, no blanks."""
    return json.dumps(evidence, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def sha256_of_text(text: str) -> str:
    """The SHA-256 of a text's UTF-8 bytes, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def context_of(around: Surroundings) -> dict[str, str]:
    """From where an act came, and by which version of the portal it was taken."""
    return {
        "address": around.address,
        "agent": around.agent,
        "language": around.language,
        "portal": portal.__version__,
    }


def session_of(around: Surroundings) -> dict[str, str]:
    """How the session began in which an act was done."""
    return {
        "signed_in_by": around.signed_in_by,
        "signed_in_at": around.signed_in_at,
        "session_sha256": around.session_sha256,
    }


def authentication_of(r: Reader, around: Surroundings, grant: str) -> dict[str, Any]:
    """How the actor proved who they are: the session, and the code whose grant let them act."""
    challenge = r.session.scalars(
        select(Challenge)
        .join(AccessGrant, AccessGrant.challenge_id == Challenge.id)
        .where(AccessGrant.token_hash == sha256_of_text(grant))
    ).one()
    assert challenge.answered_at is not None
    return {
        **session_of(around),
        "code": {
            "channel": challenge.channel,
            "sent_to": challenge.sent_to,
            "sent_at": challenge.created_at.isoformat(),
            "answered_at": challenge.answered_at.isoformat(),
            "tries": challenge.tries,
            "sha256": challenge.code_hash,
        },
    }
