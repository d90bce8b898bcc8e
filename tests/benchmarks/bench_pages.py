"""
A page of 50 invoices beside a bare one, and on books of both sizes.

`python -m tests.benchmarks.bench_pages [S|L ...]`. The floor is Flask, one SQL statement through
SQLAlchemy Core and a Jinja template with the same rows: nobody signs in, nothing is checked, no
language, no filters, no sums. Both are asked through the test client, in turns; CPU time counts.
"""

import datetime as dt
import re
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.ledger import Book, Entry, Kind, Part
from portal.core.money import Money
from portal.people.commands import Device, NewUser, create_user_with_password
from portal.people.commands.sessions import complete_session
from portal.tables.people import User
from tests.benchmarks.books import SIZES
from tests.benchmarks.side_by_side import books
from tests.ledgers import store

CUSTOMER, INVOICES = "PAGE", 80
REQUESTS, ROUNDS = 20, 7
FIRST_ID = 900_000_000
DATED_ON = dt.date(2026, 11, 1)

FLOOR_SQL = """
select e.number, e.dated_on, p.due_on, e.reference, p.amount_minor,
  p.amount_minor - coalesce(a.paid, 0) as open
from entry e join part p on p.customer_id = e.customer_id and p.entry_id = e.id
left join (select customer_id, entry_id, part, sum(amount_minor) as paid from allocation
  where customer_id = :customer and ended_on is null group by customer_id, entry_id, part) a
  on a.customer_id = p.customer_id and a.entry_id = p.entry_id and a.part = p.part
where e.customer_id = :customer and e.kind = 1
order by e.dated_on desc, e.number limit 50
"""
FLOOR_PAGE = """<!doctype html><html lang="en"><head><title>Invoices</title></head><body>
<h1>Invoices</h1><table id="invoices"><thead><tr><th>Invoice</th><th>Date</th><th>Due</th>
<th>Your reference</th><th>State</th><th>Amount</th><th>Open</th></tr></thead><tbody>
{% for row in rows %}<tr><td><a href="/invoices/{{ row.number }}">{{ row.number }}</a></td>
<td>{{ row.dated_on }}</td><td>{{ row.due_on }}</td><td>{{ row.reference }}</td>
<td>{{ "Open" if row.open else "Paid" }}</td><td>{{ "{:,.2f}".format(row.amount_minor / 100) }}</td>
<td>{{ "{:,.2f}".format(row.open / 100) }}</td></tr>{% endfor %}
</tbody></table></body></html>"""

Ask = Callable[[], TestResponse]


@dataclass
class Pages:
    """The two pages over one book."""

    floor: Ask
    product: Ask


def add_customer(installation: Installation) -> int:
    """A customer with more invoices than a page holds, whatever the book."""
    made = []
    for turn in range(INVOICES):
        amount = Money(100_000 + turn * 1_000, "CNY")
        number, dated_on = f"PAGE-{turn:05}", DATED_ON - dt.timedelta(days=turn)
        entry = Entry(FIRST_ID + turn, CUSTOMER, Kind.INVOICE, number, dated_on, amount, "PO-1")
        made.append((entry, Part(entry.id, 1, dated_on + dt.timedelta(days=30), amount)))
    entries, parts = zip(*made, strict=True)
    store(installation, Book(entries, parts))
    with installation.reading(SYSTEM) as r:
        found = r.session.execute(text("select id from customer where code = 'PAGE'"))
        return int(found.scalar_one())


def floor_page(installation: Installation, customer_id: int) -> Ask:
    app = Flask("floor")
    engine, template = installation.database.engine, app.jinja_env.from_string(FLOOR_PAGE)

    @app.get("/invoices")
    def page() -> str:
        with engine.connect() as connection:
            rows = connection.execute(text(FLOOR_SQL), {"customer": customer_id}).all()
        return template.render(rows=rows)

    client = app.test_client()
    return lambda: client.get("/invoices")


def product_page(installation: Installation) -> Ask:
    with installation.work(SYSTEM) as w:
        new = NewUser(
            "page@example.com", "Page", "long enough here", ("customer_viewer",), (CUSTOMER,)
        )
        user = w.session.get_one(User, create_user_with_password(w, new).user_id)
        token = complete_session(w, user, "bench", Device("127.0.0.1", "bench", ""))
    client = create_app(installation).test_client()
    client.set_cookie("accord", token)
    return lambda: client.get("/invoices")


def pages_of(installation: Installation) -> Pages:
    customer_id = add_customer(installation)
    pages = Pages(floor_page(installation, customer_id), product_page(installation))
    assert figures(pages.floor()) == figures(pages.product())
    return pages


def figures(answer: TestResponse) -> list[str]:
    """The numbers and amounts of a page's fifty rows, in its order."""
    assert answer.status_code == 200
    body = answer.text.split("<tbody", 1)[1].split("</tbody", 1)[0]
    found = re.findall(r">(PAGE-\d+)<|>([\d,]+\.\d\d)<", body)
    assert len(found) == 150
    return [number or amount for number, amount in found]


def cpu_ms(ask: Ask) -> float:
    """The CPU milliseconds of one request, of many."""
    begun = time.process_time()
    for _ in range(REQUESTS):
        ask()
    return (time.process_time() - begun) * 1000 / REQUESTS


def measured(pages: Pages) -> tuple[float, float]:
    """Floor and product, in turns so that noise hits them alike."""
    taken = [(cpu_ms(pages.floor), cpu_ms(pages.product)) for _ in range(ROUNDS)]
    floors, products = zip(*taken, strict=True)
    return statistics.median(floors), statistics.median(products)


def main(names: list[str]) -> None:
    products: dict[str, list[float]] = {}
    for name in names:
        with books(SIZES[name]) as found:
            for database, installation in found.items():
                floor, product = measured(pages_of(installation))
                products.setdefault(database, []).append(product)
                print(f"page of 50 invoices, book {name}, {database}: CPU a request")
                print(f"  floor {floor:.2f} ms  product {product:.2f} ms  {product / floor:.2f} ×")
    for database, taken in products.items():
        if len(taken) > 1:
            print(f"{database}: the larger book costs {taken[-1] / taken[0]:.2f} × of the smaller")


if __name__ == "__main__":
    main(sys.argv[1:] or ["S"])
