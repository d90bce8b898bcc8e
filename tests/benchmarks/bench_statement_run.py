"""
The statement run of a month: `python -m tests.benchmarks.bench_statement_run [S|L]`.

Two floors. The bare inserts put the very rows that the run made, heads, lines, first events, by
insert-selects from plain copies into our own tables, with all their keys, checks and triggers, and
take them off `pending`; they compose nothing. The bare statement run computes its figures too:
opening, debit, credit, closing and ageing of every customer, by bare SQL over bare tables. Neither
hashes, locks, audits or tells anybody.
"""

import datetime as dt
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, text

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.period import Month
from portal.statements.issuing.run import Issued, IssueStatements, issue_statements
from tests.benchmarks import bench_ageing
from tests.benchmarks.books import SIZES, Size, refresh
from tests.benchmarks.side_by_side import books, peak_megabytes, reopened, seconds, tell

FIRST, MONTH = Month(2026, 10), Month(2026, 11)
TIMES = {"S": 5, "L": 3}
KEPT = ("statement", "statement_line", "event")

#: Opening, debit, credit, closing by bare SQL: what the run must come to.
FIGURES = """
select customer_id, sum(case when dated_on < :a then amount else 0 end),
  sum(case when dated_on >= :a and amount > 0 then amount else 0 end),
  sum(case when dated_on >= :a and amount < 0 then -amount else 0 end), sum(amount)
from (select customer_id, dated_on, amount from bare_invoice where dated_on <= :b
  union all select customer_id, dated_on, -amount from bare_payment where dated_on <= :b) t
group by customer_id
having sum(case when dated_on < :a then amount else 0 end) <> 0
  or max(dated_on) >= :a
"""


def run(installation: Installation, month: Month) -> Issued:
    return issue_statements(partial(installation.work, SYSTEM), IssueStatements(month))


def run_alone(url: str, folder: str) -> None:
    run(reopened(url, folder), MONTH)


@contextmanager
def unguarded(installation: Installation) -> Iterator[Connection]:
    """A connection that may take statements back: only a benchmark does."""
    engine = installation.database.engine.execution_options(writes=True)
    with engine.begin() as connection:
        if installation.database.is_sqlite:
            dropped = _drop_triggers(connection)
            yield connection
            for create in dropped:
                connection.exec_driver_sql(create)
        else:
            connection.execute(text("set local session_replication_role = replica"))
            yield connection


def _drop_triggers(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql(
        "select name, sql from sqlite_master where type = 'trigger'"
        " and tbl_name in ('statement', 'statement_line', 'event')"
    ).all()
    for name, _ in found:
        connection.exec_driver_sql(f"drop trigger {name}")
    return [create for _, create in found]


def prepare(installation: Installation) -> None:
    """October's run is history; November's rows are kept, and then taken back."""
    assert run(installation, FIRST).issued
    refresh(installation)
    with unguarded(installation) as connection:
        connection.execute(text("create table kept_pending as select * from pending"))
    run(installation, MONTH)
    check_equal(installation)
    with unguarded(installation) as connection:
        since = text("select min(id) from statement where period_to = :to")
        first_id = connection.execute(since, {"to": _day(installation, MONTH.last_on)}).scalar()
        for table, key in zip(KEPT, ("id", "statement_id", "subject_id"), strict=True):
            connection.execute(
                text(
                    f"create table kept_{table} as select * from {table} where {key} >= {first_id}"
                )
            )
        connection.execute(
            text(
                "create table kept_taken as select customer_id, entry_id from kept_pending k"
                " where not exists (select 1 from pending p where p.customer_id = k.customer_id"
                " and p.entry_id = k.entry_id)"
            )
        )
    take_back(installation)
    refresh(installation)


def take_back(installation: Installation) -> None:
    with unguarded(installation) as connection:
        for table, key in (
            ("statement_line", "statement_id"),
            ("statement", "id"),
            ("event", "subject_id"),
        ):
            connection.execute(
                text(f"delete from {table} where {key} >= (select min(id) from kept_statement)")
            )
        connection.execute(
            text("delete from run_slice where run_id = (select max(id) from statement_run)")
        )
        connection.execute(
            text("delete from statement_run where id = (select max(id) from statement_run)")
        )
        connection.execute(text("delete from pending"))
        connection.execute(text("insert into pending select * from kept_pending"))
    if not installation.database.is_sqlite:
        _vacuum(installation)


def _vacuum(installation: Installation) -> None:
    """Dead rows of the turn before are no part of either's work."""
    engine = installation.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for table in ("statement", "statement_line", "event", "pending", "run_slice"):
            connection.execute(text(f"vacuum analyze {table}"))


def floor(installation: Installation) -> None:
    engine = installation.database.engine.execution_options(writes=True)
    with engine.begin() as connection:
        if not installation.database.is_sqlite:
            connection.execute(text("set local max_parallel_workers_per_gather = 0"))
        # The run's row is the parent of its statements.
        connection.execute(
            text(
                "insert into statement_run (id, period_to, issued_on, confirm_by, started_at)"
                " select run_id, min(period_to), min(issued_on), min(confirm_by), min(issued_at)"
                " from kept_statement group by run_id"
            )
        )
        for table in KEPT:
            connection.execute(text(f"insert into {table} select * from kept_{table}"))
        connection.execute(
            text(
                "delete from pending where (customer_id, entry_id) in"
                " (select customer_id, entry_id from kept_taken)"
            )
        )


def composing_floor(installation: Installation) -> None:
    days = {"a": _day(installation, MONTH.first_on), "b": _day(installation, MONTH.last_on)}
    with installation.database.engine.connect() as connection:
        connection.execute(text(FIGURES), days).all()
    bench_ageing.floor(installation)
    floor(installation)


def check_equal(installation: Installation) -> None:
    """The same opening, debit, credit and closing as bare SQL has, customer by customer."""
    days = {"a": _day(installation, MONTH.first_on), "b": _day(installation, MONTH.last_on)}
    ours = text(
        "select customer_id, opening_minor, invoiced_minor, received_minor, closing_minor"
        " from statement where period_to = :b"
    )
    with installation.database.engine.connect() as connection:
        bare = {tuple(map(int, row)) for row in connection.execute(text(FIGURES), days)}
        made = {tuple(row) for row in connection.execute(ours, {"b": days["b"]})}
    assert bare == made, f"{len(bare)} by bare SQL, {len(made)} by the run"


def _day(installation: Installation, day: dt.date) -> Any:
    return str(day) if installation.database.is_sqlite else day


def bench(size: Size) -> None:
    with books(size) as made:
        for name, installation in made.items():
            prepare(installation)
            works = {
                "floor: bare inserts": partial(floor, installation),
                "floor: bare statement run": partial(composing_floor, installation),
            }
            works["statement run"] = partial(run, installation, MONTH)
            taken: dict[str, list[float]] = {title: [] for title in works}
            for _ in range(TIMES[size.name]):
                for title, work in works.items():
                    taken[title].append(seconds(work))
                    take_back(installation)
            medians = {title: statistics.median(each) for title, each in taken.items()}
            peak = peak_megabytes(run_alone, installation)
            medians["run again: nothing to do"] = seconds(partial(run, installation, MONTH))
            title = f"Statement run of November, book {size.name}, {name}"
            tell(title, medians, "floor: bare statement run", peak)


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ["S"]:
        bench(SIZES[wanted])
