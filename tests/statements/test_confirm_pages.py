"""The way through the pages, from the mail's link or signed in, without script."""

import io

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.core.confirmation import Result
from portal.people.commands import AnswerChallenge
from portal.statements.commands import ReissueStatement, reissue_statement
from portal.statements.signing import pages_signing
from portal.tables.statements import Confirmation
from tests.people.cast import ADA, CHEN, PASSWORD, WANG, Browser
from tests.statements.stage import Stage


@pytest.fixture
def here(stage: Stage) -> str:
    return f"/statements/{stage.ref}"


def signed(browser: Browser, stage: Stage, here: str, status: int = 303, **fields: str):
    """Review and confirm, with the code of the mail."""
    page = browser.follow(browser.send(f"{here}/confirmation/code"))
    given = {"code": stage.cast.code(CHEN), "is_authorised": "y"} | fields
    return browser.fill(page, f"{here}/confirmation", status, **given)


def test_the_list_shows_the_statement(chen: Browser, here: str):
    page = chen.visit("/statements")

    assert page.links["October 2026"] == here
    assert "Waiting for you" in page.text


def test_the_list_is_narrowed_by_year_and_state(chen: Browser):
    assert "No statement for this filter" in chen.visit("/statements?year=2025").text
    assert "No statement for this filter" in chen.visit("/statements?state=refused").text
    assert "October 2026" in chen.visit("/statements?year=2026&state=waiting").text


def test_the_statement_shows_every_line_and_the_balance(chen: Browser, here: str, stage: Stage):
    text = chen.visit(here).text

    assert "177,748.56" in text
    assert all(line.document in text for line in stage.ticks.lines)


def test_a_tick_leads_back_to_its_line_with_the_filter_kept(chen: Browser, here: str, stage: Stage):
    page = chen.visit(f"{here}?show=open&q=INV")
    action = next(
        form.get("action") for form in page.root.all("form") if "/lines/1?" in form.get("action")
    )
    answer = chen.fill(page, action, answer="agreed")

    assert answer.response.headers["Location"] == f"{here}?show=open&q=INV#line-1"
    assert stage.ticks.agreed == 1


def test_a_difference_is_said_in_its_panel(chen: Browser, here: str, stage: Stage):
    page = chen.follow(chen.send(f"{here}/lines/2?version=0", data={"answer": "differs"}))
    action = f"{here}/lines/2/difference?version=0"
    chen.fill(page, action, reason="wrong_amount", own_amount="８，０００", note="")

    assert stage.ticks.difference_minor == -419_00
    assert "−419.00" in chen.visit(f"{here}/differences").text


def test_a_panel_says_what_is_wrong_and_keeps_what_was_typed(chen: Browser, here: str):
    action = f"{here}/lines/2/difference?version=0"
    page = chen.send(action, 422, data={"reason": "wrong_amount", "own_amount": "12,5x"})

    assert "12,5x" in [one.get("value") for one in page.root.all("input")]


def test_a_stale_tick_is_told(chen: Browser, here: str, stage: Stage):
    stage.agree(1, email=WANG)
    page = chen.send(f"{here}/lines/1?version=0", data={"answer": "open"})

    assert "Somebody answered this line a moment ago" in chen.follow(page).text


def test_htmx_gets_the_line_the_bar_and_a_word(chen: Browser, here: str):
    page = chen.client.post(
        f"{here}/lines/1?version=0",
        data={"csrf_token": chen.token(), "answer": "agreed"},
        headers={
            "HX-Request": "true",
            "HX-Request-Type": "partial",
            "HX-Target": "tbody#line-1",
        },
    )

    assert page.status_code == 200
    assert page.text.lstrip().startswith("<tbody")
    assert 'id="bar"' in page.text
    assert "agreed. 5 left" in page.text


def test_agreeing_to_all_others(chen: Browser, here: str, stage: Stage):
    chen.send(f"{here}/agreement")

    assert stage.ticks.agreed == 6


def test_receipt_alone(chen: Browser, here: str, stage: Stage):
    chen.send(f"{here}/acknowledgement")

    assert "Receipt acknowledged" in chen.visit(here).text
    assert stage.statement.state == "viewed"


def test_opening_is_a_trace(chen: Browser, here: str, stage: Stage):
    chen.visit(here)

    assert stage.statement.state == "viewed"


def test_the_button_names_the_sum(chen: Browser, here: str):
    page = chen.follow(chen.send(f"{here}/confirmation/code"))

    assert page.by_id("sign").inside[0].text == "Confirm CNY 177,748.56"
    assert "c…n@huadong.example" in page.text


def test_signing_and_the_certificate(chen: Browser, here: str, stage: Stage):
    page = chen.follow(signed(chen, stage, here))

    assert "Confirmed" in page.text
    assert stage.statement.state == "confirmed"
    certificate = chen.client.get(f"{here}/certificate.pdf")
    assert certificate.data.startswith(b"%PDF-1.7")
    assert "Valid" in chen.visit(chen.visit(f"{here}/certificate").links["Public check page"]).text


def test_a_wrong_code_is_counted_and_told(chen: Browser, here: str, stage: Stage):
    page = signed(chen, stage, here, 422, code="000000")

    assert stage.statement.state in {"issued", "viewed"}
    assert page.by_id("code").get("aria-invalid") == "true"


def test_a_forgotten_box_costs_no_code(chen: Browser, here: str, stage: Stage):
    page = chen.follow(chen.send(f"{here}/confirmation/code"))
    code = stage.cast.code(CHEN)
    fields = page.form(f"{here}/confirmation") | {"code": code}
    again = chen.look(chen.client.post(f"{here}/confirmation", data=fields), 422)
    chen.fill(again, f"{here}/confirmation", code=code, is_authorised="y")

    assert stage.statement.state == "confirmed"


def test_a_double_click_signs_once(chen: Browser, here: str, stage: Stage):
    page = chen.follow(chen.send(f"{here}/confirmation/code"))
    fields = page.form(f"{here}/confirmation")
    fields |= {"code": stage.cast.code(CHEN), "is_authorised": "y"}
    answers = [chen.client.post(f"{here}/confirmation", data=fields) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]


def test_the_slower_of_two_clicks_arrives_too(
    chen: Browser, here: str, stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    """The quicker one uses the code up between the slower one's checks and its code."""
    fields = chen.follow(chen.send(f"{here}/confirmation/code")).form(f"{here}/confirmation")
    fields |= {"code": stage.cast.code(CHEN), "is_authorised": "y"}
    clicks: list[int] = []

    def overtaken(*typed: object) -> AnswerChallenge:
        monkeypatch.setattr(pages_signing, "AnswerChallenge", AnswerChallenge)
        clicks.append(chen.client.post(f"{here}/confirmation", data=fields).status_code)
        return AnswerChallenge(*typed)

    monkeypatch.setattr(pages_signing, "AnswerChallenge", overtaken)
    clicks.append(chen.client.post(f"{here}/confirmation", data=fields).status_code)

    assert clicks == [303, 303]


def test_a_statement_replaced_meanwhile_is_a_conflict(chen: Browser, here: str, stage: Stage):
    page = chen.follow(chen.send(f"{here}/confirmation/code"))
    with stage.installation.work(SYSTEM) as w:
        reissue_statement(w, ReissueStatement(stage.id))
    fields = {"code": stage.cast.code(CHEN), "is_authorised": "y"}
    told = chen.fill(page, f"{here}/confirmation", 409, **fields)

    assert "replaced by a corrected version" in told.text


# ── By the link of the mail ──────────────────────────────────────────────────


def test_the_link_shows_the_statement_any_number_of_times(visitor: Browser, stage: Stage):
    for _ in range(5):
        page = visitor.visit(stage.link())
        visitor.client.head(stage.link())

    assert "177,748.56" in page.text
    assert stage.statement.state == "issued"
    assert visitor.cookie is None


def test_three_steps_from_the_mail(visitor: Browser, stage: Stage):
    link = stage.link()
    visitor.visit(link)
    review = visitor.follow(visitor.send(f"{link}/review"))
    fields = {"code": stage.cast.code(CHEN), "is_authorised": "y"}
    page = visitor.follow(visitor.fill(review, f"{link}/confirmation", **fields))

    assert stage.statement.state == "confirmed"
    assert "Download the certificate" in page.text
    assert visitor.cookie


def test_the_link_of_who_cannot_sign_only_shows(visitor: Browser, stage: Stage):
    link = stage.link(WANG)

    assert "Review and confirm" not in visitor.visit(link).text
    visitor.send(f"{link}/review", 404)


def test_a_made_up_link_is_gone(visitor: Browser, stage: Stage):
    visitor.visit("/s/st_0000.us_0000.abc", 410)
    visitor.visit(stage.link(ADA), 404)


def test_a_link_runs_out_a_month_after_the_deadline(visitor: Browser, stage: Stage):
    link = stage.link()
    stage.cast.at(60 * 24 * 60)

    visitor.visit(link, 410)


def test_the_link_leads_into_a_live_session(chen: Browser, stage: Stage, here: str):
    assert chen.visit(stage.link(), 303).response.headers["Location"] == here


# ── Strangers, files, checks ─────────────────────────────────────────────────


@pytest.mark.parametrize(
    "path", ["", ".pdf", ".csv", ".xlsx", "/differences", "/certificate", "/certificate.pdf"]
)
def test_another_customers_person_finds_nothing(visitor: Browser, here: str, path: str):
    visitor.sign_in(ADA)
    visitor.visit(f"{here}{path}", 404)


@pytest.mark.parametrize(
    "path",
    [
        *("/lines/1", "/lines/1/difference", "/agreement"),
        *("/acknowledgement", "/confirmation", "/confirmation/code"),
    ],
)
def test_a_viewer_changes_nothing(visitor: Browser, here: str, path: str):
    visitor.sign_in(ADA)
    answer = visitor.client.post(f"{here}{path}", data={"csrf_token": visitor.token()})

    assert answer.status_code in {403, 404}


def test_an_accountant_is_told_who_can_sign(visitor: Browser, here: str):
    visitor.sign_in(WANG, PASSWORD)

    assert "Chen Wei can confirm this." in visitor.visit(here).text


def test_files_say_what_the_page_says(chen: Browser, here: str, stage: Stage):
    stage.differ(2, own=8_000_00)
    sheet = chen.client.get(f"{here}.csv").data.decode("utf-8-sig")

    assert "INV-2026-04102" in sheet
    assert ",Differs,Wrong amount,8000.00,see our books" in sheet
    assert chen.client.get(f"{here}.xlsx").data.startswith(b"PK")
    assert chen.client.get(f"{here}.pdf").data.startswith(b"%PDF-1.7")


def test_a_certificate_is_checked_by_its_file(visitor: Browser, stage: Stage, app):
    stage.confirm()
    chen = Browser(app, but={"links"})
    chen.sign_in(CHEN)
    pdf = chen.client.get(f"/statements/{stage.ref}/certificate.pdf").data
    changed = bytes([*pdf[:3000], pdf[3000] ^ 1, *pdf[3001:]])

    assert "This file is ours, and unchanged" in upload(visitor, pdf)
    assert "Do not rely on this file" in upload(visitor, changed)
    assert "Do not rely on this file" in upload(visitor, b"%PDF-1.7 made up")


def upload(visitor: Browser, pdf: bytes) -> str:
    data = {"file": (io.BytesIO(pdf), "certificate.pdf")}
    return visitor.send("/verify", 200, data=data).text


def test_a_certificate_is_found_by_its_code_and_names_nobody(visitor: Browser, stage: Stage):
    stage.confirm(Result.CONFIRMED)
    with stage.installation.reading(SYSTEM) as r:
        code = r.session.scalar(select(Confirmation.verify_code))
    text = visitor.follow(visitor.visit(f"/verify?code={code.lower()}", 303)).text

    assert "Valid" in text
    assert "Huadong" not in text
    assert "Chen" not in text
    assert "177,748.56" not in text


def test_a_code_that_is_nobodys_is_not_found(visitor: Browser):
    visitor.visit("/verify/0000-0000-0000-0000", 404)


def test_a_replaced_statements_certificate_says_so(visitor: Browser, stage: Stage):
    stage.confirm()
    with stage.installation.work(SYSTEM) as w:
        reissue_statement(w, ReissueStatement(stage.id))
        code = w.session.scalar(select(Confirmation.verify_code))

    assert "Replaced" in visitor.visit(f"/verify/{code}").text
