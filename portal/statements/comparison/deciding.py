"""What people decide about what was found: together after all, not the same, in transit, why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.base.work import Work
from portal.core.confirmation import NEED_NOTE, OF_LINES, OF_OWN_DOCUMENTS, Reason
from portal.core.errors import RuleBroken
from portal.statements.answers import LONGEST_NOTE
from portal.statements.comparison.keeping import decided, key_of
from portal.statements.comparison.uploading import AT_ONCE, note, resting, start
from portal.statements.comparison.working import compare_again
from portal.tables.comparison import Comparison, OwnMatch

WORDS = ("accept", "apart", "timing", "difference", "back", "join")
#: What may be said of rows of each kind; `back` takes a decision back.
FITTING = {
    "same": {"accept", "apart", "back"},
    "differs": {"accept", "apart", "timing", "difference", "back"},
    "ours": {"timing", "difference", "back"},
    "yours": {"timing", "difference", "back"},
}
#: Reasons for which a line would need another amount of the customer's: with none they do not fit.
OF_AMOUNTS = (Reason.WRONG_AMOUNT, Reason.PRICE_OR_QUANTITY)


@dataclass(frozen=True)
class Decide:
    """A decision about the lines `ours` and the rows `yours` that stand together now."""

    comparison_id: int
    ours: tuple[int, ...]
    yours: tuple[int, ...]
    word: str
    reason: str = ""
    note: str = ""


def decide(w: Work, c: Decide) -> bool:
    """
    The decision holds, and the rest is matched again with it; whether that is left to a worker.

    Raises: comparison.stale, comparison.choose_both, difference.note_missing,
    difference.reason_unfit, and what `resting` raises.
    """
    comparison = resting(w, c.comparison_id)
    if comparison.state != "ready":
        raise RuleBroken("comparison.stale")
    said = decided(comparison)
    if c.word == "join":
        _join(w, comparison, c, said)
    else:
        _note_down(_match(w, comparison, c), c, said)
    comparison.decisions = json.dumps(said, ensure_ascii=False)
    is_large = comparison.rows_total > AT_ONCE
    if is_large:
        start(w, comparison, is_large=True)
    else:
        compare_again(w, comparison)
    note(w, comparison, "decided", word=c.word, lines=list(c.ours), rows=list(c.yours))
    return is_large


def _match(w: Work, comparison: Comparison, c: Decide) -> OwnMatch:
    """The lines and rows as they stand together now; somebody may have been faster."""
    found = w.session.scalars(
        select(OwnMatch).where(
            OwnMatch.customer_id == comparison.customer_id,
            OwnMatch.comparison_id == comparison.id,
            OwnMatch.ours == json.dumps(list(c.ours)),
            OwnMatch.yours == json.dumps(list(c.yours)),
        )
    ).first()
    if found is None or c.word not in FITTING[found.kind]:
        raise RuleBroken("comparison.stale")
    return found


def _join(w: Work, comparison: Comparison, c: Decide, said: dict[str, Any]) -> None:
    """Lines and rows that stood alone belong together."""
    if not c.ours or not c.yours:
        raise RuleBroken("comparison.choose_both")
    alone = _alone(w, comparison)
    if not {*c.ours} <= alone["ours"] or not {*c.yours} <= alone["yours"]:
        raise RuleBroken("comparison.stale")
    _take_back(said, c.ours, c.yours)
    said["accepted"].append([sorted(c.ours), sorted(c.yours)])


def _alone(w: Work, comparison: Comparison) -> dict[str, set[int]]:
    """The lines and the rows that stand alone."""
    found = w.session.execute(
        select(OwnMatch.ours, OwnMatch.yours).where(
            OwnMatch.customer_id == comparison.customer_id,
            OwnMatch.comparison_id == comparison.id,
            OwnMatch.kind.in_(("ours", "yours")),
        )
    ).all()
    return {
        "ours": {line for row in found for line in json.loads(row.ours)},
        "yours": {one for row in found for one in json.loads(row.yours)},
    }


def _note_down(match: OwnMatch, c: Decide, said: dict[str, Any]) -> None:
    pair = [list(c.ours), list(c.yours)]
    _take_back(said, c.ours, c.yours, keeps_refusals=c.word != "back")
    if c.word == "accept":
        said["accepted"].append(pair)
    elif c.word == "apart":
        said["refused"] += [[line, row] for line in c.ours for row in c.yours]
    elif c.word == "timing" and match.kind == "differs":
        said["reasons"][key_of(c.ours, c.yours)] = [Reason.TIMING.value, ""]
    elif c.word == "timing":
        said[f"timing_{match.kind}"] += [*c.ours, *c.yours]
    elif c.word == "difference":
        _check_reason(match, c)
        said["reasons"][key_of(c.ours, c.yours)] = [c.reason, c.note.strip()[:LONGEST_NOTE]]


def _check_reason(match: OwnMatch, c: Decide) -> None:
    if c.reason not in reasons_for(match.kind):
        raise RuleBroken("difference.reason_unfit", field="reason")
    if c.reason in NEED_NOTE and not c.note.strip():
        raise RuleBroken("difference.note_missing", field="note")


def reasons_for(kind: str) -> tuple[Reason, ...]:
    """Why rows of a kind can differ: a line without its amount in their books has fewer reasons."""
    if kind == "yours":
        return (Reason.MISSING_DOCUMENT, *OF_LINES)
    if kind == "ours":
        return tuple(reason for reason in OF_LINES if reason not in OF_AMOUNTS)
    return tuple(reason for reason in OF_LINES if reason not in OF_OWN_DOCUMENTS)


def _take_back(
    said: dict[str, Any],
    ours: tuple[int, ...],
    yours: tuple[int, ...],
    *,
    keeps_refusals: bool = False,
) -> None:
    """What was decided about these lines and rows before is gone."""
    lines, rows = {*ours}, {*yours}

    def touches(one: list[int], other: list[int]) -> bool:
        return bool(lines & {*one} or rows & {*other})

    said["accepted"] = [pair for pair in said["accepted"] if not touches(*pair)]
    said["timing_ours"] = [line for line in said["timing_ours"] if line not in lines]
    said["timing_yours"] = [row for row in said["timing_yours"] if row not in rows]
    if not keeps_refusals:
        said["refused"] = [pair for pair in said["refused"] if not touches(pair[:1], pair[1:])]
    said["reasons"].pop(key_of(ours, yours), None)
