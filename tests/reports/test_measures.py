"""Measures of real and random ledgers: recomputed in plain Python, and equal to the oracles'."""

import datetime as dt
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import event

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.ledger import Book, Entry, Kind, Part, open_items
from portal.core.money import Money
from portal.core.promise_board import KeptRate
from portal.reports.measures import measures_json, measures_report
from tests.ledgers import store
from tests.random_books import a_random_book
from tests.reports.test_oracle import Books, books, environment, ledger

__all__ = ["books", "environment", "ledger"]


def shown(value: Fraction) -> str:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return str(exact.quantize(Decimal("0.000001"), ROUND_HALF_UP))


#: Our names of what the oracles say as of a day.
NAMES = {
    "dso_30": "dso_30",
    "dso_90": "dso_90",
    "dso_365": "dso_365",
    "dso_countback": "dso_countback",
    "best_possible_dso": "best_dso_90",
    "average_days_delinquent": "avg_days_delinquent",
    "overdue_rate": "overdue_ratio",
    "average_days_late_by_count": "avg_days_late_all",
}


def test_measures_are_the_oracles_on_every_day(books: Books):
    """R96, R97 and invariant 19: the answers of the oracles for real ledgers, to six decimals."""
    for day, by_currency in books.oracle["as_of"].items():
        rows = {row["currency"]: row for row in books.json("measures", "--as-of", day)["rows"]}
        for currency, said in by_currency.items():
            row = rows[currency]
            told = {name: row[name] for name in NAMES}
            assert told == {name: _known(said, theirs) for name, theirs in NAMES.items()}, day


def _known(said: dict[str, Any], name: str) -> str | None:
    value = said.get(name, said.get("measures", {}).get(name))
    return None if value is None else str(value)


def recomputed(book: Book, as_of: dt.date) -> dict[str, dict[str, Any]]:
    """What the measures are, from the plain book."""
    found: dict[str, dict[str, Any]] = {}
    for currency in sorted({entry.amount.currency for entry in book.entries}):
        items = [i for i in open_items(book, as_of) if i.entry.amount.currency == currency]
        is_open = sum(item.house.minor for item in items)
        late = [i for i in items if i.part.due_on and i.part.due_on < as_of]
        overdue = sum(item.house.minor for item in late)
        sold = _sold(book, currency)
        found[currency] = {
            "open": is_open,
            "overdue": overdue,
            "dso": {days: _dso(is_open, sold, as_of, days) for days in (30, 90, 365)},
            "late": _lateness(book, currency, as_of),
        }
    return found


def _sold(book: Book, currency: str) -> dict[dt.date, int]:
    sold: dict[dt.date, int] = defaultdict(int)
    for entry in book.entries:
        if entry.kind is Kind.INVOICE and entry.amount.currency == currency:
            sold[entry.dated_on] += entry.amount.minor
    return sold


def _dso(is_open: int, sold: dict[dt.date, int], as_of: dt.date, days: int) -> str | None:
    window = {as_of - dt.timedelta(days=back) for back in range(days)}
    sales = sum(minor for day, minor in sold.items() if day in window)
    return shown(Fraction(is_open * days, sales)) if sales else None


def _lateness(book: Book, currency: str, as_of: dt.date) -> str | None:
    weighted = paid = 0
    for part in book.parts:
        entry = book.by_id[part.entry_id]
        if entry.kind not in {Kind.INVOICE, Kind.CHARGE} or entry.amount.currency != currency:
            continue
        made = [
            a
            for a in book.allocations
            if (a.entry_id, a.part) == (part.entry_id, part.part)
            and a.counts_on(as_of)
            and not book.by_id[a.credit_id].kind.is_memo
        ]
        if (
            part.due_on
            and entry.dated_on <= as_of
            and sum(a.amount.minor for a in made) == (part.amount.minor)
        ):
            settled_on = max(book.by_id[a.credit_id].dated_on for a in made)
            weighted += part.amount.minor * max(0, (settled_on - part.due_on).days)
            paid += part.amount.minor
    return shown(Fraction(weighted, paid)) if paid else None


@pytest.mark.parametrize("seed", [3, 8])
def test_measures_of_random_books_are_recomputed(any_installation: Installation, seed: int):
    """Invariant 19: parts, ended applications, write-offs, two currencies."""
    book = a_random_book(seed)
    store(any_installation, book)
    for day in (dt.date(2026, 1, 31), dt.date(2026, 5, 17), dt.date(2026, 9, 30)):
        with any_installation.reading(SYSTEM) as r:
            rows = measures_report(r, day)
        for currency, said in recomputed(book, day).items():
            row = next(one for one in rows if one.currency == currency)
            assert (row.open.minor, row.overdue.minor) == (said["open"], said["overdue"])
            assert {days: row.figures[f"dso_{days}"].shown(6) for days in said["dso"]} == said[
                "dso"
            ]
            assert row.figures["average_days_late"].shown(6) == said["late"]
            assert row.trend[-1].open == row.open


def test_a_measure_without_a_divisor_is_null_and_says_why(installation: Installation):
    """R96."""
    day, amount = dt.date(2026, 11, 2), Money(100_00, "CNY")
    charge = Entry(1, "C", Kind.CHARGE, "D-1", day, amount)
    store(installation, Book((charge,), (Part(1, 1, day, amount),)))
    with installation.reading(SYSTEM) as r:
        [row] = measures_json(r.today, measures_report(r, r.today), {})["rows"]

    assert (row["open"], row["overdue_rate"], row["dso_90"]) == ("100.00", "1.000000", None)
    assert row["reasons"]["dso_90"] == row["reasons"]["best_possible_dso"] == "no_sales"
    assert row["reasons"]["average_days_late"] == "nothing_paid"
    assert row["reasons"]["promise_kept_rate"] == "nothing_judged"


def test_measures_tell_how_reliably_promises_are_kept(installation: Installation):
    """R117."""
    book = a_random_book(3)
    store(installation, book)
    rate = KeptRate(kept=7, broken=3, promised_minor=1000, in_time_minor=250)
    with installation.reading(SYSTEM) as r:
        [row, *_] = measures_report(r, r.today)
        [told, *_] = measures_json(r.today, [row], {row.currency: rate})["rows"]

    assert told["promise_kept_rate"] == "0.700000"
    assert told["promise_kept_rate_by_amount"] == "0.250000"


def test_measures_take_four_statements(installation: Installation):
    store(installation, a_random_book(3))
    said: list[str] = []
    engine = installation.database.engine
    event.listen(engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    with installation.reading(SYSTEM) as r:
        measures_report(r, dt.date(2026, 9, 30))

    assert len([one for one in said if one.lower().startswith("select")]) == 4
