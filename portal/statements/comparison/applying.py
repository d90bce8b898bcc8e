"""
A comparison turned into answers: one act answers the whole statement, and can be taken back.

What people answered by hand is left alone; where it contradicts what was found it is named. What an
earlier comparison set is set anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from sqlalchemy import delete, insert, select

from portal.base.work import Work
from portal.core.comparison_answers import Answers, answers_of
from portal.core.confirmation import NEED_NOTE, Difference, Reason, check_difference
from portal.core.errors import RuleBroken
from portal.core.statement import Statement as Snapshot
from portal.core.statement import read_statement
from portal.statements.answers import kept_difference, user_id_of
from portal.statements.comparison.deciding import reasons_for
from portal.statements.comparison.keeping import books_of, found_of, match_rows
from portal.statements.comparison.uploading import note, resting
from portal.statements.settling.own_documents import own_documents_of, write_own_documents
from portal.tables.comparison import Comparison, OwnMatch
from portal.tables.statements import Answer, Statement
from portal.tables.statements import Difference as Said

#: So many lines that were left alone are named in the audit and on the page.
MOST_NAMED = 20


@dataclass(frozen=True)
class ApplyComparison:
    """That a comparison answer its statement; `missing` is why lines are not in their ledger."""

    comparison_id: int
    row_version: int
    missing: Reason = Reason.NOT_RECEIVED
    #: Answers by hand that contradict are set too.
    overrides: bool = False


@dataclass(frozen=True)
class TakeBackApplied:
    """That what a comparison set on its statement be open again."""

    comparison_id: int


@dataclass(frozen=True)
class Applied:
    """What came of applying: lines agreed and differing, documents beside them, left alone."""

    agreed: int
    differing: int
    documents: int
    #: Lines that were answered otherwise by hand.
    contradicting: tuple[int, ...] = ()


@dataclass(frozen=True)
class Standing:
    """What stands on the statement, and what of it an earlier comparison set."""

    answers: Mapping[int, Answer]
    said: Mapping[int, Said]
    #: Line → the version that was set.
    set_lines: Mapping[str, int]
    set_documents: frozenset[int]

    def is_by_hand(self, seq: int) -> bool:
        """Whether a person answered the line, or changed what had been set."""
        answer = self.answers.get(seq)
        return answer is not None and self.set_lines.get(str(seq)) != answer.row_version


def apply_comparison(w: Work, c: ApplyComparison) -> Applied:
    """
    Every line is agreed to or differs as the comparison found and people decided.

    Raises: comparison.stale, difference.reason_unfit, difference.note_missing, and what `resting`
    raises.
    """
    comparison = resting(w, c.comparison_id)
    statement = w.session.get_one(Statement, comparison.statement_id)
    w.require("statement.answer", statement)
    if comparison.state != "ready" or comparison.row_version != c.row_version:
        raise RuleBroken("comparison.stale")
    if c.missing not in reasons_for("ours") or c.missing in NEED_NOTE:
        raise RuleBroken("difference.reason_unfit", field="missing")
    snapshot = read_statement(statement.payload)
    wanted = wanted_answers(w, comparison, snapshot, c.missing)
    standing = _standing(w, comparison)
    free, contradicting = _sorted_out(wanted, standing, overrides=c.overrides)
    lines = _write_lines(w, statement, free, standing)
    documents = _write_documents(w, statement, wanted, standing)
    comparison.applied = json.dumps(
        {"lines": {**standing.set_lines, **lines}, "documents": documents}
    )
    comparison.applied_version, comparison.applied_at = comparison.row_version, w.now
    done = Applied(
        len(wanted.agreed),
        sum(each.seq is not None for each in wanted.differences),
        len(documents),
        tuple(contradicting),
    )
    note(
        w,
        comparison,
        "applied",
        agreed=done.agreed,
        differing=done.differing,
        documents=done.documents,
        left_alone=contradicting[:MOST_NAMED],
    )
    return done


def wanted_answers(w: Work, comparison: Comparison, snapshot: Snapshot, missing: Reason) -> Answers:
    """The answers that a comparison gives, with the reasons that people chose."""
    rows = match_rows(w, comparison)
    books = books_of(w, comparison)
    plain = answers_of(snapshot, books, found_of(comparison, rows))
    chosen: dict[int, OwnMatch] = {}
    for row in rows:
        if row.kind in {"differs", "ours"}:
            chosen |= dict.fromkeys(json.loads(row.ours), row)
    beside = _beside_lines(plain, rows)
    said = []
    for each in plain.differences:
        if each.seq is None:
            said.append(_with_reason(each, next(beside)))
            continue
        match = chosen.get(each.seq)
        is_missing = match is not None and match.kind == "ours"
        is_plain = is_missing and each.reason is Reason.NOT_RECEIVED
        named = _with_reason(replace(each, reason=missing) if is_plain else each, match)
        check_difference(named, snapshot.lines[each.seq - 1])
        said.append(named)
    return Answers(plain.agreed, tuple(said))


def _beside_lines(plain: Answers, rows: list[OwnMatch]) -> Iterator[OwnMatch | None]:
    """
    What was found about each document beside the lines, in the order of the answers.

    Those of matches come first, then the rows that stand alone, then the opening balance.
    """
    alone = [row for row in rows if row.kind == "yours"]
    beside = [each for each in plain.differences if each.seq is None]
    has_opening = bool(beside) and beside[-1].reason is Reason.OTHER_OPENING
    of_matches = len(beside) - len(alone) - has_opening
    return chain([None] * of_matches, alone, [None] * has_opening)


def _with_reason(difference: Difference, match: OwnMatch | None) -> Difference:
    """The difference with the reason and the words that a person gave it."""
    if match is None or not match.why:
        return difference
    return replace(difference, reason=Reason(match.why), note=match.note)


def _standing(w: Work, comparison: Comparison) -> Standing:
    answers = w.session.scalars(
        select(Answer).where(
            Answer.customer_id == comparison.customer_id,
            Answer.statement_id == comparison.statement_id,
        )
    )
    said = w.session.scalars(
        select(Said).where(Said.statement_id == comparison.statement_id, Said.seq.is_not(None))
    )
    applied: dict[str, Any] = json.loads(comparison.applied)
    return Standing(
        {answer.seq: answer for answer in answers},
        {row.seq: row for row in said if row.seq is not None},
        applied.get("lines", {}),
        frozenset(applied.get("documents", ())),
    )


def _sorted_out(
    wanted: Answers, standing: Standing, *, overrides: bool
) -> tuple[dict[int, Difference | None], list[int]]:
    """What is to be written, by line (none is agreeing), and the lines that contradict it."""
    every: dict[int, Difference | None] = dict.fromkeys(wanted.agreed)
    every |= {each.seq: each for each in wanted.differences if each.seq is not None}
    free: dict[int, Difference | None] = {}
    contradicting = []
    for seq, difference in sorted(every.items()):
        if _stands(seq, difference, standing):
            continue
        if standing.is_by_hand(seq) and not overrides:
            if _contradicts(seq, difference, standing):
                contradicting.append(seq)
        else:
            free[seq] = difference
    return free, contradicting


def _stands(seq: int, difference: Difference | None, standing: Standing) -> bool:
    """Whether the line is answered so already."""
    answer, said = standing.answers.get(seq), standing.said.get(seq)
    if difference is None:
        return answer is not None and answer.mark == "agree"
    return said is not None and kept_difference(said) == difference


def _contradicts(seq: int, difference: Difference | None, standing: Standing) -> bool:
    """Whether a person's answer comes to another amount than what was found."""
    said = standing.said.get(seq)
    if difference is None or said is None:
        return True
    return said.own_amount_minor != difference.own_minor


def _write_lines(
    w: Work, statement: Statement, free: Mapping[int, Difference | None], standing: Standing
) -> dict[str, int]:
    """The answers are set; by line the version that they have now."""
    named = {"customer_id": statement.customer_id, "statement_id": statement.id}
    by = {"user_id": user_id_of(w)}
    _forget_said(w, statement.id, [seq for seq in free if seq in standing.said])
    versions = {}
    fresh = []
    for seq, difference in free.items():
        mark = "agree" if difference is None else "differ"
        answer = standing.answers.get(seq)
        if answer is None:
            versions[str(seq)] = 1
            row = {"seq": seq, "mark": mark, "row_version": 1, "answered_at": w.now}
            fresh.append(named | by | row)
            continue
        answer.mark, answer.row_version = mark, answer.row_version + 1
        answer.user_id, answer.answered_at = by["user_id"], w.now
        versions[str(seq)] = answer.row_version
    if fresh:
        w.session.execute(insert(Answer), fresh)
    differing = [each for each in free.values() if each is not None]
    if differing:
        rows = [named | by | _said_row(each) | {"said_at": w.now} for each in differing]
        w.session.execute(insert(Said), rows)
    return versions


def _said_row(difference: Difference) -> dict[str, Any]:
    return {
        "seq": difference.seq,
        "reason": difference.reason.value,
        "own_amount_minor": difference.own_minor,
        "note": difference.note,
    }


def _forget_said(w: Work, statement_id: int, seqs: Iterable[int]) -> None:
    gone = list(seqs)
    if gone:
        w.session.flush()
        w.session.execute(delete(Said).where(Said.statement_id == statement_id, Said.seq.in_(gone)))


def _write_documents(
    w: Work, statement: Statement, wanted: Answers, standing: Standing
) -> list[int]:
    """Documents that only their books have stand beside the lines; the ids of those set by us."""
    there = own_documents_of(w, statement.id)
    mine = {row.id for row in there} & standing.set_documents
    documents = [each for each in wanted.differences if each.seq is None]
    by_hand = [kept_difference(row) for row in there if row.id not in mine]
    for row in there:
        if row.id in mine:
            w.session.delete(row)
    w.session.flush()
    known = {(each.document, each.own_minor) for each in by_hand}
    write_own_documents(
        w, statement, [one for one in documents if (one.document, one.own_minor) not in known]
    )
    w.session.flush()
    before = {row.id for row in there} - mine
    return [row.id for row in own_documents_of(w, statement.id) if row.id not in before]


def take_back_applied(w: Work, c: TakeBackApplied) -> int:
    """
    The lines that a comparison set are open again, and its documents gone; how many those were.

    What a person changed since stays. Raises: what `resting` raises.
    """
    comparison = resting(w, c.comparison_id)
    statement = w.session.get_one(Statement, comparison.statement_id)
    w.require("statement.answer", statement)
    standing = _standing(w, comparison)
    lines = [
        int(seq)
        for seq, version in standing.set_lines.items()
        if int(seq) in standing.answers and standing.answers[int(seq)].row_version == version
    ]
    _forget_said(w, statement.id, lines)
    for seq in lines:
        w.session.delete(standing.answers[seq])
    for row in own_documents_of(w, statement.id):
        if row.id in standing.set_documents:
            w.session.delete(row)
    comparison.applied, comparison.applied_version, comparison.applied_at = "{}", None, None
    note(w, comparison, "taken_back", lines=len(lines))
    return len(lines)
