"""What an import adds, noted as stretches of keys while its rows are posted, so that it can go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.lookup import found_by
from portal.tables.hand import ImportRange

RECORDER = "recorder"
HIGHEST = "select last_id from import_range where kind in (:keys) order by last_id desc limit 1"


class Recorder:
    """Notes which rows one import makes or changes; a stretch of keys that follow is one note."""

    def __init__(self, run_id: int) -> None:
        self._run_id = run_id
        self._stretches: dict[str, list[list[int]]] = defaultdict(list)

    @property
    def source(self) -> str:
        """What applications that this import makes say of who said so."""
        return f"import/{self._run_id}"

    def note(self, kind: str, ids: Sequence[int]) -> None:
        """Notes keys, which rise."""
        if not ids:
            return
        stretches = self._stretches[kind]
        if ids[-1] - ids[0] + 1 == len(ids):
            _extend(stretches, ids[0], ids[-1])
            return
        for row_id in ids:
            _extend(stretches, row_id, row_id)

    def keep(self, session: Session) -> None:
        """Writes down what was noted since the last time."""
        for kind, stretches in self._stretches.items():
            for first, last in _merged(stretches):
                _keep(session, self._run_id, kind, (first, last))
        self._stretches.clear()


def recorder_of(session: Session) -> Recorder | None:
    """Who notes what is posted in a session; nobody where it is no import that can be undone."""
    found: Recorder | None = session.info.get(RECORDER)
    return found


def note(session: Session, kind: str, ids: Sequence[int]) -> None:
    """Notes keys, where somebody notes them."""
    recorder = recorder_of(session)
    if recorder is not None:
        recorder.note(kind, sorted(set(ids)))


def source_of(session: Session) -> str:
    """Who says that something be applied: an import, and which one."""
    recorder = recorder_of(session)
    return "import" if recorder is None else recorder.source


def highest_ever(session: Session, kind: str) -> int:
    """The highest key of a table that an import ever made, be it undone; 0 where it made none."""
    found = found_by(session, HIGHEST, [kind])
    return found[0].last_id if found else 0


def _extend(stretches: list[list[int]], first: int, last: int) -> None:
    if stretches and stretches[-1][1] + 1 == first:
        stretches[-1][1] = last
    else:
        stretches.append([first, last])


def _merged(stretches: list[list[int]]) -> list[tuple[int, int]]:
    """Stretches that overlap or follow each other made one, the lowest first."""
    merged: list[list[int]] = []
    for first, last in sorted(stretches):
        if merged and first <= merged[-1][1] + 1:
            merged[-1][1] = max(merged[-1][1], last)
        else:
            merged.append([first, last])
    return [(first, last) for first, last in merged]


def _keep(session: Session, run_id: int, kind: str, stretch: tuple[int, int]) -> None:
    """Two files of one import may note the same keys: those are kept once."""
    first, last = stretch
    key = (run_id, kind, first)
    if session.get(ImportRange, key) is None:
        session.add(ImportRange(run_id=run_id, kind=kind, first_id=first, last_id=last))


def ranges_of(session: Session, run_id: int) -> dict[str, list[tuple[int, int]]]:
    """The stretches that an import noted, by what they are."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    rows = (
        select(ImportRange)
        .where(ImportRange.run_id == run_id)
        .order_by(ImportRange.kind, ImportRange.first_id)
    )
    for row in session.scalars(rows):
        found[row.kind].append((row.first_id, row.last_id))
    return found
