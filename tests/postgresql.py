"""PostgreSQL for tests: what ACCORD_TEST_DATABASE_URL offers, else a throw-away cluster."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, make_url, text

from portal.tables.all import Base
from tests.machine import absent, find_postgresql

FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"
SUPERUSER = "postgres"

#: A test writes to few of many tables, and to truncate one makes files anew: so what is small is
#: deleted, without the triggers that forbid it, and what is large is truncated.
EMPTY = """do $$
declare
  each text;
  large text := '';
begin
  perform set_config('session_replication_role', 'replica', true);
  for each in select quote_ident(tablename) from pg_tables where schemaname = current_schema() loop
    if pg_relation_size(each::regclass) > 262144 then
      large := large || ', ' || each;
    else
      execute 'delete from ' || each;
    end if;
  end loop;
  if large <> '' then
    execute 'truncate ' || substr(large, 3) || ' cascade';
  end if;
  for each in select quote_ident(sequencename) from pg_sequences where schemaname = current_schema()
  loop
    perform setval(each::regclass, 1, false);
  end loop;
end $$"""

_schemas = count(1)


@contextmanager
def a_server() -> Iterator[URL]:
    """A database in which we may make schemas; never one that nobody offered."""
    given = os.environ.get("ACCORD_TEST_DATABASE_URL")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    programs = find_postgresql()
    if programs is None:
        absent("no PostgreSQL here: set ACCORD_TEST_DATABASE_URL or install postgresql")
    if os.geteuid() == 0 and not _has_superuser():
        absent("initdb refuses root, and there is no user postgres to run it as")
    with _cluster(programs) as socket_folder:
        query = {"host": str(socket_folder)}
        yield URL.create("postgresql+psycopg", SUPERUSER, database="postgres", query=query)


@contextmanager
def a_schema(server: URL) -> Iterator[URL]:
    """A URL under which everything happens in an empty schema of its own."""
    name = f"accord_test_{os.getpid()}_{next(_schemas)}"
    _execute(server, f"create schema {name}")
    try:
        yield server.update_query_dict({"options": f"-csearch_path={name}"})
    finally:
        _execute(server, f"drop schema {name} cascade")


def empty(connection: Connection) -> None:
    """Every table of the schema is empty and counts from one again."""
    if connection.scalar(text("select current_setting('is_superuser')")) == "on":
        connection.execute(text(EMPTY))
        return
    tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    connection.execute(text(f"truncate {tables} restart identity cascade"))


def _execute(server: URL, statement: str) -> None:
    engine = create_engine(server)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


def _has_superuser() -> bool:
    try:
        pwd.getpwnam(SUPERUSER)
    except KeyError:
        return False
    return True


@contextmanager
def _cluster(programs: Path) -> Iterator[Path]:
    """A running cluster that listens on a socket in its own folder, and nowhere else."""
    # Not pytest's tmp_path: the user postgres must be able to pass through every folder above.
    folder = Path(tempfile.mkdtemp(prefix="accord-pg-"))
    as_server: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, SUPERUSER)
        as_server = ["runuser", "-u", SUPERUSER, "--"]

    def run(program: str, *options: str) -> None:
        command = [*as_server, str(programs / program), "-D", str(folder / "data"), *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)

    run("initdb", "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    options = f"{FAST} -c listen_addresses='' -k {folder}"
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield folder
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder)
