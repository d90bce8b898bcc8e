"""The desk page of a statement, the list of what waits, and several new versions at once."""

import datetime as dt

import pytest
from sqlalchemy import select

from portal.base import formats
from portal.base.access import SYSTEM
from portal.core.confirmation import Result
from portal.core.ledger import Book, Entry, Kind, Part
from portal.core.money import Money
from portal.tables.statements import Statement
from tests.desk import DeskBrowser, rows_of
from tests.ledgers import store
from tests.people.cast import CHEN, Browser
from tests.statements.stage import Stage


@pytest.fixture
def clerk(app, stage: Stage) -> DeskBrowser:
    return DeskBrowser(app, stage.installation, "clerk")


@pytest.fixture
def differing(stage: Stage) -> Stage:
    stage.agree(1)
    stage.differ(2)
    stage.confirm(Result.CONFIRMED_WITH_DIFFERENCES)
    return stage


def came_late(stage: Stage, number: int = 50) -> None:
    amount = Money(700_00, "CNY")
    entry = Entry(number, "C1", Kind.INVOICE, f"LATE-{number}", dt.date(2026, 10, 20), amount)
    store(stage.installation, Book((entry,), (Part(number, 1, dt.date(2026, 12, 1), amount),)))


def money(minor: int) -> str:
    return formats.money(Money(minor, "CNY")).replace("\xa0", " ")


def newest(stage: Stage) -> Stage:
    with stage.installation.reading(SYSTEM) as r:
        found = r.session.scalars(select(Statement.id).order_by(Statement.version.desc())).first()
    assert found
    return Stage(stage.cast, found)


def test_the_claim_stands_beside_our_record(clerk: DeskBrowser, differing: Stage):
    page = clerk.visit(f"/desk/statements/{differing.ref}")

    assert "see our books" in page.text
    assert "100.00" in page.by_id("line-2-table").text
    assert "8,419.00" in page.by_id("line-2-table").text
    assert "-8,319.00" in page.by_id("line-2-table").text.replace("−", "-")


def test_an_answer_is_given_and_the_round_asked_for(clerk: DeskBrowser, differing: Stage):
    path = f"/desk/statements/{differing.ref}"
    given = {
        "line-2-decision": "accept",
        "line-2-cause": "returns",
        "line-2-answer": "We credit it.",
    }
    page = clerk.fill(clerk.visit(path), f"{path}/resolutions/line-2", **given)
    page = clerk.follow(page)
    assert "We credit it." in page.text
    assert f"Send version 2 for sign-off, {money(177_748_56)}" in page.text
    shown = clerk.follow(clerk.fill(page, f"{path}/sign-off"))

    assert "A round for sign-off." in shown.text
    assert newest(differing).statement.version == 2


def test_what_is_missing_is_told_at_its_field(clerk: DeskBrowser, differing: Stage):
    path = f"/desk/statements/{differing.ref}"
    page = clerk.fill(clerk.visit(path), f"{path}/resolutions/line-2", 422)

    assert "Choose what we decide." in page.by_id("error-summary").text
    assert "Write what the customer is to read." in page.by_id("error-summary").text


def test_the_customer_reads_our_answer_on_the_line_of_the_new_version(
    clerk: DeskBrowser, visitor: Browser, differing: Stage
):
    path = f"/desk/statements/{differing.ref}"
    given = {
        "line-2-decision": "reject",
        "line-2-cause": "their_error",
        "line-2-answer": "Paid by you on 9 October.",
    }
    page = clerk.follow(clerk.fill(clerk.visit(path), f"{path}/resolutions/line-2", **given))
    clerk.fill(page, f"{path}/sign-off")
    visitor.sign_in(CHEN)
    shown = visitor.visit(f"/statements/{newest(differing).ref}")

    assert "Our answer: Not accepted. Paid by you on 9 October." in shown.by_id("line-2").text
    assert "What you had agreed to stays agreed" in shown.text


@pytest.mark.usefixtures("differing")
def test_all_that_waits_stands_in_one_list(clerk: DeskBrowser):
    page = clerk.visit("/desk/differences")
    [row] = rows_of(page, "unsettled")

    assert "Wrong amount: see our books" in row
    assert row[-1] == money(-8_319_00)
    assert "No difference matches" in clerk.visit("/desk/differences?reason=timing").text


def test_a_new_version_is_previewed_with_its_numbers_in_the_button(
    clerk: DeskBrowser, stage: Stage
):
    came_late(stage)
    path = f"/desk/statements/{stage.ref}"
    page = clerk.visit(path)
    assert "LATE-50" in page.by_id("posted-since").text
    assert f"Issue version 2 with 1 document more, {money(178_448_56)}" in page.text
    refused = clerk.fill(page, f"{path}/reissue", 422)
    assert "the customer reads it" in refused.by_id("error-summary").text
    clerk.fill(page, f"{path}/reissue", reason="An invoice was missing.")

    assert newest(stage).statement.closing_minor == 178_448_56


def test_several_are_issued_again_after_a_review(clerk: DeskBrowser, stage: Stage):
    came_late(stage)
    assert "LATE" not in clerk.visit("/desk/reissues").text
    page = clerk.visit(f"/desk/reissues?chosen={stage.ref}")
    assert "Issue 1 statement with 1 document more again" in page.text
    told = clerk.follow(clerk.fill(page, "/desk/reissues", reason="Late post."))

    assert "1 statement has a new version." in told.text
    assert "Nothing came late" in told.text
    assert newest(stage).statement.version == 2


def test_who_may_not_settle_sees_no_form(app, differing: Stage):
    sales = DeskBrowser(app, differing.installation, "auditor")
    page = sales.visit(f"/desk/statements/{differing.ref}")

    assert "What the customer reads" not in page.text
    path = f"/desk/statements/{differing.ref}/resolutions/line-2"
    sales.send(path, 403, data={"csrf_token": sales.token()})


def test_a_customer_has_no_way_to_the_desk(visitor: Browser, differing: Stage):
    visitor.sign_in(CHEN)
    for path in ("differences", f"statements/{differing.ref}", "reissues"):
        visitor.visit(f"/desk/{path}", 404)
