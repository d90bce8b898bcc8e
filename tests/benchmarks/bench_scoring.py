"""Scores of all customers, written down: `python -m tests.benchmarks.bench_scoring [S|L]`."""

import datetime as dt
import itertools
import sys
from decimal import Decimal

from sqlalchemy import text

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.credit.ratings import score_customers
from portal.credit.scoring import scores_on
from tests.benchmarks.books import SIZES, Size
from tests.benchmarks.side_by_side import books, in_turns, peak_megabytes, reopened, tell

AS_OF = dt.date(2026, 11, 30)
TIMES = {"S": 7, "L": 3}

BARE_RATING = (
    "create table if not exists bare_rating (customer_id bigint, first_on date, invoices bigint,"
    " sales bigint, owed bigint, weight bigint, weighted numeric, in_time bigint, number bigint,"
    " recent bigint, recent_weighted numeric, earlier bigint, earlier_weighted numeric)"
)
FLOOR = """
insert into bare_rating
select t.customer_id, t.first_on, t.invoices, t.sales, t.owed - coalesce(p.paid, 0), l.weight,
  l.weighted, l.in_time, l.number, l.recent, l.recent_weighted, l.earlier, l.earlier_weighted
from (select customer_id, min(dated_on) as first_on, sum(amount) as owed,
    sum(case when dated_on > :year then 1 else 0 end) as invoices,
    sum(case when dated_on > :year then amount else 0 end) as sales
  from bare_invoice where dated_on <= :d group by customer_id) t
left join (select customer_id, sum(amount) as paid from bare_payment where dated_on <= :d
  group by customer_id) p on p.customer_id = t.customer_id
left join (select customer_id, sum(amount) as weight, sum(amount * late) as weighted,
    sum(case when late = 0 then 1 else 0 end) as in_time, count(*) as number,
    sum(case when paid_on > :q then amount else 0 end) as recent,
    sum(case when paid_on > :q then amount * late else 0 end) as recent_weighted,
    sum(case when paid_on <= :q and paid_on > :y then amount else 0 end) as earlier,
    sum(case when paid_on <= :q and paid_on > :y then amount * late else 0 end) as earlier_weighted
  from (select i.customer_id, i.amount, coalesce(a.paid_on, :d) as paid_on,
      case when coalesce(a.paid_on, :d) > i.due_on then {days} else 0 end as late
    from bare_invoice i left join (select x.invoice_id, sum(x.amount) as paid,
        max(y.dated_on) as paid_on
      from bare_allocation x join bare_payment y on y.id = x.payment_id
      where x.effective_on <= :d group by x.invoice_id) a
      on a.invoice_id = i.id and a.paid = i.amount
    where i.dated_on <= :d and (a.paid is not null or i.due_on < :d)) s
  group by customer_id) l on l.customer_id = t.customer_id
"""
DAYS = {
    True: "cast(julianday(coalesce(a.paid_on, :d)) - julianday(i.due_on) as integer)",
    False: "coalesce(a.paid_on, :d) - i.due_on",
}


def floor(installation: Installation) -> None:
    """The same sums, and a row for each customer."""
    is_sqlite = installation.database.is_sqlite
    days = {"d": 0, "year": 365, "q": 90, "y": 455}
    values = {name: AS_OF - dt.timedelta(days=back) for name, back in days.items()}
    told = {name: str(day) if is_sqlite else day for name, day in values.items()}
    statement = FLOOR.format(days=DAYS[is_sqlite])
    if not is_sqlite:
        statement = statement.replace(":d", "cast(:d as date)")
    with installation.database.engine.begin() as connection:
        connection.execute(text(BARE_RATING))
        connection.execute(text("delete from bare_rating"))
        connection.execute(text(statement), told)


#: Ratings stay: each turn is of a day of its own, near enough to change nothing in the sums.
TURNS = itertools.count()


def product(installation: Installation, days: int) -> int:
    with installation.work(SYSTEM) as w:
        return score_customers(w, AS_OF + dt.timedelta(days=days))


def product_alone(url: str, folder: str) -> None:
    product(reopened(url, folder), 60)


def check_equal(installation: Installation) -> None:
    """The same days late and sales, customer by customer, before anything is timed."""
    floor(installation)
    with installation.database.engine.connect() as connection:
        rows = connection.execute(
            text("select customer_id, weighted, weight, sales, owed from bare_rating")
        )
        bare = {row.customer_id: row for row in rows}
    with installation.reading(SYSTEM) as r:
        for found in itertools.islice(scores_on(r, AS_OF), 2_000):
            late = {each.name: each.value for each in found.inputs}["days_late"]
            row = bare[found.customer_id]
            if row.weight:
                exact = Decimal(row.weighted) / Decimal(row.weight)
                assert late is not None
                assert abs(late - exact) <= Decimal("0.00005"), found.customer_id
            else:
                assert late is None


def bench(size: Size) -> None:
    with books(size) as made:
        for name, installation in made.items():
            check_equal(installation)
            works = {
                "floor: sums and a row": lambda at=installation: floor(at),
                "scores and ratings": lambda at=installation: product(at, next(TURNS)),
            }
            medians = in_turns(works, TIMES[size.name])
            peak = peak_megabytes(product_alone, installation)
            tell(f"Scoring, book {size.name}, {name}", medians, "floor: sums and a row", peak)


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ["S"]:
        bench(SIZES[wanted])
