"""
Importing book S from CSV files, beside the floors of the same load in bare SQL.

Run: python -m tests.benchmarks.bench_import [CUSTOMERS INVOICES]. Two floors, both from the same
files by csv.reader: bare tables indexed after the load (what a database can do at best), and our
own schema with its keys, constraints and triggers alive (what our invariants cost).
"""

import csv
import datetime as dt
import gc
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from portal.base.installation import Installation
from portal.imports.run import import_files
from portal.tables.all import Base
from tests.conftest import config_in, founded
from tests.postgresql import a_schema, a_server

CUSTOMERS, INVOICES = 2_000, 50_000
#: Of a hundred invoices, how many are paid.
PAID = 86
BEGINS = dt.date(2024, 1, 1)
DAYS = 730

BARE = (
    "create table b_customer (id bigint, code text)",
    (
        "create table b_entry (id bigint, customer_id bigint, currency text, kind int,"
        " dated_on date, amount_minor bigint, number text)"
    ),
    (
        "create table b_part (customer_id bigint, entry_id bigint, part int, due_on date,"
        " amount_minor bigint)"
    ),
    (
        "create table b_allocation (customer_id bigint, entry_id bigint, part int,"
        " credit_id bigint, effective_on date, amount_minor bigint)"
    ),
)
INDEXES = (
    "create unique index b1 on b_customer (id)",
    "create unique index b2 on b_entry (id)",
    "create unique index b3 on b_entry (kind, number)",
    "create index b4 on b_entry (customer_id, dated_on)",
    "create unique index b5 on b_part (customer_id, entry_id, part)",
    "create unique index b6 on b_allocation (customer_id, entry_id, part, credit_id)",
)


def write_book(folder: Path, customers: int, invoices: int) -> None:
    """Customers, invoices and payments that follow from their numbers alone."""
    with (
        (folder / "customers.csv").open("w") as whom,
        (folder / "invoices.csv").open("w") as what,
        (folder / "payments.csv").open("w") as paid,
    ):
        whom.write("customer_id,name,region,payment_terms\n")
        whom.writelines(f"C{n:06},Customer {n},R{n % 7},net 30\n" for n in range(customers))
        what.write("invoice_id,customer_id,currency,invoice_date,due_date,amount,reference\n")
        paid.write("payment_id,customer_id,payment_date,amount,currency,invoice_id\n")
        for n in range(invoices):
            issued = BEGINS + dt.timedelta(days=n * DAYS // invoices)
            due = issued + dt.timedelta(days=(15, 30, 60)[n % 3])
            amount = f"{100 + n * 7919 % 90_000}.{n % 100:02}"
            who = n * 31 % customers
            what.write(f"INV-{n:08},C{who:06},EUR,{issued},{due},{amount},PO-{n}\n")
            if n * 37 % 100 < PAID:
                on = due + dt.timedelta(days=n % 40 - 10)
                paid.write(f"PAY-{n:08},C{who:06},{on},{amount},EUR,INV-{n:08}\n")


def read_book(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of both floors, by csv.reader and nothing else."""

    def rows(name: str) -> Iterator[list[str]]:
        with (folder / name).open() as file:
            reader = csv.reader(file)
            next(reader)
            yield from reader

    made: dict[str, list[tuple[Any, ...]]] = {"entry": [], "part": [], "allocation": []}
    ids = {row[0]: n for n, row in enumerate(rows("customers.csv"), 1)}
    made["customer"] = [(n, code) for code, n in ids.items()]
    numbers = {}
    for n, row in enumerate(rows("invoices.csv"), 1):
        minor = int(row[5].replace(".", ""))
        numbers[row[0]] = (n, row[3])
        made["entry"].append((n, ids[row[1]], "EUR", 1, row[3], minor, row[0]))
        made["part"].append((ids[row[1]], n, 1, row[4], minor))
    for n, row in enumerate(rows("payments.csv"), len(numbers) + 1):
        minor, (invoice, issued) = int(row[3].replace(".", "")), numbers[row[5]]
        made["entry"].append((n, ids[row[1]], "EUR", 4, row[2], -minor, row[0]))
        day = max(row[2], issued)
        made["allocation"].append((ids[row[1]], invoice, 1, n, day, minor))
    return made


def put(connection: Connection, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    """The fastest door that each driver has."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        with driver.cursor() as cursor, cursor.copy(f"copy {table} ({columns}) from stdin") as to:
            for row in rows:
                to.write_row(row)
    else:
        marks = ",".join("?" * len(columns.split(",")))
        driver.executemany(f"insert into {table} ({columns}) values ({marks})", rows)


def bare_floor(installation: Installation, folder: Path) -> None:
    """Bare tables, indexed after the load."""
    with installation.database.engine.begin() as connection:
        for table in ("customer", "entry", "part", "allocation"):
            connection.execute(text(f"drop table if exists b_{table}"))
        for statement in BARE:
            connection.execute(text(statement))
        book = read_book(folder)
        put(connection, "b_customer", "id,code", book["customer"])
        put(
            connection,
            "b_entry",
            "id,customer_id,currency,kind,dated_on,amount_minor,number",
            book["entry"],
        )
        put(connection, "b_part", "customer_id,entry_id,part,due_on,amount_minor", book["part"])
        put(
            connection,
            "b_allocation",
            "customer_id,entry_id,part,credit_id,effective_on,amount_minor",
            book["allocation"],
        )
        for statement in INDEXES:
            connection.execute(text(statement))


def schema_floor(installation: Installation, folder: Path) -> None:
    """The same rows, and those that belong to them, in our own schema."""
    at = "2026-11-20 08:00:00.000000"
    with installation.database.engine.begin() as connection:
        book = read_book(folder)
        customers = [(n, code, code, at) for n, code in book["customer"]]
        put(connection, "customer", "id,code,name,created_at", customers)
        entries = [
            (n, who, cur, kind, 1 if kind == 1 else 2, day, minor, number, at)
            for n, who, cur, kind, day, minor, number in book["entry"]
        ]
        put(
            connection,
            "entry",
            "id,customer_id,currency,kind,space,dated_on,amount_minor,number,posted_at",
            entries,
        )
        invoices = [entry for entry in book["entry"] if entry[3] == 1]
        put(connection, "invoice", "entry_id,terms_source", [(e[0], "due_date") for e in invoices])
        put(connection, "payment", "entry_id", [(e[0],) for e in book["entry"] if e[3] == 4])
        parts = [
            (who, n, part, "EUR", invoices[n - 1][4], due, minor)
            for who, n, part, due, minor in book["part"]
        ]
        put(
            connection,
            "part",
            "customer_id,entry_id,part,currency,dated_on,due_on,amount_minor",
            parts,
        )
        waiting = [(e[1], e[0], e[2], e[4]) for e in book["entry"]]
        put(connection, "pending", "customer_id,entry_id,currency,dated_on", waiting)
        applied = [
            (who, entry, part, credit, 1, "EUR", day, minor, "import")
            for who, entry, part, credit, day, minor in book["allocation"]
        ]
        put(
            connection,
            "allocation",
            "customer_id,entry_id,part,credit_id,nth,currency,effective_on,amount_minor,source",
            applied,
        )


FIGURES = """select (select count(*) from entry), (select sum(amount_minor) from entry),
 (select count(*) from part), (select sum(amount_minor) from allocation),
 (select count(*) from allocation), (select count(*) from pending)"""
BARE_FIGURES = """select (select count(*) from b_entry), (select sum(amount_minor) from b_entry),
 (select count(*) from b_part), (select sum(amount_minor) from b_allocation),
 (select count(*) from b_allocation), (select count(*) from b_entry)"""


def timed(work: Callable[[], object]) -> float:
    gc.collect()
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def figures(installation: Installation, statement: str) -> tuple[int, ...]:
    with installation.database.engine.connect() as connection:
        return tuple(int(value) for value in connection.execute(text(statement)).one())


def product(installation: Installation, folder: Path) -> None:
    report = import_files(installation, [folder])
    assert report.is_clean, report.rejects[:3]


def run(name: str, make: Callable[[], Installation], folder: Path) -> None:
    """One round: both floors and the product, each into fresh tables; figures asserted equal."""
    installation = make()
    bare = timed(lambda: bare_floor(installation, folder))
    wanted = figures(installation, BARE_FIGURES)
    schema = timed(lambda: schema_floor(installation, folder))
    assert figures(installation, FIGURES) == wanted
    installation.database.engine.dispose()
    installation = make()
    ours = timed(lambda: product(installation, folder))
    assert figures(installation, FIGURES) == wanted
    again = timed(lambda: product(installation, folder))
    installation.database.engine.dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{name:10} bare {bare:6.2f} s  schema {schema:6.2f} s  import {ours:6.2f} s"
        f"  = {ours / bare:4.1f} × bare, {ours / schema:4.1f} × schema"
        f"  again {again:5.2f} s  peak {peak} MB"
    )


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:]] or [CUSTOMERS, INVOICES]
    rounds = int(os.environ.get("ROUNDS", "3"))
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (root / "book").mkdir()
        write_book(root / "book", *sizes)
        count = iter(range(1_000_000))

        def sqlite() -> Installation:
            return founded(config_in(root / f"instance{next(count)}"))

        server = stack.enter_context(a_server())

        def postgresql() -> Installation:
            url = stack.enter_context(a_schema(server)).render_as_string(hide_password=False)
            return founded(config_in(root / f"instance{next(count)}", url))

        for _ in range(rounds):
            run("SQLite", sqlite, root / "book")
            run("PostgreSQL", postgresql, root / "book")


if __name__ == "__main__":
    assert Base.metadata.tables
    main()
