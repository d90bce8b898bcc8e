"""What two texts that should be the same have not in common, character by character."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import TypeAlias

#: A text in pieces, each with whether the other text lacks it.
Pieces: TypeAlias = tuple[tuple[str, bool], ...]
#: Longer texts are not looked at so closely.
LONGEST = 200


def marked(one: str, other: str) -> tuple[Pieces, Pieces]:
    """
    Both texts in pieces, with what only one of them has.

    >>> ours, yours = marked("INV-4101", "INV-417")
    >>> ours, yours
    ((('INV-41', False), ('01', True)), (('INV-41', False), ('7', True)))
    >>> marked("same", "same")
    ((('same', False),), (('same', False),))
    """
    if one == other or max(len(one), len(other)) > LONGEST:
        return ((one, False),), ((other, False),)
    steps = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    ours = _pieces((one[a:b], tag != "equal") for tag, a, b, _, _ in steps)
    yours = _pieces((other[c:d], tag != "equal") for tag, _, _, c, d in steps)
    return ours, yours


def _pieces(cut: Iterable[tuple[str, bool]]) -> Pieces:
    return tuple(piece for piece in cut if piece[0])
