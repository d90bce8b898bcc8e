"""A credit check and its bare SQL: `python -m tests.benchmarks.bench_credit_check [S|L]`."""

import datetime as dt
import statistics
import sys
import time
from collections.abc import Callable

from sqlalchemy import event

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.money import Money
from portal.credit.checking import AskCheck, check
from portal.tables.credit import CreditLimit
from tests.benchmarks.books import CURRENCY, SIZES, Size
from tests.benchmarks.side_by_side import books

ON = dt.date(2026, 11, 30)
#: Every so many customers one is asked about, so that no page is warmer than the others.
CUSTOMERS = 200
ROUNDS = 5


def with_limits(installation: Installation, size: Size) -> list[int]:
    """The customers who are asked about, each with a limit."""
    asked = list(range(1, size.customers, size.customers // CUSTOMERS))[:CUSTOMERS]
    with installation.work(SYSTEM) as w:
        w.session.add_all(
            CreditLimit(
                customer_id=customer_id,
                effective_on=ON,
                currency=CURRENCY,
                amount_minor=10**9,
                insured_minor=0,
                source="decision",
                reason="",
                author="",
                at=w.now,
            )
            for customer_id in asked
        )
    return asked


def recorded(installation: Installation, customer_id: int) -> list[tuple[str, object]]:
    """The statements that one check sends, with their values."""
    told: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, parameters, *_rest) -> None:
        told.append((statement, parameters))

    engine = installation.database.engine
    with installation.reading(SYSTEM, ON) as r:
        _warm(r)
        event.listen(engine, "before_cursor_execute", note)
        check(r, AskCheck(customer_id, Money(100, CURRENCY)), ON)
        event.remove(engine, "before_cursor_execute", note)
    return told


def _warm(r) -> None:
    """The company and the policy are read once a request, whatever it asks for."""
    assert r.company
    assert r.policy


def seconds(works: list[Callable[[], object]]) -> float:
    took = []
    for work in works:
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return statistics.median(took)


def measured(installation: Installation, asked: list[int]) -> tuple[float, float]:
    """The medians of the bare statements and of the check, in turns, in one transaction each."""
    statements = {each: recorded(installation, each) for each in asked}
    bare, ours = [], []
    for _ in range(ROUNDS):
        with installation.database.engine.connect() as connection:

            def run(customer_id: int, connection=connection) -> None:
                for statement, values in statements[customer_id]:
                    connection.exec_driver_sql(statement, values).all()

            bare.append(seconds([lambda each=each: run(each) for each in asked]))
        with installation.reading(SYSTEM, ON) as r:
            _warm(r)
            asks = [AskCheck(each, Money(100, CURRENCY)) for each in asked]
            ours.append(seconds([lambda one=one: check(r, one, ON) for one in asks]))
    return min(bare), min(ours)


def bench(size: Size) -> None:
    with books(size) as made:
        for name, installation in made.items():
            asked = with_limits(installation, size)
            bare, ours = measured(installation, asked)
            print(
                f"Credit check, book {size.name}, {name}: bare SQL {bare * 1000:.2f} ms,"
                f" check {ours * 1000:.2f} ms, {ours / bare:.2f} ×"
            )


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ["S"]:
        bench(SIZES[wanted])
