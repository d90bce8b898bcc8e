"""Every route names its permission, and who may not is told so the same way everywhere."""

import pytest
from flask import Flask

from portal.app import create_app
from portal.base.access import Permission
from portal.base.installation import Installation
from tests.walls.visiting import FILES, methods, paths, rules

#: A reference that leads nowhere, in the form of a true one.
NOWHERE = ["st_0000000000000"]


@pytest.fixture
def app(installation: Installation) -> Flask:
    return create_app(installation)


def test_every_route_names_its_permission(app: Flask):
    unnamed = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in FILES
        and not isinstance(getattr(app.view_functions[rule.endpoint], "permission", ""), Permission)
    ]

    assert unnamed == []


def test_staff_pages_stand_under_desk(app: Flask):
    staff = {rule.rule for rule in rules(app) if rule.endpoint.startswith("desk_")}

    assert {rule for rule in staff if not rule.startswith("/desk")} == set()


def test_a_visitor_sees_nothing_that_asks_for_a_permission(app: Flask):
    """A page leads to signing in; a form without its token is refused before it does anything."""
    let_in = {
        f"{method} {path}"
        for rule in rules(app)
        for path in paths(app, rule, NOWHERE)
        for method in methods(rule)
        if app.test_client().open(path, method=method).status_code in {200, 500}
    }

    assert let_in == set()
