"""What a change would do is told from the books: what moves, what stays, who crosses, when."""

from pathlib import Path
from typing import Any

import pytest

from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.terms.impact import Simulation, simulate
from portal.terms.impact_figures import impact_figures, impact_text, summary_of
from portal.terms.moved_due_dates import list_moved
from portal.terms.replacing import Change
from tests.terms.trading import House, a_house, on

NET_60 = {"default_terms": "net 60"}
BILLS = ("H1,HUADONG,11-01,100.00", "B1,BERGMANN,11-02,200.00", "Z1,ZHIYUAN,11-03,300.00")


@pytest.fixture
def house(any_installation: Installation, tmp_path: Path) -> House:
    made = a_house(any_installation, tmp_path)
    made.bills(*BILLS)
    return made


def stays(told: Simulation) -> dict[str, int]:
    return {each.why: each.count for each in told.stays}


def moved(house: House, told: Simulation) -> dict[str, tuple[int | None, str]]:
    with house.installation.reading(house.actor("zhao")) as r:
        rows = list_moved(r, told.concern)
    return {
        row.number: (row.moved.days, row.moved.then_on.isoformat().removeprefix("2026-"))
        for row in rows
    }


def crossing(told: Simulation) -> list[tuple[str, str, str | None, str]]:
    return [
        (each.code, each.how, each.before and each.before.major(), each.after.major())
        for each in told.crossings
    ]


# ── Due dates ────────────────────────────────────────────────────────────────


def test_what_has_its_terms_from_the_change_moves(house: House):
    told = house.simulate(NET_60)

    assert moved(house, told) == {"H1": (30, "12-31")}
    assert (told.moves.count, [each.major() for each in told.moves.amounts]) == (1, ["100.00"])
    assert stays(told) == {"customer": 2}


def test_a_simulation_changes_nothing(house: House):
    before = house.due()
    house.simulate(NET_60)

    assert house.due() == before


def test_what_was_simulated_is_what_then_moves(house: House):
    house.bills("H2,HUADONG,10-01,70.00", "H3,HUADONG,11-05,5.00,net 5")
    told = house.simulate({"default_terms": "eom net 45"})
    expected = moved(house, told)
    house.change({"default_terms": "eom net 45"})

    due = house.due()
    assert {number: due[number] for number in expected} == {
        number: day for number, (_days, day) in expected.items()
    }
    assert told.moves.count == house.count("part_move") == len(expected)


def test_of_new_invoices_alone_nothing_moves(house: House):
    told = house.simulate(NET_60, reach="new")

    assert told.moves.count == 0
    assert stays(told) == {"customer": 2, "only_new": 1}


def test_why_each_stays_is_told(house: House):
    house.bills(
        "H2,HUADONG,11-01,1.00,net 10",
        "H3,HUADONG,11-01,1.00,,2026-12-24",
        "H4,HUADONG,11-01,1.00",
    )
    house.is_paid("H4", "1.00", "11-10")

    told = house.simulate({"default_terms": "from acceptance net 30"})

    assert stays(told) == {"customer": 2, "due_date": 1, "invoice": 1, "no_baseline": 1}


def test_what_the_new_terms_cannot_date_stays(house: House):
    told = house.simulate({"default_terms": "30% 15d, balance 45d"})

    assert (told.moves.count, stays(told)["other_parts"]) == (0, 1)


def test_terms_that_say_the_same_otherwise_change_nothing(house: House):
    told = house.simulate({"default_terms": "30d"})

    assert told.does_nothing


def test_customers_who_named_the_terms_are_concerned(house: House):
    told = house.simulate({"terms": [{"name": "standard", "text": "net 40"}]})

    assert moved(house, told) == {"H1": (10, "12-11"), "B1": (10, "12-12")}


def test_a_customers_change_concerns_that_one(house: House):
    house.bills("Z2,ZHIYUAN,11-03,1.00,net 99")

    told = house.simulate({"terms": "standard"}, "ZHIYUAN")

    assert moved(house, told) == {"Z1": (15, "12-03")}
    assert stays(told) == {"invoice": 1}


@pytest.mark.parametrize(("grade", "due"), [("A", {"H1": (60, "2027-01-30")}), ("B", {}), ("", {})])
def test_a_grades_terms_concern_who_has_the_grade(
    house: House, grade: str, due: dict[str, tuple[int, str]]
):
    if grade:
        house.grade("HUADONG", grade)

    told = house.simulate({"grades": [{"name": "A", "min_score": 85, "terms": "net 90"}]})

    assert moved(house, told) == due


def test_part_paid_items_move_with_what_is_open(house: House):
    house.is_paid("H1", "60.00", "11-10")

    told = house.simulate(NET_60)

    assert [each.major() for each in told.moves.amounts] == ["40.00"]


def test_who_sees_some_customers_only_is_told_of_those(house: House):
    change_id = house.draft({"terms": [{"name": "standard", "text": "net 40"}]})
    sales = Actor("staff", name="Li Na", staff_role="sales")
    with house.installation.work(SYSTEM) as w:
        w.session.connection().exec_driver_sql(
            "update customer set owner = 'Li Na' where code = 'BERGMANN'"
        )
    with house.installation.reading(sales) as r:
        row = house.row(change_id)
        told = simulate(r, Change.of(row))
        assert [each.number for each in list_moved(r, told.concern)] == ["B1"]

    assert (told.moves.count, told.recent_count) == (1, 1)


# ── As last quarter would have been ──────────────────────────────────────────


def test_last_quarters_invoices_tell_how_new_ones_would_be_due(house: House):
    house.bills("H2,HUADONG,09-15,50.00", "H0,HUADONG,06-01,50.00")
    house.is_paid("H2", "50.00", "10-01")

    told = house.simulate(NET_60, reach="new")

    assert (told.recent.count, told.recent_count, told.recent.average_days) == (2, 4, 30)


# ── When money comes ─────────────────────────────────────────────────────────


def differences(told: Simulation) -> dict[str, str]:
    [cash] = told.cash
    return {
        str(week.from_on)[5:]: week.difference.major()
        for week in cash.weeks
        if week.difference.minor
    }


def test_money_comes_in_the_week_of_the_new_due_date(house: House):
    told = house.simulate({"terms": "net 30"}, "ZHIYUAN")

    # 18 November becomes 3 December; the like invoice a quarter later is beyond the weeks.
    assert differences(told) == {"11-16": "-300.00", "11-30": "300.00"}


@pytest.mark.parametrize("reach", ["new", "open"])
def test_both_sides_come_to_the_same(house: House, reach: str):
    told = house.simulate({"default_terms": "eom net 45"}, reach=reach)

    for cash in told.cash:
        before = sum(week.before.minor for week in cash.weeks)
        after = sum(week.after.minor for week in cash.weeks)
        assert before == after == cash.open.minor + cash.coming.minor


def test_new_invoices_before_the_day_of_the_change_have_the_old_terms(house: House):
    house.bills("H2,HUADONG,08-25,40.00")
    near = house.simulate(NET_60, reach="new")
    far = house.simulate(NET_60, reach="new", begins=on("12-31").replace(year=2027))

    assert differences(near) == {"12-21": "-40.00", "01-18": "40.00"}
    assert differences(far) == {}


# ── Limits ───────────────────────────────────────────────────────────────────


def test_who_would_owe_more_than_the_limit_crosses_it(house: House):
    house.limit("HUADONG", 150)

    assert crossing(house.simulate(NET_60)) == [("HUADONG", "owes_more", "100.00", "200.00")]


@pytest.mark.parametrize("limit", [99, 200])
def test_who_is_over_it_already_or_stays_within_does_not_cross(house: House, limit: int):
    house.limit("HUADONG", limit)

    assert crossing(house.simulate(NET_60)) == []


def test_the_limit_of_the_day_counts(house: House):
    house.limit("HUADONG", 150)
    house.limit("HUADONG", 500, "11-20")

    assert crossing(house.simulate(NET_60)) == []


def test_a_branch_counts_in_the_limit_of_the_one_above(house: House):
    house.limit("BERGMANN", 350)
    parent, child = house.customer_id("BERGMANN"), house.customer_id("HUADONG")
    with house.installation.work(SYSTEM) as w:
        w.session.connection().exec_driver_sql(
            f"update customer set parent_id = {parent} where id = {child}"
        )

    assert crossing(house.simulate(NET_60)) == [("BERGMANN", "owes_more", "300.00", "400.00")]


def test_a_change_for_a_branch_of_a_branch_is_told_at_the_head(house: House):
    house.limit("BERGMANN", 750)
    head, between, below = map(house.customer_id, ("BERGMANN", "ZHIYUAN", "HUADONG"))
    with house.installation.work(SYSTEM) as w:
        for child, parent in ((between, head), (below, between)):
            w.session.connection().exec_driver_sql(
                f"update customer set parent_id = {parent} where id = {child}"
            )

    told = house.simulate({"terms": "net 90"}, "HUADONG")
    assert [(each.code, each.how) for each in told.crossings] == [("BERGMANN", "owes_more")]


def test_a_limit_of_the_file_without_a_currency_is_in_the_customers(house: House):
    with house.installation.work(SYSTEM) as w:
        w.session.connection().exec_driver_sql(
            "update customer set credit_limit_minor = 15000 where code = 'HUADONG'"
        )

    assert crossing(house.simulate(NET_60)) == [("HUADONG", "owes_more", "100.00", "200.00")]


def capped(cap: str | None) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": "A", "min_score": 85}
    return {"grades": [entry | ({"limit_cap": {"CNY": cap}} if cap else {})]}


def test_a_limit_above_the_new_cap_of_its_grade_is_told(house: House):
    house.grade("HUADONG", "A")
    house.limit("HUADONG", 1_000)

    assert crossing(house.simulate(capped("800.00"))) == [("HUADONG", "cap", None, "800.00")]


def test_who_was_above_the_cap_before_is_not_told(house: House):
    house.grade("HUADONG", "A")
    house.limit("HUADONG", 1_000)
    house.decide("11-01", **capped("900.00"))

    assert crossing(house.simulate(capped("800.00"))) == []


def test_who_comes_to_be_watched_is_told(house: House):
    house.limit("HUADONG", 125)
    house.limit("BERGMANN", 1_000)

    told = house.simulate({"credit_watch_percent": 75})

    assert crossing(told) == [("HUADONG", "watched", "100.00", "100.00")]


# ── Promises, what is overdue, statements ────────────────────────────────────


def test_the_latest_day_of_a_promise_moves_with_the_due_date(house: House):
    assert house.simulate(NET_60).promise_limits == 1
    assert house.simulate(NET_60, reach="new").promise_limits == 0


def test_another_part_of_the_term_moves_every_promise_limit(house: House):
    assert house.simulate({"promise_fraction_of_term": "1/2"}, reach="new").promise_limits == 3


def test_what_is_overdue_on_the_day_is_told_before_and_after(house: House):
    told = house.simulate({"terms": "net 30"}, "ZHIYUAN")

    assert (told.overdue.before, told.overdue.after) == (1, 0)


def test_the_next_statement_and_its_answer_are_told(house: House):
    told = house.simulate({"statement_issue_on_workday": 5})

    days = told.statement_days
    assert days is not None
    assert (days.before[0], days.after[0]) == (on("12-03"), on("12-07"))


def test_without_a_change_of_statements_nothing_is_told_of_them(house: House):
    assert house.simulate(NET_60).statement_days is None


# ── What is kept ─────────────────────────────────────────────────────────────


def test_the_figures_that_were_shown_are_kept(house: House):
    house.limit("HUADONG", 150)
    told = house.simulate(NET_60)
    with house.installation.reading(house.actor("zhao")) as r:
        kept = summary_of(r, told)
        text = impact_text(r, told.change)

    assert kept["moves"]["count"] == 1
    assert kept["crossings"] == [
        {
            "code": "HUADONG",
            "name": "Huadong Trading",
            "how": "owes_more",
            "limit": "CNY 150.00",
            "after": "CNY 200.00",
        }
    ]
    assert impact_figures(text) == {
        "moved": "1",
        "crossing": "1",
        "moved_days": "+30.0",
        "recent_days": "+30.0",
        "promise_limits": "1",
    }
