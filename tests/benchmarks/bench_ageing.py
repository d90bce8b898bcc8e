"""Ageing as of a day, all customers: `python -m tests.benchmarks.bench_ageing [S|L]`."""

import datetime as dt
import sys

from sqlalchemy import text

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.ageing import BUCKETS
from portal.reports.queries import AskAgeing, ageing_report
from tests.benchmarks.books import SIZES, Size
from tests.benchmarks.side_by_side import books, in_turns, peak_megabytes, reopened, tell

AS_OF = dt.date(2026, 11, 30)
TIMES = {"S": 7, "L": 3}

FLOOR = """
select customer_id, sum(case when due_on >= :c0 then open else 0 end),
  sum(case when due_on < :c0 and due_on >= :c1 then open else 0 end),
  sum(case when due_on < :c1 and due_on >= :c2 then open else 0 end),
  sum(case when due_on < :c2 and due_on >= :c3 then open else 0 end),
  sum(case when due_on < :c3 then open else 0 end), sum(open)
from (select i.customer_id, i.due_on, i.amount - coalesce(a.paid, 0) as open
  from bare_invoice i left join (select invoice_id, sum(amount) as paid from bare_allocation
    where effective_on <= :d group by invoice_id) a on a.invoice_id = i.id
  where i.dated_on <= :d) t
group by customer_id having sum(open) <> 0
"""


def floor(installation: Installation) -> dict[int, list[int]]:
    days = {f"c{turn}": day for turn, day in enumerate(BUCKETS.cut_offs(AS_OF))}
    if installation.database.is_sqlite:
        days = {name: str(day) for name, day in days.items()}
    as_of = str(AS_OF) if installation.database.is_sqlite else AS_OF
    with installation.database.engine.connect() as connection:
        rows = connection.execute(text(FLOOR), {"d": as_of, **days})
        return {row[0]: [int(amount) for amount in row[1:]] for row in rows}


def product(installation: Installation):
    with installation.reading(SYSTEM) as r:
        return ageing_report(r, AskAgeing(AS_OF))


def product_alone(url: str, folder: str) -> None:
    product(reopened(url, folder))


def check_equal(installation: Installation) -> None:
    """The same figures, customer by customer, before anything is timed."""
    ours = {
        row.key: [*(amount.minor for amount in row.buckets), row.open.minor]
        for row in product(installation).rows
        if row.open.minor
    }
    assert {f"C{key:06}": value for key, value in floor(installation).items()} == ours


def bench(size: Size) -> None:
    with books(size) as made:
        for name, installation in made.items():
            check_equal(installation)
            works = {
                "floor: open amounts only": lambda at=installation: floor(at),
                "ageing report": lambda at=installation: product(at),
            }
            medians = in_turns(works, TIMES[size.name])
            peak = peak_megabytes(product_alone, installation)
            tell(f"Ageing, book {size.name}, {name}", medians, "floor: open amounts only", peak)


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ["S"]:
        bench(SIZES[wanted])
