"""Late interest of all accounts as of a day: `python -m tests.benchmarks.bench_interest [S|L]`."""

import datetime as dt
import sys

from sqlalchemy import select, text

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.policies import decide
from portal.interest.queries import accrued_by_account
from portal.invoices.open_items import everyone
from portal.tables.settings import Policy
from tests.benchmarks.books import SIZES, Size
from tests.benchmarks.side_by_side import books, in_turns, peak_megabytes, reopened, tell

AS_OF = dt.date(2026, 11, 30)
TIMES = {"S": 5, "L": 3}
RATE = {"annual_rate": "12.25", "day_count": 365}

#: Each late invoice rounded once: amount · days · 12.25 / 36,500.
FLOOR = """
select customer_id, sum((cast(bearing as bigint) * 1225 * 2 + 3650000) / 7300000)
from (select i.customer_id,
    (i.amount - coalesce(a.paid, 0)) * {until} + coalesce(a.bearing, 0) as bearing
  from bare_invoice i left join (
    select b.invoice_id, sum(b.amount) as paid,
      sum(case when b.effective_on > j.due_on then b.amount * {late} else 0 end) as bearing
    from bare_allocation b join bare_invoice j on j.id = b.invoice_id
    where b.effective_on <= :d group by b.invoice_id) a on a.invoice_id = i.id
  where i.dated_on <= :d and i.due_on < :d) t
where bearing > 0 group by customer_id
"""
DAYS = {
    True: {
        "until": "cast(julianday(:d) - julianday(i.due_on) as integer)",
        "late": "cast(julianday(b.effective_on) - julianday(j.due_on) as integer)",
    },
    False: {"until": "(:d - i.due_on)", "late": "(b.effective_on - j.due_on)"},
}


def floor(installation: Installation) -> dict[int, int]:
    is_sqlite = installation.database.is_sqlite
    as_of = str(AS_OF) if is_sqlite else AS_OF
    with installation.database.engine.connect() as connection:
        rows = connection.execute(text(FLOOR.format(**DAYS[is_sqlite])), {"d": as_of})
        return {row[0]: int(row[1]) for row in rows if row[1]}


def product(installation: Installation):
    with installation.reading(SYSTEM) as r:
        return accrued_by_account(r, everyone, AS_OF)


def product_alone(url: str, folder: str) -> None:
    product(reopened(url, folder))


def agree_on_a_rate(installation: Installation) -> None:
    with installation.work() as w:
        if w.session.scalar(select(Policy.id).limit(1)) is None:
            decide(w, {"late_interest": RATE}, dt.date(2025, 1, 1))


def check_equal(installation: Installation) -> None:
    """The same figures, customer by customer, before anything is timed."""
    ours = {key[0]: each.total.minor for key, each in product(installation).items()}
    assert floor(installation) == ours


def bench(size: Size) -> None:
    with books(size) as made:
        for name, installation in made.items():
            agree_on_a_rate(installation)
            check_equal(installation)
            works = {
                "floor: one rate, bare SQL": lambda at=installation: floor(at),
                "late interest": lambda at=installation: product(at),
            }
            medians = in_turns(works, TIMES[size.name])
            peak = peak_megabytes(product_alone, installation)
            tell(f"Late interest, book {size.name}, {name}", medians, next(iter(works)), peak)


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ["S"]:
        bench(SIZES[wanted])
