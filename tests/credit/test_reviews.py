"""Reviews: whose is due and why, what is decided on which figures, and from when a grade holds."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM, Actor, Denied, NotFound
from portal.base.installation import Installation
from portal.core.errors import RuleBroken
from portal.core.ledger import Allocation, Book, Entry, Kind, Part
from portal.core.money import Money
from portal.credit.facts import NoteFact, note_fact
from portal.credit.grades import grade_of
from portal.credit.review_list import ReviewFilter, list_due, list_reviews, review_page
from portal.credit.reviewing import ReviewCustomer, last_review_of, review_customer, seen_of
from portal.credit.scores.daily import remind_reviews, rescore
from portal.credit.scoring import score_of_customer
from portal.tables.approvals import Task
from portal.tables.credit import CreditStanding, CustomerGrade, Rating
from portal.tables.customers import Customer
from tests.credit.reviewing import TODAY, customer_id_of, employ
from tests.desk import books
from tests.ledgers import add_customers, store

NEXT_YEAR = dt.date(2027, 11, 20)


@pytest.fixture
def house(any_installation: Installation) -> Installation:
    store(any_installation, books(), owner="Li Na")
    return any_installation


@pytest.fixture
def manager(house: Installation) -> Actor:
    return employ(house, "Zhao Min")


@pytest.fixture
def huadong(house: Installation) -> int:
    return customer_id_of(house, "HUADONG")


def decision(installation: Installation, customer_id: int, **changed) -> ReviewCustomer:
    with installation.reading(SYSTEM) as r:
        found = score_of_customer(r, customer_id, r.today)
        seen = seen_of(found, last_review_of(r, customer_id))
    return replace(ReviewCustomer(customer_id, seen, "Looked at its shop.", TODAY), **changed)


def review(installation: Installation, actor: Actor, c: ReviewCustomer) -> int:
    with installation.work(actor) as w:
        return review_customer(w, c)


def held(installation: Installation, customer_id: int, on: dt.date = TODAY) -> str:
    with installation.reading(SYSTEM) as r:
        found = grade_of(r, customer_id, on)
        return found.grade if found else ""


def test_a_review_writes_score_grade_and_the_next_day(house, manager, huadong):
    review(house, manager, decision(house, huadong))

    with house.reading(SYSTEM) as r:
        [row] = list_reviews(r, huadong)
        [rating] = r.session.scalars(select(Rating)).all()
        [due] = list_due(r, [huadong])
    assert (row.grade, row.outcome, row.reviewer) == (rating.grade, "kept", "Zhao Min")
    assert held(house, huadong) == rating.grade
    assert row.next_due_on == due.due.on
    assert row.next_due_on in (NEXT_YEAR, dt.date(2027, 5, 20))  # grades C and D: half-yearly


def test_a_grade_holds_from_its_day_and_not_before(house, manager, huadong):
    """Invariant 49."""
    later = TODAY + dt.timedelta(days=10)
    review(house, manager, decision(house, huadong, effective_on=later))

    assert held(house, huadong, later - dt.timedelta(days=1)) == ""
    assert held(house, huadong, later) != ""


def test_sending_a_review_twice_makes_one(house, manager, huadong):
    c = decision(house, huadong)
    review(house, manager, c)
    with pytest.raises(RuleBroken) as refusal:
        review(house, manager, c)

    assert refusal.value.code == "review.changed"
    with house.reading(SYSTEM) as r:
        assert len(list_reviews(r, huadong)) == 1


def test_figures_that_are_typed_count_in_the_score(house, manager, huadong):
    before = decision(house, huadong)
    good = tuple(
        NoteFact(huadong, name, "100", TODAY, "seen")
        for name in ("external_report", "reputation", "management", "market")
    )
    with house.reading(SYSTEM) as r:
        was = score_of_customer(r, huadong, TODAY).score.coverage_bp

    review(house, manager, replace(before, figures=good))

    with house.reading(SYSTEM) as r:
        assert r.session.scalars(select(Rating.coverage_bp)).one() == was + 500


def test_stale_figures_are_refused_unless_left_out(house, manager, huadong):
    with house.work(manager) as w:
        note_fact(w, NoteFact(huadong, "debt_ratio", "55", dt.date(2025, 1, 31)))
    with pytest.raises(RuleBroken) as refusal:
        review(house, manager, decision(house, huadong))

    assert refusal.value.code == "review.stale_figures"
    assert refusal.value.facts["factors"] == "Debts of assets"
    assert review(house, manager, decision(house, huadong, leaves_out_stale=True))


def test_a_newer_balance_sheet_mends_stale_figures(house, manager, huadong):
    with house.work(manager) as w:
        note_fact(w, NoteFact(huadong, "debt_ratio", "55", dt.date(2025, 1, 31)))
    newer = NoteFact(huadong, "debt_ratio", "50", dt.date(2026, 6, 30))

    assert review(house, manager, decision(house, huadong, figures=(newer,)))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"note": " "}, "review.note_missing"),
        ({"effective_on": TODAY - dt.timedelta(days=1)}, "review.day_wrong"),
        ({"next_due_on": TODAY}, "review.next_wrong"),
        ({"next_due_on": TODAY + dt.timedelta(days=800)}, "review.next_wrong"),
        ({"seen": "something else"}, "review.changed"),
    ],
)
def test_bad_input_changes_nothing(house, manager, huadong, changed, code):
    with pytest.raises(RuleBroken) as refusal:
        review(house, manager, decision(house, huadong, **changed))

    assert refusal.value.code == code
    with house.reading(SYSTEM) as r:
        assert r.session.scalars(select(Rating)).all() == []


@pytest.mark.parametrize(("value", "code"), [("much", "malformed"), ("101", "out_of_range")])
def test_a_figure_that_makes_no_sense_keeps_the_review(house, manager, huadong, value, code):
    bad = NoteFact(huadong, "reputation", value, TODAY)
    with pytest.raises(RuleBroken) as refusal:
        review(house, manager, decision(house, huadong, figures=(bad,)))

    assert (refusal.value.code, refusal.value.field) == (f"score.figure_{code}", "reputation")
    assert held(house, huadong) == ""


def test_who_is_unknown_needs_a_grade_that_is_chosen(house, manager):
    with house.work(SYSTEM) as w:
        add_customers(w, ["NEW"])
    new = customer_id_of(house, "NEW")
    with pytest.raises(RuleBroken) as refusal:
        review(house, manager, decision(house, new))
    assert refusal.value.code == "review.grade_missing"
    with pytest.raises(RuleBroken) as refusal:
        review(house, manager, decision(house, new, grade="Z"))
    assert refusal.value.code == "grade.name_unknown"

    review(house, manager, decision(house, new, grade="C"))

    assert held(house, new) == "C"


def test_who_may_not_decide_reviews_nobody(house, huadong):
    with pytest.raises(Denied):
        review(house, employ(house, "Tom", "clerk"), decision(house, huadong))
    with pytest.raises(NotFound):
        review(house, employ(house, "Marta Klein", "sales"), decision(house, huadong))


def test_stopping_credit_says_so(house, manager, huadong):
    review(house, manager, decision(house, huadong, is_stopped=True))

    with house.reading(SYSTEM) as r:
        assert [row.outcome for row in list_reviews(r, huadong)] == ["stopped"]


# ── The list ─────────────────────────────────────────────────────────────────


def standings(installation: Installation, **asked) -> dict[str, tuple[str, str]]:
    with installation.reading(SYSTEM) as r:
        page = review_page(r, ReviewFilter(**{"standing": "all", **asked}))
        return {
            row.code: (row.standing.value, row.due.why.value if row.due.why else "")
            for row in page.rows
        }


def test_new_customers_press_and_old_ones_have_their_rhythm(house):
    with house.work(SYSTEM) as w:
        add_customers(w, ["NEW"])

    found = standings(house)

    assert found["NEW"] == ("due", "new")
    assert found["HUADONG"] == ("later", "regular")
    assert standings(house, standing="") == {"NEW": ("due", "new"), "ZHIYUAN": ("due", "new")}


def test_dealers_are_due_half_yearly(house, huadong):
    with house.work(SYSTEM) as w:
        w.session.get_one(Customer, huadong).customer_type = "Dealer"

    with house.reading(SYSTEM) as r:
        [row] = list_due(r, [huadong])
    assert (row.due.on, row.due.why.value) == (dt.date(2027, 5, 20), "dealer")


def test_who_is_exempt_is_not_due(house, huadong, manager):
    with house.work(SYSTEM) as w:
        w.session.add(
            CreditStanding(
                customer_id=huadong,
                kind="exempt_government",
                from_on=TODAY,
                reason="A ministry",
                set_by=manager.user_id,
                set_at=w.now,
            )
        )

    assert standings(house)["HUADONG"] == ("exempt", "")
    with pytest.raises(RuleBroken) as refusal:
        review(house, manager, decision(house, huadong))
    assert refusal.value.code == "review.exempt"


def test_the_list_shows_the_score_then_and_now(house, manager, huadong):
    review(house, manager, decision(house, huadong))
    with house.work(manager) as w:
        note_fact(w, NoteFact(huadong, "reputation", "0", TODAY, "bad talk"))
    rescore(house, TODAY)

    with house.reading(SYSTEM) as r:
        rows = review_page(r, ReviewFilter(standing="all", text="HUAD")).rows
    [row] = rows
    assert row.then is not None
    assert row.now is not None
    assert row.now.points < row.then.points


# ── Every day ────────────────────────────────────────────────────────────────


def tasks(installation: Installation, kind: str) -> list[Task]:
    with installation.reading(SYSTEM) as r:
        return list(r.session.scalars(select(Task).where(Task.kind == kind).order_by(Task.id)))


def test_a_review_that_is_due_makes_one_task_and_its_review_closes_it(house, manager):
    for _ in range(3):
        remind_reviews(house, TODAY)
    zhiyuan = customer_id_of(house, "ZHIYUAN")
    [task] = [task for task in tasks(house, "review_due") if task.customer_id == zhiyuan]
    assert (task.due_on, task.done_at) == (TODAY, None)

    review(house, manager, decision(house, zhiyuan, grade="C"))

    [task] = [task for task in tasks(house, "review_due") if task.customer_id == zhiyuan]
    assert task.outcome == "Reviewed"


def test_everybody_is_scored_once_a_month(house):
    assert rescore(house, TODAY)["scored"] == 3
    assert rescore(house, TODAY + dt.timedelta(days=3))["scored"] == 0
    assert rescore(house, dt.date(2026, 12, 1))["scored"] == 3


def test_slower_payments_are_found_and_make_a_review_due(house, huadong):
    """Signal 5: what was paid in time in summer is overdue for months in autumn."""
    # Invoice 4 of the books is overdue since July; one that was paid in time a year ago is new.
    amount = Money(500_00, "CNY")
    old = Entry(50, "HUADONG", Kind.INVOICE, "INV-50", dt.date(2026, 4, 1), amount)
    paid = Entry(51, "HUADONG", Kind.PAYMENT, "RCT-51", dt.date(2026, 5, 1), -amount)
    store(
        house,
        Book(
            (*books().entries, old, paid),
            (*books().parts, Part(50, 1, dt.date(2026, 5, 1), amount)),
            (*books().allocations, Allocation(51, 50, 1, amount, dt.date(2026, 5, 1))),
            (),
        ),
    )

    assert rescore(house, TODAY)["late"] == 1

    with house.reading(SYSTEM) as r:
        [row] = list_due(r, [huadong])
    assert (row.due.on, row.due.why.value) == (TODAY, "late_pattern")
    assert [task.customer_id for task in tasks(house, "late_pattern")] == [huadong]


def test_a_grade_row_names_its_rating(house, manager, huadong):
    review(house, manager, decision(house, huadong))

    with house.reading(SYSTEM) as r:
        [row] = r.session.scalars(select(CustomerGrade)).all()
        assert r.session.get_one(Rating, row.rating_id).customer_id == huadong
