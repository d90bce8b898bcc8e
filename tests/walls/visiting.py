"""The demo's people at its pages: signed in, with a token for forms, and what belongs to whom."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session as Books
from werkzeug.routing import BaseConverter, Rule
from werkzeug.routing.converters import NumberConverter, UnicodeConverter
from werkzeug.test import TestResponse

from portal.base.access import Permission
from portal.base.installation import Installation
from portal.base.refs import Refs
from portal.people.commands import Device
from portal.people.commands.sessions import complete_session
from portal.tables.all import Base
from portal.tables.people import User

#: Whose rows a reference names, by its prefix.
TABLES = {
    "ap": "approval",
    "at": "attachment",
    "ca": "credit_application",
    "co": "contact",
    "ct": "confirmation",
    "di": "dispute",
    "ex": "extension",
    "fl": "kept_file",
    "iv": "entry",
    "lp": "limit_proposal",
    "pr": "promise",
    "ra": "remittance_advice",
    "sc": "collateral",
    "st": "statement",
    "tc": "terms_change",
}
FILES = {"static"}


@dataclass
class Visitor:
    """A person at the pages, with the token that their forms carry."""

    client: FlaskClient
    token: str

    def ask(self, method: str, path: str, query: str = "") -> TestResponse:
        data = {"csrf_token": self.token} if method != "GET" else None
        answer = self.client.open(path, method=method, data=data, query_string=query)
        answer.get_data()  # a download's work is done while it is read
        return answer


def sign_in(app: Flask, installation: Installation, email: str) -> Visitor:
    """Begins a whole session, as somebody does who has shown every factor."""
    with installation.work() as w:
        user = w.session.scalars(select(User).where(User.email == email)).one()
        token = complete_session(w, user, "password", Device("127.0.0.1", "a test", ""))
    client = app.test_client()
    client.set_cookie("accord", token)
    key = installation.secret.encode()
    return Visitor(client, hmac.new(key, f"csrf:{token}".encode(), hashlib.sha256).hexdigest())


def refs_of(books: Books, refs: Refs, customer_id: int) -> list[str]:
    """One reference of each kind of thing that a customer has."""
    found = [refs.of("cu", customer_id)]
    for prefix, name in TABLES.items():
        table = Base.metadata.tables[name]
        one = select(table.c.id).where(table.c.customer_id == customer_id).order_by(table.c.id)
        row_id = books.scalar(one.limit(1))
        if row_id is not None:
            found.append(refs.of(prefix, row_id))
    member = Base.metadata.tables["membership"]
    person = books.scalar(select(member.c.user_id).where(member.c.customer_id == customer_id))
    return found if person is None else [*found, refs.of("us", person)]


def rules(app: Flask) -> list[Rule]:
    """Every rule that asks for a permission which not everybody has."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in FILES
        and app.view_functions[rule.endpoint].permission is not Permission.PUBLIC
    ]


def is_desk(rule: Rule) -> bool:
    return rule.rule.startswith("/desk")


def methods(rule: Rule) -> list[str]:
    return sorted(rule.methods - {"HEAD", "OPTIONS"})


def takes_reference(rule: Rule) -> bool:
    """Whether it is about one thing of somebody's."""
    return any(type(rule._converters[name]) is UnicodeConverter for name in rule.arguments)


def taken_by(converter: BaseConverter, refs: list[str]) -> list[str]:
    if isinstance(converter, NumberConverter):
        return ["1"]
    return sorted(getattr(converter, "items", refs))


def paths(app: Flask, rule: Rule, refs: list[str]) -> Iterator[str]:
    """The paths of a rule with every combination of references, or of what it takes instead."""
    names = sorted(rule.arguments)
    taken = [taken_by(rule._converters[name], refs) for name in names]
    adapter = app.url_map.bind("localhost")
    for values in product(*taken):
        yield adapter.build(rule.endpoint, dict(zip(names, values, strict=True)))
