"""
What somebody was about to send when their session had run out, carried through signing in.

It travels in the page itself, sealed, since nothing is stored for somebody unknown; it is sent
again only when the person, signed in, presses the button under it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.fernet import InvalidToken

from portal.base.keys import Keys

PURPOSE = "resuming"
SECONDS = 3600
MOST_CHARACTERS = 200_000


@dataclass(frozen=True)
class Interrupted:
    """A form that was not taken: where it was going and its fields, in their order."""

    path: str
    fields: tuple[tuple[str, str], ...]


def carry(keys: Keys, path: str, fields: Iterable[tuple[str, str]]) -> str:
    """A sealed hidden field that holds a form; empty when it is too large to carry."""
    plain = json.dumps([path, list(fields)], ensure_ascii=False)
    if len(plain) > MOST_CHARACTERS:
        return ""
    return keys.box(PURPOSE).encrypt(plain.encode()).decode()


def read_carried(keys: Keys, carried: str) -> Interrupted | None:
    """The form that was carried; None for anything that is not ours, or an hour old."""
    try:
        path, fields = json.loads(keys.box(PURPOSE).decrypt(carried.encode(), ttl=SECONDS))
    except InvalidToken:
        return None
    return Interrupted(path, tuple((name, value) for name, value in fields))
