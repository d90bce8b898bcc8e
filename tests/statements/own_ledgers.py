"""Ledgers of the customer's own for the statement on the stage, right and with slips planted."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from portal.base.access import SYSTEM
from portal.core.comparison import Decisions, OwnBooks, OwnRow, compare
from portal.core.statement import read_statement
from portal.statements.comparison.deciding import Decide, decide
from portal.statements.comparison.keeping import keep_rows
from portal.statements.comparison.mapping import Mapping
from portal.statements.comparison.uploading import KeepLedger, MapLedger, keep_ledger, map_ledger
from portal.statements.comparison.working import write_matches
from portal.tables.comparison import Comparison, OwnMatch
from tests.people.cast import CHEN
from tests.statements.stage import AMOUNTS, Stage

TITLES = "Date,Document,Debit,Credit\n"


def right_rows() -> list[OwnRow]:
    """The rows of a ledger that says the same as the statement, by the row of its file."""
    rows = []
    for number, minor in enumerate(AMOUNTS, start=1):
        name = f"{'INV' if minor > 0 else 'RCT'}-2026-0{4100 + number}"
        on = dt.date(2026, 10, 1) + dt.timedelta(days=2 * (number - 1))
        rows.append(OwnRow(number + 1, on, name, "", minor))
    return rows


def planted_rows() -> list[OwnRow]:
    """One other amount, one line missing, one document too many."""
    rows = right_rows()
    rows[1] = replace(rows[1], amount_minor=8_000_00)
    del rows[3]
    return [*rows, OwnRow(9, dt.date(2026, 10, 28), "GR-77", "", -500_00)]


def as_csv(rows: Iterable[OwnRow], titles: str = TITLES) -> str:
    """The rows as a file with debit and credit columns; row 1 is its head."""
    lines = []
    for row in rows:
        major = f"{abs(row.amount_minor) // 100}.{abs(row.amount_minor) % 100:02}"
        sides = f"{major}," if row.amount_minor > 0 else f",{major}"
        lines.append(f"{row.on},{row.number},{sides}\n")
    return titles + "".join(lines)


def laid(stage: Stage, rows: Iterable[OwnRow], email: str = CHEN, name: str = "own.csv") -> int:
    """A comparison with these rows, ready to be looked at; tells its id."""
    kept = list(rows)
    content = as_csv(kept).encode()
    upload = KeepLedger(stage.installation.storage, stage.id, name, content)
    comparison_id = int(stage.act(keep_ledger, upload, email))
    stage.act(map_ledger, MapLedger(comparison_id, Mapping()), email)
    books = OwnBooks(tuple(kept))
    with stage.installation.work(stage.actor(email)) as w:
        comparison = w.session.get_one(Comparison, comparison_id)
        snapshot = read_statement(stage.statement.payload)
        keep_rows(w, comparison, books)
        write_matches(w, comparison, books, compare(snapshot, books, Decisions()))
    return comparison_id


def comparison_of(stage: Stage, comparison_id: int) -> Comparison:
    with stage.installation.reading(SYSTEM) as r:
        return r.session.get_one(Comparison, comparison_id)


def matches_of(stage: Stage, comparison_id: int) -> dict[str, OwnMatch]:
    """What was found, by what names it."""
    with stage.installation.reading(SYSTEM) as r:
        rows = r.session.query(OwnMatch).filter_by(comparison_id=comparison_id)
        return {f"{row.kind} {row.ours} {row.yours}": row for row in rows}


def decided(stage: Stage, comparison_id: int, word: str, ours: Any, yours: Any, **said: str) -> Any:
    """A decision of Chen's."""
    command = Decide(comparison_id, tuple(ours), tuple(yours), word, **said)
    return stage.act(decide, command)
