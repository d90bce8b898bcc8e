"""The house's own recovery: read from the books, kept by the daily run, used by the queue."""

import datetime as dt
from fractions import Fraction

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.ledger import Allocation, Book, Entry, Kind, Part
from portal.core.money import Money
from portal.core.recovery import SHIPPED, Reached
from portal.day import run_day
from portal.escalation.work.daily import measure
from portal.escalation.work.history import curve_in_force, measured, read, written
from tests.ledgers import store

DUE = dt.date(2025, 11, 1)
TODAY = dt.date(2026, 11, 20)
COUNT = 30


def money(minor: int) -> Money:
    return Money(minor, "CNY")


def invoice(number: int) -> tuple[Entry, Part]:
    dated = DUE - dt.timedelta(days=30)
    entry = Entry(number, "C1", Kind.INVOICE, f"INV-{number}", dated, money(100_00))
    return entry, Part(number, 1, DUE, money(100_00))


def credit(number: int, kind: Kind, days: int, minor: int) -> Entry:
    return Entry(number, "C1", kind, f"CR-{number}", DUE + dt.timedelta(days=days), money(-minor))


def books(*, with_credits: bool = False) -> Book:
    """Thirty invoices a year overdue: the first half of them was paid after 45 days."""
    made = [invoice(number) for number in range(1, COUNT + 1)]
    paid = [credit(100 + n, Kind.PAYMENT, 45, 100_00) for n in range(1, COUNT // 2 + 1)]
    applied = [
        Allocation(100 + n, n, 1, money(100_00), DUE + dt.timedelta(days=45))
        for n in range(1, COUNT // 2 + 1)
    ]
    if with_credits:
        # What was credited of an unpaid one was never to come in.
        paid.append(credit(200, Kind.CREDIT_NOTE, 10, 100_00))
        applied.append(Allocation(200, COUNT, 1, money(100_00), DUE + dt.timedelta(days=10)))
    entries, parts = zip(*made, strict=True)
    return Book((*entries, *paid), parts, tuple(applied))


def test_what_was_open_so_long_is_counted_with_what_came_since(any_installation: Installation):
    store(any_installation, books())

    with any_installation.reading(SYSTEM) as r:
        found = measured(r, TODAY)

    half = COUNT // 2
    assert found == {
        1: Reached(COUNT, Fraction(1, 2)),
        2: Reached(half, Fraction(0)),
        3: Reached(half, Fraction(0)),
        6: Reached(half, Fraction(0)),
    }


def test_what_was_credited_was_never_to_come(any_installation: Installation):
    store(any_installation, books(with_credits=True))

    with any_installation.reading(SYSTEM) as r:
        found = measured(r, TODAY)

    assert found[1] == Reached(COUNT - 1, Fraction(15 * 10_000, 29 * 10_000))


def test_it_is_measured_once_a_month(installation: Installation):
    store(installation, books())
    acts = (("recovery", measure),)

    first = run_day(installation, TODAY, acts)[0].result
    store_nothing_more = run_day(installation, TODAY + dt.timedelta(days=1), acts)[0].result

    assert store_nothing_more == first
    with installation.reading(SYSTEM) as r:
        assert curve_in_force(r) == SHIPPED  # fifteen items are too few


def test_enough_of_ones_own_replaces_the_shipped_curve(installation: Installation):
    told = {month: Reached(40, Fraction(8, 10)) for month in (1, 2, 3)}
    run_day(installation, TODAY, (("recovery", lambda _installation, _on: written(told)),))

    with installation.reading(SYSTEM) as r:
        curve = curve_in_force(r)

    assert curve.is_own
    assert curve.points[0] == (1, Fraction(8, 10))


def test_what_is_written_is_read_again():
    told = {1: Reached(40, Fraction(1, 4)), 24: Reached(3, Fraction(0))}

    assert read('{"1": [40, 2500], "24": [3, 0]}') == told
    assert written(told) == {"1": [40, 2500], "24": [3, 0]}
    assert read("") == {}
