"""Scores from the books, the facts and the policy: for all at once, for one, and as of any day."""

import datetime as dt
import json
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import event, func, select

from portal.base.access import SYSTEM, Actor, NotFound
from portal.base.installation import Installation
from portal.base.policies import decide
from portal.core.ledger import Book, Kind
from portal.core.scorecard import FACTORS, as_figure
from portal.credit.facts import NoteFact, note_fact
from portal.credit.ratings import list_ratings, rate, score_customers
from portal.credit.scoring import CustomerScore, score_of_customer, scores_on
from portal.tables.credit import CustomerGrade, Rating
from portal.tables.customers import Customer
from tests.ledgers import add_customers, store
from tests.random_books import a_random_book

DAYS = (dt.date(2026, 1, 31), dt.date(2026, 5, 31), dt.date(2026, 11, 20))
TODAY = DAYS[-1]


@pytest.fixture(params=range(2))
def book(request, any_installation: Installation) -> Book:
    made = a_random_book(request.param)
    store(any_installation, made)
    return made


def figures(found: CustomerScore) -> dict[str, Decimal | None]:
    return {each.name: each.value for each in found.inputs}


def lateness_by_hand(book: Book, on: dt.date) -> dict[str, Decimal]:
    """Days late of every customer, due part by due part, as a clerk would reckon them."""
    by_id = {entry.id: entry for entry in book.entries}
    late: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for part in book.parts:
        entry = by_id[part.entry_id]
        if entry.kind not in (Kind.INVOICE, Kind.CHARGE) or not part.due_on or entry.dated_on > on:
            continue
        applied = [
            a
            for a in book.allocations
            if (a.entry_id, a.part) == (part.entry_id, part.part)
            and a.effective_on <= on
            and not (a.ended_on and a.ended_on <= on)
            and by_id[a.credit_id].kind is not Kind.WRITE_OFF
        ]
        is_paid = sum(a.amount.minor for a in applied) == part.amount.minor
        if not is_paid and part.due_on >= on:
            continue
        paid_on = max(by_id[a.credit_id].dated_on for a in applied) if is_paid else on
        days = max(0, (paid_on - part.due_on).days)
        late[entry.customer, entry.amount.currency].append((part.amount.minor, days))
    return {code: _mean(late, code) for code, _ in late}


def _mean(late: dict[tuple[str, str], list[tuple[int, int]]], code: str) -> Decimal:
    mine = [rows for (customer, _), rows in late.items() if customer == code]
    items = sum(len(rows) for rows in mine)
    total = sum(
        Fraction(sum(minor * days for minor, days in rows), sum(minor for minor, _ in rows))
        * len(rows)
        for rows in mine
    )
    return as_figure(total / items)


@pytest.mark.parametrize("on", DAYS)
def test_days_late_are_those_reckoned_by_hand(any_installation, book: Book, on: dt.date):
    by_hand = lateness_by_hand(book, on)

    with any_installation.reading(SYSTEM) as r:
        codes = dict(r.session.execute(select(Customer.id, Customer.code)).all())
        late = {codes[found.customer_id]: figures(found) for found in scores_on(r, on)}

    assert {code: f["days_late"] for code, f in late.items() if f["days_late"] is not None} == (
        by_hand
    )


@pytest.mark.parametrize("on", DAYS)
@pytest.mark.usefixtures("book")
def test_one_alone_is_as_all_at_once(any_installation, on: dt.date):
    with any_installation.reading(SYSTEM) as r:
        together = list(scores_on(r, on))

        assert together == [score_of_customer(r, each.customer_id, on) for each in together]


def test_the_number_of_statements_does_not_grow_with_the_customers(installation):
    counts = []
    store(installation, a_random_book(1))
    for customers in (2, 40):
        with installation.work(SYSTEM) as w:
            add_customers(w, [f"NEW{turn}" for turn in range(customers)])
        with installation.reading(SYSTEM) as r:
            counts.append(_statements(installation, lambda r=r: list(scores_on(r, TODAY))))

    assert counts[0] == counts[1]


def _statements(installation: Installation, act) -> int:
    said: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        said.append(statement)

    engine = installation.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(said)


@pytest.mark.usefixtures("book")
def test_a_score_is_written_once_a_day(any_installation):
    for times in (1, 2):
        with any_installation.work(SYSTEM) as w:
            written = score_customers(w, TODAY)
        assert (written > 0) == (times == 1)

    with any_installation.reading(SYSTEM) as r:
        customers = r.session.scalar(select(func.count()).select_from(Customer))
        assert r.session.scalar(select(func.count()).select_from(Rating)) == customers


@pytest.mark.usefixtures("book")
def test_a_score_that_changed_is_written_beside_the_first(any_installation):
    with any_installation.work(SYSTEM) as w:
        score_customers(w, TODAY)
    with any_installation.work(SYSTEM) as w:
        note_fact(w, NoteFact(1, "reputation", "80", TODAY, "asked around"))
    with any_installation.work(SYSTEM) as w:
        assert score_customers(w, TODAY) == 1

    with any_installation.reading(SYSTEM) as r:
        [newest] = list_ratings(r, 1)
    told = {each.name: each for each in newest.inputs}
    assert (told["reputation"].value, told["reputation"].note) == (Decimal(80), "asked around")


@pytest.mark.usefixtures("book")
def test_a_rating_keeps_all_it_stands_on(any_installation):
    with any_installation.work(SYSTEM) as w:
        found = score_of_customer(w, 1, TODAY)
        rating_id = rate(w, found)
        assert rate(w, found) == rating_id

    with any_installation.reading(SYSTEM) as r:
        [row] = list_ratings(r, 1)
    assert row.inputs == found.inputs
    assert (row.score, row.grade) == (found.score.points, found.grade)
    assert (row.suggested_limit, row.suggested_terms) == (found.suggested_limit, "")


def test_what_is_stale_is_unknown_and_says_so(installation):
    store(installation, a_random_book(1))
    old = dt.date(2025, 5, 20)
    with installation.work(SYSTEM) as w:
        note_fact(w, NoteFact(1, "debt_ratio", "55 %", old, "balance sheet"))
        note_fact(w, NoteFact(1, "net_margin", "7.5", old + dt.timedelta(days=1)))

    with installation.reading(SYSTEM) as r:
        found = {each.name: each for each in score_of_customer(r, 1, TODAY).inputs}
    assert (found["debt_ratio"].value, found["debt_ratio"].reason) == (Decimal(55), "")
    with installation.reading(SYSTEM) as r:
        later = score_of_customer(r, 1, TODAY + dt.timedelta(days=1))
    found = {each.name: each for each in later.inputs}
    assert (found["debt_ratio"].value, found["debt_ratio"].reason) == (None, "stale")
    assert found["net_margin"].points == Decimal("83.33")


def test_the_fact_of_the_latest_day_counts_until_its_own(installation):
    store(installation, a_random_book(1))
    march, may = dt.date(2026, 3, 31), dt.date(2026, 5, 31)
    with installation.work(SYSTEM) as w:
        note_fact(w, NoteFact(1, "market", "40", may))
        note_fact(w, NoteFact(1, "market", "90", march))

    with installation.reading(SYSTEM) as r:
        assert figures(score_of_customer(r, 1, march))["market"] == Decimal(90)
        assert figures(score_of_customer(r, 1, TODAY))["market"] == Decimal(40)


def test_the_policy_of_the_day_scores(installation):
    store(installation, a_random_book(1))
    card = [{"name": "days_late", "weight": 1, "bands": [[0, 100], [999, 50]]}]
    with installation.work(SYSTEM) as w:
        decide(w, {"scorecard_factors": card, "scorecard_coverage_floor_percent": 100})

    with installation.reading(SYSTEM) as r:
        now, before = (score_of_customer(r, 1, on) for on in (TODAY, TODAY - dt.timedelta(days=1)))
    assert [each.name for each in now.inputs] == ["days_late"]
    assert (now.policy_id is None, before.policy_id) == (False, None)
    assert len(before.inputs) == 15


def test_a_grade_in_force_holds_on_within_the_hysteresis(installation):
    store(installation, a_random_book(1))
    with installation.reading(SYSTEM) as r:
        found = next(each for each in scores_on(r, TODAY) if each.score.points)
    bound = int(found.score.points)
    grades = [{"name": "A", "min_score": bound}, {"name": "B", "min_score": 0}]
    with installation.work(SYSTEM) as w:
        decide(w, {"grades": grades})
    with installation.reading(SYSTEM) as r:
        assert score_of_customer(r, found.customer_id, TODAY).grade == "A"
    _give(installation, found.customer_id, "B")

    with installation.reading(SYSTEM) as r:
        held = score_of_customer(r, found.customer_id, TODAY)
    assert (held.grade, held.held) == ("B", "B")


def _give(installation: Installation, customer_id: int, grade: str) -> None:
    with installation.work(SYSTEM) as w:
        w.session.add(
            CustomerGrade(
                customer_id=customer_id,
                effective_on=TODAY,
                grade=grade,
                is_override=False,
                reason="",
                author="Zhao Min",
                at=w.now,
            )
        )


def test_who_cannot_see_a_customer_finds_no_score(installation):
    store(installation, a_random_book(1), owner="Li Na")
    mine = Actor("staff", 7, name="Marta Klein", staff_role="sales")

    with installation.reading(mine) as r:
        assert list(scores_on(r, TODAY)) == []
        with pytest.raises(NotFound):
            score_of_customer(r, 1, TODAY)


def test_the_inputs_are_told_as_json(installation):
    store(installation, a_random_book(1))
    with installation.work(SYSTEM) as w:
        score_customers(w, TODAY, [1])

    with installation.reading(SYSTEM) as r:
        told = json.loads(r.session.scalars(select(Rating.inputs)).one())
    assert set(told) <= set(FACTORS)
    assert all({"weight", "source"} <= set(each) for each in told.values())
    assert all(("points" in each) != ("reason" in each) for each in told.values())
