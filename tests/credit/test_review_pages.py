"""Reviews, signals and visits at the desk, without script: seen, previewed, decided, refused."""

import datetime as dt
import re

import pytest

from portal.base.access import SYSTEM
from portal.credit.facts import NoteFact, note_fact
from portal.credit.grades import grade_of
from portal.credit.scores.daily import rescore
from tests.credit.reviewing import TODAY, customer_id_of
from tests.desk import DeskBrowser, Office, rows_of
from tests.page import Page

INDEX = "/desk/credit/reviews"


@pytest.fixture
def manager(office: Office) -> DeskBrowser:
    return office.enter("credit_manager")


@pytest.fixture
def huadong(office: Office) -> str:
    """Where the review of Huadong is."""
    return f"{INDEX}/{office.customer_path('HUADONG').rpartition('/')[2]}"


def grade(office: Office) -> str:
    with office.installation.reading(SYSTEM) as r:
        found = grade_of(r, customer_id_of(office.installation, "HUADONG"), TODAY)
        return found.grade if found else ""


def score(page: Page) -> str:
    return page.by_id("score-preview").text


# ── Reviews ──────────────────────────────────────────────────────────────────


def test_the_list_shows_who_presses_and_all_on_demand(office: Office, manager: DeskBrowser):
    rescore(office.installation, TODAY)

    [row] = rows_of(manager.visit(INDEX), "reviews")
    assert row[0].startswith("Zhiyuan Automation")
    assert row[2] == "New customer, before the first deal"
    assert len(rows_of(manager.visit(f"{INDEX}?standing=all"), "reviews")) == 3
    [found] = rows_of(manager.visit(f"{INDEX}?standing=all&q=berg"), "reviews")
    assert found[0].startswith("Bergmann Antriebe")
    assert "No customer matches" in manager.visit(f"{INDEX}?standing=overdue&q=nobody").text


def test_the_scorecard_tells_each_factor_and_what_is_unknown(manager: DeskBrowser, huadong: str):
    rows = rows_of(manager.visit(huadong), "factor-table")

    assert len(rows) == 15
    assert rows[0][0].startswith("Days late on average")
    assert rows[2][1].startswith("—")
    assert rows[2][5] == "No promise is over"


def test_a_preview_changes_nothing(office: Office, manager: DeskBrowser, huadong: str):
    page = manager.visit(huadong)
    sent = page.form(huadong) | {"reputation": "90"}
    shown = manager.look(manager.client.post(f"{huadong}/preview", data=sent), 200)

    assert "Reputation: 90 → 90 points" in score(shown)
    assert score(manager.visit(huadong)) == score(page)
    assert grade(office) == ""


def test_a_review_is_saved_and_stands_in_the_history(
    office: Office, manager: DeskBrowser, huadong: str
):
    told = {"note": "Its shop is full.", "reputation": "80", "reputation_note": "asked around"}
    page = manager.follow(manager.fill(manager.visit(huadong), huadong, **told))

    assert "The review is saved." in page.text
    assert grade(office) == "D"
    history = manager.visit(f"{huadong}/history")
    [review] = rows_of(history, "past")
    assert review[1:4] == ["Grade kept", "Its shop is full.", "The credit_manager"]
    assert [row[0] for row in rows_of(history, "grades")] == ["D"]
    changes = {row[0]: row[1:] for row in rows_of(history, "changes")}
    assert changes["Open"] == ["CNY 360.00", "CNY 360.00"]
    assert changes["Danger signals"] == ["0", "0"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"note": ""}, "Write what you found"),
        ({"reputation": "much"}, "much is no number"),
        ({"reputation": "101"}, "Enter a number from 0 to 100."),
        ({"debt_ratio": "50", "debt_ratio_on": "2027-01-01"}, "cannot lie in the future"),
        ({"effective_on": "2026-11-01"}, "Choose today or a later day"),
        ({"next_due_on": "2030-01-01"}, "at most two years on"),
    ],
)
def test_what_makes_no_sense_is_said_and_loses_nothing(
    office: Office, manager: DeskBrowser, huadong: str, typed: dict, sentence: str
):
    told = {"note": "Its shop is full.", "market": "70"} | typed
    page = manager.fill(manager.visit(huadong), huadong, 422, **told)

    assert sentence in page.text
    assert 'value="70"' in page.response.text
    assert grade(office) == ""


def test_stale_figures_are_asked_about(office: Office, manager: DeskBrowser, huadong: str):
    with office.installation.work(SYSTEM) as w:
        customer_id = customer_id_of(office.installation, "HUADONG")
        note_fact(w, NoteFact(customer_id, "debt_ratio", "55", dt.date(2025, 1, 31)))
    told = {"note": "Its shop is full."}
    page = manager.fill(manager.visit(huadong), huadong, 422, **told)
    assert "These figures are too old to decide on: Debts of assets." in page.text

    manager.fill(page, huadong, leave_out="y", **told)

    assert grade(office) == "D"


def test_two_reviewers_at_once_decide_once(manager: DeskBrowser, huadong: str):
    seen = manager.visit(huadong)
    manager.fill(manager.visit(huadong), huadong, note="First.")
    page = manager.fill(seen, huadong, 409, note="Second.")

    assert "Nothing was saved" in page.text
    manager.fill(page, huadong, note="Second, having seen the first.")
    assert len(rows_of(manager.visit(f"{huadong}/history"), "past")) == 2


def test_a_stop_leads_to_the_freeze(manager: DeskBrowser, huadong: str):
    page = manager.fill(manager.visit(huadong), huadong, note="Gone.", decision="stop")

    assert page.response.headers["Location"].endswith("/standing")


def test_who_only_sees_has_no_fields(office: Office, huadong: str):
    clerk = office.enter("clerk")
    page = clerk.visit(huadong)

    assert "Save the review" not in page.text
    assert clerk.client.post(huadong).status_code in {400, 403}


def test_a_grade_against_the_score_is_proposed_and_withdrawn(manager: DeskBrowser, huadong: str):
    told = {"grade": "B", "until_on": "2027-01-31", "reason": "Its parent vouches."}
    bad = manager.fill(manager.visit(huadong), f"{huadong}/grade", 422, **(told | {"reason": ""}))
    assert "Write why this grade is right" in bad.text
    page = manager.follow(manager.fill(manager.visit(huadong), f"{huadong}/grade", **told))

    assert "proposes grade B until 31 Jan 2027" in page.text
    withdrawal = re.search(r"/desk/credit/reviews/grades/\w+/withdrawal", page.response.text)
    assert withdrawal
    override = withdrawal[0].removesuffix("/withdrawal")
    assert manager.client.get(override).headers["Location"] == f"{huadong}/history"
    page = manager.follow(manager.fill(page, withdrawal[0]))
    assert "proposes grade" not in page.text


def test_the_scorecard_in_force_stands_on_its_page(manager: DeskBrowser):
    rows = rows_of(manager.visit("/desk/credit/scorecards"), "card")

    assert rows[0][2] == "up to 0: 100, up to 7: 80, up to 30: 40, up to 60: 0"
    assert len(rows) == 15


# ── Signals and visits ───────────────────────────────────────────────────────


def test_a_signal_is_noted_and_cleared(office: Office, manager: DeskBrowser):
    path = office.customer_path("HUADONG", "/signals")
    bad = manager.fill(manager.visit(path), path, 422, signal="sued")
    assert "Write what you saw or heard" in bad.text
    told = {"signal": "sued", "note": "In Suzhou."}
    page = manager.follow(manager.fill(manager.visit(path), path, **told))
    [row] = rows_of(page, "signals")
    assert row[:2] == ["Is sued by others", "In Suzhou."]
    clearing = re.search(r"/desk/signals/\w+/clearing", page.response.text)
    assert clearing

    assert "Write why it is no danger" in manager.fill(page, clearing[0], 422).text
    page = manager.follow(manager.fill(page, clearing[0], clear_note="Settled."))

    [row] = rows_of(page, "signals")
    assert "Settled." in row[3]


def test_a_visit_is_noted(office: Office, manager: DeskBrowser):
    path = office.customer_path("HUADONG", "/visits")
    bad = manager.fill(manager.visit(path), path, 422, met="Mr Chen")
    assert "Write what the customer plans to pay" in bad.text
    assert 'value="Mr Chen"' in bad.response.text
    page = manager.follow(manager.fill(bad, path, business="Two new shops"))

    [row] = rows_of(page, "visits")
    assert row[2:5] == ["Mr Chen", "", "Two new shops"]
