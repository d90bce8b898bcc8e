"""The sample application, and somebody who asks."""

from collections.abc import Callable

import pytest
from flask import Flask, g

from portal.base.access import Actor
from portal.base.installation import Installation
from tests.page import Visitor
from tests.web.sample import sample_app

CLERK = Actor("staff", 1, "Li Na", "li@northwind.example", staff_role="clerk")
SUPPORT = Actor("staff", 2, "Tom", "tom@northwind.example", staff_role="support")
CHEN = Actor(
    "customer", 3, "Chen Wei", "chen@huadong.example", {1: frozenset({"customer_accountant"})}
)


@pytest.fixture
def app(installation: Installation) -> Flask:
    return sample_app(installation)


SignIn = Callable[[Actor], Visitor]


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """Makes every request somebody's, as the session would."""
    known: list[Actor] = []

    def recognise() -> None:
        if known:
            g.actor, g.session_id = known[-1], f"session of {known[-1].user_id}"

    app.before_request_funcs.setdefault(None, []).insert(0, recognise)

    def as_actor(actor: Actor) -> Visitor:
        known.append(actor)
        return Visitor(app)

    return as_actor
