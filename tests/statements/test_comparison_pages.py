"""The pages of a comparison as people use them without scripts; what they may not see is not there."""

import re

import pytest

from portal.people.commands import NewUser, create_user_with_password
from tests.page import Page
from tests.people.cast import PASSWORD, Browser
from tests.statements.own_ledgers import laid, planted_rows, right_rows
from tests.statements.stage import Stage

EVE = "eve@huadong.example"


@pytest.fixture
def path(stage: Stage) -> str:
    return f"/statements/{stage.ref}/comparison"


def figures(page: Page) -> list[int]:
    """The amounts of the bridge in minor units, down the page."""
    table = next(one for one in page.everything() if one.get("class") == "bridge")
    told = [cell.text for cell in table.all("td")]
    return [int(re.sub(r"[^\d−]", "", text).replace("−", "-")) for text in told]


def test_the_bridge_adds_up_on_the_page(stage: Stage, chen: Browser, path: str):
    laid(stage, planted_rows())
    *steps, ours = figures(chen.visit(path))

    assert sum(steps) == ours == stage.statement.closing_minor


def test_what_is_explained_is_said_in_words(stage: Stage, chen: Browser, path: str):
    laid(stage, planted_rows())

    assert "Nothing is left to explain." in chen.visit(path).text


def test_each_group_shows_both_sides_and_why(stage: Stage, chen: Browser, path: str):
    laid(stage, planted_rows())
    page = chen.visit(path)

    row = page.by_id("match-o2").text
    assert "8,419.00 (differs)" in row
    assert "8,000.00 (differs)" in row
    assert "The same number, another amount" in row
    assert "INV-2026-04104" in page.by_id("rows-ours").text
    assert "GR-77" in page.by_id("rows-yours").text


def test_what_is_the_same_is_asked_for(stage: Stage, chen: Browser, path: str):
    laid(stage, planted_rows())
    closed, opened = chen.visit(path), chen.visit(f"{path}?group=same")

    assert "INV-2026-04101" not in closed.text
    assert "INV-2026-04101" in opened.by_id("rows-same").text
    assert "INV-2026-04101" in chen.region(f"{path}?group=same", "same-rows").text


def test_a_decision_is_a_form(stage: Stage, chen: Browser, path: str):
    laid(stage, planted_rows())
    done = chen.fill(chen.visit(path), f"{path}/decision", ours="2", yours="3", word="timing")

    assert done.response.headers["Location"].endswith("#match-o2")
    assert "In transit" in chen.follow(done).by_id("match-o2").text


def test_one_click_answers_the_statement(stage: Stage, chen: Browser, path: str):
    laid(stage, planted_rows())
    done = chen.fill(chen.visit(path), f"{path}/application", missing="timing")
    page = chen.follow(done)

    assert page.response.request.path == f"/statements/{stage.ref}"
    assert "4 lines agreed, 3 differences named" in page.text
    assert (stage.ticks.answered, len(stage.ticks.differences)) == (6, 3)


def test_answers_that_were_left_alone_are_named(stage: Stage, chen: Browser, path: str):
    stage.agree(2)
    laid(stage, planted_rows())
    page = chen.follow(chen.fill(chen.visit(path), f"{path}/application"))

    assert "Answered otherwise by hand, and left so" in page.text
    assert "INV-2026-04102" in page.text


def test_rows_are_deleted_by_who_gave_them(stage: Stage, chen: Browser, path: str):
    laid(stage, planted_rows())
    page = chen.follow(chen.send(f"{path}/deletion"))

    assert "It had found 4 the same, 1 that differ" in page.text
    assert "GR-77" not in page.text


def test_an_answered_statement_shows_what_was_found_and_changes_nothing(
    stage: Stage, chen: Browser, path: str
):
    laid(stage, right_rows())
    stage.confirm()
    page = chen.visit(path)

    assert "Nothing can be changed here" in page.text
    assert f"{path}/application" not in page.source
    assert f"{path}/decision" not in page.source


def test_a_stranger_finds_nothing(stage: Stage, visitor: Browser, path: str):
    laid(stage, right_rows())
    with stage.installation.work() as w:
        stranger = NewUser(EVE, "Eve", PASSWORD, ("customer_accountant",), ("C2",))
        create_user_with_password(w, stranger)
    visitor.sign_in(EVE)

    visitor.visit(path, 404)


def test_a_viewer_sees_none_of_it(stage: Stage, visitor: Browser, path: str):
    laid(stage, right_rows())
    with stage.installation.work() as w:
        viewer = NewUser(EVE, "Eve", PASSWORD, ("customer_viewer",), ("C1",))
        create_user_with_password(w, viewer)
    visitor.sign_in(EVE)

    visitor.visit(path, 403)
    assert "Compare with my ledger" not in visitor.visit(f"/statements/{stage.ref}").links


def test_the_statement_leads_to_the_comparison(stage: Stage, chen: Browser, path: str):
    assert chen.visit(f"/statements/{stage.ref}").links["Compare with my ledger"] == path
