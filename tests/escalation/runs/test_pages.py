"""Runs of the ladders on the desk, without script."""

import pytest

from tests.desk import DeskBrowser, rows_of
from tests.escalation.runs.conftest import House
from tests.page import Page

INDEX = "/desk/dunning-runs"


@pytest.fixture
def held(quick: House) -> House:
    quick.mailing()
    quick.daily()
    return quick


def path_of(house: House) -> str:
    with house.installation.reading(house.lead) as r:
        return f"{INDEX}/{r.refs.of('lr', house.run().id)}"


def buttons(page: Page) -> list[str]:
    return [one.text for one in page.root.all("button")]


def test_before_anything_was_run_todays_run_can_be_asked_for(lead: DeskBrowser):
    page = lead.visit(INDEX)
    assert "Nothing was run yet" in page.text

    answer = lead.send(INDEX)

    page = lead.follow(answer)
    assert page.heading == "Ladder run of 20 Nov 2026"
    assert "Somebody asked to look at it first." in page.text
    assert "Look at today's run" not in buttons(lead.visit(INDEX))


def test_a_held_run_says_what_its_button_does(held: House, lead: DeskBrowser):
    page = lead.visit(path_of(held))

    assert "Send 2 messages to 2 customers" in buttons(page)
    assert "It is the first run ever" in page.text
    assert rows_of(page, "heads") == [["mail", "2 e-mails", "2", "CNY 40.00 EUR 80.00"]]


def test_approved_with_the_numbers_of_the_button_it_goes(held: House, lead: DeskBrowser):
    path = path_of(held)
    lead.fill(lead.visit(path), f"{path}/approval")
    held.works()
    held.mails()
    page = lead.visit(path)

    assert "The collections_lead" in page.text
    assert [row[:4] for row in rows_of(page, "done")] == [
        ["Bergmann Antriebe", "mail", "E-mail", "done"],
        ["Huadong Trading", "mail", "E-mail", "done"],
    ]
    assert "Sent" in rows_of(page, "done")[0][4]


def test_a_button_that_names_other_numbers_is_refused_with_the_new_ones(
    held: House, lead: DeskBrowser
):
    path = path_of(held)
    page = lead.fill(lead.visit(path), f"{path}/approval", 409, steps="3", customers="3")

    assert "it would be 2 steps to 2 customers now, not 3 to 3" in page.text
    assert "Send 2 messages to 2 customers" in buttons(page)
    assert held.run().state == "held"


def test_rows_are_left_out_with_a_reason_and_taken_in_again(held: House, lead: DeskBrowser):
    path = path_of(held)
    page = lead.visit(path)
    chosen = next(one.get("value") for one in page.root.all("input") if one.get("name") == "chosen")
    lead.fill(page, f"{path}/exclusions", chosen=chosen, reason="They pay on Monday")
    assert "Send 1 message to 1 customer" in buttons(lead.visit(path))

    excluded = lead.visit(f"{path}?show=excluded")
    assert "They pay on Monday" in rows_of(excluded, "left-out")[0]
    lead.fill(excluded, f"{path}/inclusions", chosen=chosen)

    assert "Send 2 messages to 2 customers" in buttons(lead.visit(path))


def test_leaving_out_without_a_reason_is_told_beside_the_field(held: House, lead: DeskBrowser):
    path = path_of(held)

    page = lead.fill(lead.visit(path), f"{path}/exclusions", 422, reason="")

    assert "Write why these are left out" in page.text


def test_each_row_opens_its_message_as_it_will_leave(held: House, lead: DeskBrowser):
    page = lead.visit(path_of(held))
    letters = [url for text, url in page.links.items() if text.startswith("Open Bergmann")]

    page = lead.visit(letters[0])

    assert "bergmann@example.com" in page.text
    assert "INV-3" in page.text
    assert "EUR 80.00" in page.text


def test_a_letter_opens_as_its_pdf(quick: House, lead: DeskBrowser):
    quick.writing()
    quick.daily()
    page = lead.visit(path_of(quick))
    letter = next(url for text, url in page.links.items() if text.startswith("Open Bergmann"))
    pdf = lead.visit(letter).links["Open the letter (PDF)"]

    answer = lead.client.get(pdf)

    assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")


def test_a_call_opens_as_what_somebody_will_do(quick: House, lead: DeskBrowser):
    quick.daily()
    page = lead.visit(path_of(quick))
    call = next(url for text, url in page.links.items() if "call" in text and "Open" in text)

    assert "a task for Sales owner" in lead.visit(call).text


def test_what_is_no_row_of_the_run_is_not_found(held: House, lead: DeskBrowser):
    path = path_of(held)

    for row in ("", "nonsense", "cu-x/EUR/mail"):
        assert lead.visit(f"{path}/letter?row={row}", 404).status == 404
    assert lead.visit(f"{INDEX}/nothing", 404).status == 404


def test_what_was_paid_since_stands_under_changed(held: House, lead: DeskBrowser):
    held.bergmann_pays()
    page = lead.visit(f"{path_of(held)}?show=changed")

    assert rows_of(page, "changed")[0][:2] == ["Bergmann Antriebe", "falls away"]
    assert "Send 1 message to 1 customer" in buttons(page)


def test_who_is_left_out_says_why(held: House, lead: DeskBrowser):
    page = lead.visit(f"{path_of(held)}?show=excluded")

    assert rows_of(page, "excluded") == [["Huadong Trading", "INV-1", "disputed", "CNY 70.00"]]


def test_pause_and_go_on_stand_on_the_page(held: House, lead: DeskBrowser):
    path = path_of(held)
    lead.fill(lead.visit(path), f"{path}/approval")
    held.works()
    lead.send(f"{path}/pause")
    page = lead.visit(path)
    assert "Go on" in buttons(page)
    assert "The messages that have not left yet wait" in page.text

    lead.send(f"{path}/resumption")
    held.mails()

    assert "Done" in lead.visit(path).text
    assert lead.send(f"{path}/pause", 409).status == 409


def test_failures_are_listed_and_tried_again(held: House, lead: DeskBrowser):
    path = path_of(held)
    lead.fill(lead.visit(path), f"{path}/approval")
    held.works()
    held.fail()
    page = lead.visit(f"{path}?show=failed")
    assert len(rows_of(page, "failures")) == 2
    assert "Partly failed" in page.text

    lead.send(f"{path}/retries")
    held.mails()

    assert [row[1] for row in held.notices()] == ["sent", "sent"]


def test_the_first_page_has_a_duty_for_a_run_that_waits(held: House, lead: DeskBrowser):
    assert path_of(held)
    page = lead.visit("/desk")

    assert "Look at 1 run of the ladders before it goes" in page.text
