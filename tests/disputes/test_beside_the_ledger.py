"""Marks of ledgers and disputes of customers on the same parts: beside each other, never above."""

import csv
import datetime as dt
import io
from random import Random

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.clock import Clock
from portal.base.installation import Installation
from portal.core.errors import RuleBroken
from portal.core.ledger import Account, Book, DisputedPart, Part, open_items, position
from portal.core.money import Money
from portal.disputes.living import WithdrawDispute, withdraw_dispute
from portal.disputes.raising import RaiseDispute, raise_dispute
from portal.disputes.subjects import About
from portal.imports.run import import_files
from portal.invoices.files.written import written_invoices
from portal.invoices.position import customer_position, list_open_items
from portal.people.recognising import actor_of
from portal.tables.customers import Customer
from portal.tables.disputes import DisputedPart as Mark
from tests.buyer import Buyer
from tests.desk import Office, an_office, day, invoice
from tests.ledgers import store

AS_OF = dt.date(2026, 11, 20)


def in_three_parts(number: int) -> Book:
    """One invoice of 300.00, due in three parts."""
    entry, _part = invoice(number, "HUADONG", "10-01", "10-31", 300_00)
    due = [day("12-01"), day("10-31"), None]
    hundred = Money(100_00, "CNY")
    parts = [Part(number, turn, on, hundred) for turn, on in enumerate(due, start=1)]
    return Book((entry,), tuple(parts))


def buyer_of(installation: Installation) -> Buyer:
    office = Office(installation, an_office(installation, with_books=False).app)
    return Buyer(office, "HUADONG")


def raise_some(installation: Installation, user_id: int, entry_id: int, minor: int) -> int:
    with installation.reading(SYSTEM) as r:
        actor = actor_of(r, user_id)
    command = RaiseDispute(About(entry_id), "price", Money(minor, "CNY"), f"{minor}")
    with installation.work(actor) as w:
        return raise_dispute(w, command)


def marks_of(installation: Installation) -> list[tuple[int, int | None]]:
    with installation.reading(SYSTEM) as r:
        running = select(Mark).where(Mark.ended_on.is_(None)).order_by(Mark.id)
        return [(mark.part, mark.amount_minor) for mark in r.session.scalars(running)]


def test_a_dispute_takes_the_part_due_first_and_the_undated_last(any_installation: Installation):
    store(any_installation, in_three_parts(50))
    chen = buyer_of(any_installation)
    raise_some(any_installation, chen.user_id, 50, 210_00)

    assert marks_of(any_installation) == [(1, 100_00), (2, 100_00), (3, 10_00)]


def the_book(installation: Installation, book: Book) -> Book:
    """The books as they stand, their marks read again."""
    with installation.reading(SYSTEM) as r:
        marks = [
            DisputedPart(
                mark.entry_id,
                mark.part,
                mark.from_on,
                mark.ended_on,
                None if mark.amount_minor is None else Money(mark.amount_minor, "CNY"),
            )
            for mark in r.session.scalars(select(Mark).order_by(Mark.id))
        ]
    return Book(book.entries, book.parts, book.allocations, tuple(marks))


@pytest.mark.parametrize("seed", range(3))
def test_sql_and_core_agree_whatever_is_disputed_and_withdrawn(
    any_installation: Installation, seed: int
):
    books = in_three_parts(50)
    marked = Book(books.entries, books.parts, (), (DisputedPart(50, 2, day("10-15")),))
    store(any_installation, marked)
    chen, dice, raised = buyer_of(any_installation), Random(seed), []
    for _turn in range(8):
        later = any_installation.clock.now() + dt.timedelta(days=dice.randrange(3))
        object.__setattr__(any_installation, "clock", Clock(fixed_at=later))
        try:
            minor = dice.randint(1, 90_00)
            raised.append(raise_some(any_installation, chen.user_id, 50, minor))
        except RuleBroken:
            assert raised
        if raised and dice.random() < 0.5:
            with any_installation.reading(SYSTEM) as r:
                actor = actor_of(r, chen.user_id)
            with any_installation.work(actor) as w:
                withdraw_dispute(w, WithdrawDispute(raised.pop()))
    book = the_book(any_installation, books)
    for on in (AS_OF + dt.timedelta(days=days) for days in (-40, 0, 2, 6, 20)):
        with any_installation.reading(SYSTEM, on=on) as r:
            customer_id = r.session.scalars(select(Customer.id)).one()
            told = {
                (each.entry_id, each.part): each.disputed
                for each in list_open_items(r, customer_id)
            }
            [owed] = customer_position(r, customer_id)
        items = open_items(book, on)

        assert told == {(item.entry.id, item.part.part): item.disputed for item in items}
        assert owed.disputed == position(book, Account("HUADONG", "CNY"), on).disputed <= owed.open


# ── Files ────────────────────────────────────────────────────────────────────


def disputed_in_export(office: Office, number: str) -> object:
    with office.installation.reading(SYSTEM) as r:
        return {row[0]: row[-1] for row in written_invoices(r)}[number]


def imported(office: Office, kind: str, rows: list[list[str]]) -> dict[str, int]:
    """What an import of these rows counts."""
    folder = office.installation.config.instance_path
    path = folder / f"{kind}.csv"
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_text(text.getvalue(), "utf-8")
    [report] = import_files(office.installation, [path]).files
    return {"added": report.added, "unchanged": report.unchanged, "updated": report.updated}


def own_row(number: str, disputed: str) -> list[list[str]]:
    head = ["invoice_id", "customer_id", "currency", "invoice_date", "due_date", "amount"]
    row = [number, "HUADONG", "CNY", "2026-10-05", "2026-11-25", "250.00"]
    return [[*head, "disputed"], [*row, disputed]]


def test_an_export_writes_what_both_say_and_never_above_the_whole(chen: Buyer, office: Office):
    raise_some(office.installation, chen.user_id, 2, 100_00)
    imported(office, "invoices", own_row("INV-2", "200.00"))

    assert disputed_in_export(office, "INV-2") == "250.00"


def test_what_an_export_wrote_changes_nothing_when_it_is_read_again(chen: Buyer, office: Office):
    raise_some(office.installation, chen.user_id, 2, 100_00)
    told = str(disputed_in_export(office, "INV-2"))

    assert imported(office, "invoices", own_row("INV-2", told))["unchanged"] == 1
    assert marks_of(office.installation)[-1] == (1, 100_00)


def test_a_ledger_that_says_no_leaves_the_customers_dispute(chen: Buyer, office: Office):
    raise_some(office.installation, chen.user_id, 2, 100_00)
    imported(office, "invoices", own_row("INV-2", "50.00"))
    imported(office, "invoices", own_row("INV-2", "no"))

    assert marks_of(office.installation)[-1] == (1, 100_00)


def test_the_parts_of_a_disputed_invoice_are_fixed(chen: Buyer, office: Office):
    raise_some(office.installation, chen.user_id, 2, 100_00)
    head = ["invoice_id", "part", "due_on", "amount"]
    halves = [["INV-2", "1", "2026-11-25", "125.00"], ["INV-2", "2", "2026-12-25", "125.00"]]

    assert imported(office, "invoice_parts", [head, *halves])["added"] == 0
    assert marks_of(office.installation)[-1] == (1, 100_00)
