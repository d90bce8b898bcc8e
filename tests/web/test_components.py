"""The style guide holds every component, and is right by every check."""

import datetime as dt
import gzip
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from jinja2 import UndefinedError

from portal.base.config import ROOT
from portal.base.installation import Installation
from portal.core.money import Money
from portal.web.components import UI
from portal.web.controls import bar_parts, here, share_of
from portal.web.filters import relative
from portal.web.navigation import Navigation
from portal.web.shell import furnish, new_app
from tests.page import Visitor

CSS_BUDGET = 13 * 1024
SCRIPT_BUDGET = 20 * 1024
#: Used inside other macros, or for pages that the guide is not.
ELSEWHERE = {
    "hint_and_error",
    "control",
    "label",
    "flashes",
    "dialog",
    "menu",
    "post_form",
    "search_field",
    "files_drop",  # `file_drop` with the words for any files
    "kept_files",  # leads to files that lie in the storage
}


@pytest.fixture
def guide(installation: Installation) -> Visitor:
    demo = replace(installation, config=replace(installation.config, demo="1"))
    app = new_app()
    furnish(app, demo, Navigation(home={"visitor": "desk_styleguide.show"}))
    return Visitor(app)


def test_the_guide_is_right(guide: Visitor):
    assert guide.visit("/desk/styleguide").heading == "Style guide"


def test_outside_of_the_demo_there_is_no_guide(visitor: Visitor):
    assert visitor.visit("/desk/styleguide", 404).status == 404


def macros(app: Flask) -> set[str]:
    with app.test_request_context("/"):
        files = [app.jinja_env.get_template(f"components/{name}.html") for name in UI]
        return {name for file in files for name in vars(file.module) if name[0] != "_"}


def test_the_guide_shows_every_component(app: Flask):
    shown = set(re.findall(r"ui\.(\w+)", (ROOT / "templates/styleguide.html").read_text()))

    assert macros(app) - shown - ELSEWHERE == set()


def test_no_two_files_hold_a_macro_of_the_same_name(app: Flask):
    with app.test_request_context("/"):
        files = [app.jinja_env.get_template(f"components/{name}.html") for name in UI]
        names = [name for file in files for name in vars(file.module) if name[0] != "_"]

    assert len(names) == len(set(names))


def test_a_macro_that_no_file_holds_is_an_error(app: Flask):
    with pytest.raises(AttributeError, match="no component file has a macro carousel"):
        _ = app.jinja_env.globals["ui"].carousel


def gzipped(folder: str, pattern: str) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in (ROOT / folder).glob(pattern))


def test_the_style_sheets_are_light():
    assert gzipped("static/css", "*.css") <= CSS_BUDGET


def test_the_scripts_are_light():
    assert gzipped("static/js", "*.js") <= SCRIPT_BUDGET


def test_every_symbol_that_is_asked_for_is_there():
    sprite = (ROOT / "static/img/icons.svg").read_text()
    asked = {
        name
        for path in Path(ROOT / "templates").rglob("*.html")
        for name in re.findall(r'ui\.icon\("([\w-]+)"\)', path.read_text())
    }

    assert {name for name in asked if f'id="{name}"' not in sprite} == set()


def cny(*minors: int) -> list[tuple[int, str, Money]]:
    return [(grade, str(grade), Money(minor, "CNY")) for grade, minor in enumerate(minors, 1)]


def test_the_parts_of_a_bar_follow_one_another():
    drawn = bar_parts(cny(5000, 2500, 2500))

    assert [(part.start, part.width) for part in drawn] == [
        ("0.00%", "50.00%"),
        ("50.00%", "25.00%"),
        ("75.00%", "25.00%"),
    ]


def test_what_is_below_nothing_has_no_width():
    assert [part.width for part in bar_parts(cny(-100, 100))] == ["", "100.00%"]


def test_a_bar_of_nothing_is_empty():
    assert [part.width for part in bar_parts(cny(0, 0))] == ["", ""]


@pytest.mark.parametrize(
    ("used", "limit", "share", "is_over"),
    [
        (50, 100, "50\N{NARROW NO-BREAK SPACE}%", False),
        (150, 100, "150\N{NARROW NO-BREAK SPACE}%", True),
        (0, 0, "100\N{NARROW NO-BREAK SPACE}%", False),
    ],
)
def test_a_limit_says_how_much_of_it_is_used(used: int, limit: int, share: str, is_over: bool):
    found = share_of(Money(used, "CNY"), Money(limit, "CNY"))

    assert (found.share, found.is_over) == (share, is_over)


def test_an_address_keeps_its_query_but_for_what_changes(app: Flask):
    with app.test_request_context("/lines?q=11&show=open&show=differs&page=3"):
        assert here(page=None, q="12") == "/lines?q=12&show=open&show=differs"


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "today"), (1, "in 1 day"), (3, "in 3 days"), (-1, "1 day ago"), (-2, "2 days ago")],
)
def test_a_day_is_told_from_today(days: int, words: str):
    today = dt.date(2026, 11, 20)

    assert relative(today + dt.timedelta(days), today) == words


@pytest.mark.parametrize(
    ("template", "printed"),
    [
        ("{{ money_ | amount }}", "−1,234.50"),
        ("{{ 5 | amount('JPY') }}", "5"),
        ("{{ 123450 | money('CNY') }}", "CNY\N{NO-BREAK SPACE}1,234.50"),
        ("{{ none | figure }}", '—<span class="visually-hidden">not known</span>'),
        ("{{ 1234 | figure }}", "1,234"),
        ("{{ '<b>' | figure }}", "&lt;b&gt;"),
        ("{{ day_ | dated }}", '<time datetime="2026-11-05">5 Nov 2026</time>'),
        ("{{ none | dated }}", "—"),
        ("{{ none | moment }}", "—"),
        ("{{ at | moment }}", "20 Nov 2026, 16:00"),
        ("{{ 'by <%(day)s>' | fill(day=day_ | dated) }}", "by &lt;<time datetime="),
        ("{{ 'clerk' | role }}", "AR clerk"),
        ("{{ yes_or_no(1) }}{{ yes_or_no(0) }}", "YesNo"),
    ],
)
def test_a_filter_prints(app: Flask, template: str, printed: str):
    values = {
        "money_": Money(-123450, "CNY"),
        "day_": dt.date(2026, 11, 5),
        "at": dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC),
    }
    with app.test_request_context("/"):
        assert render_template_string(template, **values).startswith(printed)


def test_a_forgotten_value_is_an_error(app: Flask):
    with app.test_request_context("/"), pytest.raises(UndefinedError):
        render_template_string("{{ nobody }}")
