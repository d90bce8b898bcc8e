"""A statement of more than 200 lines comes in pages; answers, filters and files know all of it."""

import pytest

from portal.statements.commands import ReissueStatement, reissue_statement
from portal.statements.shown import PER_PAGE
from tests.ledgers import store
from tests.long_books import long_book
from tests.page import Page
from tests.people.cast import Browser
from tests.statements.stage import OCTOBER, Stage

ADDED = 350
LINES = ADDED + 6


@pytest.fixture
def long(stage: Stage) -> Stage:
    """The statement with six lines and 350 more."""
    store(stage.installation, long_book("C1", ADDED, OCTOBER, 1000))
    new_id = stage.cast.do(reissue_statement, ReissueStatement(stage.id, "All of October."))
    return Stage(stage.cast, new_id)


@pytest.fixture
def here(long: Stage) -> str:
    return f"/statements/{long.ref}"


def shown(page: Page) -> list[int]:
    """The numbers of the lines on a page."""
    ids = [each.get("id") for each in page.root.all("tbody", "tr")]
    return [int(each.removeprefix("line-")) for each in ids if each.startswith("line-")]


def pages_told(page: Page) -> str:
    return next(each.text for each in page.root.all("nav") if each.get("class") == "pagination")


def test_two_hundred_lines_are_a_page(chen: Browser, here: str):
    first, second = chen.visit(here), chen.visit(f"{here}?page=2")

    assert shown(first) == list(range(1, PER_PAGE + 1))
    assert shown(second) == list(range(PER_PAGE + 1, LINES + 1))
    assert f"Showing 1–{PER_PAGE} of {LINES}" in pages_told(first)


def test_each_page_begins_with_what_the_last_one_came_to(chen: Browser, here: str, long: Stage):
    carried = long.ticks.lines[PER_PAGE - 1].balance_minor
    first, second = chen.visit(here), chen.visit(f"{here}?page=2")

    assert "Carried forward" in second.by_id("statement").text
    assert f"{carried / 100:,.2f}" in second.by_id("statement").text
    assert "Closing balance" not in first.by_id("statement").text
    assert "Closing balance" in second.by_id("statement").text


def test_an_answer_on_the_second_page_leads_back_to_it(chen: Browser, here: str, long: Stage):
    page = chen.visit(f"{here}?page=2")
    action = next(
        form.get("action") for form in page.root.all("form") if "/lines/300?" in form.get("action")
    )
    answer = chen.fill(page, action, answer="agreed")

    assert answer.response.headers["Location"] == f"{here}?page=2#line-300"
    assert long.ticks.of(300).mark == "agree"


def test_a_panel_on_the_second_page_opens_there(chen: Browser, here: str):
    page = chen.visit(f"{here}?page=2&panel=300")

    assert any("/lines/300/difference" in form.get("action") for form in page.root.all("form"))


def test_what_is_sought_is_found_on_every_page(chen: Browser, here: str, long: Stage):
    last = long.ticks.lines[-1]

    assert shown(chen.visit(f"{here}?q={last.document}")) == [LINES]


def test_a_filter_is_cut_into_pages_of_its_own(chen: Browser, here: str, long: Stage):
    for seq in (1, 2, 300):
        long.agree(seq)
    page = chen.visit(f"{here}?show=open&page=2")

    assert shown(page) == [seq for seq in range(PER_PAGE + 3, LINES + 1) if seq != 300]
    assert f"of {LINES - 3}" in pages_told(page)


def test_to_agree_to_all_others_is_to_agree_on_all_pages(chen: Browser, here: str, long: Stage):
    long.differ(250)
    page = chen.visit(f"{here}?page=2")
    answer = chen.fill(page, f"{here}/agreement?page=2")

    assert answer.response.headers["Location"] == f"{here}?page=2"
    assert (long.ticks.agreed, long.ticks.answered) == (LINES - 1, LINES)


def test_the_list_as_a_file_has_every_line(chen: Browser, here: str, long: Stage):
    rows = chen.visit(f"{here}.csv").source

    assert all(line.document in rows for line in long.ticks.lines)


def test_behind_a_mails_link_the_pages_are_the_same(visitor: Browser, long: Stage):
    first, second = visitor.visit(long.link()), visitor.visit(f"{long.link()}?page=2")

    assert (len(shown(first)), len(shown(second))) == (PER_PAGE, LINES - PER_PAGE)
    assert "Next page" in pages_told(first)
    assert "Carried forward" in second.by_id("statement").text
    assert "Closing balance" not in first.by_id("statement").text


def test_the_walk_since_the_last_agreed_statement_sums_all_its_pages(chen: Browser, stage: Stage):
    stage.confirm()
    book = long_book("C1", ADDED, OCTOBER, 1000)
    store(stage.installation, book)
    new_id = stage.cast.do(reissue_statement, ReissueStatement(stage.id, "All of October."))
    path = f"/statements/{Stage(stage.cast, new_id).ref}/since"
    first, second = chen.visit(path), chen.visit(f"{path}?page=2")
    together = sum(entry.amount.minor for entry in book.entries)

    for page, rows in ((first, PER_PAGE), (second, ADDED - PER_PAGE)):
        table = page.by_id("since-lines")
        assert len(table.all("tr")) == rows + 2
        assert f"{ADDED} documents" in table.text
        assert f"{abs(together) / 100:,.2f}" in table.text
    assert f"Showing {PER_PAGE + 1}–{ADDED} of {ADDED}" in pages_told(second)


def test_a_page_of_the_walk_after_its_last_is_its_last(chen: Browser, stage: Stage):
    stage.confirm()
    store(stage.installation, long_book("C1", ADDED, OCTOBER, 1000))
    new_id = stage.cast.do(reissue_statement, ReissueStatement(stage.id, "All of October."))
    page = chen.visit(f"/statements/{Stage(stage.cast, new_id).ref}/since?page=9")

    assert "Showing 201–350 of 350" in pages_told(page)
