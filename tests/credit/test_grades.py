"""Grades by day: of reviews, and against the score with an end, a reason and a second person."""

import datetime as dt

import pytest
from sqlalchemy import select

from portal.approvals.deciding import (
    ApproveRequest,
    RefuseRequest,
    approve_request,
    ask_anew,
    refuse_request,
)
from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.core.errors import RuleBroken
from portal.credit.grades import grade_of, grades_on, list_grades
from portal.credit.overriding import (
    ProposeGrade,
    WithdrawGrade,
    list_overrides,
    propose_grade,
    withdraw_grade,
)
from portal.tables.approvals import Approval
from portal.tables.credit import CustomerGrade, GradeOverride
from tests.credit.reviewing import TODAY, customer_id_of, employ
from tests.desk import books
from tests.kept import app_over
from tests.ledgers import store

UNTIL = TODAY + dt.timedelta(days=40)


@pytest.fixture
def house(any_installation: Installation) -> Installation:
    store(any_installation, books(), owner="Li Na")
    app_over(any_installation)  # the roof says which kinds of requests there are
    return any_installation


@pytest.fixture
def huadong(house: Installation) -> int:
    return customer_id_of(house, "HUADONG")


@pytest.fixture
def manager(house: Installation) -> Actor:
    return employ(house, "Zhao Min")


@pytest.fixture
def boss(house: Installation) -> Actor:
    return employ(house, "Wang Fang", "admin")


def propose(house: Installation, actor: Actor, customer_id: int, **changed) -> int:
    told = {"grade": "A", "until_on": UNTIL, "reason": "Its parent vouches for it."} | changed
    with house.work(actor) as w:
        return propose_grade(w, ProposeGrade(customer_id, **told))


def request(house: Installation) -> int:
    with house.reading(SYSTEM) as r:
        waiting = select(Approval.id).where(Approval.kind == "grade", Approval.state == "waiting")
        return r.session.scalars(waiting).one()


def give(house: Installation, customer_id: int, grade: str, on: dt.date) -> None:
    with house.work(SYSTEM) as w:
        w.session.add(
            CustomerGrade(
                customer_id=customer_id,
                effective_on=on,
                grade=grade,
                is_override=False,
                reason="",
                author="Zhao Min",
                at=w.now,
            )
        )


def held(house: Installation, customer_id: int, on: dt.date) -> str:
    with house.reading(SYSTEM) as r:
        found = grade_of(r, customer_id, on)
        return found.grade if found else ""


def test_an_override_holds_until_its_day_and_the_grade_before_is_back(
    house, manager, boss, huadong
):
    """Invariant 49: each grade from its day, as of any day."""
    give(house, huadong, "C", TODAY - dt.timedelta(days=100))
    propose(house, manager, huadong)
    assert held(house, huadong, TODAY) == "C"

    with house.work(boss) as w:
        approve_request(w, ApproveRequest(request(house)))

    days = {day: held(house, huadong, day) for day in (TODAY, UNTIL, UNTIL + dt.timedelta(days=1))}
    assert list(days.values()) == ["A", "A", "C"]
    assert held(house, huadong, TODAY - dt.timedelta(days=1)) == "C"
    assert held(house, huadong, TODAY - dt.timedelta(days=101)) == ""
    with house.reading(SYSTEM) as r:
        [newest, _] = list_grades(r, huadong)
    assert (newest.is_override, newest.until_on, newest.author) == (True, UNTIL, "Zhao Min")


def test_a_grade_of_a_later_review_ends_an_override(house, manager, boss, huadong):
    propose(house, manager, huadong)
    with house.work(boss) as w:
        approve_request(w, ApproveRequest(request(house)))
    give(house, huadong, "D", TODAY + dt.timedelta(days=5))

    assert held(house, huadong, TODAY + dt.timedelta(days=4)) == "A"
    assert held(house, huadong, TODAY + dt.timedelta(days=5)) == "D"


def test_nobody_approves_their_own(house, manager, huadong):
    propose(house, manager, huadong)
    with house.work(manager) as w, pytest.raises(RuleBroken) as refusal:
        approve_request(w, ApproveRequest(request(house)))

    assert refusal.value.code == "approval.own"
    assert held(house, huadong, TODAY) == ""


def test_a_refusal_changes_no_grade(house, manager, boss, huadong):
    propose(house, manager, huadong)
    with house.work(boss) as w:
        refuse_request(w, RefuseRequest(request(house), "Its parent is in trouble too."))

    assert held(house, huadong, TODAY) == ""
    with house.reading(SYSTEM) as r:
        assert [row.state for row in list_overrides(r, huadong)] == ["refused"]
    assert propose(house, manager, huadong)


def test_a_withdrawn_proposal_waits_for_nobody(house, manager, huadong):
    override_id = propose(house, manager, huadong)
    for _ in range(2):
        with house.work(manager) as w:
            withdraw_grade(w, WithdrawGrade(override_id))

    with house.reading(SYSTEM) as r:
        assert [row.state for row in list_overrides(r, huadong)] == ["withdrawn"]
        assert r.session.scalars(select(Approval.state)).all() == ["withdrawn"]


def test_another_grade_meanwhile_overtakes_the_proposal(house, manager, boss, huadong):
    propose(house, manager, huadong)
    asked = request(house)
    give(house, huadong, "B", TODAY)
    with house.work(boss) as w, pytest.raises(RuleBroken) as refusal:
        approve_request(w, ApproveRequest(asked))
    assert refusal.value.code == "approval.changed"

    with house.work(boss) as w:
        anew = ask_anew(w, asked)
    with house.work(boss) as w:
        approve_request(w, ApproveRequest(anew))

    assert held(house, huadong, TODAY) == "A"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"grade": "Z"}, "grade.name_unknown"),
        ({"grade": ""}, "grade.name_unknown"),
        ({"reason": " "}, "grade.reason_missing"),
        ({"until_on": None}, "grade.until_wrong"),
        ({"until_on": TODAY}, "grade.until_wrong"),
        ({"until_on": TODAY + dt.timedelta(days=400)}, "grade.until_too_far"),
        ({"grade": "C"}, "grade.is_in_force"),
    ],
)
def test_a_proposal_that_makes_no_sense_is_refused(house, manager, huadong, changed, code):
    give(house, huadong, "C", TODAY)
    with pytest.raises(RuleBroken) as refusal:
        propose(house, manager, huadong, **changed)

    assert refusal.value.code == code
    with house.reading(SYSTEM) as r:
        assert r.session.scalars(select(GradeOverride)).all() == []


def test_one_proposal_waits_at_a_time(house, manager, huadong):
    propose(house, manager, huadong)
    with pytest.raises(RuleBroken) as refusal:
        propose(house, manager, huadong, grade="B")

    assert refusal.value.code == "grade.override_waits"


def test_all_at_once_are_as_one_alone(house, huadong):
    for turn, grade in enumerate("ABCAD"):
        give(house, huadong, grade, TODAY + dt.timedelta(days=turn // 2))

    for days in range(-1, 4):
        on = TODAY + dt.timedelta(days=days)
        with house.reading(SYSTEM) as r:
            together = grades_on(r, on)
            assert together.get(huadong) == grade_of(r, huadong, on)
