"""The annotated file comes back mended, and other small things that go wrong with files."""

import io

import pytest
from sqlalchemy import text

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from tests.desk import DeskBrowser, Office
from tests.imports.conftest import INVOICE_HEAD, PAYMENT_HEAD, Desk
from tests.kept import app_over
from tests.page import Page

BAD = {100 + 270 * turn: turn for turn in range(37)}


def row(number: int, *, is_bad: bool = False) -> str:
    amount = f"{number}.5x" if is_bad else f"{number}.50"
    return f"INV-{number},C{number % 40:02},CNY,2026-10-05,2026-11-05,{amount}"


@pytest.fixture
def clerk(installation: Installation) -> DeskBrowser:
    return Office(installation, app_over(installation)).enter("clerk")


def upload(browser: DeskBrowser, content: str, name: str) -> str:
    """Where the page of the upload is."""
    page = browser.visit("/desk/imports/new")
    fields = page.form("/desk/imports/new") | {
        "kind": "",
        "file": (io.BytesIO(content.encode()), name),
    }
    sent = browser.look(browser.client.post("/desk/imports/new", data=fields), 303)
    return str(sent.response.headers["Location"]).removeprefix("http://localhost")


def check(browser: DeskBrowser, here: str, **fields: str) -> Page:
    browser.fill(browser.visit(here), f"{here}/check", creates_customers="y", **fields)
    return browser.visit(here)


def test_ten_thousand_rows_with_37_bad_ones_are_mended(
    clerk: DeskBrowser, installation: Installation, monkeypatch: pytest.MonkeyPatch
):
    """UX 39: the report lists the 37 with row, column and remedy; the mended file adds them."""
    monkeypatch.setattr("portal.imports.commands.SMALL", 10_000_000)
    lines = [INVOICE_HEAD, *(row(n, is_bad=n in BAD) for n in range(1, 10_001))]
    here = upload(clerk, "\n".join(lines), "invoices.csv")
    page = check(clerk, here, on_error="skip")
    told = [cells for cells in _rows(page) if cells[3] == "This is not an amount."]
    assert [(int(cells[0].replace(",", "")), cells[1]) for cells in told] == [
        (n + 1, "amount") for n in sorted(BAD)
    ]
    assert all(cells[4].startswith("Write a plain number") for cells in told)
    clerk.fill(page, f"{here}/import")

    annotated = clerk.client.get(f"{here}/problems.csv").text
    assert annotated.count("This is not an amount.") == 37
    again = upload(clerk, annotated.replace(".5x", ".50"), "invoices-problems (1).csv")
    page = check(clerk, again, on_error="stop")
    assert "Import 37 rows" in page.text
    assert "Columns that stay out" not in page.text
    clerk.fill(page, f"{again}/import")

    with installation.reading(SYSTEM) as r:
        count, total = r.session.execute(
            text("select count(*), sum(amount_minor) from entry")
        ).one()
    assert (count, total) == (10_000, sum(n * 100 + 50 for n in range(1, 10_001)))


def _rows(page: Page) -> list[list[str]]:
    body = next(one for one in page.by_id("rejects").all("tbody"))
    return [[cell.text for cell in one.all("td")] for one in body.all("tr")]


def test_an_import_is_taken_back_on_its_page(clerk: DeskBrowser, installation: Installation):
    here = upload(clerk, f"{INVOICE_HEAD}\n{row(1)}\n", "invoices.csv")
    clerk.fill(check(clerk, here), f"{here}/import")
    clerk.fill(clerk.visit(here), f"{here}/undo")
    page = clerk.visit(here)

    assert "This import was taken back" in page.text
    assert "Take the import back" not in page.text
    assert "Taken back" in clerk.visit("/desk/imports").text
    with installation.reading(SYSTEM) as r:
        assert r.session.execute(text("select count(*) from entry")).scalar_one() == 0


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_file_parted_otherwise_is_read(quick_desk: Desk, mark: str):
    lines = (INVOICE_HEAD, "I1,C,CNY,2026-10-05,2026-11-05,100.00")
    report = quick_desk.takes("invoices.csv", *(line.replace(",", mark) for line in lines))

    assert (quick_desk.counts(report), report.rejects) == ((1, 0, 0, 0), [])


@pytest.mark.parametrize(
    ("column", "value", "remedy"),
    [
        ("email", "nobody", "Write one address, such as name@example.com."),
        ("language", "klingon", "Write one of: en, zh-CN; or leave it empty."),
        ("country", "a@b", "Write its two letters, for example CN, or its name."),
        ("country", "12", "Write its two letters, for example CN, or its name."),
    ],
)
def test_a_customer_is_checked(quick_desk: Desk, column: str, value: str, remedy: str):
    report = quick_desk.takes("customers.csv", f"customer_id,{column}", f"N,{value}")

    assert [(told.column, told.remedy) for told in report.rejects] == [(column, remedy)]


def test_relatives_of_our_languages_are_ours(quick_desk: Desk):
    lines = ("customer_id,language,country", "A,zh,CN", "B,en_GB,391", "E,ZH-TW,Deutschland")
    quick_desk.takes("customers.csv", *lines)
    told = quick_desk.ask("select code, language from customer where language is not null")

    assert sorted(told) == [("A", "zh-CN"), ("B", "en"), ("E", "zh-CN")]
    again = quick_desk.takes("customers.csv", *lines)
    assert quick_desk.counts(again) == (0, 3, 0, 0)


APPLIED = "credit_id,invoice_id,amount,allocated_on,ended_on"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            "P1,I1,60.00,2026-10-20,2026-10-28",
            "The application of P1 to I1 ended on 2026-10-25 already.",
        ),
        (
            "P1,I1,61.00,2026-10-20,2026-10-25",
            "P1 is applied to I1 from that day already, with 60.00.",
        ),
    ],
)
def test_an_application_that_stands_otherwise_is_told(quick_desk: Desk, line: str, says: str):
    quick_desk.takes("invoices.csv", INVOICE_HEAD, "I1,C,CNY,2026-10-05,2026-11-05,100.00")
    quick_desk.takes("payments.csv", PAYMENT_HEAD, "P1,C,2026-10-20,60.00,CNY,I1")
    quick_desk.takes("allocations.csv", APPLIED, "P1,I1,60.00,2026-10-20,2026-10-25")
    report = quick_desk.takes("allocations.csv", APPLIED, line)

    assert [told.problem for told in report.rejects] == [says]
