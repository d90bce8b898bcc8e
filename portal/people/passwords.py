"""Passwords: argon2id, long enough, not among the well-known ones; no rules of composition."""

from __future__ import annotations

import threading
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.core.errors import RuleBroken

SHORTEST, BETTER, LONGEST = 8, 15, 128
#: 64 MiB and two passes: over 0.1 s for each guess. Tests put a cheaper one here.
hasher = PasswordHasher(time_cost=2, memory_cost=65536, parallelism=1)
#: A storm of sign-ins must not take all processors and memory from everybody else.
_turn = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class ProvenPassword:
    """Somebody typed the password that belonged to this hash; the act checks that it still is."""

    user_id: int
    password_hash: str


def normal(password: str) -> str:
    """The same password however the keyboard composed it (NFKC), nothing cut off."""
    return unicodedata.normalize("NFKC", password)


@cache
def well_known() -> frozenset[str]:
    """Passwords that everybody tries first, in lower case; only those long enough at all."""
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text("utf-8").split())


def check_password(password: str, *own_words: str) -> None:
    """
    Lets pass a password that may be chosen; `own_words` are the person's address and name.

    Raises: password.too_short, password.too_long, password.well_known.
    """
    given = normal(password)
    if len(given) < SHORTEST:
        raise RuleBroken("password.too_short", field="password", shortest=SHORTEST)
    if len(given) > LONGEST:
        raise RuleBroken("password.too_long", field="password", longest=LONGEST)
    folded = given.casefold()
    plain = folded.rstrip("0123456789!?.@#$*")
    own = {word.casefold() for word in own_words if word} | {
        word.partition("@")[0].casefold() for word in own_words if word
    }
    if folded in well_known() or len(set(folded)) <= 2 or folded in own or plain in own:
        raise RuleBroken("password.well_known", field="password")


def hash_password(password: str) -> str:
    """The argon2id hash; slow on purpose, so never called inside a transaction."""
    with _turn:
        return hasher.hash(normal(password))


def is_password(password_hash: str | None, password: str) -> bool:
    """Whether the password belongs to the hash; takes as long when there is no hash at all."""
    if len(password) > LONGEST * 4:
        return False
    with _turn:
        try:
            hasher.verify(password_hash or _nobodys(), normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


@cache
def _nobodys() -> str:
    """The hash of no password that anybody has, so that unknown people cost the same time."""
    return hasher.hash("nobody's")
