"""
The work queue beside a bare page of the same, on books of both sizes.

`python -m tests.benchmarks.bench_work [S|L ...]`. The floor is Flask, the queue's one question as
SQL through SQLAlchemy Core, its order by amount, and a Jinja template with fifty rows and their
links: nobody signs in, nothing is checked, no language, no filters, no counts by kind. CPU time
counts, of many requests in turns. What the question alone takes is told beside, as it shall not
grow either.
"""

import datetime as dt
import json
import re
import sys
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, text
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.escalation.work.sources import Waiting, waiting
from portal.people.commands import Device, NewUser, create_user_with_password
from portal.people.commands.sessions import complete_session
from portal.tables.approvals import Task
from portal.tables.customers import Customer
from portal.tables.people import User
from tests.benchmarks.bench_pages import REQUESTS, Pages, measured
from tests.benchmarks.books import SIZES
from tests.benchmarks.side_by_side import books

#: So many tasks wait for each hundred customers.
TASKS_A_HUNDRED = 20
FLOOR_PAGE = """<!doctype html><html lang="en"><head><title>Work</title></head><body><h1>Work</h1>
<table id="work"><thead><tr><th>What</th><th>By</th><th>Amount</th></tr></thead><tbody>
{% for row in rows %}<tr><td><a href="/work/{{ row.src }}/{{ row.id }}">{{ row.kind }}
{{ row.told }}</a><br>{{ row.customer_name }} {{ row.owner }}
{% for act in ("done", "rest", "owner", "talk") %}
<a href="/work/{{ row.src }}/{{ row.id }}?act={{ act }}">{{ act }} {{ row.customer_name }}</a>
{% endfor %}</td><td>{{ row.due_on }}</td>
<td>{{ row.minor or "" }} {{ row.currency or "" }}</td>
<td><input type="checkbox" name="chosen" value="{{ row.src }}/{{ row.id }}"></td></tr>{% endfor %}
</tbody></table></body></html>"""


def add_work(installation: Installation) -> Actor:
    """Calls that nobody has taken, over the whole book, and who sees them."""
    with installation.work(SYSTEM) as w:
        new = NewUser("work@example.com", "Work", "long enough here", ("collections_lead",))
        user = w.session.get_one(User, create_user_with_password(w, new).user_id)
        ids = list(w.session.scalars(select(Customer.id).order_by(Customer.id)))
        chosen = ids[:: 100 // TASKS_A_HUNDRED]
        w.session.execute(
            insert(Task), [_task(w.now, turn, each) for turn, each in enumerate(chosen)]
        )
        return Actor("staff", user.id, user.name, user.email, staff_role=user.staff_role)


def _task(now: dt.datetime, turn: int, customer_id: int) -> dict[str, Any]:
    facts = {"amount": f"{1000 + turn}.00", "currency": "CNY", "on": "2026-09-01"}
    return {
        "customer_id": customer_id,
        "kind": "ladder_call",
        "subject": f"dunning/{turn + 1}",
        "facts": json.dumps(facts),
        "due_on": now.date() - dt.timedelta(days=turn % 40),
        "made_at": now,
        "outcome": "",
    }


def floor_page(installation: Installation, actor: Actor) -> Callable[[], TestResponse]:
    app = Flask("floor")
    engine, template = installation.database.engine, app.jinja_env.from_string(FLOOR_PAGE)
    with installation.reading(actor) as r:
        question = waiting(r, Waiting("mine_or_nobody"))

    @app.get("/work")
    def page() -> str:
        with engine.connect() as connection:
            rows = connection.execute(question).all()
        rows = sorted(rows, key=lambda row: (-(row.minor or 0), row.due_on))
        return template.render(rows=rows[:50])

    client = app.test_client()
    return lambda: client.get("/work")


def product_page(installation: Installation, actor: Actor) -> Callable[[], TestResponse]:
    with installation.work(SYSTEM) as w:
        user = w.session.get_one(User, actor.user_id)
        token = complete_session(w, user, "bench", Device("127.0.0.1", "bench", ""))
    client = create_app(installation).test_client()
    client.set_cookie("accord", token)
    return lambda: client.get("/desk/work")


def pages_of(installation: Installation) -> tuple[Pages, float]:
    actor = add_work(installation)
    with installation.database.engine.begin() as connection:
        connection.execute(text("analyze"))
    floor, product = floor_page(installation, actor), product_page(installation, actor)
    assert rows_in(floor()) == rows_in(product()) == 50
    return Pages(floor, product), asked_ms(installation, actor)


def rows_in(answer: TestResponse) -> int:
    assert answer.status_code == 200
    body = answer.text.split("<tbody", 1)[1].split("</tbody", 1)[0]
    return len(re.findall(r"<tr", body))


def asked_ms(installation: Installation, actor: Actor) -> float:
    """The milliseconds of the question alone, by the clock."""
    with installation.reading(actor) as r:
        question = waiting(r, Waiting("mine_or_nobody"))
        begun = time.perf_counter()
        for _ in range(REQUESTS):
            r.session.execute(question).all()
        return (time.perf_counter() - begun) * 1000 / REQUESTS


def main(names: list[str]) -> None:
    products: dict[str, list[float]] = {}
    for name in names:
        with books(SIZES[name]) as found:
            for database, installation in found.items():
                pages, asked = pages_of(installation)
                floor, product = measured(pages)
                products.setdefault(database, []).append(product)
                print(f"work queue, book {name}, {database}: CPU a request")
                print(f"  floor {floor:.2f} ms  product {product:.2f} ms  {product / floor:.2f} ×")
                print(f"  its question alone {asked:.2f} ms by the clock")
    for database, taken in products.items():
        if len(taken) > 1:
            print(f"{database}: the larger book costs {taken[-1] / taken[0]:.2f} × of the smaller")


if __name__ == "__main__":
    main(sys.argv[1:] or ["S"])
