"""The plan builder and the plan's pages, without JavaScript."""

import json

import pytest
from sqlalchemy import select

from portal.approvals.deciding import ApproveRequest, approve_request
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.people.recognising import actor_of
from portal.tables.approvals import Approval
from portal.tables.journal import Outbox
from tests.buyer import Buyer
from tests.desk import DeskBrowser, Office, an_office, foot_of, rows_of
from tests.page import Page
from tests.promises.giving import pay


@pytest.fixture
def office(installation: Installation) -> Office:
    return an_office(installation)


@pytest.fixture
def chen(office: Office) -> Buyer:
    """A signatory of one customer."""
    return Buyer(office, "HUADONG", role="customer_signatory")


@pytest.fixture
def tom(office: Office) -> DeskBrowser:
    return office.enter("clerk")


def asked(chen: Buyer, **fields: str) -> Page:
    """A plan that was asked for, as its page shows it."""
    return chen.follow(chen.fill(chen.visit("/plans/new"), "/plans", **fields))


def path_of(page: Page) -> str:
    return page.response.request.path


def previewed(
    who: DeskBrowser, page: Page, action: str, preview: str = "/plans/preview", **fields: str
) -> Page:
    """What the button for a preview shows."""
    data = page.form(action) | fields
    return who.look(who.client.post(preview, data=data), 200)


def summary(page: Page) -> str:
    return page.by_id("error-summary").text


def test_the_builder_begins_with_three_parts_that_add_up(chen: Buyer):
    page = chen.visit("/plans/new")

    assert [row[0][0] for row in rows_of(page, "instalments")] == ["1", "2", "3"]
    assert foot_of(page, "instalments")[0][-1] == "290.00"
    assert page.by_id("plan-sum").text.startswith("It adds up to the total of CNY 290.00.")


def test_the_rounding_is_told(chen: Buyer):
    page = chen.visit("/plans/new")

    assert "the last instalment takes the remaining CNY 0.02" in page.by_id("plan-sum").text


def test_what_is_disputed_is_left_out(chen: Buyer):
    numbers = [row[1] for row in rows_of(chen.visit("/plans/new"), "plannable")]

    assert numbers == ["INV-4", "INV-2"]


def test_another_number_makes_the_rows_anew(chen: Buyer):
    page = previewed(chen, chen.visit("/plans/new"), "/plans", number="5", down="90")

    assert len(rows_of(page, "instalments")) == 6
    assert page.form("/plans")["row-amount_1"] == "90.00"


def test_rows_that_were_changed_stay_and_say_what_is_missing(chen: Buyer):
    given = {"row-amount_1": "90.00"}
    page = previewed(chen, chen.visit("/plans/new"), "/plans", **given)

    assert page.form("/plans")["row-amount_1"] == "90.00"
    assert "CNY 6.66 is missing" in page.by_id("plan-sum").text


def test_sums_that_do_not_add_up_are_refused_in_words(chen: Buyer):
    page = chen.fill(chen.visit("/plans/new"), "/plans", 422, **{"row-amount_1": "90"})

    assert "CNY 6.66 is missing to the total of CNY 290.00" in summary(page)
    assert page.form("/plans")["row-amount_1"] == "90"


def test_a_day_off_is_told_at_its_row(chen: Buyer):
    page = chen.fill(chen.visit("/plans/new"), "/plans", 422, **{"row-on_2": "2026-12-26"})

    assert "Choose 28 Dec 2026" in summary(page)
    assert page.by_id("row-on_2").get("aria-invalid") == "true"


def test_an_emptied_row_is_left_out(chen: Buyer):
    changed = {"row-on_2": "", "row-amount_2": "", "row-amount_3": "193.34"}
    page = asked(chen, **changed)

    assert len(rows_of(page, "instalments")) == 2


def test_the_policy_is_quoted_when_it_is_too_many(chen: Buyer):
    page = previewed(chen, chen.visit("/plans/new"), "/plans", number="13")

    assert "The policy allows 12 instalments, not 13." in page.text


def test_a_schedule_that_nobody_saw_is_not_sent(chen: Buyer):
    page = chen.fill(chen.visit("/plans/new"), "/plans", 422, number="2")

    assert "Look at it below, then send it." in summary(page)
    assert len(rows_of(page, "instalments")) == 2


def test_a_payment_while_the_page_was_open_shows_what_changed(chen: Buyer):
    page = chen.visit("/plans/new")
    pay(chen.installation, 50, 50_00)
    again = chen.fill(page, "/plans", 409)

    assert "INV-2 has changed: CNY 250.00 was counted on, CNY 200.00 is left now" in summary(again)
    assert foot_of(again, "instalments")[0][-1] == "240.00"


def test_only_the_schedule_is_renewed_while_one_types(chen: Buyer):
    page = chen.visit("/plans/new")
    data = page.form("/plans") | {"number": "4"}
    headers = {
        "HX-Request": "true",
        "HX-Request-Type": "partial",
        "HX-Target": "div#plan-preview",
    }
    part = chen.client.post("/plans/preview", data=data, headers=headers).text

    assert "row-amount_4" in part
    assert "<h1" not in part


def test_a_draft_is_gone_on_with(chen: Buyer):
    page = asked(chen, later="1")
    assert "Only you see it" in page.text
    builder = chen.visit(path_of(page) + "/offer")
    sent = chen.follow(chen.fill(builder, path_of(page) + "/offer"))

    assert "It is with" in sent.text


def test_the_whole_way_by_pages(office: Office, chen: Buyer, tom: DeskBrowser):
    path = path_of(asked(chen))
    desk = tom.visit("/desk" + path)
    tom.fill(desk, f"/desk{path}/acceptance")
    approve_as(office, office.enter("credit_manager").user_id)
    assert "It needs your signature" in chen.visit(path).text

    sign(chen, path)
    tom.fill(tom.visit(f"/desk{path}"), f"/desk{path}/signature")
    page = chen.visit(path)
    assert "Agreed" in page.text
    assert chen.client.get(f"{path}.pdf").data.startswith(b"%PDF")
    assert chen.client.get(f"{path}.ics").text.count("BEGIN:VEVENT") == 3


def approve_as(office: Office, user_id: int) -> None:
    with office.installation.reading(SYSTEM) as r:
        manager, [waiting] = actor_of(r, user_id), r.session.scalars(select(Approval.id))
    with office.installation.work(manager) as w:
        approve_request(w, ApproveRequest(waiting))


def sign(chen: Buyer, path: str) -> Page:
    """A code asked for, read in the mail and typed under the plan."""
    page = chen.visit(f"{path}/signature")
    chen.fill(page, f"{path}/signature/code")
    with chen.installation.reading(SYSTEM) as r:
        [mail] = r.session.scalars(select(Outbox.payload).where(Outbox.kind == "code"))
    page = chen.visit(f"{path}/signature")
    code = str(json.loads(mail)["code"])
    return chen.fill(page, f"{path}/signature", agrees="y", code=code)


def test_a_forgotten_box_costs_no_code(office: Office, chen: Buyer, tom: DeskBrowser):
    path = path_of(asked(chen))
    tom.fill(tom.visit(f"/desk{path}"), f"/desk{path}/acceptance")
    approve_as(office, office.enter("credit_manager").user_id)
    page = chen.visit(f"{path}/signature")

    again = chen.fill(page, f"{path}/signature", 422, code="123456")
    assert "Tick that you are authorised" in summary(again)


def test_the_counter_is_shown_to_both(chen: Buyer, tom: DeskBrowser):
    path = path_of(asked(chen))
    builder = tom.visit(f"/desk{path}/offer")
    action = f"/desk{path}/offer"
    made = previewed(tom, builder, action, f"{action}/preview", number="2", interest="6")
    tom.fill(made, f"/desk{path}/offer")

    for page in (chen.visit(path), tom.visit(f"/desk{path}")):
        assert "before: none" in page.text
        assert "after: 6 %" in page.text


def test_the_desk_lists_what_waits_for_it(chen: Buyer, tom: DeskBrowser):
    asked(chen)

    page = tom.visit("/desk/plans?state=ours")
    assert rows_of(page, "plans")[0][:2] == ["PLN-1", "Huadong Trading"]


def test_a_list_of_plans_asks_the_same_for_more(chen: Buyer, tom: DeskBrowser):
    asked(chen)
    assert tom.count_statements("/desk/plans") <= 12


def test_the_first_pages_say_whose_turn_it_is(office: Office, chen: Buyer, tom: DeskBrowser):
    path = path_of(asked(chen))
    assert "Answer or sign 1 instalment plan" in tom.visit("/desk").text
    tom.fill(tom.visit(f"/desk{path}"), f"/desk{path}/acceptance")
    assert "instalment plan" not in tom.visit("/desk").text

    approve_as(office, office.enter("credit_manager").user_id)
    words = chen.visit("/").text
    assert "An instalment plan over CNY 290.00 waits for a signature" in words
    sign(chen, path)
    assert "waits for a signature" not in chen.visit("/").text
    assert "Answer or sign 1 instalment plan" in tom.visit("/desk").text


@pytest.mark.parametrize("place", ["/plans/new", "/promises/new"])
def test_an_account_in_a_currency_that_there_is_none_of_is_not_there(
    chen: Buyer, office: Office, place: str
):
    ref = office.customer_path("HUADONG").rpartition("/")[2]
    chen.visit(f"{place}?customer={ref}&currency=ZZZ", 404)
