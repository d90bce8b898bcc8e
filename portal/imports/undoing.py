"""
A whole import taken back: its rows go, all or none, as if it had never been.

The one exception to rows that are posted for ever: the guards of the tables let them go only while
this act's own row is open, which it can be in one transaction only (tables/hand.py). What the
import changed of rows that were here before stays changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.base.access import NotFound, Permission
from portal.base.lookup import plain_moment
from portal.base.recording import Recorder
from portal.base.work import Work
from portal.core.applying import check_taking_back
from portal.core.errors import RuleBroken
from portal.imports.touched import check_untouched
from portal.tables.base import Base
from portal.tables.hand import ImportUndo
from portal.tables.journal import ImportRun

WITHIN = (
    "(select t.id from import_range g join {table} t on t.id between g.first_id and g.last_id"
    " where g.run_id = :run and g.kind = '{kind}')"
)
ENTRIES = WITHIN.format(table="entry", kind="entry")
#: What goes, in this order: table → which of its rows.
GOING = {
    "allocation": "source = :source",
    "disputed_part": f"entry_id in {ENTRIES}",
    "invoice_line": "entry_id in " + WITHIN.format(table="entry", kind="invoice_line"),
    "document": f"kind = 'invoice' and subject_id in {ENTRIES}",
    "invoice": f"entry_id in {ENTRIES}",
    "payment": f"entry_id in {ENTRIES}",
    "part": f"entry_id in {ENTRIES}",
    "pending": f"entry_id in {ENTRIES}",
    "invoice_check": f"entry_id in {ENTRIES}",
    "entry": f"id in {ENTRIES}",
    "contract": "id in " + WITHIN.format(table="contract", kind="contract"),
    "sales_order": "id in " + WITHIN.format(table="sales_order", kind="sales_order"),
    "delivery": "id in " + WITHIN.format(table="delivery", kind="delivery"),
    "signatory_limit": "contact_id in " + WITHIN.format(table="contact", kind="contact"),
    "contact": "id in " + WITHIN.format(table="contact", kind="contact"),
    "customer": "id in " + WITHIN.format(table="customer", kind="customer"),
}
#: What people count.
COUNTED = (
    *("entry", "allocation", "invoice_line", "delivery", "sales_order", "contract", "contact"),
    "customer",
)
WHOSE = f"""select c.id from customer c where c.id in (select e.customer_id from entry e
  where e.id in {ENTRIES}) or c.id in {WITHIN.format(table="customer", kind="customer")}
order by c.id for update"""  # noqa: S608 - words of our own


@dataclass(frozen=True)
class UndoImport:
    """That a whole import be taken back."""

    run_id: int


def undo_import(w: Work, c: UndoImport) -> None:
    """
    Takes back what an import added, wholly or not at all.

    Raises: import.not_done, import.undone_already, import.undo_too_late, import.undo_*.
    """
    w.require(Permission.IMPORT_RUN)
    session = w.session
    run = session.get(ImportRun, c.run_id, with_for_update=True)
    if run is None:
        raise NotFound("import")
    if run.state != "done" or run.finished_at is None:
        raise RuleBroken("import.not_done")
    if session.get(ImportUndo, run.id) is not None:
        raise RuleBroken("import.undone_already")
    check_taking_back(run.finished_at, w.now)
    source = Recorder(run.id).source
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text(WHOSE), {"run": run.id}).all()
    check_untouched(session, run.id, source, plain_moment(session, run.started_at))
    undo = ImportUndo(
        run_id=run.id, user_id=w.actor.user_id, at=w.now, counts="{}", open_as=-run.id
    )
    session.add(undo)
    session.flush()
    gone = _delete(session, run.id, source)
    undo.counts, undo.open_as = json.dumps(gone, sort_keys=True), None
    session.flush()
    w.audit(
        "import.undone",
        f"import/{run.id}",
        file=run.file_name,
        sha256=run.file_sha256,
        **gone,
    )


def _delete(session: Session, run_id: int, source: str) -> dict[str, int]:
    """Deletes what the import added; how many rows of what people count."""
    gone = {}
    try:
        with _references_indexed(session):
            for table, which in GOING.items():
                statement = f"delete from {table} where {which}"  # noqa: S608 - words of our own
                named = {"run": run_id} if ":run" in which else {"source": source}
                found = session.connection().execute(text(statement), named)
                gone[table] = int(found.rowcount)
    except IntegrityError as error:
        raise RuleBroken("import.undo_referred") from error
    return {table: gone[table] for table in COUNTED if gone[table]}


@contextmanager
def _references_indexed(session: Session) -> Iterator[None]:
    """Indexes for the moment, so that no row that goes makes the database read a whole table."""
    made = []
    for parent in ("entry", "contact", "customer"):
        for child, column in _unindexed(Base.metadata.tables[parent]):
            name = f"undo_{child}_{column}"
            session.execute(text(f"create index {name} on {child} ({column})"))
            made.append(name)
    yield
    for name in made:
        session.execute(text(f"drop index {name}"))


def _unindexed(parent: Table) -> Iterator[tuple[str, str]]:
    """Columns of other tables that refer to a table and that no index begins with."""
    for child in Base.metadata.sorted_tables:
        leads = {next(iter(index.columns)).name for index in child.indexes}
        leads |= {
            next(iter(each.columns)).name
            for each in child.constraints
            if isinstance(each, PrimaryKeyConstraint | UniqueConstraint) and len(each.columns)
        }
        for key in child.foreign_keys:
            is_alone = key.constraint is not None and len(key.constraint.elements) == 1
            if is_alone and key.column.table is parent and key.parent.name not in leads:
                yield child.name, key.parent.name
