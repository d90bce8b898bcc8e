"""
A GET changes nothing but traces: when a session was last seen, and what was opened by whom.

What follows wholly from what is there may be made when it is first asked for: a document, a seal.
A second look changes nothing at all.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Connection, event, select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.tables.customers import Customer
from tests.demo import Demo
from tests.walls.visiting import Guide, Visitor, paths, refs_of, rules

WRITES = re.compile(r"^\s*(insert|update|delete|replace|create|drop|alter)\b", re.IGNORECASE)
TRACES = re.compile(
    r"^\s*(update session set seen_at|update notice set opened_at|insert into access_log)\b",
    re.IGNORECASE,
)
DOCUMENT = r"insert into (stored_file|document)\b"
#: What the first look may leave behind, by the path.
FIRST_LOOK = {
    r"/(statements|invoices)/[^/]+\.pdf": DOCUMENT,
    r"/statements/[^/.]+": r"insert into event\b|update statement set state",
    r"/statements/[^/]+/certificate\.pdf": (
        DOCUMENT + r"|insert into (certificate|seal_stage|audit)\b|update audit_head\b"
    ),
    r"/(promises|plans)/[^/]+\.pdf": (
        DOCUMENT + r"|insert into (sealed_letter|audit)\b|update audit_head\b"
    ),
}
NOTHING = r"(?!)"


def first_look(path: str) -> re.Pattern[str]:
    allowed = [left for where, left in FIRST_LOOK.items() if re.fullmatch(where, path)]
    return re.compile("|".join(allowed) or NOTHING, re.IGNORECASE)


@contextmanager
def written(installation: Installation) -> Iterator[list[str]]:
    """The statements that changed something meanwhile, traces left out."""
    found: list[str] = []

    def listen(_c: Connection, _cursor: object, statement: str, *_: object) -> None:
        if WRITES.match(statement) and not TRACES.match(statement):
            found.append(statement)

    event.listen(installation.database.engine, "before_cursor_execute", listen)
    try:
        yield found
    finally:
        event.remove(installation.database.engine, "before_cursor_execute", listen)


@pytest.fixture(scope="module")
def known(demo_books: Installation, demo_company: Demo) -> list[str]:
    """References of things that both may see."""
    code = demo_company.logins("customer_admin")[0]["customers"][0]
    with demo_books.reading(SYSTEM) as r:
        customer_id = r.session.scalar(select(Customer.id).where(Customer.code == code))
        return refs_of(r.session, r.refs, customer_id)


def test_looking_changes_nothing(
    demo_app: Flask, demo_books: Installation, guide: Guide, known: list[str]
):
    changed: dict[str, list[str]] = {}
    for rule in rules(demo_app):
        if "GET" not in rule.methods:
            continue
        visitor = guide.visitor(rule)
        for path in paths(demo_app, rule, guide.trying(rule, known)):
            with written(demo_books) as first:
                status = visitor.ask("GET", path).status_code
            assert status < 500, path
            with written(demo_books) as second:
                if status < 400:  # what is not there is not looked at twice
                    visitor.ask("GET", path)
            allowed = first_look(path)
            changed[path] = [text for text in first if not allowed.match(text)] + second

    assert {path: statements for path, statements in changed.items() if statements} == {}


def test_a_visitor_leaves_no_trace_at_all(demo_app: Flask, demo_books: Installation):
    public = [rule for rule in demo_app.url_map.iter_rules() if "GET" in rule.methods]
    nobody = Visitor(demo_app.test_client(), "")
    with written(demo_books) as statements:
        for rule in public:
            for path in paths(demo_app, rule, ["nowhere"]):
                nobody.ask("GET", path)

    assert statements == []
