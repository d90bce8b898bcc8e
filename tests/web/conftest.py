"""An application with a few routes of its own, and somebody who asks."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Blueprint, Flask, Response, g
from jinja2 import ChoiceLoader, FileSystemLoader

from portal.base.access import Actor, Denied, NotFound
from portal.base.installation import Installation
from portal.core.errors import RuleBroken
from portal.web import respond
from portal.web.forms import DateField, Filled, Form, MoneyField, RadioField
from portal.web.guard import guard
from portal.web.navigation import MenuItem, Navigation
from portal.web.shell import furnish, new_app
from tests.page import Visitor

CLERK = Actor("staff", 1, "Li Na", "li@northwind.example", staff_role="clerk")
SUPPORT = Actor("staff", 2, "Tom", "tom@northwind.example", staff_role="support")
CHEN = Actor(
    "customer", 3, "Chen Wei", "chen@huadong.example", {1: frozenset({"customer_accountant"})}
)

sample = Blueprint("sample", __name__)


class PromiseForm(Form):
    pay_on = DateField("When will you pay?", [Filled("Enter the day you will pay.")])
    amount = MoneyField("How much?", [Filled("Enter an amount.")])
    way = RadioField("How?", choices=[("bank", "Bank"), ("cash", "Cash")], default="bank")


@sample.route("/sample", methods=["GET", "POST"])
@guard("public")
def show() -> Response:
    form = PromiseForm(currency="CNY")
    if form.is_submitted and form.validate() and respond.attempt(form, refuse_large, form):
        respond.say("Promised.")
        return respond.see_other(".show")
    status = form.status if form.is_submitted else 200
    return respond.page("sample.html", status, fragments={"part": "part"}, form=form)


def refuse_large(_work: object, form: PromiseForm) -> str:
    if form.amount.data.minor > 100_000:
        raise RuleBroken("money.too_large", field="amount", value=form.amount.data.major())
    if form.way.data == "cash":
        raise RuleBroken("act.already_done")
    return "kept"


@sample.get("/")
@guard("public")
def home() -> Response:
    return respond.see_other(".show")


@sample.post("/renew")
@guard("public")
def renew() -> Response:
    return respond.page(
        "sample.html",
        fragments={"part": "part"},
        also={"other": "other"},
        announce="3 < 4 left",
        form=PromiseForm(),
    )


@sample.get("/desk/imports-sample")
@guard("import.run")
def staff_only() -> str:
    return "imported"


@sample.get("/fail/<what>")
@guard("public")
def fail(what: str) -> str:
    raise {"denied": Denied("statement.confirm"), "missing": NotFound("x")}.get(
        what, ZeroDivisionError("the reason")
    )


SAMPLE = """{% extends "layouts/customer.html" %}
{% block title %}Sample{% endblock %}
{% block main %}{{ ui.page_head(self.title()) }}
{% block part %}<div id="part"><form method="post" action="/sample">{{ ui.csrf() }}
{{ ui.error_summary(form) }}{{ ui.field(form.pay_on, "Any day") }}
{{ ui.money_field(form.amount, "CNY") }}
{{ ui.choices(form.way) }}{{ ui.submit("Promise") }}</form></div>{% endblock %}
{% block other %}<p id="other">other</p>{% endblock %}
{% endblock %}"""


@pytest.fixture
def app(installation: Installation, tmp_path: Path) -> Flask:
    made = new_app()
    made.config["TESTING"] = False
    made.register_blueprint(sample)
    menu = (MenuItem("sample.staff_only", "Imports"), MenuItem("sample.show", "Sample"))
    furnish(
        made, installation, Navigation(menu, menu, sign_in="sample.show", sign_out="sample.show")
    )
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "sample.html").write_text(SAMPLE)
    loaders = [FileSystemLoader(folder), made.jinja_env.loader]
    made.jinja_env.loader = ChoiceLoader([one for one in loaders if one])
    return made


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
