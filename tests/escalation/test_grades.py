"""The last four grades of ageing: by the ladder's step, by a case that stands, by a write-off."""

import pytest
from sqlalchemy import insert

from portal.base.access import SYSTEM
from portal.core.ageing import GRADES
from portal.core.ledger import Allocation, Entry, Kind
from portal.core.money import Money
from portal.invoices.ageing import AsOf, aged_accounts
from portal.tables.cases import CasePart, CollectionCase
from tests.escalation.stage import day, ladder, mail

DEMAND = {
    "name": "demand",
    "days_overdue": 16,
    "channel": "letter",
    "raises_grade_to": "final_demand",
}
LAW = {"name": "law", "days_overdue": 31, "channel": "legal", "raises_grade_to": "legal"}


def grades(stage, number, **facts):
    """What stands in which grade on a day."""
    with stage.installation.reading(SYSTEM) as r:
        asked = AsOf(day(number), GRADES, inside=facts.get("inside", True))
        [account] = aged_accounts(r.session, asked)
    named = zip(GRADES.names, account.buckets, strict=True)
    return {name: minor for name, minor in named if minor}


@pytest.fixture
def chased(any_stage):
    any_stage.ladders(ladder(mail(), DEMAND, LAW))
    any_stage.run(0)
    any_stage.invoice(0)
    any_stage.runs(1, 16)
    return any_stage


def test_the_last_step_that_was_done_raises_the_grade(chased):
    """S-129."""
    assert grades(chased, 15) == {"overdue": 100_00}
    assert grades(chased, 16) == {"final_demand": 100_00}


def test_what_waits_for_its_approval_raises_nothing(chased):
    chased.run(31)
    assert grades(chased, 31) == {"final_demand": 100_00}

    chased.at(33)
    chased.approve()

    assert grades(chased, 33) == {"legal": 100_00}


def test_whatever_goes_along_with_a_step_is_raised_with_it(any_stage):
    any_stage.ladders(ladder(mail(), DEMAND))
    any_stage.run(0)
    any_stage.invoice(0)
    any_stage.invoice(10)
    any_stage.runs(1, 11, 16)

    assert grades(any_stage, 15) == {"overdue": 200_00}
    assert grades(any_stage, 16) == {"final_demand": 200_00}


@pytest.mark.parametrize(
    ("stage_of_it", "grade"), [("preparing", "final_demand"), ("handed_over", "agency")]
)
def test_a_case_that_stands_raises_what_it_is_about(chased, stage_of_it, grade):
    customer_id = chased.customer_id()
    with chased.installation.work(SYSTEM) as w:
        case = CollectionCase(
            number="CASE-1",
            customer_id=customer_id,
            currency="CNY",
            kind="agency",
            state="open",
            stage=stage_of_it,
            reason="",
            opened_on=day(20),
        )
        w.session.add(case)
        w.session.flush()
        part = {"customer_id": customer_id, "case_id": case.id, "entry_id": chased.entry("INV-1")}
        w.session.execute(insert(CasePart).values(**part, part=1, amount_minor=1))

    assert grades(chased, 19) == {"final_demand": 100_00}
    assert grades(chased, 20) == {grade: 100_00}


def test_the_rest_of_what_was_written_off_is_a_bad_debt(chased):
    memo = Entry(90, "HUADONG", Kind.WRITE_OFF, "WO-1", day(17), Money(-60_00, "CNY"))
    applied = Allocation(90, chased.entry("INV-1"), 1, Money(60_00, "CNY"), day(17))
    chased.keep(memo, applied)

    assert grades(chased, 17) == {"bad_debt": 40_00}


def test_the_first_four_still_follow_from_dates(any_stage):
    """S-129."""
    any_stage.invoice(20)
    any_stage.invoice(5)
    any_stage.invoice(0)
    any_stage.invoice(-3)

    assert grades(any_stage, 0) == {
        "in_term": 100_00,
        "alert": 100_00,
        "due": 100_00,
        "overdue": 100_00,
    }
