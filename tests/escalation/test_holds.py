"""Holds on customers, accounts and invoices win over every step that comes by itself."""

import pytest

from portal.base.access import NotFound
from portal.core.errors import RuleBroken
from portal.escalation.holds import EndHold, Hold, end_hold, hold
from portal.escalation.queries import list_holds
from portal.tables.escalation import DunningHold
from tests.escalation.stage import day, left_out, steps_of


def held(stage, **facts):
    return stage.act(hold, Hold(stage.customer_id(), **{"reason": "We are talking", **facts}))


@pytest.fixture
def owing(any_stage):
    """An item in two currencies, and one of another customer."""
    any_stage.invoice(0)
    any_stage.invoice(0, currency="EUR")
    any_stage.invoice(0, code="BERGMANN")
    any_stage.at(1)
    return any_stage


def test_a_customer_on_hold_gets_no_step_and_the_run_tells_why(owing):
    held(owing)

    ran = owing.run(1)

    assert [each.code for each in ran.actions] == ["BERGMANN"]
    assert left_out(ran) == [("INV-1", "held", 100_00), ("INV-2", "held", 100_00)]


def test_an_account_on_hold_leaves_the_others(owing):
    held(owing, currency="EUR")

    assert [(each.code, each.currency) for each in owing.run(1).actions] == [
        ("BERGMANN", "CNY"),
        ("HUADONG", "CNY"),
    ]


def test_an_invoice_on_hold_leaves_the_others(owing):
    held(owing, entry_id=owing.entry("INV-1"))

    assert left_out(owing.run(1)) == [("INV-1", "held", 100_00)]


def test_its_last_day_is_included_and_the_ladder_goes_on_the_day_after(any_stage):
    any_stage.invoice(0)
    any_stage.at(1)
    held(any_stage, until_on=day(3))

    assert any_stage.runs(1, 2, 3, 4) == [(4, ["sms"])]


def test_ended_the_ladder_goes_on(owing):
    hold_id = held(owing)
    owing.act(end_hold, EndHold(hold_id))
    owing.act(end_hold, EndHold(hold_id))

    assert len(steps_of(owing.run(1))) == 3


def test_said_twice_it_is_one(owing):
    assert held(owing) == held(owing)
    assert len(owing.rows(DunningHold)) == 1


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"reason": " "}, "dunning_hold.reason_missing"),
        ({"until_on": day(0)}, "dunning_hold.day_over"),
        ({"until_on": day(400)}, "dunning_hold.too_far"),
    ],
)
def test_a_hold_needs_a_reason_and_an_end_that_makes_sense(stage, facts, code):
    stage.invoice(0)
    stage.at(1)

    with pytest.raises(RuleBroken) as broken:
        held(stage, **facts)

    assert broken.value.code == code


def test_another_customers_invoice_is_nobodys(stage):
    stage.invoice(0)
    stage.invoice(0, code="BERGMANN")

    with pytest.raises(NotFound):
        held(stage, entry_id=stage.entry("INV-2"))


def test_who_may_not_talk_with_customers_about_money_holds_nobody(office):
    page = office.enter("auditor").visit(office.customer_path("HUADONG", "/chasing"))

    assert "Leave alone from today" not in page.text


def test_holds_are_listed_with_who_set_them_and_until_when(stage):
    stage.invoice(0)
    stage.at(1)
    held(stage, until_on=day(3), entry_id=stage.entry("INV-1"))

    [row] = stage.read(list_holds, stage.customer_id())

    assert (row.invoice, row.reason, row.set_by, row.until_on) == (
        "INV-1",
        "We are talking",
        "Amy Sun",
        day(3),
    )
    assert row.is_running(day(3))
    assert not row.is_running(day(4))


# ── The page ─────────────────────────────────────────────────────────────────


def test_a_collector_leaves_a_customer_alone_and_lets_the_ladder_go_on(office):
    collector = office.enter("collector")
    path = office.customer_path("HUADONG", "/chasing")

    collector.fill(collector.visit(path), path, reason="They promised a plan")
    page = collector.visit(path)
    assert "They promised a plan" in page.text

    forms = [one for one in page.everything() if "/holds/" in one.get("action")]
    [end] = {one.get("action") for one in forms}
    collector.fill(page, end)
    assert "Ended by The collector" in collector.visit(path).text


def test_a_hold_without_a_reason_is_told_at_its_field(office):
    collector = office.enter("collector")
    path = office.customer_path("HUADONG", "/chasing")

    page = collector.fill(collector.visit(path), path, 422, reason=" ")

    assert "Say why the customer is left alone." in page.text


def test_the_page_tells_what_comes_next_and_why(office):
    page = office.enter("collector").visit(office.customer_path("HUADONG", "/chasing"))

    assert "overdue for" in page.text
