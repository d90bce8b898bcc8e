"""
Two versions of a statement compared line by line: what is the same, changed, new or gone.

Which answers a new version keeps is here too, since it follows from which lines are the same.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from portal.core.statement import Line

#: What of a line makes it the same document, and what must be the same to be the same line.
Document = tuple[int, str, date]


class ChangedLine(NamedTuple):
    """A document that stands on both versions, with something about it otherwise."""

    before: Line
    after: Line


@dataclass(frozen=True, slots=True)
class LineDiff:
    """What a version's lines say otherwise than those before, each list in the lines' order."""

    added: tuple[Line, ...]
    removed: tuple[Line, ...]
    changed: tuple[ChangedLine, ...]
    #: Line after → line before, both counted from one, of the lines that are the same.
    same: Mapping[int, int]

    @property
    def count(self) -> int:
        """How many lines are new, gone or changed."""
        return len(self.added) + len(self.removed) + len(self.changed)

    @property
    def new_or_changed(self) -> int:
        """How many lines of the version after have no equal before."""
        return len(self.added) + len(self.changed)

    @property
    def amount_minor(self) -> int:
        """By how much the lines after sum to more than those before."""
        moved = sum(line.amount_minor for line in self.added)
        moved -= sum(line.amount_minor for line in self.removed)
        return moved + sum(new.amount_minor - old.amount_minor for old, new in self.changed)


def diff(before: Sequence[Line], after: Sequence[Line]) -> LineDiff:
    """
    What stands otherwise on the version after.

    Rule: R85 — lines are the same when document, kind, date, amount, due date and parts are; every
    line of both versions is the same, changed, new or gone, once, and their amounts lead from the
    one closing balance to the other (UX C4, INTERFACES 5).

    >>> line = Line(date(2026, 5, 1), 1, "I-1", "", date(2026, 6, 1), 1, 100, 100, late=False)
    >>> found = diff([line], [line, line._replace(document="I-2", amount_minor=250)])
    >>> [line.document for line in found.added], dict(found.same), found.amount_minor
    (['I-2'], {1: 1}, 250)
    """
    waiting: defaultdict[Document, list[int]] = defaultdict(list)
    for place, line in enumerate(before):
        waiting[_document(line)].append(place)
    same: dict[int, int] = {}
    rest = []
    for place, line in enumerate(after):
        equal = [old for old in waiting[_document(line)] if _are_same(before[old], line)]
        if equal:
            waiting[_document(line)].remove(equal[0])
            same[place + 1] = equal[0] + 1
        else:
            rest.append(line)
    added, changed = [], []
    for line in rest:
        olds = waiting[_document(line)]
        if olds:
            changed.append(ChangedLine(before[olds.pop(0)], line))
        else:
            added.append(line)
    gone = sorted(place for places in waiting.values() for place in places)
    return LineDiff(
        added=tuple(added),
        removed=tuple(before[place] for place in gone),
        changed=tuple(changed),
        same=same,
    )


def _document(line: Line) -> Document:
    return (line.kind, line.document, line.dated_on)


def _are_same(one: Line, other: Line) -> bool:
    return (one.amount_minor, one.due_on, one.parts) == (
        other.amount_minor,
        other.due_on,
        other.parts,
    )


def carried_marks(
    found: LineDiff, marks: Mapping[int, str], *, is_sign_off: bool
) -> dict[int, int]:
    """
    Which answers go over: line after → line before.

    Rule: R86 — a corrected version keeps the answers of the lines that are the same, agreeing and
    differing ones alike; a sign-off round keeps only the agreeing ones, so that what differed is
    answered again (UX C4, S-086).

    >>> line = Line(date(2026, 5, 1), 1, "I-1", "", date(2026, 6, 1), 1, 100, 100, late=False)
    >>> carried_marks(diff([line], [line]), {1: "differ"}, is_sign_off=True)
    {}
    """
    kept = ("agree",) if is_sign_off else ("agree", "differ")
    return {after: before for after, before in found.same.items() if marks.get(before) in kept}
