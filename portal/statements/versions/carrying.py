"""What a new version keeps of the one it replaces: answers on the same lines, and ours to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from portal.base.work import Work
from portal.core.statement import read_statement
from portal.core.statement_diff import LineDiff, carried_marks, diff
from portal.disputes.following import follow_to
from portal.tables.resolutions import Reissue, Resolution
from portal.tables.statements import Answer, Difference, Statement


@dataclass(frozen=True)
class Carried:
    """How much of the version before stands on the new one."""

    answers: int
    #: Lines that are new or changed.
    changed: int


@dataclass(frozen=True)
class _Versions:
    """The two versions, what of their lines is the same, and which lines keep their answer."""

    old: Statement
    new: Statement
    found: LineDiff
    #: Line after → line before.
    kept: Mapping[int, int]
    is_sign_off: bool

    @property
    def by_old_line(self) -> dict[int, int]:
        """Line before → line after, of those that keep their answer."""
        return {before: after for after, before in self.kept.items()}


def carry_over(
    w: Work, old: Statement, new: Statement, reason: str, *, is_sign_off: bool
) -> Carried:
    """
    The new version has the answers of the lines that are the same, and knows what it replaces.

    A corrected version keeps agreeing and differing answers, and differences beside the lines; a
    sign-off round keeps the agreeing ones. Our answers to what differed stay to be read on both.
    """
    answers = {each.seq: each for each in _rows(w, Answer, old)}
    found = diff(read_statement(old.payload).lines, read_statement(new.payload).lines)
    marks = {seq: each.mark for seq, each in answers.items()}
    kept = carried_marks(found, marks, is_sign_off=is_sign_off)
    versions = _Versions(old, new, found, kept, is_sign_off)
    copies = [_copy(answers[before], new, seq=after) for after, before in kept.items()]
    if copies:
        w.session.execute(insert(Answer), copies)
    keys = _carry_differences(w, versions)
    _carry_resolutions(w, versions, keys)
    if not is_sign_off:
        follow_to(w, old.id, new.id, _moves(versions, keys))
    carried = Carried(len(kept), found.new_or_changed)
    w.session.add(
        Reissue(
            statement_id=new.id,
            customer_id=new.customer_id,
            replaces_id=old.id,
            cause="sign_off" if is_sign_off else "corrected",
            reason=reason,
            carried=carried.answers,
            changed=carried.changed,
        )
    )
    w.session.flush()
    return carried


def _rows(w: Work, table: type[Any], statement: Statement) -> list[Any]:
    found = select(table).where(
        table.customer_id == statement.customer_id, table.statement_id == statement.id
    )
    return list(w.session.scalars(found))


def _copy(row: Any, new: Statement, **changes: Any) -> dict[str, Any]:
    """The values of a row as they stand on the new version, under a key of their own."""
    values = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    values.pop("id", None)
    return {**values, "statement_id": new.id, **changes}


def _carry_differences(w: Work, versions: _Versions) -> dict[int, int]:
    """The differences that still stand; key before → key after."""
    if versions.is_sign_off:
        return {}
    keys = {}
    for each in sorted(_rows(w, Difference, versions.old), key=lambda row: int(row.id)):
        seq = None if each.seq is None else versions.by_old_line.get(each.seq)
        if each.seq is None or seq is not None:
            again = Difference(**_copy(each, versions.new, seq=seq))
            w.session.add(again)
            w.session.flush()
            keys[each.id] = again.id
    return keys


def _moves(versions: _Versions, keys: Mapping[int, int]) -> dict[str, tuple[str, int | None]]:
    """Where on the new version a difference stands that had its dispute: origin → origin, line."""
    lines = {f"line-{old}": (f"line-{new}", new) for old, new in versions.by_old_line.items()}
    return {**lines, **{f"own-{old}": (f"own-{new}", None) for old, new in keys.items()}}


def _carry_resolutions(w: Work, versions: _Versions, keys: Mapping[int, int]) -> None:
    """Our newest answer to each line that is the same, and to what is beside the lines."""
    newest: dict[tuple[int | None, int | None], Resolution] = {}
    for each in sorted(_rows(w, Resolution, versions.old), key=lambda row: int(row.id)):
        about = (each.seq, None) if each.seq else (None, each.difference_id)
        newest[about] = each
    lines = {before: after for after, before in versions.found.same.items()}
    copies = []
    for each in newest.values():
        seq = lines.get(each.seq) if each.seq else None
        if each.seq is None or seq is not None:
            key = keys.get(each.difference_id or 0)
            changes = {"seq": seq, "difference_id": key, "carried_id": each.id}
            copies.append(_copy(each, versions.new, **changes))
    if copies:
        w.session.execute(insert(Resolution), copies)
