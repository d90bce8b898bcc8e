"""Exchange rates as files have them, the act that keeps them, and how an export writes them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import text

from portal.base.batch import insert_rows
from portal.base.lookup import found_by, plain_day, streamed
from portal.base.recording import note
from portal.base.work import Reader, Work
from portal.credit.rates import LARGEST_RATE
from portal.imports.columns import Counts, Options, columns
from portal.imports.rows import Findings, Rows
from portal.tables.orders import Rate

RATE_COLUMNS = columns("rate_date from to rate")
NAMES = ("from_currency", "to_currency", "rate_on", "rate")
STANDING = "select * from rate where from_currency in (:keys)"
WRITTEN = "select * from rate order by rate_on, from_currency, to_currency"
CHANGE = """update rate set rate = :rate where from_currency = :from_currency
and to_currency = :to_currency and rate_on = :rate_on"""

Key = tuple[str, str, str]


class Rates:
    """Adds rates and updates known ones: the rate of a pair of currencies on a day."""

    def __init__(self, w: Work, options: Options) -> None:
        self.counts = Counts()
        self._w = w
        #: What is known of the currencies that the file has named so far.
        self._known: dict[Key, Decimal] = {}
        self._looked_up: set[str] = set()

    def take(self, rows: Rows) -> None:
        told = self._told(rows)
        self._look_up({key[0] for key, _ in told})
        fresh: dict[Key, Decimal] = {}
        changed: dict[Key, Decimal] = {}
        for key, rate in told:
            before = self._known.get(key)
            self._known[key] = rate
            if before is None:
                fresh[key] = rate
                self.counts.added += 1
            elif before == rate:
                self.counts.unchanged += 1
            elif key in fresh:
                fresh[key] = rate
                self.counts.unchanged += 1
            else:
                changed[key] = rate
                self.counts.updated += 1
        plain = [(*key, format(rate, "f")) for key, rate in fresh.items()]
        insert_rows(self._w.session, Rate.__table__, NAMES, plain, are_plain=True)
        if changed:
            moved = [(*key, format(rate, "f")) for key, rate in changed.items()]
            values = [dict(zip(NAMES, each, strict=True)) for each in moved]
            self._w.session.execute(text(CHANGE), values)

    def finish(self, findings: Findings) -> None:
        """Notes that there were rates: they have no numbers by which they could be taken back."""
        if self.counts.added or self.counts.updated:
            note(self._w.session, "rates", [1])

    def _told(self, rows: Rows) -> list[tuple[Key, Decimal]]:
        days = rows.days("rate_date", is_required=True)
        sold, bought = rows.currencies("from"), rows.currencies("to")
        rates = rows.decimals("rate")
        rows.required("rate", rates)
        for place in list(rows.good()):
            if sold[place] == bought[place]:
                rows.refuse(place, "to", "rate.same_currency")
            elif not 0 < (rates[place] or 0) <= LARGEST_RATE:
                rows.refuse(place, "rate", "rate.not_above_zero")
        every = zip(sold, bought, days, rates, strict=True)
        told = [((a, b, day or ""), rate or Decimal(0)) for a, b, day, rate in every]
        return [told[place] for place in rows.good()]

    def _look_up(self, currencies: set[str]) -> None:
        fresh = currencies - self._looked_up
        self._looked_up |= fresh
        for row in found_by(self._w.session, STANDING, fresh):
            key = (row.from_currency, row.to_currency, plain_day(row.rate_on) or "")
            self._known.setdefault(key, Decimal(row.rate))


def written_rates(r: Reader) -> Iterator[tuple[object, ...]]:
    """The rates as `rates.csv` has them."""
    for row in streamed(r.session, text(WRITTEN)):
        yield (plain_day(row.rate_on), row.from_currency, row.to_currency, row.rate)
