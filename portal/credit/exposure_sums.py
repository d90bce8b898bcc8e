"""
What customers hold of ours, by part and currency: the one set of sums under every exposure.

One customer with all below it, or everybody, are read by the same statements, so that they cannot
disagree. `core.credit_book` says the same over plain data.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from portal.base.lookup import plain_moment
from portal.base.work import Reader
from portal.core.exposure import Elsewhere, Figures, Part, left_of_order

#: customer id → (part, currency) → minor units, never signed by the part
Sums = Mapping[int, Figures]
Added: TypeAlias = dict[tuple[Part, str | Elsewhere], int]

HOLDS = "a.effective_on <= :on and (a.ended_on is null or a.ended_on > :on)"
UNBILLED = """not exists (select 1 from entry b where b.space = 1 and b.number = d.invoice_code
  and b.leg = 0 and b.dated_on <= :on)"""
#: What is not invoiced of an order counts: nobody asked, or it may be shipped.
COUNTS = """o.status = 'open' and o.ordered_on <= :on and (o.decision is null
  or o.decision = 'allow' or (o.decision = 'released' and o.released_until >= :on))"""

#: {mine} is whose rows of the table that is called x there.
OPEN = """select x.customer_id, x.currency, 'open' as part, sum(x.amount_minor) as minor
from part x where x.dated_on <= :on and {mine} group by x.customer_id, x.currency"""
APPLIED = f"""select a.customer_id, a.currency, 'applied', sum(a.amount_minor)
from allocation a where a.memo = 0 and {HOLDS} and {{mine_a}} group by a.customer_id, a.currency"""  # noqa: S608 - words of our own
#: Of a claim that was paid after all nothing is left to write off.
WRITTEN_OFF = f"""select q.customer_id, q.currency, 'written_off',
  sum(case when q.memo < q.claim then q.memo else q.claim end)
from (select x.customer_id, x.currency, sum(a.amount_minor) as memo, (select p.amount_minor
    from part p where p.customer_id = a.customer_id and p.entry_id = a.entry_id
    and p.part = a.part) - coalesce((select sum(b.amount_minor) from allocation b
    where b.customer_id = a.customer_id and b.entry_id = a.entry_id and b.part = a.part
    and b.memo = 0 and {HOLDS.replace("a.", "b.")}), 0) as claim
  from entry x join allocation a on a.customer_id = x.customer_id and a.credit_id = x.id
  where x.memo = 1 and {HOLDS} and {{mine}}
  group by x.customer_id, x.currency, a.customer_id, a.entry_id, a.part) q
group by q.customer_id, q.currency"""  # noqa: S608
CREDITS = """select x.customer_id, x.currency,
  case when x.kind = 3 then 'credit_notes' else 'money' end, -sum(x.amount_minor)
from entry x where x.amount_minor < 0 and x.memo = 0 and x.dated_on <= :on and {mine}
group by x.customer_id, x.currency, case when x.kind = 3 then 'credit_notes' else 'money' end"""
APPLIED_NOTES = f"""select x.customer_id, x.currency, 'applied_notes', sum(a.amount_minor)
from entry x join allocation a on a.customer_id = x.customer_id and a.credit_id = x.id
where x.kind = 3 and {HOLDS} and {{mine}} group by x.customer_id, x.currency"""  # noqa: S608
DELIVERED = f"""select d.customer_id, d.currency, 'delivered', sum(d.amount_minor)
from delivery d where d.delivered_on <= :on and {UNBILLED} and {{mine_d}}
group by d.customer_id, d.currency"""  # noqa: S608
BILLS = """select x.customer_id, x.currency, 'bills', sum(x.amount_minor) from bill x
where x.received_on <= :on and {mine} and exists (select 1 from entry e where e.space = 2
  and e.number = x.payment_code{c} and e.leg = 0 and e.kind = 4 and e.customer_id = x.customer_id
  and e.dated_on <= :on)
and (x.state in ('held', 'discounted', 'endorsed') or x.state_on > :on
  or (x.state = 'dishonoured' and not exists (select 1 from entry e
    where e.customer_id = x.customer_id and e.kind = 7 and e.currency = x.currency
    and e.amount_minor = x.amount_minor and e.dated_on between x.received_on and :on)))
group by x.customer_id, x.currency"""
COLLATERAL = """select x.customer_id, x.currency, 'collateral', sum(x.accepted_minor)
from collateral x where x.from_on <= :on and (x.until_on is null or x.until_on >= :on)
and (x.ended_at is null or x.ended_at >= :tomorrow) and {mine}
group by x.customer_id, x.currency"""
#: What invoices and deliveries say of the orders that count, an order a row.
CHAINS = f"""select o.id, o.customer_id, o.currency, o.amount_minor as ordered,
  coalesce(i.minor, 0) as invoiced, coalesce(d.minor, 0) as delivered
from sales_order o
left join (select x.customer_id, x.currency, v.order_code{{c}} as code, sum(x.amount_minor) as minor
  from entry x join invoice v on v.entry_id = x.id
  where x.kind = 1 and x.dated_on <= :on and v.order_code is not null and {{mine}}
  group by x.customer_id, x.currency, v.order_code{{c}}) i
on i.customer_id = o.customer_id and i.currency = o.currency and i.code = o.code
left join (select d.customer_id, d.currency, d.order_code{{c}} as code, sum(d.amount_minor) as minor
  from delivery d where d.delivered_on <= :on and d.order_code is not null and {UNBILLED}
  and {{mine_d}} group by d.customer_id, d.currency, d.order_code{{c}}) d
on d.customer_id = o.customer_id and d.currency = o.currency and d.code = o.code
where {{which}}"""  # noqa: S608
ORDERS = f"""select q.customer_id, q.currency, 'orders', sum(case
  when q.ordered > q.invoiced + q.delivered then q.ordered - q.invoiced - q.delivered else 0 end)
from ({CHAINS.replace("{which}", COUNTS + " and {mine_o}")}) q
group by q.customer_id, q.currency"""  # noqa: S608
#: Of open orders: what names them in another currency, by the order's id in words.
ELSEWHERE = f"""select q.customer_id, q.currency, q.part, sum(q.minor) from (
  select x.customer_id, x.currency, cast(o.id as varchar(20)) as part, x.amount_minor as minor
  from entry x join invoice v on v.entry_id = x.id
  join sales_order o on o.code = v.order_code{{c}} and o.customer_id = x.customer_id
    and o.currency <> x.currency
  where x.kind = 1 and x.dated_on <= :on and o.status = 'open' and {{mine}}
  union all select d.customer_id, d.currency, cast(o.id as varchar(20)), d.amount_minor
  from delivery d join sales_order o on o.code = d.order_code{{c}}
    and o.customer_id = d.customer_id and o.currency <> d.currency
  where d.delivered_on <= :on and {UNBILLED} and o.status = 'open' and {{mine_d}}) q
group by q.customer_id, q.currency, q.part"""  # noqa: S608
WHETHER = f"o.id, o.decision, case when {COUNTS} then 1 else 0 end as counts, "
#: Some orders in their own currency, and whether what is left of them counts.
SOME = CHAINS.replace("{which}", "o.id {keys}").replace("o.id, ", WHETHER, 1)
SUMS = (
    OPEN,
    APPLIED,
    WRITTEN_OFF,
    CREDITS,
    APPLIED_NOTES,
    DELIVERED,
    BILLS,
    COLLATERAL,
    ORDERS,
    ELSEWHERE,
)
FIGURES = "\nunion all ".join(SUMS)


@lru_cache(maxsize=32)
def prepared(template: str, dialect: str, *, is_for_all: bool = False) -> str:
    """A statement for a database, over the customers `:keys` or over everybody."""
    keys = "any(:keys)" if dialect == "postgresql" else "(select value from json_each(:keys))"
    word = "=" if dialect == "postgresql" else "in"
    names = {"mine": "x", "mine_a": "a", "mine_d": "d", "mine_o": "o"}
    whose = {
        name: "true" if is_for_all else f"{table}.customer_id {word} {keys}"
        for name, table in names.items()
    }
    collation = ' collate "C"' if dialect == "postgresql" else ""
    said = template.format(**whose, c=collation, keys=f"{word} {keys}")
    return re.sub(r":([a-z_]+)", r"%(\1)s", said) if dialect == "postgresql" else said


def read(r: Reader, template: str, values: Mapping[str, Any], *, is_for_all: bool = False) -> Any:
    """
    The rows of a statement of ours, handed to the driver as it is.

    An order waits for this answer: what SQLAlchemy makes of a statement costs more than these ask.
    """
    connection = r.session.connection()
    dialect = connection.dialect.name
    plain = values
    if dialect == "sqlite":
        plain = {name: _for_sqlite(r, value) for name, value in values.items()}
    return connection.exec_driver_sql(
        prepared(template, dialect, is_for_all=is_for_all), dict(plain)
    )


def _for_sqlite(r: Reader, value: Any) -> Any:
    """A value as SQLite keeps it."""
    if isinstance(value, dt.datetime):
        return plain_moment(r.session, value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, list) else value


def figures_by_customer(r: Reader, on: dt.date, customer_ids: Collection[int] | None) -> Sums:
    """
    What each of the customers holds of ours at the end of a day; None asks for everybody.

    Whose figures the actor may see is asked before: a limit is shared by a group, and the sales
    person of one of its customers is told what is left of it all the same.
    """
    values = {
        "on": on,
        "tomorrow": _end_of(on, r.company.timezone),
        "keys": sorted(customer_ids or ()),
    }
    rows = read(r, FIGURES, values, is_for_all=customer_ids is None)
    sums: dict[int, Added] = defaultdict(lambda: defaultdict(int))
    elsewhere = []
    for customer_id, currency, part, minor in rows:
        if part.isdigit():
            elsewhere.append((customer_id, int(part), currency, int(minor)))
        else:
            _add(sums[customer_id], part, currency, int(minor))
    if elsewhere:
        _add_elsewhere(r, on, elsewhere, sums)
    return sums


def _add_elsewhere(
    r: Reader, on: dt.date, told: list[tuple[int, int, str, int]], sums: Mapping[int, Added]
) -> None:
    """Adds to orders that continue in other currencies what they come to there."""
    values = {"on": on, "keys": sorted({order_id for _, order_id, _, _ in told})}
    orders = {row.id: row for row in read(r, SOME, values, is_for_all=True)}
    for customer_id, order_id, other, minor in told:
        order = orders[order_id]
        left = left_of_order(int(order.ordered), int(order.invoiced), int(order.delivered))
        chain = Elsewhere(str(order_id), order.currency, left if order.counts else 0, other)
        sums[customer_id][Part.ORDERS, chain] += minor


def _add(sums: Added, part: str, currency: str, minor: int) -> None:
    """Adds a sum; what was applied is neither open nor left of the credit."""
    if part == "applied":
        sums[Part.OPEN, currency] -= minor
        sums[Part.MONEY, currency] -= minor
    elif part == "applied_notes":
        sums[Part.CREDIT_NOTES, currency] -= minor
        sums[Part.MONEY, currency] += minor
    elif part == "written_off":
        sums[Part.OPEN, currency] -= minor
    else:
        sums[Part(part), currency] += minor


def _end_of(day: dt.date, zone: str) -> dt.datetime:
    """The moment at which a day ends for the company."""
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZoneInfo(zone))
    return midnight.astimezone(dt.UTC)
