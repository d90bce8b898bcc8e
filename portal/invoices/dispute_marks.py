"""
The mark that an invoice is disputed, whole or in part, as its file says.

Disputes that customers raised here have marks of their own beside it, which no file changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from portal.base.batch import insert_rows
from portal.base.lookup import found_by, plain_day
from portal.tables.disputes import DisputedPart

#: The whole open amount, whatever it is.
WHOLE = -1

PARTS = """select p.customer_id, p.entry_id, p.part, p.dated_on, p.amount_minor
from entry e join part p on p.customer_id = e.customer_id and p.entry_id = e.id
where e.id in (:keys) order by p.entry_id, p.due_on is null, p.due_on, p.part"""
RUNNING = """select d.id, d.entry_id, d.amount_minor, p.amount_minor as whole
from disputed_part d join part p on p.customer_id = d.customer_id and p.entry_id = d.entry_id
  and p.part = d.part
where d.entry_id in (:keys) and d.ended_on is null
  and d.dispute_id is null"""
#: What an export writes of invoices that are disputed here: all marks together, part by part.
TOGETHER = """select m.entry_id, sum(case when m.said > p.amount_minor then p.amount_minor
    else m.said end) as said
from (select d.customer_id, d.entry_id, d.part,
    sum(coalesce(d.amount_minor, q.amount_minor)) as said
  from disputed_part d join part q on q.customer_id = d.customer_id and q.entry_id = d.entry_id
    and q.part = d.part
  where d.entry_id in (:keys) and d.ended_on is null group by d.customer_id, d.entry_id, d.part) m
join part p on p.customer_id = m.customer_id and p.entry_id = m.entry_id and p.part = m.part
group by m.entry_id"""


def mark_disputed(session: Session, marks: Sequence[tuple[int, int]]) -> None:
    """Marks entries: the whole, or an amount that goes to the parts that fall due first."""
    rows = []
    rest = dict(marks)
    for part in found_by(session, PARTS, [entry_id for entry_id, _ in marks]):
        disputed = rest[part.entry_id]
        taken = None if disputed == WHOLE else min(disputed, part.amount_minor)
        if taken == 0:
            continue
        rest[part.entry_id] -= taken or 0
        day = plain_day(part.dated_on)
        rows.append((part.customer_id, part.entry_id, part.part, day, taken))
    columns = ("customer_id", "entry_id", "part", "from_on", "amount_minor")
    insert_rows(session, DisputedPart.__table__, columns, rows, are_plain=True)


def running_marks(session: Session, entry_ids: Iterable[int]) -> dict[int, int]:
    """What is disputed of entries: WHOLE, or an amount; those undisputed are not in it."""
    marks: dict[int, int] = defaultdict(int)
    whole = set()
    for row in found_by(session, RUNNING, entry_ids):
        marks[row.entry_id] += row.whole if row.amount_minor is None else row.amount_minor
        if row.amount_minor is None:
            whole.add(row.entry_id)
        else:
            whole.discard(row.entry_id)
    return {entry_id: WHOLE if entry_id in whole else mark for entry_id, mark in marks.items()}


def marks_together(session: Session, entry_ids: Iterable[int]) -> dict[int, int]:
    """What is disputed of entries by the file's mark and by customers' disputes together."""
    return {row.entry_id: int(row.said) for row in found_by(session, TOGETHER, entry_ids)}


def mark_as_told(session: Session, told: Mapping[int, int]) -> set[int]:
    """
    Marks entries as their file has them, 0 not at all; those that were marked otherwise.

    What an export wrote of an invoice that is disputed here too is not otherwise.
    """
    running, together = running_marks(session, told), marks_together(session, told)
    changed = {
        entry_id: said
        for entry_id, said in told.items()
        if said not in (running.get(entry_id, 0), together.get(entry_id, 0))
    }
    _mark_anew(session, changed)
    return set(changed)


def _mark_anew(session: Session, marks: Mapping[int, int]) -> None:
    """Replaces the marks of entries; 0 takes the mark away, as if it had never been."""
    running = found_by(session, RUNNING, marks)
    if running:
        ended = (
            update(DisputedPart)
            .where(DisputedPart.id == bindparam("of"))
            .values(ended_on=DisputedPart.from_on)
        )
        session.connection().execute(ended, [{"of": row.id} for row in running])
    mark_disputed(session, [(entry_id, mark) for entry_id, mark in marks.items() if mark])
