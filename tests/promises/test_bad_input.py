"""Forms that no page of ours sends, and pages that are sent again with something else in them."""

import pytest

from tests.buyer import Buyer, ref_of
from tests.desk import Office


@pytest.fixture
def chen(office: Office) -> Buyer:
    return Buyer(office, "HUADONG")


def opened(office: Office, chen: Buyer):
    return chen.visit(f"/promises/new?invoice={ref_of(office, 'INV-2')}")


@pytest.mark.parametrize("typed", ["NaN", "EUR 60", "1e3", "-60", "0", "60.001", "250.01"])
def test_an_amount_that_is_none_promises_nothing(office: Office, chen: Buyer, typed: str):
    page = opened(office, chen)

    chen.fill(page, "/promises", 422, **{"amount_2-1": typed, "pay_on": "2026-12-01"})
    assert "No promise" in chen.visit("/promises").text


def test_a_page_that_is_sent_twice_promises_once(office: Office, chen: Buyer):
    page = opened(office, chen)
    first, again = (chen.fill(page, "/promises", pay_on="2026-12-01") for _ in range(2))

    assert first.response.headers["Location"] == again.response.headers["Location"]


def test_a_page_that_is_sent_again_with_another_amount_is_another_promise(
    office: Office, chen: Buyer
):
    page, told = opened(office, chen), {"pay_on": "2026-12-01", "seen_2-1": ""}
    first = chen.fill(page, "/promises", **told, **{"amount_2-1": "60"})
    other = chen.fill(page, "/promises", **told, **{"amount_2-1": "70"})

    assert first.response.headers["Location"] != other.response.headers["Location"]
    assert "CNY 70.00" in chen.follow(other).text


@pytest.mark.parametrize("path", ["/plans", "/plans/preview"])
def test_a_rhythm_of_no_kind_makes_no_plan(chen: Buyer, path: str):
    fields = chen.visit("/plans/new").form("/plans") | {"interval": "moons"}
    answer = chen.client.post(path, data=fields)

    assert answer.status_code == (422 if path == "/plans" else 200)


@pytest.mark.parametrize("path", ["/promises/preview", "/plans/preview"])
def test_a_page_that_lists_more_than_any_of_ours_is_answered(chen: Buyer, path: str):
    new = path.replace("preview", "new")
    fields = chen.visit(new).form(path.removesuffix("/preview"))
    fields |= {f"seen_{number}-1": "1" for number in range(100, 20_100)}

    assert chen.client.post(path, data=fields).status_code == 200


def test_kept_promises_of_a_day_before_all_days_are_told(office: Office):
    page = office.enter("clerk").visit("/desk/promises/kept?as_of=0001-01-01")

    assert page.status == 200
