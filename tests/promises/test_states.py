"""What became of a promise, read from the books: by value date, on both databases."""

import datetime as dt

import pytest

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.ledger import Allocation, Book, Entry, Kind
from portal.core.money import Money
from portal.core.promise_kept import State
from portal.promises.queries import list_promises, running_on_parts
from portal.promises.rows import PromiseFilter, PromiseRow
from portal.tables.customers import Customer
from portal.tables.promises import Promise, PromisedPart
from tests.desk import day, invoice
from tests.ledgers import store

PROMISED = day("11-06")


def money(minor: int) -> Money:
    return Money(minor, "CNY")


def paid(minor: int, value: str, applied: str = "", number: int = 50) -> tuple[Entry, Allocation]:
    """A payment applied to INV-1, on its own day or later."""
    entry = Entry(
        number, "HUADONG", Kind.PAYMENT, f"RCT-{number}", day(value), Money(-minor, "CNY")
    )
    return entry, Allocation(number, 1, 1, money(minor), day(applied or value))


def promised(installation: Installation, minor: int, by: dt.date = PROMISED) -> None:
    with installation.work(SYSTEM) as w:
        customer = w.session.query(Customer).one()
        promise = Promise(
            customer_id=customer.id,
            currency="CNY",
            promised_on=by,
            made_on=day("11-02"),
            made_at=w.now,
            amount_minor=minor,
            reason="unsaid",
            note="",
            method="",
            way="import",
            evidence="{}",
            evidence_sha256="",
        )
        w.session.add(promise)
        w.session.flush()
        part = PromisedPart(
            customer_id=customer.id, promise_id=promise.id, entry_id=1, part=1, amount_minor=minor
        )
        w.session.add(part)


def kept(installation: Installation, *payments: tuple[Entry, Allocation], spare=()) -> None:
    entry, part = invoice(1, "HUADONG", "09-01", "10-27", 100_00)
    entries = (entry, *(each for each, _ in payments), *spare)
    store(installation, Book(entries, (part,), tuple(applied for _, applied in payments), ()))


def read(installation: Installation, on: str = "11-20") -> list[PromiseRow]:
    with installation.reading(SYSTEM) as r:
        return list_promises(r, PromiseFilter(), day(on))


@pytest.mark.parametrize(
    ("payments", "state"),
    [
        ([], State.BROKEN),
        ([paid(100_00, "11-06")], State.KEPT),
        ([paid(100_00, "11-07")], State.LATE_KEPT),
        ([paid(40_00, "11-06")], State.PARTLY_KEPT),
        ([paid(100_00, "11-05", applied="11-18")], State.KEPT),
    ],
    ids=["nothing", "in time", "late", "a part", "in time, applied late"],
)
def test_the_state_follows_from_what_came_by_value_date(any_installation, payments, state):
    kept(any_installation, *payments)
    promised(any_installation, 100_00)
    [row] = read(any_installation)
    assert row.state is state


def test_money_on_account_that_covers_it_is_being_checked(any_installation):
    spare = Entry(51, "HUADONG", Kind.PAYMENT, "RCT-51", day("11-05"), Money(-100_00, "CNY"))
    kept(any_installation, spare=[spare])
    promised(any_installation, 100_00)
    [row] = read(any_installation)
    assert row.state is State.BEING_CHECKED


def test_money_counts_for_the_promise_with_the_earlier_day_only(any_installation):
    kept(any_installation, paid(60_00, "11-05"))
    promised(any_installation, 40_00, day("11-13"))
    promised(any_installation, 60_00)
    assert [row.state for row in read(any_installation)] == [State.KEPT, State.BROKEN]


def test_a_running_promise_is_known_by_its_part(any_installation):
    kept(any_installation)
    promised(any_installation, 60_00)
    with any_installation.reading(SYSTEM) as r:
        found = running_on_parts(r, as_of=day("11-05"))
    assert (found[1, 1].awaited, found[1, 1].until) == (money(60_00), PROMISED)
