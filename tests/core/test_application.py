"""R246–R249: what an application asks, how it is read, what must be told, and the ratios in it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.application import (
    BY_NAME,
    FIELDS,
    STEPS,
    Asks,
    Shape,
    check_figures,
    facts_told,
    missing,
    read_answer,
)
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.scorecard import FACTORS, Source

TODAY = date(2026, 11, 20)
YEAR = {"year_end_1": "2025-12-31"}


def test_every_field_has_its_own_name():
    assert len(BY_NAME) == len(FIELDS)


def test_nothing_is_asked_of_the_owner():
    """S-008: social position, family and habits are nobody's business."""
    asked = " ".join(BY_NAME)

    assert not {"owner", "family", "habit", "social"} & set(asked.replace("_", " ").split())


@pytest.mark.parametrize(
    ("field", "text", "kept"),
    [
        ("sales_1", "1234.5", "1234.50"),
        ("profit_1", "-10", "-10.00"),
        ("asked_limit", "", ""),
        ("reason", "  a season ", "a season"),
        ("employees", "1,200", "1200"),
        ("founded", "2008", "2008"),
        ("year_end_1", "2025-12-31", "2025-12-31"),
        ("development", "growing", "growing"),
    ],
)
def test_an_answer_is_kept_as_it_was_meant(field: str, text: str, kept: str):
    assert read_answer(BY_NAME[field], text, "CNY") == kept


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("sales_1", "a lot", "money.malformed"),
        ("sales_1", "1.234", "money.too_many_decimals"),
        ("assets_1", "-1", "application.below_nothing"),
        ("employees", "many", "application.not_a_number"),
        ("employees", "99999999", "application.not_a_number"),
        ("founded", "08", "application.not_a_year"),
        ("founded", "0999", "application.not_a_year"),
        ("year_end_1", "2025-13-01", "application.not_a_day"),
        ("development", "splendid", "application.not_a_choice"),
        ("main_channel", "x" * 201, "application.too_long"),
        ("reason", "x" * 2001, "application.too_long"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(field: str, text: str, code: str):
    with pytest.raises(RuleBroken) as told:
        read_answer(BY_NAME[field], text, "CNY")

    assert (told.value.code, told.value.field) == (code, field)


@given(st.sampled_from(FIELDS), st.text(max_size=40))
def test_what_is_kept_is_read_the_same_again(field, text):
    try:
        once = read_answer(field, text, "CNY")
    except RuleBroken:
        return

    assert read_answer(field, once, "CNY") == once


def test_what_must_be_told_stands_on_a_page_of_the_application():
    for asks in Asks:
        assert {field.step for field in missing(asks, {})} <= set(STEPS[asks])


def test_an_opening_needs_its_four_areas():
    lacking = {field.name for field in missing(Asks.OPENING, {})}

    assert lacking == {
        *("asked_limit", "development", "founded", "entity_type", "registered_capital"),
    }


def test_a_raise_needs_an_amount_and_a_reason():
    assert missing(Asks.LIMIT, {"asked_limit": "5.00", "reason": "season"}) == []


@pytest.mark.parametrize(
    ("answers", "code", "field"),
    [
        ({"sales_1": "5.00"}, "application.figures_without_day", "year_end_1"),
        ({"year_end_1": "2026-12-31"}, "application.day_to_come", "year_end_1"),
        (
            {**YEAR, "year_end_2": "2025-12-31"},
            "application.same_year_end",
            "year_end_2",
        ),
        (
            {**YEAR, "current_assets_1": "5.01", "assets_1": "5.00"},
            "application.part_above_whole",
            "current_assets_1",
        ),
        (
            {**YEAR, "current_debts_1": "5.01", "debts_1": "5.00"},
            "application.part_above_whole",
            "current_debts_1",
        ),
    ],
)
def test_figures_that_cannot_be_are_refused(answers, code, field):
    with pytest.raises(RuleBroken) as told:
        check_figures(answers, TODAY)

    assert (told.value.code, told.value.field) == (code, field)


def told(answers, **options):
    options = {"is_own_currency": True} | options
    return {each.factor: each.value for each in facts_told(answers, **options)}


def test_the_ratios_follow_from_the_figures():
    answers = {
        **YEAR,
        "assets_1": "200.00",
        "debts_1": "90.00",
        "current_assets_1": "80.00",
        "current_debts_1": "50.00",
        "sales_1": "400.00",
        "profit_1": "-10.00",
        "cash_flow_1": "25.00",
        "registered_capital": "5000000.00",
    }

    assert told(answers) == {
        "debt_ratio": Decimal("45.00"),
        "current_ratio": Decimal("1.60"),
        "cash_flow": Decimal("6.25"),
        "net_margin": Decimal("-2.50"),
        "asset_size": Decimal("0.20"),
    }


def test_what_is_not_told_stays_unknown():
    assert told({**YEAR, "debts_1": "5.00"}) == {}
    assert told({**YEAR, "debts_1": "5.00", "assets_1": "0.00"}) == {"asset_size": Decimal("0.00")}
    assert told({"debts_1": "5.00", "assets_1": "9.00"}) == {}
    assert told({**YEAR, "assets_1": "5.00"}, is_own_currency=False) == {}


def test_each_year_tells_facts_of_its_own_day():
    answers = {**YEAR, "year_end_2": "2024-12-31"}
    for nth in (1, 2):
        answers |= {f"debts_{nth}": "1.00", f"assets_{nth}": "3.00"}

    days = {each.as_of for each in facts_told(answers, is_own_currency=True)}
    assert days == {date(2025, 12, 31), date(2024, 12, 31)}


def test_the_scorecard_knows_every_factor_that_is_told():
    known = {name for name, source in FACTORS.items() if source is Source.APPLICATION}
    factors = {"debt_ratio", "current_ratio", "cash_flow", "net_margin", "asset_size"}

    assert factors == known


def test_amounts_are_kept_exactly():
    field = BY_NAME["sales_1"]

    assert field.shape is Shape.AMOUNT
    kept = read_answer(field, "12345678901.23", "CNY")
    assert Money.parse(kept, "CNY").minor == 1_234_567_890_123
