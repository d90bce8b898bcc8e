"""Every route names its permission, and who may not is told so the same way everywhere."""

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal.app import create_app
from portal.base.access import Permission
from portal.base.installation import Installation

#: What Flask serves itself: files that everybody may have.
FILES = {"static"}
#: References that lead nowhere, in the form of true ones.
NOWHERE = "st_00000000000000000000"


@pytest.fixture
def app(installation: Installation) -> Flask:
    return create_app(installation)


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in FILES]


def permission(app: Flask, rule: Rule) -> Permission | None:
    found = getattr(app.view_functions[rule.endpoint], "permission", None)
    return found if isinstance(found, Permission) else None


def path_of(app: Flask, rule: Rule) -> str:
    """The path of a rule with references that lead nowhere."""
    with app.test_request_context():
        values = dict.fromkeys(rule.arguments, NOWHERE)
        return app.url_map.bind("localhost").build(rule.endpoint, values, force_external=False)


def requests_of(app: Flask) -> list[tuple[str, Rule]]:
    """Every method of every rule that is not for everybody."""
    return [
        (method, rule)
        for rule in rules(app)
        if permission(app, rule) is not Permission.PUBLIC
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def test_every_route_names_its_permission(app: Flask):
    assert [rule.rule for rule in rules(app) if permission(app, rule) is None] == []


def test_staff_pages_stand_under_desk(app: Flask):
    staff = {rule.rule for rule in rules(app) if rule.endpoint.startswith("desk_")}
    under_desk = {rule.rule for rule in rules(app) if rule.rule.startswith("/desk")}

    assert staff <= under_desk


def test_a_visitor_sees_nothing_that_asks_for_a_permission(app: Flask):
    """A page leads to signing in; a form without its token is refused before it does anything."""
    answers = {
        f"{method} {rule.rule}": app.test_client().open(path_of(app, rule), method=method)
        for method, rule in requests_of(app)
    }
    let_in = {name for name, answer in answers.items() if answer.status_code in {200, 500}}

    assert let_in == set()
