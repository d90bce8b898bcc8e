"""Each page asks the database as often for 10 rows as for 1,000: no query a row."""

from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.ledger import Kind
from portal.people.commands import NewUser, create_user_with_password
from portal.tables.customers import Customer
from tests.asked import asked
from tests.conftest import config_in, founded
from tests.kept import app_over
from tests.ledgers import store
from tests.random_books import Writer
from tests.walls.visiting import Guide, paths, refs_of, rules, sign_in

#: What a page may ask, whatever it shows (PERFORMANCE.md, goal 2).
MOST = 12
#: What works out all that a ladder or a text stands on asks for each of these once.
WORKED_OUT = {
    "/desk/customers/<ref>/chasing": 17,
    "/desk/customers/<ref>/next": 14,
    "/desk/settings/notices/<strength>/<channel>/<language>": 25,
}
FEW, MANY = 10, 1_000
FIRST = "C-1"
STAFF, BUYER = "staff@example.com", "buyer@example.com"
PASSWORD = "a password that is long enough"


def books(folder: Path, rows: int) -> Installation:
    """An installation with that many invoices of one customer, and a tenth as many customers."""
    writer = Writer(Random(rows), [f"C-{n}" for n in range(1, rows // 10 + 2)])
    for kind in (Kind.INVOICE, Kind.PAYMENT):
        for _ in range(rows):
            entry = writer.post(kind, 10_000 if kind is Kind.INVOICE else -4_000, FIRST, "CNY")
            if kind is Kind.INVOICE:
                writer.split(entry)
    for customer in writer.customers[1:]:
        writer.split(writer.post(Kind.INVOICE, 5_000, customer, "CNY"))
    installation = founded(config_in(folder))
    store(installation, writer.book())
    return installation


def add_people(installation: Installation) -> None:
    with installation.work() as w:
        staff = NewUser(STAFF, "Staff", PASSWORD, ("admin",))
        create_user_with_password(w, staff)
        buyer = NewUser(BUYER, "Buyer", PASSWORD, ("customer_admin",), (FIRST,))
        create_user_with_password(w, buyer)


def refs_in(installation: Installation) -> list[str]:
    with installation.reading(SYSTEM) as r:
        customer_id = r.session.scalar(select(Customer.id).where(Customer.code == FIRST))
        return refs_of(r.session, r.refs, customer_id)


def counts(app: Flask, installation: Installation) -> dict[str, int]:
    """How many statements each page of the portal needs; only pages, no downloads."""
    guide = Guide(app, *(sign_in(app, installation, email) for email in (STAFF, BUYER)))
    known, found = refs_in(installation), {}
    for rule in rules(app):
        if "GET" not in rule.methods or "." in rule.rule:
            continue
        visitor = guide.visitor(rule)
        for path in paths(app, rule, guide.fitting(rule, known)):
            answer = visitor.ask("GET", path)
            if answer.status_code != 200 or answer.mimetype != "text/html":
                continue
            with asked(installation) as statements:
                visitor.ask("GET", path)  # what is kept in memory is there the second time
            found[rule.rule] = len(statements)
    return found


@pytest.fixture(scope="module")
def few_and_many(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, int]]:
    both = []
    for rows in (FEW, MANY):
        installation = books(tmp_path_factory.mktemp(f"rows{rows}"), rows)
        add_people(installation)
        both.append(counts(app_over(installation), installation))
        installation.database.engine.dispose()
    return both


def test_a_page_asks_as_often_for_ten_rows_as_for_a_thousand(few_and_many: list[dict[str, int]]):
    few, many = few_and_many
    growing = {rule: (few.get(rule), many[rule]) for rule in many if many[rule] != few.get(rule)}

    assert growing == {}


def test_a_page_asks_twelve_times_at_most(few_and_many: list[dict[str, int]]):
    _, many = few_and_many

    over = {rule: n for rule, n in many.items() if n > WORKED_OUT.get(rule, MOST)}
    assert over == {}
