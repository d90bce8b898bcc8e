"""Due dates move by an approved change that was to reach what is open, on its day, never else."""

import datetime as dt
import random
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from portal.base import failpoints
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.period import Month
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.statements.queries import get_statement_by_id
from portal.tables.statements import Statement
from portal.terms import daily
from tests.terms.trading import TODAY, House, a_house, on

NET_60 = {"default_terms": "net 60"}
BILLS = ("H1,HUADONG,11-01,100.00", "B1,BERGMANN,11-02,200.00", "Z1,ZHIYUAN,11-03,300.00")


@pytest.fixture
def house(any_installation: Installation, tmp_path: Path) -> House:
    made = a_house(any_installation, tmp_path)
    made.bills(*BILLS)
    return made


def test_what_is_open_moves_with_the_approval(house: House):
    house.change(NET_60)

    assert house.due() == {"H1": "12-31", "B1": "12-02", "Z1": "11-18"}


def test_only_new_invoices_have_other_terms_where_that_was_chosen(house: House):
    house.change(NET_60, reach="new")
    house.bills("H2,HUADONG,11-20,100.00")

    assert house.due()["H1"] == "12-01"
    assert house.due()["H2"] == "2027-01-19"


def test_every_move_is_written_down_before_it_is_made(house: House):
    change = house.change(NET_60)

    moves = house.desk.ask(
        "select change_id, from_due_on, to_due_on, from_term_days, to_term_days from part_move"
    )
    assert moves == [(str(change), "2026-12-01", "2026-12-31", "30", "60")]


def test_the_term_days_follow(house: House):
    house.change(NET_60)

    assert house.desk.ask("select term_days from part order by term_days") == [
        ("15",),
        ("30",),
        ("60",),
    ]


def test_the_trail_holds_the_moves_together(house: House):
    change = house.change(NET_60)

    [[facts]] = house.desk.ask("select facts from audit where kind = 'terms_change.moved'")
    told = house.moved(change)
    assert told is not None
    assert told["parts"] == 1
    assert str(told["sha256"]) in str(facts)


def test_nothing_moves_before_the_day_of_the_change(house: House):
    change = house.change(NET_60, begins=on("11-25"))
    daily.run(house.installation, on("11-24"))

    assert house.due()["H1"] == "12-01"
    assert house.moved(change) is None


def test_on_its_day_it_moves_once(house: House):
    house.change(NET_60, begins=on("11-25"))

    counts = [daily.run(house.installation, on("11-25"))["moved"] for _ in range(2)]

    assert counts == [1, 0]
    assert house.due()["H1"] == "12-31"


def test_a_missed_day_is_caught_up(house: House):
    house.change(NET_60, begins=on("11-25"))

    assert daily.run(house.installation, on("11-28")) == {"moved": 1}


def test_later_invoices_stay_once_it_has_moved(house: House):
    house.change(NET_60)
    house.change({"default_terms": "net 45"}, reach="new")
    house.bills("H2,HUADONG,11-20,100.00")
    daily.run(house.installation, TODAY)

    assert (house.due()["H1"], house.due()["H2"]) == ("12-31", "2027-01-04")


@pytest.mark.parametrize("at", ["terms.moves_written", "work.before_commit"])
def test_killed_before_its_commit_it_moves_the_next_time(
    house: House, monkeypatch: pytest.MonkeyPatch, at: str
):
    house.change(NET_60, begins=on("11-25"))

    def killed(name: str) -> None:
        if name == at:
            raise KeyboardInterrupt

    with monkeypatch.context() as killing:
        killing.setattr(failpoints, "reached", killed)
        with pytest.raises(KeyboardInterrupt):
            daily.run(house.installation, on("11-25"))
    assert (house.due()["H1"], house.count("part_move")) == ("12-01", 0)

    daily.run(house.installation, on("11-25"))

    assert (house.due()["H1"], house.count("part_move")) == ("12-31", 1)


def test_what_is_paid_by_then_stays(house: House):
    house.bills("H2,HUADONG,11-04,50.00")
    house.change(NET_60, begins=on("11-25"))
    house.is_paid("H1", "100.00", "11-24")
    house.is_paid("H2", "20.00", "11-24")
    daily.run(house.installation, on("11-25"))

    assert (house.due()["H1"], house.due()["H2"]) == ("12-01", "2027-01-03")


def test_what_says_itself_when_it_is_due_stays(house: House):
    house.bills("H2,HUADONG,11-04,50.00,net 10", "H3,HUADONG,11-04,50.00,,2026-11-30")
    house.change(NET_60)

    assert (house.due()["H2"], house.due()["H3"]) == ("11-14", "11-30")


def test_named_terms_that_change_move_whom_they_are_named_for(house: House):
    house.change({"terms": [{"name": "standard", "text": "net 45"}]})

    assert house.due() == {"H1": "12-16", "B1": "12-17", "Z1": "11-18"}


def test_a_customers_change_moves_theirs_alone(house: House):
    house.change({"terms": "net 90"}, "ZHIYUAN")

    assert house.due() == {"H1": "12-01", "B1": "12-02", "Z1": "2027-02-01"}


def test_a_customer_without_own_terms_any_longer_is_paid_by_the_companys(house: House):
    house.change({"terms": ""}, "ZHIYUAN")

    assert house.due()["Z1"] == "12-03"


def test_a_customers_first_own_terms_replace_the_companys(house: House):
    house.change({"terms": "net 7"}, "HUADONG")

    assert house.due()["H1"] == "11-08"


def test_the_terms_of_a_grade_move_who_has_it(house: House):
    house.grade("HUADONG", "A")
    house.change({"grades": [{"name": "A", "min_score": 85, "terms": "net 90"}]})

    assert house.due() == {"H1": "2027-01-30", "B1": "12-02", "Z1": "11-18"}


def test_every_part_takes_the_day_of_its_place(house: House):
    house.decide("11-01", default_terms="30% 15d, balance 45d")
    house.bills("H2,HUADONG,11-10,100.00")
    house.change({"default_terms": "50% 10d, balance 20d"})

    assert (house.due()["H2/1"], house.due()["H2/2"]) == ("11-20", "11-30")
    assert house.due()["H1"] == "12-01"


def test_terms_with_another_baseline_wait_until_it_is_known(house: House):
    house.bills("H2,HUADONG,11-10,100.00,,,,2026-11-15")
    house.change({"default_terms": "from acceptance net 30"})

    assert (house.due()["H1"], house.due()["H2"]) == ("12-01", "12-15")


def test_what_had_no_due_date_gets_one(house: House):
    house.decide("11-01", default_terms="from acceptance net 30")
    house.bills("H2,HUADONG,11-10,100.00")
    house.change({"default_terms": "net 10"})

    assert house.due()["H2"] == "11-20"


def test_a_statement_in_force_keeps_the_day_that_it_printed(house: House):
    house.bills("H0,HUADONG,10-10,70.00")
    issue_statements(lambda: house.installation.work(SYSTEM), IssueStatements(Month(2026, 10)))
    printed = stated(house)
    house.change(NET_60)

    assert house.due()["H0"] == "12-09"
    assert stated(house) == printed == {"H0": on("11-09")}


def stated(house: House) -> dict[str, dt.date | None]:
    """The due days that the one statement prints."""
    with house.installation.reading(SYSTEM) as r:
        [statement_id] = r.session.scalars(select(Statement.id))
        view = get_statement_by_id(r, statement_id)
        return {line.document: line.due_on for line in view.snapshot.lines}


def test_no_hand_moves_a_due_date(house: House):
    with pytest.raises(DatabaseError, match="frozen"), house.installation.work(SYSTEM) as w:
        w.session.execute(text("update part set due_on = '2027-01-01'"))


@pytest.mark.parametrize("column", ["terms_text", "terms_source", "terms_version"])
def test_no_hand_changes_the_terms_of_an_invoice(house: House, column: str):
    with pytest.raises(DatabaseError, match="frozen"), house.installation.work(SYSTEM) as w:
        w.session.execute(text(f"update invoice set {column} = 'net 90'"))


def test_a_change_that_others_made_meanwhile_is_not_undone_by_moving(house: House):
    others = [{"name": "standard", "text": "net 30"}, {"name": "long", "text": "net 90"}]
    mine = house.draft({"terms": [{"name": "standard", "text": "net 45"}]}, begins=on("11-25"))
    house.change({"terms": others}, reach="new")
    house.approve(house.draft({"terms": [{"name": "standard", "text": "net 45"}, others[1]]}))

    assert house.row(mine).state == "draft"
    assert house.due() == {"H1": "12-16", "B1": "12-17", "Z1": "11-18"}


# ── Invariant 46 ─────────────────────────────────────────────────────────────

COMPANY_CHANGES = (
    lambda any_: {"default_terms": any_.choice(["net 10", "eom net 45", "standard", "prepaid"])},
    lambda any_: {"terms": [{"name": "standard", "text": f"net {any_.randint(1, 120)}"}]},
    lambda any_: {"grace_days": any_.randint(0, 90)},
    lambda any_: {
        "grades": [{"name": "A", "min_score": 80, "terms": f"net {any_.randint(1, 99)}"}]
    },
    lambda any_: {"promise_fraction_of_term": any_.choice(["1/4", "1/2"])},
)
CODES = ("HUADONG", "BERGMANN", "ZHIYUAN")


def lived(house: House, seed: int) -> None:
    """Some weeks of changes, invoices and daily runs; none of the changes reaches what is open."""
    any_ = random.Random(seed)
    house.grade("HUADONG", "A")
    for turn in range(6):
        begins = TODAY if any_.random() < 0.5 else on("11-27")
        if any_.random() < 0.5:
            after, code = any_.choice(COMPANY_CHANGES)(any_), ""
        else:
            after, code = {"terms": f"net {any_.randint(1, 120)}"}, any_.choice(CODES)
        house.change(after, code, begins=begins, reach="new")
        house.bills(f"N{seed}-{turn},{any_.choice(CODES)},11-{20 - turn},10.00")
        daily.run(house.installation, on(f"11-{20 + turn}"))


@pytest.mark.parametrize("seed", range(4))
def test_without_that_reach_no_due_date_ever_changes(house: House, seed: int):
    """I-46: the history of due dates is that of their posting."""
    told: list[dict[str, str | None]] = [house.due()]
    original = house.bills

    def billed(*rows: str) -> None:
        original(*rows)
        told.append(house.due())

    house.bills = billed  # type: ignore[method-assign]
    lived(house, seed)
    told.append(house.due())

    for before, after in pairwise(told):
        assert {number: after[number] for number in before} == before
    assert house.count("part_move") == 0
