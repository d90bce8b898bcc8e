"""An application of a few routes on the web layer alone: what its tests ask for."""

from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, request
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.exceptions import Gone, ServiceUnavailable

from portal.base.access import Denied, NotFound
from portal.base.installation import Installation
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.web import respond
from portal.web.forms import DateField, Filled, Form, MoneyField, RadioField
from portal.web.guard import guard
from portal.web.htmx import htmx
from portal.web.navigation import MenuItem, Navigation
from portal.web.shell import furnish, new_app

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
    known = {"denied": Denied("statement.confirm"), "missing": NotFound("x")}
    known |= {"busy": ServiceUnavailable(), "gone": Gone()}
    raise known.get(what, ZeroDivisionError("the reason"))


@dataclass
class Line:
    number: int
    amount: Money
    answer: str = "open"


LINES = [Line(number, Money(100 * number, "CNY")) for number in range(101, 149)]


@sample.get("/lines")
@guard("public")
def list_lines() -> Response:
    query = request.args.get("q", "")
    found = [line for line in LINES if query in str(line.number)]
    return respond.page(
        "lines.html", fragments={"lines-region": "lines"}, lines=found, **bar(query)
    )


def bar(query: str = "") -> dict[str, object]:
    return {"answered": sum(line.answer != "open" for line in LINES), "query": query}


@sample.post("/lines/<int:number>")
@guard("public")
def answer_line(number: int) -> Response:
    if number == LINES[-1].number:
        raise ZeroDivisionError("the last line always fails")
    line = next(line for line in LINES if line.number == number)
    line.answer = request.form["answer"]
    if not htmx.is_partial:
        return respond.see_other(".list_lines", _anchor=f"line-{number}")
    return respond.page(
        "lines.html",
        fragments={f"line-{number}": "line"},
        also={"bar": "bar"},
        announce=f"INV-{number}: {line.answer}",
        line=line,
        **bar(),
    )


def sample_app(installation: Installation) -> Flask:
    """The web layer over an installation, with these routes alone."""
    made = new_app()
    made.register_blueprint(sample)
    menu = (MenuItem("sample.staff_only", "Imports"), MenuItem("sample.show", "Sample"))
    places = Navigation(menu, menu, sign_in="sample.show", sign_out="sample.show")
    furnish(made, installation, places)
    ours = FileSystemLoader(Path(__file__).with_name("templates"))
    theirs = made.jinja_env.loader
    made.jinja_env.loader = ChoiceLoader([ours, theirs] if theirs else [ours])
    return made
