"""Ladders on the desk, without script: in force, drafted, looked at, approved by another."""

from portal.escalation.ladders import preview
from tests.desk import DeskBrowser, Office, rows_of
from tests.page import Page

INDEX = "/desk/policies"
EDIT = f"{INDEX}/1/versions/0/edit"


def pressed(browser: DeskBrowser, path: str, status: int = 200, **fields: str) -> Page:
    """What the editor answers to a button, with everything else as it stood."""
    data = browser.visit(path).form(path) | fields
    return browser.look(browser.client.post(path, data=data), status)


def kept(browser: DeskBrowser, path: str = EDIT, **fields: str) -> str:
    """The address of the draft that is kept."""
    told = {"reason": "They pay late.", "l-min_gap_days": "3"} | fields
    data = browser.visit(path).form(path) | told
    answer = browser.client.post(path, data=data)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def errors(page: Page, field: str) -> list[str]:
    """What is told beside a field."""
    found = [one for one in page.everything() if one.get("id").startswith(f"{field}-error")]
    return [one.text.removeprefix("Error: ") for one in found]


def named_steps(page: Page) -> list[str]:
    return [
        one.get("value") for one in page.root.all("input") if one.get("name").endswith("-name")
    ][1:]


def test_what_is_in_force_stands_on_the_index(lead):
    page = lead.visit(INDEX)

    assert rows_of(page, "ladders")[0][:5] == ["standard", "Everybody", "", "2", "4"]
    assert rows_of(page, "versions-table")[0][:3] == ["As shipped", "the beginning", "standard"]
    assert "Nothing odd" in page.text


def test_a_ladder_shows_its_steps_in_words(lead):
    page = lead.visit(f"{INDEX}/1/versions/0")

    assert "Days overdue 1 to 7 sms: Text message, Polite · The portal itself" in page.text
    assert "a second person approves it first · grade Legal" in page.text


def test_a_ladder_that_is_not_there_is_not_found(lead):
    for path in (f"{INDEX}/9/versions/0", f"{INDEX}/1/versions/9", f"{INDEX}/0/versions/0"):
        assert lead.visit(path, 404).status == 404


def test_a_step_moves_by_plain_buttons(lead):
    moved = pressed(lead, EDIT, do="down:0")
    added = pressed(lead, EDIT, do="add:1")
    fewer = pressed(lead, EDIT, do="remove:3")

    assert named_steps(moved) == ["call", "sms", "letter", "legal"]
    assert named_steps(added) == ["sms", "call", "", "letter", "legal"]
    assert named_steps(fewer) == ["sms", "call", "letter"]


def test_moving_keeps_what_was_typed(lead):
    page = pressed(lead, EDIT, do="down:0", reason="Why not", **{"s0-fee": "EUR 5.00"})

    assert page.form(EDIT)["s1-fee"] == "EUR 5.00"
    assert page.form(EDIT)["reason"] == "Why not"


def test_a_button_with_nonsense_does_nothing(lead):
    for do in ("up:0", "down:99", "burn:1", "up:x", "add:9999999999"):
        assert len(named_steps(pressed(lead, EDIT, do=do))) in {4, 5}


def test_a_choice_that_was_never_offered_is_refused(lead):
    odd = {"s0-strength": "rude", "s0-channel": "pigeon"}

    assert "pigeon" in pressed(lead, EDIT, do="add:1", **odd).source
    pressed(lead, EDIT, 422, reason="Why", **odd)


def test_what_does_not_fit_together_stands_at_its_step(lead):
    page = pressed(lead, EDIT, 422, reason="Why", **{"s1-days": "0", "s2-until_days": "3"})

    assert errors(page, "s1-days")[0].startswith("This step is reached on day 0, before the one")
    assert errors(page, "s2-until_days") == [
        "This step is reached on day 16. Let its last day be that day or a later one."
    ]


def test_a_step_without_a_name_is_refused_at_its_field(lead):
    page = pressed(lead, EDIT, 422, reason="Why", **{"s0-name": ""})

    assert errors(page, "s0-name") == ["This cannot be empty. Write something."]


def test_what_is_kept_is_a_draft_with_its_difference(lead):
    page = lead.visit(kept(lead))

    assert page.heading == "Ladders from 20 Nov 2026 on"
    assert rows_of(page, "differences")[0][1:] == ["min_gap_days = 2", "min_gap_days = 3"]
    assert rows_of(lead.visit(INDEX), "drafts-table")[0][1:3] == ["Draft", "They pay late."]


def test_a_draft_is_edited_again(lead):
    draft = kept(lead)
    again = kept(lead, f"{draft}/ladders/1", **{"l-min_gap_days": "5"})

    assert again == draft
    assert rows_of(lead.visit(draft), "differences")[0][2] == "min_gap_days = 5"


def test_who_looked_at_an_older_draft_is_told_so(lead):
    path = f"{kept(lead)}/ladders/1"
    data = lead.visit(path).form(path)
    kept(lead, path, **{"l-min_gap_days": "5"})

    page = lead.look(lead.client.post(path, data=data | {"l-min_gap_days": "7"}), 409)

    assert "changed" in page.text


def test_a_second_ladder_is_written_and_put_first(lead):
    path = f"{INDEX}/2/versions/0/edit"
    step = {"s0-name": "mail", "s0-trigger": "due", "s0-days": "1", "s0-channel": "email"}
    more = {"s0-strength": "polite", "s0-responsible": "system", "s0-raises_grade_to": ""}
    told = {"l-name": "dealers", "l-customer_type": "dealer", "steps": "1", **step, **more}
    draft = kept(lead, path, **told)
    assert "This ladder is never used: “standard” stands before it" in lead.visit(draft).text

    lead.send(f"{draft}/order", data={"do": "up:2"})
    page = lead.visit(draft)

    assert "never used" not in page.text
    assert page.by_id("ladder-1").text == "dealers"


def test_the_last_ladder_stays(lead):
    draft = kept(lead)

    assert "only ladder" in lead.send(f"{draft}/order", 422, data={"do": "remove:1"}).text


def test_a_preset_becomes_a_draft(lead):
    path = f"{INDEX}/presets/twelve_steps"
    draft = kept(lead, path)

    assert "twelve steps" in lead.visit(draft).text


def test_what_is_in_force_already_is_no_draft(lead):
    page = pressed(lead, f"{INDEX}/presets/four_stages", 422, reason="Why")

    assert "This is how it is already." in page.text


def test_the_lead_drafts_and_another_approves(lead, manager):
    """S-142, S-180, S-184."""
    draft = kept(lead)
    lead.send(f"{draft}/request")
    request = lead.visit(draft).links["See the request"]
    assert (
        "You had a hand in this" in lead.visit(request).text or "role" in lead.visit(request).text
    )

    manager.send(f"{request}/approval")

    assert rows_of(lead.visit(INDEX), "ladders")[0][3] == "3"
    assert rows_of(lead.visit(INDEX), "versions-table")[0][1] == "20 Nov 2026"


def test_a_draft_that_is_taken_back_is_none_any_more(lead):
    draft = kept(lead)
    lead.send(f"{draft}/withdrawal")

    assert "Taken back" in lead.visit(draft).text
    assert lead.visit(f"{draft}/ladders/1", 404).status == 404


def test_who_may_not_write_ladders_reads_them(office: Office):
    clerk = office.enter("clerk")

    assert "Edit" not in clerk.visit(INDEX).links
    assert clerk.visit(EDIT, 403).status == 403


def test_the_lead_of_collections_writes_no_terms(lead):
    assert lead.visit("/desk/terms/new", 403).status == 403


def test_tomorrow_says_whom_how_and_to_where(lead):
    page = lead.visit(f"{INDEX}/1/versions/0/preview?on=2026-11-21")

    assert page.heading == "What will happen to whom on 21 Nov 2026"
    assert [row[:5] for row in rows_of(page, "ahead")] == [
        ["Bergmann Antriebe", "INV-3 12 days", "call", "Call", "Sales owner"],
        [
            "Huadong Trading",
            "INV-4 143 days",
            "legal needs approval",
            "Legal action",
            "Legal officer",
        ],
    ]


def test_the_draft_says_what_it_does_otherwise(lead):
    draft = kept(lead, **{"s2-days": "14", "s1-until_days": "13"})
    page = lead.visit(f"{draft}/preview")

    assert "ladders in force" in page.text


def test_in_a_large_house_one_customer_of_several_is_looked_at(lead, monkeypatch):
    monkeypatch.setattr(preview, "MOST_CUSTOMERS", 2)
    page = lead.visit(f"{INDEX}/1/versions/0/preview?on=2026-11-21")

    assert "this looks at one customer in 2, the run looks at all" in page.text
    assert len(rows_of(page, "ahead")) == 1
