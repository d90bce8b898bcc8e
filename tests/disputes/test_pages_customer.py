"""Disputes as customers meet them: raised with everything filled in, followed, talked about."""

import io
import re
import subprocess

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.tables.disputes import Attachment, Dispute, DisputedPart, DisputeMessage
from portal.tables.statements import Statement
from tests.buyer import Buyer, invoice_path, ref_of
from tests.desk import Office, foot_of, rows_of

PDF = b"%PDF-1.7\n1 0 obj\n"
TYPED = {"input", "textarea", "select"}


def new_path(office: Office, number: str, more: str = "") -> str:
    return f"/disputes/new?invoice={ref_of(office, number)}{more}"


def raised(chen: Buyer, office: Office, number: str = "INV-2", **fields: object) -> str:
    """The path of a dispute that was just raised."""
    path = new_path(office, number)
    page = chen.fill(chen.visit(path), path, reason="price", said="Price of the offer", **fields)
    return page.response.headers["Location"].partition("#")[0]


def kept(office: Office, table: type) -> list:
    with office.installation.reading(SYSTEM) as r:
        return list(r.session.scalars(select(table).order_by(table.id)))


def test_everything_but_the_reason_is_filled_in(chen: Buyer, office: Office):
    path = new_path(office, "INV-2")

    assert chen.visit(path).form(path) | {"csrf_token": ""} == {
        "csrf_token": "",
        "reason": "",
        "amount": "250.00",
        "said": "",
        "files": "",
    }


def test_a_new_dispute_is_received_and_says_when_it_is_answered(chen: Buyer, office: Office):
    page = chen.visit(raised(chen, office))

    assert re.fullmatch(r"Dispute DSP-\d+", page.heading)
    assert "4 Dec 2026" in page.text
    assert "Price of the offer" in page.text


def test_what_is_disputed_is_not_chased_and_the_rest_stays_due(chen: Buyer, office: Office):
    page = chen.visit(raised(chen, office, amount="100"))

    assert "CNY 100.00 is held back; the rest of CNY 150.00 stays due." in page.text


def test_a_part_of_what_is_open_is_marked_from_today(chen: Buyer, office: Office):
    raised(chen, office, amount="100")
    mark = kept(office, DisputedPart)[-1]

    assert (mark.amount_minor, mark.from_on.isoformat(), mark.ended_on) == (
        10000,
        "2026-11-20",
        None,
    )


def test_more_than_is_open_is_refused_and_what_was_typed_stays(chen: Buyer, office: Office):
    path = new_path(office, "INV-2")
    page = chen.fill(chen.visit(path), path, 422, reason="price", amount="250.01", said="Too much")

    assert "At most CNY 250.00 can be disputed here" in page.text
    assert page.form(path)["said"] == "Too much"
    assert page.form(path)["reason"] == "price"


def test_what_is_disputed_already_is_refused(chen: Buyer, office: Office):
    path = new_path(office, "INV-1")
    page = chen.fill(chen.visit(path), path, 422, reason="price", amount="10")

    assert "All that is open of it is disputed already" in page.text


def test_a_second_dispute_takes_only_what_is_left(chen: Buyer, office: Office):
    raised(chen, office, amount="100")

    assert (
        chen.visit(new_path(office, "INV-2")).form(new_path(office, "INV-2"))["amount"] == "150.00"
    )


def test_another_reason_needs_words(chen: Buyer, office: Office):
    path = new_path(office, "INV-2")
    page = chen.fill(chen.visit(path), path, 422, reason="other")

    assert "Say in a sentence what is wrong." in page.text


def test_two_clicks_raise_one_dispute(chen: Buyer, office: Office):
    assert raised(chen, office, amount="100") == raised(chen, office, amount="100")
    assert len(kept(office, Dispute)) == 1


def test_a_dispute_about_nothing_is_not_found(chen: Buyer):
    chen.visit("/disputes/new", 404)


def test_the_list_shows_disputes_the_newest_first_with_their_sum(chen: Buyer, office: Office):
    first, second = raised(chen, office, amount="100"), raised(chen, office, "INV-4", amount="40")
    page = chen.visit("/disputes")

    assert first != second
    assert [row[1] for row in rows_of(page, "disputes")] == ["INV-4", "INV-2"]
    assert foot_of(page, "disputes") == [["2 disputes together", "140.00"]]


@pytest.mark.parametrize(
    ("query", "count"),
    [("state=open", 1), ("state=closed", 0), ("q=inv-2", 1), ("q=dsp-", 1), ("q=nothing", 0)],
)
def test_the_list_is_narrowed(chen: Buyer, office: Office, query: str, count: int):
    raised(chen, office)
    page = chen.visit(f"/disputes?{query}")

    assert page.source.count("Another price than agreed") == count


def test_the_list_is_a_file_too(chen: Buyer, office: Office):
    raised(chen, office)
    body = chen.visit("/disputes.csv").source

    assert "INV-2" in body
    assert "250.00" in body


def test_who_has_none_reads_how_to_raise_one(chen: Buyer):
    assert "Raise one from any invoice" in chen.visit("/disputes").text


def test_the_list_takes_no_more_questions_for_more_rows(chen: Buyer, office: Office):
    raised(chen, office, amount="1")
    few = chen.count_statements("/disputes")
    for amount in ("2", "3", "4", "5"):
        raised(chen, office, amount=amount)

    assert chen.count_statements("/disputes") == few <= 12


# ── Talk ─────────────────────────────────────────────────────────────────────


def test_a_message_stands_in_the_talk(chen: Buyer, office: Office):
    path = raised(chen, office)
    page = chen.fill(chen.visit(path), f"{path}/messages", body="See page 2\nof the offer")

    assert "See page 2 of the offer" in chen.visit(path).text
    assert page.response.headers["Location"].endswith("#talk")


def test_an_empty_message_is_refused(chen: Buyer, office: Office):
    path = raised(chen, office)
    page = chen.fill(chen.visit(path), f"{path}/messages", 422, body="  ")

    assert "Write something, or choose a file." in page.text


def test_two_clicks_send_one_message(chen: Buyer, office: Office):
    path = raised(chen, office)
    for _click in range(2):
        chen.fill(chen.visit(path), f"{path}/messages", body="Once")

    assert len(kept(office, DisputeMessage)) == 1


# ── Taking back, opening again ───────────────────────────────────────────────


def test_a_withdrawn_dispute_holds_nothing_back(chen: Buyer, office: Office):
    path = raised(chen, office)
    chen.fill(chen.visit(path), f"{path}/withdrawal")
    page = chen.visit(path)

    assert "Nothing is held back: CNY 250.00 is due." in page.text
    assert kept(office, DisputedPart)[-1].ended_on.isoformat() == "2026-11-20"


def test_a_dispute_without_an_answer_is_not_opened_again(chen: Buyer, office: Office):
    path = raised(chen, office)
    page = chen.send(f"{path}/reopening", 409, data={"body": "Why"})

    assert "Look at it again." in page.text


# ── Files ────────────────────────────────────────────────────────────────────


def upload(name: str, content: bytes = PDF) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def fetched(chen: Buyer, path: str, name: str):
    return chen.client.get(chen.visit(path).links[name])


def test_a_file_comes_back_as_a_download_that_nothing_runs_in(chen: Buyer, office: Office):
    path = raised(chen, office, files=upload("报价单 2026.pdf"))
    answer = fetched(chen, path, "报价单 2026.pdf")

    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].endswith("sandbox")


def test_a_file_that_is_not_what_its_name_says_is_refused(chen: Buyer, office: Office):
    path = new_path(office, "INV-2")
    page = chen.fill(
        chen.visit(path), path, 422, reason="quality", said="Scratches", files=upload("a.png")
    )

    assert "a.png is not the kind of file that its name says" in page.text
    assert page.form(path)["said"] == "Scratches"
    assert kept(office, Dispute) == []


def test_a_file_may_go_with_a_message_without_words(chen: Buyer, office: Office):
    path = raised(chen, office)
    chen.fill(chen.visit(path), f"{path}/messages", body="", files=upload("photo.pdf"))

    assert kept(office, Attachment)[0].message_id == kept(office, DisputeMessage)[0].id


def test_another_customer_finds_neither_dispute_nor_file(chen: Buyer, office: Office):
    path = raised(chen, office, files=upload("offer.pdf"))
    file = chen.visit(path).links["offer.pdf"]
    stranger = Buyer(office, "BERGMANN")

    for found in (path, file, new_path(office, "INV-2")):
        stranger.visit(found, 404)
    for act in ("messages", "withdrawal", "reopening"):
        stranger.send(f"{path}/{act}", 404, data={"body": "Mine"})


def test_who_only_looks_raises_nothing(office: Office):
    viewer = Buyer(office, "HUADONG", role="customer_viewer")

    viewer.visit(new_path(office, "INV-2"), 403)


# ── Two balances everywhere ──────────────────────────────────────────────────


def test_the_invoice_says_what_is_disputed_and_what_stays_due(chen: Buyer, office: Office):
    path = raised(chen, office, amount="100")
    page = chen.visit(invoice_path(office, "INV-2"))

    assert "the rest of CNY 150.00 stays due" in page.text
    assert page.links["DSP-1"] == path
    assert page.links["Dispute"] == new_path(office, "INV-2")


def test_what_is_wholly_disputed_is_not_offered_again(chen: Buyer, office: Office):
    assert "Dispute" not in chen.visit(invoice_path(office, "INV-1")).links


def test_the_first_page_says_what_is_disputed_and_what_stays_due(chen: Buyer, office: Office):
    raised(chen, office, amount="100")

    assert "the rest of CNY 190.00 stays due" in chen.visit("/").text


def test_the_list_of_invoices_says_what_is_disputed_of_one(chen: Buyer, office: Office):
    raised(chen, office, amount="100")

    assert "100.00 disputed" in rows_of(chen.visit("/invoices?q=inv-2"), "invoices")[0][-2]


def test_a_line_of_an_answered_statement_can_be_disputed(chen: Buyer, office: Office):
    office.issue()
    office.change("HUADONG", "confirmed")
    with office.installation.reading(SYSTEM) as r:
        [statement] = r.session.scalars(select(Statement).where(Statement.number.contains("HUA")))
        ref = r.refs.of("st", statement.id)
    links = chen.visit(f"/statements/{ref}").root.all("a")
    path = next(one.get("href") for one in links if one.text == "Dispute INV-2")
    page = chen.fill(chen.visit(path), path, reason="price", said="Price of the offer")

    assert "INV-2" in chen.follow(page).text
    assert kept(office, Dispute)[0].origin == path.rpartition("line=")[2].join(["line-", ""])


def test_a_whole_statement_is_disputed_without_an_amount(chen: Buyer, office: Office):
    office.issue()
    with office.installation.reading(SYSTEM) as r:
        [statement] = r.session.scalars(select(Statement).where(Statement.number.contains("HUA")))
        path = f"/disputes/new?statement={r.refs.of('st', statement.id)}"
    page = chen.fill(chen.visit(path), path, reason="other", said="Not our account")

    assert "Not our account" in chen.follow(page).text
    assert (kept(office, Dispute)[0].origin, kept(office, Dispute)[0].amount_minor) == ("whole", 0)


# ── On paper ─────────────────────────────────────────────────────────────────


def test_the_dossier_holds_the_talk_and_both_balances(chen: Buyer, office: Office):
    path = raised(chen, office, amount="100", files=upload("报价单.pdf"))
    chen.fill(chen.visit(path), f"{path}/messages", body="第2页写明单价为90元。")
    body = chen.client.get(f"{path}.pdf").data
    read = ["pdftotext", "-layout", "-", "-"]
    text = subprocess.run(read, input=body, capture_output=True, check=True).stdout.decode()

    for said in ("DSP-1", "Price of the offer", "第2页写明单价为90元。", "报价单.pdf", "150.00"):
        assert said in text
