"""
A day's run of the ladders: `python -m tests.benchmarks.bench_escalation [S|L]`.

Two floors. The bare run finds what is overdue by bare SQL over bare tables, sums it by customer,
and puts a row for each item and each customer into bare tables; it has no promises, holds, locks,
messages or audit. It and the run must find the same items and sums. The bare inserts find the same
and put the very rows that the run made, steps, items, messages, by insert-selects from plain copies
into our own tables, with all their keys, checks and triggers. The run does the first step of a
ladder, an e-mail, about everybody, with its messages queued; then once more with nothing to do.
"""

import datetime as dt
import statistics
import sys
from functools import partial
from typing import Any

from sqlalchemy import Connection, text

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.policies import decide
from portal.escalation.running import doors, run_ladders
from tests.benchmarks.bench_statement_run import _day, _vacuum
from tests.benchmarks.books import SIZES, Size
from tests.benchmarks.side_by_side import books, peak_megabytes, reopened, seconds, tell

ON = dt.date(2026, 12, 31)
TIMES = {"S": 5, "L": 2}
LADDER = {
    "name": "standard",
    "min_gap_days": 2,
    "step": [{"name": "mail", "days_overdue": 1, "channel": "email"}],
}
MADE = ("notice", "item_step", "dunned_part", "dunning", "outbox", "ladder_run", "task")
#: What of that is kept for the bare inserts, in the order in which one names the other.
KEPT = ("ladder_run", "dunning", "dunned_part", "item_step", "outbox", "notice")

OVERDUE = """
select i.customer_id, i.currency, i.id, i.amount - coalesce(a.paid, 0) as open, i.due_on
from bare_invoice i left join (select invoice_id, sum(amount) as paid from bare_allocation
  where effective_on <= :on group by invoice_id) a on a.invoice_id = i.id
where i.dated_on <= :on and i.due_on < :on and i.amount - coalesce(a.paid, 0) > 0
"""
BARE = (
    "create table bare_step (customer_id bigint, currency char(3), entry_id bigint, open bigint)",
    "create table bare_message (customer_id bigint, currency char(3), items bigint, sum bigint)",
)


def prepare(installation: Installation) -> None:
    with installation.work(SYSTEM) as w:
        w.session.execute(text("update customer set email = 'ar@buyer.example'"))
        decide(w, {"ladders": [LADDER], "reminders_hold_first_run": False}, dt.date(2020, 1, 1))
        for statement in BARE:
            w.session.execute(text(statement))


def run(installation: Installation, *, told: bool = False) -> Any:
    return run_ladders(doors(installation, SYSTEM, ON), "command", told=told)


def run_alone(url: str, folder: str) -> None:
    run(reopened(url, folder))


def floor(installation: Installation) -> None:
    engine = installation.database.engine.execution_options(writes=True)
    with engine.begin() as connection:
        if not installation.database.is_sqlite:
            connection.execute(text("set local max_parallel_workers_per_gather = 0"))
        connection.execute(text(f"create temporary table due_now as {_literal(installation)}"))
        connection.execute(
            text("insert into bare_step select customer_id, currency, id, open from due_now")
        )
        connection.execute(
            text(
                "insert into bare_message select customer_id, currency, count(*), sum(open)"
                " from due_now group by customer_id, currency"
            )
        )
        connection.execute(text("drop table due_now"))


def keep_rows(installation: Installation) -> None:
    """The rows that a run makes, in plain tables; the run itself is taken back."""
    run(installation)
    engine = installation.database.engine.execution_options(writes=True)
    with engine.begin() as connection:
        for table in KEPT:
            connection.execute(text(f"create table kept_{table} as select * from {table}"))
    take_back(installation)


def bare_inserts(installation: Installation) -> None:
    engine = installation.database.engine.execution_options(writes=True)
    with engine.begin() as connection:
        if not installation.database.is_sqlite:
            connection.execute(text("set local max_parallel_workers_per_gather = 0"))
        connection.execute(text(f"create temporary table due_now as {_literal(installation)}"))
        for table in KEPT:
            connection.execute(text(f"insert into {table} select * from kept_{table}"))
        connection.execute(text("drop table due_now"))


def _literal(installation: Installation) -> str:
    return OVERDUE.replace(":on", f"'{_day(installation, ON)}'")


def check_equal(installation: Installation) -> int:
    """The same items and sums by bare SQL and by the run; how many items that are."""
    ours = text("select customer_id, entry_id, amount_minor from dunned_part")
    bare = text("select customer_id, entry_id, open from bare_step")
    with installation.database.engine.connect() as connection:
        found = {tuple(map(int, row)) for row in connection.execute(ours)}
        wanted = {tuple(map(int, row)) for row in connection.execute(bare)}
    assert found == wanted, f"{len(wanted)} by bare SQL, {len(found)} by the run"
    return len(found)


def take_back(installation: Installation) -> None:
    """Only a benchmark takes steps back: the triggers rest meanwhile."""
    engine = installation.database.engine.execution_options(writes=True)
    with engine.begin() as connection:
        creates = _resting(connection, installation)
        for table in (*MADE, "bare_step", "bare_message"):
            connection.execute(text(f"delete from {table}"))
        for create in creates:
            connection.exec_driver_sql(create)
    if not installation.database.is_sqlite:
        _vacuum(installation)


def _resting(connection: Connection, installation: Installation) -> list[str]:
    if not installation.database.is_sqlite:
        connection.execute(text("set local session_replication_role = replica"))
        return []
    found = connection.exec_driver_sql(
        f"select name, sql from sqlite_master where type = 'trigger' and tbl_name in {MADE}"
    ).all()
    for name, _ in found:
        connection.exec_driver_sql(f"drop trigger {name}")
    return [create for _, create in found]


def bench(size: Size) -> None:
    with books(size) as made:
        for name, installation in made.items():
            prepare(installation)
            keep_rows(installation)
            works = {"floor: bare steps": floor, "escalation run": run}
            taken: dict[str, list[float]] = {title: [] for title in works}
            inserted: list[float] = []
            items, again = 0, 0.0
            for _ in range(TIMES[size.name]):
                for title, work in works.items():
                    taken[title].append(seconds(partial(work, installation)))
                items = check_equal(installation)
                again = seconds(partial(run, installation))
                take_back(installation)
                inserted.append(seconds(partial(bare_inserts, installation)))
                take_back(installation)
            medians = {title: statistics.median(each) for title, each in taken.items()}
            medians["floor: our own tables"] = statistics.median(inserted)
            medians["run again: nothing to do"] = again
            peak = peak_megabytes(run_alone, installation)
            title = f"Escalation of {items:,} items, book {size.name}, {name}"
            tell(title, medians, "floor: bare steps", peak)


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ["S"]:
        bench(SIZES[wanted])
