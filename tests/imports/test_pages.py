"""The import page, without script: upload, say what is what, check, import, correct."""

import io

import pytest
from flask import Flask
from sqlalchemy import text

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.imports import commands
from portal.worker import REGISTRY
from tests.kept import app_over
from tests.page import Page
from tests.people.cast import CHEN, LI, Browser, Cast, cast_into

FILE = "No,Customer,Date,Amount\nI1,C1,5.1.2026,100.00\nI2,C9,6.1.2026,7.00\nI3,C2,7.1.2026,x\n"


@pytest.fixture
def cast(installation: Installation) -> Cast:
    return cast_into(installation)


@pytest.fixture
def app(cast: Cast) -> Flask:
    return app_over(cast.installation)


@pytest.fixture
def li(app: Flask, cast: Cast) -> Browser:
    browser = Browser(app)
    browser.sign_in_fully(LI, cast)
    return browser


def upload(
    browser: Browser, content: str | bytes, name: str, kind: str = "", status: int = 303
) -> Page:
    page = browser.visit("/desk/imports/new")
    raw = content.encode() if isinstance(content, str) else content
    fields = page.form("/desk/imports/new") | {"kind": kind, "file": (io.BytesIO(raw), name)}
    return browser.look(browser.client.post("/desk/imports/new", data=fields), status)


def where(page: Page) -> str:
    return page.response.headers["Location"].removeprefix("http://localhost")


MAPPED = {
    "map_invoice_id": "No",
    "map_customer_id": "Customer",
    "map_invoice_date": "Date",
    "map_amount": "Amount",
    "currency_code": "CNY",
    "date_format": "dmy",
}


def test_a_foreign_file_is_mapped_checked_and_imported(li: Browser, cast: Cast):
    here = where(upload(li, FILE, "ledger.csv", "invoices"))
    page = li.visit(here)
    assert "Not checked yet" in page.text

    li.fill(page, f"{here}/check", **MAPPED, on_error="skip")
    page = li.visit(here)
    assert "Import 1 row" in page.text
    assert "The customer C9 is not known." in page.text
    assert "This is not an amount." in page.text

    li.fill(page, f"{here}/import")
    assert "What was imported" in li.visit(here).text
    with cast.installation.reading(SYSTEM) as r:
        assert r.session.execute(text("select number from entry")).scalars().all() == ["I1"]


def test_nothing_is_imported_from_a_file_with_bad_rows(li: Browser):
    here = where(upload(li, FILE, "ledger.csv", "invoices"))
    li.fill(li.visit(here), f"{here}/check", **MAPPED)
    page = li.visit(here)

    assert "Import 0" not in page.text
    assert "2 problems" in page.text


def test_the_annotated_file_has_a_column_of_problems(li: Browser):
    here = where(upload(li, FILE, "账本.csv", "invoices"))
    li.fill(li.visit(here), f"{here}/check", **MAPPED)
    answer = li.client.get(f"{here}/problems.csv")

    assert answer.text.splitlines()[0].endswith("Amount,Problem")
    assert "The customer C9 is not known." in answer.text.splitlines()[2]
    assert "%E8%B4%A6" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("content", "name"),
    [("", "a.csv"), ("x", "a.pdf"), (b"PK\x03\x04", "a.csv"), ("a,b", "a.xlsx"), ("a", "../..")],
)
def test_what_is_no_table_is_not_kept(li: Browser, content: str | bytes, name: str):
    page = upload(li, content, name, status=422)

    assert "There is a problem" in page.text


def test_the_list_shows_who_imported_what(li: Browser):
    upload(li, FILE, "ledger.csv", "invoices")
    page = li.visit("/desk/imports")

    assert "ledger.csv" in page.links
    assert "Li Na" in page.text


def test_a_large_file_is_left_to_a_worker(li: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(commands, "SMALL", 1)
    here = where(upload(li, "customer_id\nN1\n", "customers.csv"))
    li.fill(li.visit(here), f"{here}/check")
    assert "The file is being read." in li.visit(here).text

    REGISTRY.tasks["import"](cast.installation, {"run_id": 1})
    assert "Import 1 row" in li.visit(here).text


def test_it_is_imported_once(li: Browser):
    here = where(upload(li, "customer_id\nN1\n", "customers.csv"))
    li.fill(li.visit(here), f"{here}/check")
    page = li.visit(here)
    li.fill(page, f"{here}/import")
    li.fill(page, f"{here}/import")

    assert "This import is going on or done already." in li.visit(here).text


def test_a_file_that_cannot_be_read_says_so(li: Browser):
    here = where(upload(li, b"customer_id\n\xff\xff\n", "customers.csv"))

    assert "neither UTF-8 nor GB18030" in li.visit(here).text


def test_customers_people_see_none_of_it(app: Flask):
    chen = Browser(app)
    chen.sign_in(CHEN)

    for path in ("/desk/imports", "/desk/imports/new", "/desk/imports/im_0000000000000"):
        assert chen.client.get(path).status_code == 404
