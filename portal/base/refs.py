"""Public references: opaque, computed from a row's id with the installation's key, never stored."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

#: Crockford's alphabet: no I, L, O, U to misread.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DIGITS = 13
HALF = 0xFFFF_FFFF
ROUNDS = 4


@dataclass(frozen=True)
class Refs:
    """
    Turns ids into references and back: `st_0K3…` is statement 17 here and nothing elsewhere.

    A reference hides how many rows there are; it is no permission (access.py decides that).

    >>> refs = Refs(b"0" * 16)
    >>> refs.id("st", refs.of("st", 17))
    17
    >>> refs.id("iv", refs.of("st", 17)) is None
    True
    """

    key: bytes

    def of(self, prefix: str, row_id: int) -> str:
        """The public reference of a row."""
        left, right = row_id >> 32 & HALF, row_id & HALF
        for turn in range(ROUNDS):
            left, right = right, left ^ self._mix(prefix, turn, right)
        number, letters = left << 32 | right, []
        for _ in range(DIGITS):
            number, digit = divmod(number, 32)
            letters.append(ALPHABET[digit])
        return f"{prefix}_{''.join(reversed(letters))}"

    def id(self, prefix: str, ref: str) -> int | None:
        """The id behind a reference, or None where it is not one of ours."""
        head, _, tail = ref.partition("_")
        if head != prefix or len(tail) != DIGITS or any(letter not in ALPHABET for letter in tail):
            return None
        number = 0
        for letter in tail:
            number = number * 32 + ALPHABET.index(letter)
        if number >> 64:
            return None
        left, right = number >> 32 & HALF, number & HALF
        for turn in reversed(range(ROUNDS)):
            left, right = right ^ self._mix(prefix, turn, left), left
        # Ids are far below 2^40: anything else was made up.
        row_id = left << 32 | right
        return row_id if 0 < row_id < 1 << 40 else None

    def _mix(self, prefix: str, turn: int, half: int) -> int:
        digest = hashlib.blake2b(
            f"{prefix}{turn}:{half}".encode(), key=self.key[:32], digest_size=4
        ).digest()
        return int.from_bytes(digest, "big")
