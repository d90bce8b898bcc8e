"""The pages of a comparison, without scripts; what people may not see is not there."""

import datetime as dt
import io
import re
from dataclasses import replace
from random import Random

import pikepdf
import pytest

from portal.core.comparison import OwnRow
from portal.people.commands import NewUser, create_user_with_password
from tests.page import Page
from tests.people.cast import PASSWORD, Browser
from tests.statements.own_ledgers import as_csv, laid, planted_rows, right_rows
from tests.statements.stage import Stage
from tests.walls.test_statement_counts import asked

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


def slipped(seed: int) -> list[OwnRow]:
    """The right rows with slips at random: left out, doubled, other amounts, days and numbers."""
    chance = Random(seed)
    rows = []
    for row in right_rows():
        slip = chance.choice(("", "", "left out", "doubled", "amount", "day", "number"))
        if slip == "left out":
            continue
        changed = {
            "amount": {"amount_minor": row.amount_minor + chance.randint(1, 9_999)},
            "day": {"on": row.on + dt.timedelta(days=chance.randint(1, 9))},
            "number": {"number": f"AP-{chance.randint(100, 999)}"},
        }.get(slip, {})
        rows.append(replace(row, **changed))
        if slip == "doubled":
            rows.append(replace(row, row=row.row + 20))
    return rows


def test_the_bridge_adds_up_whatever_slipped(stage: Stage, chen: Browser, path: str):
    """UX 4: on twenty ledgers nothing is left unexplained."""
    sums = []
    for seed in range(20):
        laid(stage, slipped(seed))
        page = chen.visit(path)
        *steps, ours = figures(page)
        sums.append((sum(steps) - ours, steps[-1], "Nothing is left to explain." in page.text))

    assert sums == [(0, 0, True)] * 20


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


# ── From a file ──────────────────────────────────────────────────────────────


def uploaded(chen: Browser, path: str, content: bytes, name: str = "own.csv") -> Page:
    """A file sent as without scripts; where that leads."""
    chen.visit(path)
    file = (io.BytesIO(content), name)
    return chen.follow(chen.send(path, data={"file": file, "pasted": ""}))


def compared(chen: Browser, path: str, page: Page, **changed: str) -> Page:
    """The columns are as they were guessed, but for what is changed."""
    return chen.follow(chen.fill(page, f"{path}/mapping", act="compare", **changed))


def test_a_first_ledger_is_asked_how_it_is_read_and_shows_what_it_understood(
    chen: Browser, path: str
):
    page = uploaded(chen, path, as_csv(planted_rows()).encode())

    assert page.heading == "How your ledger is read"
    assert page.form(f"{path}/mapping")["column_debit"] == "2"
    assert "128,400.00" in page.by_id("understood").text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_becomes_a_result(chen: Browser, path: str, encoding: str):
    content = as_csv(planted_rows(), "日期,单据号,借方,贷方\n").encode(encoding)
    page = compared(chen, path, uploaded(chen, path, content))

    assert "Differs: 1" in page.text
    assert "Only in your ledger: 1" in page.text


def test_the_second_ledger_is_read_as_the_first(chen: Browser, path: str):
    compared(chen, path, uploaded(chen, path, as_csv(planted_rows()).encode()))
    page = uploaded(chen, path, as_csv(right_rows()).encode())

    assert page.response.request.path == path
    assert "Differs: 0" in page.text


def test_pasted_rows_are_compared(chen: Browser, path: str):
    text = as_csv(planted_rows()).replace(",", "\t")
    page = chen.follow(chen.send(path, data={"pasted": text}))
    page = compared(chen, path, page)

    assert "Pasted rows" in page.text
    assert "Only on our statement: 1" in page.text


def test_a_ledger_from_the_other_side_is_turned_round(chen: Browser, path: str):
    content = as_csv(planted_rows(), "Date,Document,Credit,Debit\n").encode()
    page = uploaded(chen, path, content)

    assert page.form(f"{path}/mapping")["side"] == "flipped"
    assert "Differs: 1" in compared(chen, path, page).text


def test_the_sides_can_be_turned_on_the_result(chen: Browser, path: str):
    compared(chen, path, uploaded(chen, path, as_csv(planted_rows()).encode()))
    again = uploaded(chen, path, as_csv(planted_rows(), "Date,Document,Credit,Debit\n").encode())
    if again.response.request.path.endswith("/mapping"):
        again = compared(chen, path, again, side="")
    page = chen.follow(chen.fill(again, f"{path}/sides"))

    assert "Differs: 1" in page.text


def test_a_file_without_amounts_says_what_is_missing_and_is_not_lost(chen: Browser, path: str):
    page = uploaded(chen, path, b"Date,Document\n2026-10-01,INV-1\n")
    refused = chen.fill(page, f"{path}/mapping", 422, act="compare")

    assert refused.by_id("error-summary").text
    assert "own.csv waits to be read" in chen.visit(path).text


def test_a_file_that_is_no_table_says_so_and_is_kept(chen: Browser, path: str):
    page = uploaded(chen, path, b"\x00\x01\x02 nothing", "photo.xlsx")

    assert "photo.xlsx could not be compared" in page.text
    assert "The file is kept" in page.text


def test_a_ledger_in_another_currency_is_refused(chen: Browser, path: str):
    rows = as_csv(right_rows()).replace("\n", ",EUR\n").replace("Credit,EUR", "Credit,Currency")
    page = uploaded(chen, path, rows.encode())
    refused = chen.fill(page, f"{path}/mapping", 422, act="compare")

    assert "EUR" in refused.by_id("error-summary").text


def test_nothing_sent_is_told(chen: Browser, path: str):
    chen.visit(path)
    page = chen.send(path, 422, data={"pasted": ""})

    assert "Choose a file, or paste rows." in page.by_id("error-summary").text


def test_a_bad_row_is_left_out_and_named(chen: Browser, path: str):
    content = as_csv(right_rows()) + "2026-10-29,INV-9,12x4,\n"
    page = compared(chen, path, uploaded(chen, path, content.encode()))

    assert "1 row was left out" in page.text
    assert "Row 8" in page.text


def test_the_comparison_can_be_taken_along(stage: Stage, chen: Browser, path: str):
    laid(stage, planted_rows())
    text = chen.client.get(f"{path}.csv").get_data(as_text=True)

    assert "Unexplained" in text
    assert "Only in your ledger,,,,GR-77" in text
    assert chen.client.get(f"{path}.xlsx").get_data()[:2] == b"PK"


def test_the_bridge_can_be_had_on_paper(stage: Stage, chen: Browser, path: str):
    laid(stage, planted_rows())
    with pikepdf.open(io.BytesIO(chen.client.get(f"{path}.pdf").get_data())) as pdf:
        assert str(pdf.docinfo["/Title"]).startswith("Comparison with statement")


def test_a_result_asks_the_database_twelve_times_at_most(stage: Stage, chen: Browser, path: str):
    laid(stage, planted_rows())
    chen.visit(path)
    with asked(stage.installation) as statements:
        chen.visit(f"{path}?group=same")

    assert len(statements) <= 12


def test_the_statement_leads_to_the_comparison(stage: Stage, chen: Browser, path: str):
    assert chen.visit(f"/statements/{stage.ref}").links["Compare with my ledger"] == path


def test_a_long_group_is_cut_into_pages(stage: Stage, chen: Browser, path: str):
    more = [OwnRow(100 + at, None, f"GR-{at:03}", "", 1_00 + at) for at in range(120)]
    laid(stage, [*planted_rows(), *more])
    first, third = chen.visit(path), chen.visit(f"{path}?group=yours&page=3")

    told = [len(page.by_id("rows-yours").all("tbody")[0].all("tr")) for page in (first, third)]
    assert told == [50, 21]
    assert "Showing 101–121 of 121" in third.text
    assert len(third.by_id("rows-differs").all("tbody")[0].all("tr")) == 1
