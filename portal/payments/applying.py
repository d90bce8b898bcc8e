"""
Credits applied to due parts, many at once: asked for one by one, applied in one pass.

An application never exceeds what is open nor what is left; what does not fit stays on account.
"""

from __future__ import annotations

from sqlalchemy import delete, text

from portal.base.batch import insert_rows
from portal.base.recording import source_of
from portal.base.work import Work
from portal.payments import applying_singly
from portal.payments.asks import ASKS, Ask
from portal.payments.early_discounts import asked_invoices, grant_discounts

#: Entries whose room changes from day to day, as applications to them were ended: no window
#: function can weigh them.
ODD = """create temporary table odd_ask as
select distinct k.entry_id, 0 as part, 0 as credit_id from ask k join allocation a
  on a.customer_id = k.customer_id and a.entry_id = k.entry_id where a.ended_on is not null"""

LINED_UP = """create temporary table lined_up as
select credit_id, entry_id, customer_id, currency, acted_on, memo,
  sum(amount) over w - amount as lo, sum(amount) over w as hi
from ask where memo = :memo and entry_id not in (select entry_id from odd_ask)
window w as (partition by entry_id order by acted_on, number, credit_id
  rows unbounded preceding)"""

OPEN = """create temporary table open_part as
select customer_id, entry_id, part, dated_on,
  sum(room) over w - room as lo, sum(room) over w as hi
from (select p.customer_id, p.entry_id, p.part, p.dated_on, p.due_on,
  p.amount_minor - coalesce((select sum(a.amount_minor) from allocation a
    where a.customer_id = p.customer_id and a.entry_id = p.entry_id and a.part = p.part
      and a.ended_on is null and (a.memo = 0 or :memo = 1)), 0) as room
  from (select distinct customer_id, entry_id from lined_up) k
  join part p on p.customer_id = k.customer_id and p.entry_id = k.entry_id) q
where room > 0
window w as (partition by entry_id order by due_on is null, due_on, part
  rows unbounded preceding)"""

APPLIED = """insert into allocation (customer_id, entry_id, part, credit_id, nth, currency, memo,
  effective_on, amount_minor, source)
select k.customer_id, k.entry_id, o.part, k.credit_id, 1, k.currency, k.memo,
  case when k.acted_on > o.dated_on then k.acted_on else o.dated_on end,
  case when k.hi < o.hi then k.hi else o.hi end - case when k.lo > o.lo then k.lo else o.lo end,
  cast(:source as text)
from lined_up k join open_part o on o.entry_id = k.entry_id and o.lo < k.hi and k.lo < o.hi"""

#: Parts and credits that are asked for more than they have room for, ended asks counted too, and
#: asks that name no part of an entry that has several.
MISFITS = """create temporary table odd_ask as
select q.entry_id, q.part, 0 as credit_id
from (select customer_id, entry_id, part, memo, sum(amount) as asked from ask
  group by customer_id, entry_id, part, memo) q
left join part p on p.customer_id = q.customer_id and p.entry_id = q.entry_id
  and p.part = q.part
where p.amount_minor is null or q.asked > p.amount_minor
  - coalesce((select sum(a.amount_minor) from allocation a where a.customer_id = q.customer_id
    and a.entry_id = q.entry_id and a.part = q.part and (a.memo = 0 or q.memo = 1)), 0)
union all
select 0, 0, q.credit_id
from (select customer_id, credit_id, sum(amount) as asked from ask
  group by customer_id, credit_id) q
join entry e on e.id = q.credit_id
where q.asked > -e.amount_minor - coalesce((select sum(a.amount_minor) from allocation a
  where a.customer_id = q.customer_id and a.credit_id = q.credit_id), 0)"""

#: An ask without a part may take of any of its entry's, so its entry is weighed as one.
IS_ODD = """(k.credit_id in (select credit_id from odd_ask)
  or k.entry_id in (select entry_id from odd_ask))"""

EXACTLY = f"""insert into allocation (customer_id, entry_id, part, credit_id, nth, currency, memo,
  effective_on, ended_on, amount_minor, source)
select k.customer_id, k.entry_id, k.part, k.credit_id,
  row_number() over (partition by k.customer_id, k.entry_id, k.part, k.credit_id
    order by k.acted_on, k.ended_on)
  + coalesce((select max(a.nth) from allocation a where a.customer_id = k.customer_id
    and a.entry_id = k.entry_id and a.part = k.part and a.credit_id = k.credit_id), 0),
  k.currency, k.memo, k.acted_on, k.ended_on, k.amount, cast(:source as text)
from ask k where not {IS_ODD}"""  # noqa: S608 - words of our own

LOCKED = """select id from customer where id in (select distinct customer_id from ask)
order by id for update"""


class Applications:
    """Collects what is to be applied in one file, and applies it when the file is through."""

    def __init__(self, w: Work, discounted: frozenset[str] = frozenset()) -> None:
        """`discounted`: invoices whose discounts are told, so that none is granted by itself."""
        self._discounted = discounted
        self._w = w
        self._session = w.session
        self._is_sqlite = w.session.get_bind().dialect.name == "sqlite"
        self._asked = 0
        self._drop("ask")
        ASKS.create(w.session.connection())

    def ask(self, asks: list[Ask]) -> None:
        """Asks for applications."""
        if asks:
            names = [column.name for column in ASKS.columns]
            insert_rows(self._session, ASKS, names, asks, are_plain=True)
            self._asked += len(asks)

    def apply(self) -> None:
        """
        Applies new credits to the entries they name: by day and number, earliest due first.

        What closes an invoice in time earns its discount, which is posted and applied as well.
        """
        if self._asked:
            offering = asked_invoices(self._w)
            self._begin(ODD)
            for memo in (0, 1):
                self._pass(memo)
            self._end("k.memo")
            self._grant(offering)

    def _grant(self, offering: set[int]) -> None:
        if offering:
            self.ask(grant_discounts(self._w, offering, self._discounted))
            self.apply()

    def apply_exactly(self) -> list[tuple[Ask, int]]:
        """Applies what names its part, amount and day; what of which ask is left."""
        if not self._asked:
            return []
        offering = asked_invoices(self._w)
        self._begin(MISFITS)
        self._session.execute(text(EXACTLY), {"source": source_of(self._session)})
        # What is written off is no obstacle to payments, but payments would be one to it.
        undone = self._end("k.memo desc")
        self._grant(offering)
        return undone

    def _begin(self, odd: str) -> None:
        if not self._is_sqlite:
            # Who else applies something to these customers' items has to wait.
            self._session.execute(text(LOCKED)).all()
            for table in ("ask", "part", "allocation"):
                self._session.execute(text(f"analyze {table}"))
        self._make("odd_ask", odd)

    def _end(self, first: str) -> list[tuple[Ask, int]]:
        odd = text(
            f"select k.* from ask k where {IS_ODD}"  # noqa: S608 - words of our own
            f" order by {first}, k.acted_on, k.number, k.entry_id, k.part"
        )
        asks = [Ask(*row) for row in self._session.execute(odd)]
        undone = applying_singly.apply(self._session, asks)
        self._drop("odd_ask")
        self._session.execute(delete(ASKS))
        self._asked = 0
        return undone

    def _pass(self, memo: int) -> None:
        self._make("lined_up", LINED_UP, memo=memo)
        self._make("open_part", OPEN, memo=memo)
        self._session.execute(text(APPLIED), {"source": source_of(self._session)})
        for name in ("lined_up", "open_part"):
            self._drop(name)

    def _make(self, name: str, statement: str, **values: int) -> None:
        self._session.execute(text(statement), values)
        if not self._is_sqlite:
            self._session.execute(text(f"analyze {name}"))

    def _drop(self, name: str) -> None:
        self._session.execute(text(f"drop table if exists {name}"))
