"""Until when the items of a claim can be taken to court, as an evidence pack tells it."""

from __future__ import annotations

from portal.base.work import Reader
from portal.escalation.cases.pack.proofs import Clock, Clocks
from portal.reports.laws import law_of
from portal.reports.limitation import AskLapses, LapseRow, list_lapses
from portal.reports.names import act_name


def clocks_of(r: Reader, customer_id: int, currency: str) -> Clocks:
    """The law that holds, and what it makes of an account's open parts, by document and part."""
    rows = list_lapses(r, AskLapses(customer_id=customer_id, currency=currency))
    said = law_of(r).said
    ordered = sorted(rows, key=lambda row: (row.due_on, row.number, row.part))
    law = [said[name] for name in ("name", "length", "resets", "proceedings") if name in said]
    return Clocks(law, list(map(_clock, ordered)))


def _clock(row: LapseRow) -> Clock:
    since = row.since
    return Clock(
        entry_id=row.entry_id,
        number=row.number,
        part=row.part,
        due_on=row.due_on,
        lapses_on=row.lapses_on,
        since=f"{act_name(since.act)} {since.number}" if since else "",
        since_on=since.on if since else None,
    )
