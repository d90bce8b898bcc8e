"""The demo's people at its pages: signed in, with a token for forms, and what belongs to whom."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from typing import Any

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
    "cs": "collection_case",
    "dg": "delegation",
    "dh": "dunning_hold",
    "di": "dispute",
    "dv": "delivery",
    "ep": "evidence_pack",
    "ex": "extension",
    "fl": "kept_file",
    "iv": "entry",
    "ic": "interest_charge",
    "lp": "limit_proposal",
    "nt": "notice",
    "pr": "promise",
    "ra": "remittance_advice",
    "sc": "collateral",
    "sp": "specific_provision",
    "st": "statement",
    "tc": "terms_change",
    "wo": "write_off",
}
#: What an argument is about that is not called `ref`, by its prefix.
NAMED = {
    "contact_ref": "co",
    "customer_ref": "cu",
    "file_ref": "fl",
    "pack_ref": "ep",
    "statement_ref": "st",
}
#: What an argument says that is about nothing of its own; what is not told here is any word.
SAID = {"channel": "email", "currency": "CNY", "language": "en", "strength": "polite"}
#: In the form of a true reference, and of nothing at all.
NOBODYS = "xx_0000000000000"
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


def first_things(books: Books, refs: Refs, whose: Callable[[Any], Any]) -> Iterator[str]:
    """One reference of each kind of thing whose customer is among those."""
    for prefix, name in TABLES.items():
        table = Base.metadata.tables[name]
        one = select(table.c.id).where(whose(table.c.customer_id)).order_by(table.c.id)
        row_id = books.scalar(one.limit(1))
        if row_id is not None:
            yield refs.of(prefix, row_id)


def refs_of(books: Books, refs: Refs, customer_id: int) -> list[str]:
    """One reference of each kind of thing that a customer has."""
    found = [refs.of("cu", customer_id)]
    found += first_things(books, refs, lambda owner: owner == customer_id)
    member = Base.metadata.tables["membership"]
    person = books.scalar(select(member.c.user_id).where(member.c.customer_id == customer_id))
    return found if person is None else [*found, refs.of("us", person)]


def kind_of(ref: str) -> str:
    """Its prefix."""
    return ref.partition("_")[0]


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


def taken_by(name: str, converter: BaseConverter, refs: list[str]) -> list[str]:
    if isinstance(converter, NumberConverter):
        return ["1"]
    if hasattr(converter, "items"):
        return sorted(converter.items)
    if name == "ref":
        return sorted(refs)
    if name in SAID:
        return [SAID[name]]
    return [ref for ref in refs if kind_of(ref) == NAMED.get(name)] or refs[:1]


def paths(app: Flask, rule: Rule, refs: list[str]) -> Iterator[str]:
    """The paths of a rule about each reference, with every combination of what it takes besides."""
    names = sorted(rule.arguments)
    taken = [taken_by(name, rule._converters[name], refs) for name in names]
    adapter = app.url_map.bind("localhost")
    for values in product(*taken):
        yield adapter.build(rule.endpoint, dict(zip(names, values, strict=True)))


@contextmanager
def read_as(sought: str) -> Iterator[set[str]]:
    """The prefixes as which a reference is read meanwhile."""
    found: set[str] = set()
    read = Refs.id

    def listen(refs: Refs, prefix: str, ref: str) -> int | None:
        if ref == sought:
            found.add(prefix)
        return read(refs, prefix, ref)

    Refs.id = listen  # type: ignore[method-assign]
    try:
        yield found
    finally:
        Refs.id = read  # type: ignore[method-assign]


@dataclass
class Guide:
    """Knows what each rule is about: its pages are asked for nobody's thing, and overheard."""

    app: Flask
    desk: Visitor
    customer: Visitor
    known: dict[str, set[str]] = field(default_factory=dict)

    def visitor(self, rule: Rule) -> Visitor:
        """Who may look at it."""
        return self.desk if is_desk(rule) else self.customer

    def kinds(self, rule: Rule) -> set[str]:
        """The prefixes that a rule reads its reference as; none where it reads it otherwise."""
        if rule.rule not in self.known:
            path = next(paths(self.app, rule, [NOBODYS]))
            with read_as(NOBODYS) as found:
                for method in methods(rule) if takes_reference(rule) else ():
                    self.visitor(rule).ask(method, path)
            self.known[rule.rule] = found
        return self.known[rule.rule]

    def fitting(self, rule: Rule, refs: list[str]) -> list[str]:
        """The references of what a rule is about; all of them where nobody can tell."""
        kinds = self.kinds(rule)
        if not kinds:
            return refs
        kinds = kinds | {NAMED[name] for name in NAMED.keys() & rule.arguments}
        return [ref for ref in refs if kind_of(ref) in kinds]

    def trying(self, rule: Rule, refs: list[str]) -> list[str]:
        """What fits, and one that does not."""
        fitting = self.fitting(rule, refs)
        return fitting + [ref for ref in refs if ref not in fitting][:1]
