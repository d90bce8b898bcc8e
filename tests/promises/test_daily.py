"""Promises whose day has passed: looked at again every day, each told of once."""

import json

import pytest
from sqlalchemy import func, select

from portal.base import failpoints
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.customers.timeline import list_happenings
from portal.day import run_day
from portal.promises import daily
from portal.settings.commands import ChangePolicy, change_policy
from portal.tables.journal import Audit, Event
from portal.worker import LETTERS
from tests.promises.promising import House


@pytest.fixture
def house(installation: Installation) -> House:
    """Huadong has promised one invoice for Friday, 6 November."""
    return promised(installation)


@pytest.fixture
def any_house(any_installation: Installation) -> House:
    return promised(any_installation)


def promised(installation: Installation) -> House:
    house = House(installation)
    house.invoice(1)
    house.employ()
    house.promise(1, by="11-06")
    return house


def counted(house: House, kind: str) -> int | None:
    with house.installation.reading(SYSTEM) as r:
        return r.session.scalar(select(func.count()).where(Audit.kind == kind))


@pytest.mark.parametrize(
    ("on", "state", "missed"),
    [("11-05", "open", 0), ("11-06", "open", 0), ("11-07", "broken", 1), ("11-09", "broken", 1)],
)
def test_nobody_is_told_before_the_day_is_over(house: House, on: str, state: str, missed: int):
    assert house.run(on)["missed"] == missed
    assert house.states() == [state]


def test_a_broken_promise_makes_a_task_a_note_and_a_mail_once(any_house: House):
    for on in ("11-07", "11-07", "11-08", "11-12"):
        any_house.run(on)

    [task], [mail] = any_house.tasks(), any_house.mails()
    assert (task.subject, json.loads(task.facts)["missing"]) == ("promise/1", "100.00")
    assert mail.to_address == "li.na@northwind.example"
    assert counted(any_house, "promise.broken") == 1


def test_the_task_is_the_owners_and_due_on_the_next_workday(house: House):
    house.run("11-07")

    [task] = house.tasks()
    assert task.due_on.isoformat() == "2026-11-09"
    assert task.owner_id is not None


def test_nobody_owns_the_task_where_the_owner_is_nobody_here(installation: Installation):
    house = House(installation)
    house.invoice(1)
    house.promise(1, by="11-06")
    house.run("11-07")

    [task] = house.tasks()
    assert task.owner_id is None
    assert house.mails() == []


def test_a_part_of_the_money_in_time_is_told_as_partly_kept(any_house: House):
    any_house.pay(1, "11-05", minor=60_00)
    any_house.run("11-07")

    [task] = any_house.tasks()
    assert json.loads(task.facts)["missing"] == "40.00"
    assert counted(any_house, "promise.partly_kept") == 1


def test_money_on_account_that_covers_it_is_looked_at_first(any_house: House):
    any_house.pay(1, "11-06", applied="-")
    any_house.run("11-07")

    assert any_house.tasks() == []
    assert any_house.states() == ["being_checked"]


def test_money_in_time_that_is_applied_later_closes_the_task(any_house: House):
    any_house.run("11-07")
    any_house.pay(1, "11-06", applied="11-10")
    any_house.run("11-10")

    [task] = any_house.tasks(is_done=True)
    assert task.outcome == "Paid in time: the money was applied later"
    assert any_house.states() == ["kept"]


def test_late_money_closes_the_task_too(house: House):
    house.run("11-07")
    house.pay(1, "11-10")
    house.run("11-11")

    assert [task.outcome for task in house.tasks(is_done=True)] == ["Paid, after its day"]


def test_a_new_promise_for_the_same_closes_the_task_of_the_old_one(house: House):
    house.run("11-07")
    house.promise(1, by="11-20", made="11-09")
    house.run("11-10")

    assert [task.outcome for task in house.tasks(is_done=True)] == ["Promised again"]
    assert house.states() == ["broken", "open"]


def test_missed_days_are_caught_up_at_once(house: House):
    run_day(house.installation, house.on("11-05"), acts=(("promises", daily.run),))
    done = run_day(house.installation, house.on("11-20"), acts=(("promises", daily.run),))

    assert [each.on.isoformat() for each in done] == ["2026-11-20"]
    assert [task.due_on.isoformat() for task in house.tasks()] == ["2026-11-09"]


def test_what_was_broken_long_ago_comes_from_a_file_and_makes_no_task(house: House):
    assert house.run("12-31")["missed"] == 1
    house.promise(1, by="09-20", made="09-02", way="import")

    assert house.run("12-31")["missed"] == 0


def test_a_day_off_puts_the_reckoning_off_to_the_next_workday(house: House):
    house.on("11-01")
    with house.installation.work(SYSTEM) as w:
        change_policy(w, ChangePolicy("CN", (30, 60, 90)))
    house.invoice(2)
    house.promise(2, by="11-14", made="11-02")  # a Saturday

    assert [house.run(on)["missed"] for on in ("11-13", "11-16", "11-17")] == [1, 0, 1]


def test_a_run_that_is_killed_between_slices_tells_the_rest_once(
    any_house: House, monkeypatch: pytest.MonkeyPatch
):
    any_house.invoice(2, "BERGMANN", "EUR")
    any_house.promise(2, by="11-06")
    monkeypatch.setattr(daily, "SLICE", 1)
    with monkeypatch.context() as killing:
        killing.setattr(failpoints, "reached", killed_at("promises.after_commit"))
        with pytest.raises(KeyboardInterrupt):
            any_house.run("11-07")
    assert len(any_house.tasks()) == 1
    any_house.run("11-07")

    [mail] = any_house.mails()
    assert len(any_house.tasks()) == 2
    assert json.loads(mail.payload)["promise_ids"] == [1, 2]


def killed_at(point: str):
    def reached(name: str) -> None:
        if name == point:
            raise KeyboardInterrupt

    return reached


def test_a_promise_tells_what_became_of_it_in_its_own_life(house: House):
    house.run("11-07")
    with house.installation.reading(SYSTEM) as r:
        told = select(Event.kind).where(Event.subject_kind == "promise")

        assert r.session.scalars(told).all() == ["promise_broken"]


def test_the_owners_mail_names_what_is_missing_when_it_leaves(house: House):
    house.invoice(2)
    house.promise(2, by="11-06")
    house.run("11-07")
    house.pay(2, "11-08")
    house.on("11-08")
    [mail] = house.mails()
    with house.installation.reading(SYSTEM) as r:
        values = LETTERS["promises_missed"].values(r, json.loads(mail.payload))

    assert [row.number for row in values["rows"]] == ["PRM-1"]


def test_a_run_asks_as_often_for_many_promises_as_for_few(house: House):
    few = house.count_of_a_run("11-07")
    for number in range(2, 40):
        house.invoice(number)
        house.pay(number, "11-06")
        house.promise(number, by="11-06")

    assert house.count_of_a_run("11-08") <= few


def test_the_customers_timeline_at_the_desk_tells_of_it(house: House):
    house.run("11-07")
    with house.installation.reading(SYSTEM) as r:
        [told] = [each.what for each in list_happenings(r) if "PRM" in each.what]

    assert told == "Promise PRM-1 was not kept: 100.00 CNY is missing"
