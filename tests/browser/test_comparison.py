"""A ledger of 500 rows becomes a fully answered statement, in clicks counted (UX 3, 4)."""

import datetime as dt
import io
import re

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from portal.base.access import SYSTEM
from portal.core.ledger import Book, Entry, Kind, Part
from portal.core.money import Money
from portal.core.period import Month
from portal.people.commands import NewUser, create_user_with_password
from portal.statements.issuing.run import IssueStatements, issue_statements
from tests.browser.axe import violations
from tests.browser.company import Portal
from tests.browser.person import Person
from tests.ledgers import store

LINES = 500
MONTHS = (Month(2026, 9), Month(2026, 10))
CODES = {"utf-8": "UTFEIGHT", "gb18030": "GUOBIAO", "xlsx": "WORKBOOK"}
TITLES = ["日期", "单据号", "摘要", "借方", "贷方"]


def amount(number: int) -> int:
    return -(1_000_00 + number) if number % 5 == 0 else 200_00 + 7 * number


def name(month: Month, number: int) -> str:
    return f"{'PZ' if amount(number) < 0 else 'FP'}-{month.month:02}{number:04}"


def book(code: str, first_id: int) -> Book:
    """500 documents in each of two months."""
    entries, parts = [], []
    for at, (month, number) in enumerate((m, n) for m in MONTHS for n in range(1, LINES + 1)):
        minor, day = amount(number), month.first_on + dt.timedelta(days=number % 28)
        kind = Kind.INVOICE if minor > 0 else Kind.PAYMENT
        money, label = Money(minor, "CNY"), name(month, number)
        entries.append(Entry(first_id + at, code, kind, f"{code}-{label}", day, money, ""))
        if minor > 0:
            parts.append(Part(first_id + at, 1, day + dt.timedelta(days=30), money))
    return Book(tuple(entries), tuple(parts))


def rows(code: str, month: Month) -> list[list[str]]:
    """The month in the customer's own books: a payable, one amount wrong, one line missing."""
    found = []
    for number in range(1, LINES + 1):
        if number == 17:
            continue
        minor = amount(number) + (10_00 if number == 18 else 0)
        major = f"{abs(minor) // 100}.{abs(minor) % 100:02}"
        day = month.first_on + dt.timedelta(days=number % 28)
        sides = ["", major] if minor > 0 else [major, ""]
        found.append([day.isoformat(), f"{code}-{name(month, number)}", "采购", *sides])
    return [*found, [month.last_on.isoformat(), f"TH-{month.month}", "退货", "88.00", ""]]


def ledger(code: str, form: str, month: Month) -> bytes:
    table = [TITLES, *rows(code, month)]
    if form != "xlsx":
        return "\r\n".join(",".join(cells) for cells in table).encode(form)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("往来")
        for line, cells in enumerate(table):
            sheet.write_row(line, 0, cells)
    return out.getvalue()


@pytest.fixture(scope="module")
def busy(portal: Portal) -> Portal:
    """Three customers with two statements of 500 lines each, and somebody to answer them."""
    for at, code in enumerate(CODES.values()):
        store(portal.installation, book(code, 900_000 + 10_000 * at))
        with portal.installation.work() as w:
            email, password = f"zhang@{code.lower()}.example", "seven small teapots"
            roles = ("customer_accountant",)
            create_user_with_password(w, NewUser(email, "Zhang", password, roles, (code,)))
    for month in MONTHS:
        command = IssueStatements(month, tuple(CODES.values()))
        issue_statements(lambda: portal.installation.work(SYSTEM), command)
    return portal


def give(person: Person, file_name: str, content: bytes) -> None:
    """Chooses the file; it is sent by that alone."""
    with person.page.expect_file_chooser() as chooser:
        person.click(person.page.locator("input[type=file]"))
    file = {"name": file_name, "mimeType": "application/octet-stream", "buffer": content}
    with person.page.expect_navigation():
        chooser.value.set_files([file])  # type: ignore[list-item]


def figures(page: Page) -> list[int]:
    """The bridge down the page, in minor units."""
    told = page.locator(".bridge td").all_inner_texts()
    return [int(re.sub(r"[^\d−]", "", text).replace("−", "-")) for text in told]


def at_result(page: Page, portal: Portal, form: str) -> None:
    """Somebody looks at October's result; the ledger is given where nobody did yet."""
    code = CODES[form]
    portal.sign_in(page, f"zhang@{code.lower()}.example")
    page.goto(f"{portal.url}{portal.path(portal.statement(code))}/comparison")
    if not page.locator(".bridge").count():
        give(Person(page), "own.csv", ledger(code, form, MONTHS[1]))
    if page.url.endswith("/mapping"):
        page.get_by_role("button", name="Compare").click()
    expect(page.locator(".bridge")).to_be_visible()


def is_answered(portal: Portal, code: str, month: Month) -> bool:
    statement = portal.statement(code, month.last_on.isoformat())
    return portal.count("answer", statement_id=statement.id) == LINES


@pytest.mark.parametrize("form", list(CODES))
def test_a_ledger_of_500_rows_answers_the_statement(busy: Portal, browser_page: Page, form: str):
    """UX 3: at most four clicks the first month, two the second. UX 4: the bridge ends at 0.00."""
    page, code = browser_page, CODES[form]
    busy.sign_in(page, f"zhang@{code.lower()}.example")
    taken = []
    for month in MONTHS:
        statement = busy.statement(code, month.last_on.isoformat())
        page.goto(f"{busy.url}{busy.path(statement)}/comparison")
        person = Person(page)
        give(person, f"own.{'xlsx' if form == 'xlsx' else 'csv'}", ledger(code, form, month))
        if page.url.endswith("/mapping"):
            assert violations(page) == []
            person.click(page.get_by_role("button", name="Compare"))
        expect(page.locator(".bridge")).to_contain_text("Nothing is left to explain.")
        assert violations(page) == []
        *steps, ours = figures(page)
        assert sum(steps) == ours == statement.closing_minor
        person.click(page.get_by_role("button", name="Apply to the statement"))
        expect(page.locator("main h1")).to_contain_text("Statement")
        assert is_answered(busy, code, month)
        taken.append(person.clicks)

    assert (taken[0] <= 4, taken[1] <= 2) == (True, True), taken


def test_rows_are_decided_on_with_the_keyboard_alone(busy: Portal, browser_page: Page):
    """Enter and Space on a row's buttons; the focus stays in sight, what is the same opens."""
    page = browser_page
    at_result(page, busy, "gb18030")
    person = Person(page)
    row = page.locator("#rows-differs tbody tr").first
    person.tab_to(row.get_by_role("button", name=re.compile("In transit")))
    page.keyboard.press("Space")
    expect(row).to_contain_text("In transit")
    person.tab_to(row.get_by_role("button", name=re.compile("Take back")))
    page.keyboard.press("Enter")
    expect(row.get_by_role("button", name=re.compile("Take back"))).to_have_count(0)
    person.tab_to(page.locator("#same-rows summary"))
    page.keyboard.press("Enter")

    expect(page.locator("#rows-same")).to_be_visible()
    assert person.trouble == []


def test_a_phone_stacks_the_pairs(busy: Portal, phone_page: Page):
    page = phone_page
    at_result(page, busy, "gb18030")
    row = page.locator("#rows-differs tbody tr").first
    ours, yours = (row.locator("td").nth(at).bounding_box() for at in (0, 2))

    assert ours is not None
    assert yours is not None
    assert yours["y"] > ours["y"]
    outside = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(outside) == 0
    assert violations(page) == []


def test_it_goes_without_scripts_too(busy: Portal, plain_page: Page):
    page, code = plain_page, CODES["utf-8"]
    busy.sign_in(page, f"zhang@{code.lower()}.example")
    statement = busy.statement(code, MONTHS[1].last_on.isoformat())
    page.goto(f"{busy.url}{busy.path(statement)}/comparison")
    if page.locator(".disclosure", has_text="About your file").count():
        page.get_by_text("About your file").click()
    content = ledger(code, "gb18030", MONTHS[1])
    file = {"name": "own.csv", "mimeType": "text/csv", "buffer": content}
    page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
    page.get_by_role("button", name=re.compile("^Compare")).click()
    if page.url.endswith("/mapping"):
        page.get_by_role("button", name="Compare").click()

    expect(page.locator(".bridge")).to_contain_text("Nothing is left to explain.")
    assert page.locator("#rows-differs tbody tr").count() == 1
