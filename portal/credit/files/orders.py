"""
Orders as files have them, the act that posts them, and how an export writes them.

A known order is updated. What was allowed of it holds no longer once the file asks for more than
that, or in another currency: the order counts all the same until somebody asks anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Row, text

from portal.base.batch import insert_rows, reserve_ids
from portal.base.lookup import found_by, plain_day, plain_moment, streamed
from portal.base.recording import note
from portal.base.work import Reader, Work
from portal.core.money import Money
from portal.imports.columns import Counts, Options, columns
from portal.imports.parties import Parties
from portal.imports.rows import Findings, Rows
from portal.tables.orders import SalesOrder

ORDER_COLUMNS = columns("order_id customer_id currency order_date amount", "status")
STATUSES = {"open": "open", "closed": "closed", "cancelled": "cancelled", "canceled": "cancelled"}
STANDING = """select o.id, o.code, o.customer_id, o.currency, o.ordered_on, o.amount_minor,
  o.status, c.code as customer_code from sales_order o join customer c on c.id = o.customer_id
where o.code in (:keys)"""
WRITTEN = """select o.*, c.code as customer_code from sales_order o
join customer c on c.id = o.customer_id order by o.code"""
#: More than was allowed, or other money: nobody has said yet that it may be shipped.
CHANGE = """update sales_order set
  decision = case when decision in ('allow', 'released')
    and (amount_minor < :amount_minor or currency <> :currency) then null else decision end,
  released_until = case when decision = 'released'
    and (amount_minor < :amount_minor or currency <> :currency) then null else released_until end,
  currency = :currency, ordered_on = :ordered_on, amount_minor = :amount_minor, status = :status,
  row_version = row_version + 1
where id = :id"""
INSERTED = (
    *("id", "code", "customer_id", "currency", "ordered_on", "amount_minor", "status"),
    "created_at",
)


class Told(NamedTuple):
    """What a row says of an order, in the order of the table's columns."""

    code: str
    customer_id: int
    currency: str
    ordered_on: str
    amount_minor: int
    #: None: the file does not say.
    status: str | None


class Orders:
    """Adds orders and updates known ones."""

    def __init__(self, w: Work, options: Options) -> None:
        self.counts = Counts()
        self._w = w
        self._parties = Parties(w, options)
        self._at = plain_moment(w.session, w.now)
        #: What this file said of an order first.
        self._said: dict[str, Told] = {}

    def take(self, rows: Rows) -> None:
        told = self._told(rows)
        found = found_by(self._w.session, STANDING, {each.code for each in told.values()})
        standing = {row.code: row for row in found}
        fresh: dict[str, Told] = {}
        changed: dict[str, Told] = {}
        for place, each in told.items():
            row = standing.get(each.code)
            before = fresh.get(each.code) or changed.get(each.code) or (row and _as_told(row))
            if before is None:
                fresh[each.code] = each._replace(status=each.status or "open")
                self.counts.added += 1
            elif each.customer_id != before.customer_id:
                owner = row.customer_code if row is not None else "–"
                facts = {"order": each.code, "customer": owner}
                rows.refuse(place, "customer_id", "order.of_another", **facts)
                continue
            elif self._said.get(each.code, each) != each:
                rows.refuse(place, "order_id", "row.twice", key=each.code)
                continue
            else:
                now = each._replace(status=each.status or before.status)
                self._meet(now, before, fresh, changed)
            self._said[each.code] = each
        self._post(list(fresh.values()))
        moved = [{**now._asdict(), "id": standing[code].id} for code, now in changed.items()]
        self._change(moved)

    def _meet(
        self, now: Told, before: Told, fresh: dict[str, Told], changed: dict[str, Told]
    ) -> None:
        """An order that is here already, be it by an earlier row of this file."""
        if now == before or now.code in fresh or now.code in changed:
            self.counts.unchanged += 1
        else:
            self.counts.updated += 1
        if now != before:
            (fresh if now.code in fresh else changed)[now.code] = now

    def finish(self, findings: Findings) -> None:
        """Every row was seen to as it came."""

    def _told(self, rows: Rows) -> dict[int, Told]:
        codes, currencies = rows.keys("order_id"), rows.currencies()
        days = rows.days("order_date", is_required=True)
        amounts = rows.amounts("amount", currencies)
        for place, amount in enumerate(amounts):
            if amount < 0:
                rows.refuse(place, "amount", "amount.negative")
        statuses = rows.choices("status", STATUSES)
        if rows.has("status"):
            statuses = [status or "open" for status in statuses]
        customers = self._parties.ids(rows)
        every = zip(codes, customers, currencies, days, amounts, statuses, strict=True)
        told = [Told(*values) for values in every]
        return {place: told[place] for place in rows.good()}

    def _post(self, fresh: list[Told]) -> None:
        ids = reserve_ids(self._w.session, SalesOrder.__table__, len(fresh))
        rows = [(row_id, *each, self._at) for row_id, each in zip(ids, fresh, strict=True)]
        insert_rows(self._w.session, SalesOrder.__table__, INSERTED, rows, are_plain=True)

    def _change(self, changed: list[dict[str, Any]]) -> None:
        if changed:
            self._w.session.execute(text(CHANGE), changed)
            note(self._w.session, "changed_sales_order", [each["id"] for each in changed])


def _as_told(row: Row[Any]) -> Told:
    values = {name: getattr(row, name) for name in Told._fields}
    return Told(**{**values, "ordered_on": plain_day(row.ordered_on)})


def written_orders(r: Reader) -> Iterator[tuple[object, ...]]:
    """The orders as `orders.csv` has them."""
    for row in streamed(r.session, text(WRITTEN)):
        yield (
            row.code,
            row.customer_code,
            row.currency,
            plain_day(row.ordered_on),
            Money(row.amount_minor, row.currency).major(),
            row.status,
        )
