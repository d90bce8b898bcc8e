"""The round: owners are asked, answer for themselves, and silence goes to the lead, once."""

import datetime as dt
import itertools
from typing import Any

import pytest
from sqlalchemy import Date, Select, String, cast, literal, select, union_all, update

from portal.base.access import SYSTEM, NotFound
from portal.base.installation import Installation
from portal.core.due_round import Answer, Given, Said, is_asked
from portal.core.promise import Reason
from portal.escalation.due import daily
from portal.escalation.due.answering import AnswerOne, AnswerRound, answer_round
from portal.escalation.due.asking import RoundFilter, is_asked_sql, list_round
from portal.tables.approvals import Task
from portal.tables.collecting import DueAnswer
from portal.tables.customers import Customer
from portal.tables.invoices import Part
from portal.tables.journal import Outbox
from tests.credit.limiting import actor
from tests.desk import Office, an_office

#: A Friday.
TODAY = dt.date(2026, 11, 20)
MONDAY = dt.date(2026, 11, 23)


@pytest.fixture
def office(any_installation: Installation) -> Office:
    return an_office(any_installation)


@pytest.fixture
def owner(office: Office) -> int:
    """Li Na, who owns the customers."""
    return office.enter("sales").user_id


def numbers(office: Office, user_id: int, show: str = "asked") -> list[str]:
    with office.installation.reading(actor(office.installation, user_id)) as r:
        found = list_round(r, RoundFilter(show, ("Li Na",)))
        return [item.number for item in found.items]


def answer(office: Office, user_id: int, number: int, said: Said, *, is_sent: bool = True) -> int:
    with office.installation.work(actor(office.installation, user_id)) as w:
        part = w.session.scalars(select(Part).where(Part.entry_id == number)).one()
        one = AnswerOne(part.customer_id, number, part.part, said)
        return answer_round(w, AnswerRound((one,), is_sent))


def mails(office: Office, kind: str) -> list[Outbox]:
    with office.installation.reading(SYSTEM) as r:
        return list(r.session.scalars(select(Outbox).where(Outbox.kind == kind)))


def test_an_owner_is_asked_about_what_is_due_soon_or_overdue(office: Office, owner: int):
    """S-090, S-105: whatever is sold on credit is watched by itself, from the import on."""
    # INV-1 is disputed as a whole, INV-3 is a colleague's; INV-2 falls due in five days.
    assert numbers(office, owner) == ["INV-4", "INV-2"]


def test_what_is_answered_is_not_asked_again_today(office: Office, owner: int):
    answer(office, owner, 2, Said(Answer.ON_TIME))

    assert numbers(office, owner) == ["INV-4"]
    assert numbers(office, owner, "answered") == ["INV-2"]


def test_a_note_is_no_answer_and_an_answer_stays(office: Office, owner: int):
    answer(office, owner, 2, Said(Answer.ON_TIME), is_sent=False)
    assert "INV-2" in numbers(office, owner)
    assert answer(office, owner, 2, Said(Answer.ON_TIME)) == 1

    assert answer(office, owner, 2, Said(Answer.PROBLEM, None, Reason.UNWILLING)) == 0

    with office.installation.reading(SYSTEM) as r:
        (kept,) = r.session.scalars(select(DueAnswer))
    assert kept.answer == "on_time"


def test_what_is_half_typed_is_not_noted_and_blocks_nothing(office: Office, owner: int):
    assert answer(office, owner, 2, Said(Answer.LATER), is_sent=False) == 0


def test_nobody_answers_for_customers_they_do_not_see(office: Office, owner: int):
    with office.installation.work(SYSTEM) as w:
        w.session.execute(update(Customer).values(owner="Somebody else"))

    with pytest.raises(NotFound):
        answer(office, owner, 2, Said(Answer.ON_TIME))


def test_the_morning_list_is_sent_once_however_often_the_day_is_run(office: Office, owner: int):
    """S-102, S-188: the books tell the owner by themselves."""
    for _ in range(3):
        daily.run(office.installation, TODAY)

    assert [mail.user_id for mail in mails(office, "due_list")] == [owner]


@pytest.mark.usefixtures("owner")
def test_on_a_day_off_nobody_is_asked(office: Office):
    saturday = TODAY + dt.timedelta(days=1)

    assert daily.run(office.installation, saturday) == {"lists": 0, "unanswered": 0}


def test_silence_goes_to_the_lead_the_next_workday_and_once(office: Office, owner: int):
    """S-103: the day's list is answered on the day."""
    lead = office.enter("collections_lead").user_id
    daily.run(office.installation, TODAY)
    answer(office, owner, 2, Said(Answer.ON_TIME))
    office.pass_days(3)

    found = [daily.run(office.installation, MONDAY)["unanswered"] for _ in range(2)]

    assert found == [1, 0]
    with office.installation.reading(SYSTEM) as r:
        subjects = r.session.scalars(select(Task.subject).where(Task.kind == "due_unanswered"))
        assert sorted(subjects) == ["part/4/1"]
    assert [mail.user_id for mail in mails(office, "due_silence")] == [lead]


@pytest.mark.usefixtures("owner")
def test_nobody_is_blamed_for_a_day_on_which_nobody_was_asked(office: Office):
    assert daily.run(office.installation, MONDAY)["unanswered"] == 0


def test_an_answer_that_comes_late_closes_the_task(office: Office, owner: int):
    daily.run(office.installation, TODAY)
    office.pass_days(3)
    daily.run(office.installation, MONDAY)

    answer(office, owner, 4, Said(Answer.PROBLEM, None, Reason.SHORT_OF_CASH))

    with office.installation.reading(SYSTEM) as r:
        open_ones = select(Task.subject).where(Task.done_at.is_(None))
        assert "part/4/1" not in set(r.session.scalars(open_ones))


def test_core_and_sql_ask_about_the_same(any_installation: Installation):
    """Every combination of due day, day of the answer and answer, within the days of the round."""
    days = [TODAY + dt.timedelta(days=each) for each in range(-9, 8)]
    given = [
        Given(on, said, on + dt.timedelta(days=4) if said is Answer.LATER else None)
        for on in days[:10]
        for said in Answer
    ]
    cases = list(itertools.product(days, [None, *given]))
    asked: set[int] = set()
    with any_installation.reading(SYSTEM) as r:
        for batch in batches(list(enumerate(cases))):
            told = union_all(*(row_of(turn, *case) for turn, case in batch)).subquery()
            rows = select(told.c.turn).where(is_asked_sql(told.c.due_on, told, TODAY))
            asked |= set(r.session.scalars(rows))

    assert asked == {
        turn for turn, (due, each) in enumerate(cases) if is_asked(due, TODAY, 7, each)
    }


def batches(cases: list[Any]) -> list[list[Any]]:
    return [cases[start : start + 100] for start in range(0, len(cases), 100)]


def row_of(turn: int, due: dt.date, given: Given | None) -> Select[Any]:
    return select(
        literal(turn).label("turn"),
        cast(literal(due, Date), Date).label("due_on"),
        cast(literal(given and given.on, Date), Date).label("answered_on"),
        cast(literal(given and given.answer.value, String), String).label("answer"),
        cast(literal(given and given.pay_on, Date), Date).label("pay_on"),
    )
