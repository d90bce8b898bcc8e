"""Danger signals and visits: noted, shown by the books, warned of once a crossing, cleared."""

import datetime as dt
import json

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM, Actor, Denied, NotFound
from portal.base.installation import Installation
from portal.base.outbox import NotNeeded
from portal.base.policies import decide
from portal.core.errors import RuleBroken
from portal.core.signals import SIGNALS
from portal.credit.review_list import list_due
from portal.credit.seen_signals import signals_of_books
from portal.credit.signal_names import SIGNAL_NAMES
from portal.credit.signals import (
    ClearSignal,
    NoteSignal,
    clear_signal,
    list_signals,
    note_signal,
    running_by_customer,
    warning_values,
)
from portal.credit.visits import NoteVisit, list_visits, note_visit
from portal.tables.approvals import Task
from portal.tables.credit import Bill
from portal.tables.journal import Outbox
from portal.tables.orders import SalesOrder
from portal.worker import LETTERS
from tests.credit.reviewing import TODAY, customer_id_of, employ
from tests.desk import books
from tests.ledgers import store


@pytest.fixture
def house(any_installation: Installation) -> Installation:
    store(any_installation, books(), owner="Li Na")
    return any_installation


@pytest.fixture
def huadong(house: Installation) -> int:
    return customer_id_of(house, "HUADONG")


@pytest.fixture
def tom(house: Installation) -> Actor:
    employ(house, "Zhao Min")
    return employ(house, "Tom", "collector")


def note(installation: Installation, actor: Actor, customer_id: int, *signals: str) -> list[int]:
    found = []
    for signal in signals:
        with installation.work(actor) as w:
            found.append(note_signal(w, NoteSignal(customer_id, signal, f"Saw {signal}.")))
    return found


def clear(installation: Installation, actor: Actor, signal_id: int) -> None:
    with installation.work(actor) as w:
        clear_signal(w, ClearSignal(signal_id, "Came from a rumour."))


def warned(installation: Installation) -> tuple[list[Task], list[Outbox]]:
    with installation.reading(SYSTEM) as r:
        tasks = select(Task).where(Task.kind == "early_warning").order_by(Task.id)
        mails = select(Outbox).where(Outbox.kind == "early_warning").order_by(Outbox.id)
        return list(r.session.scalars(tasks)), list(r.session.scalars(mails))


def test_every_signal_has_its_words():
    assert list(SIGNAL_NAMES) == list(SIGNALS)
    assert len(set(SIGNAL_NAMES.values())) == 28


def test_one_signal_warns_nobody(house, tom, huadong):
    note(house, tom, huadong, "sued")

    assert warned(house) == ([], [])
    with house.reading(SYSTEM) as r:
        [row] = list_signals(r, huadong)
    assert (row.signal, row.note, row.noted_by, row.is_running) == (
        "sued",
        "Saw sued.",
        "Tom",
        True,
    )


def test_the_second_warns_once_and_makes_the_review_due(house, tom, huadong):
    note(house, tom, huadong, "sued", "changing_banks", "calls_unanswered")

    [task], [mail] = warned(house)
    assert (task.customer_id, json.loads(task.facts)["number"]) == (huadong, "2")
    assert mail.to_address == "zhao.min@northwind.example"
    with house.reading(SYSTEM) as r:
        [row] = list_due(r, [huadong])
        assert running_by_customer(r, [huadong])[huadong].count == 3
    assert (row.due.on, row.due.why.value) == (TODAY, "signals")


def test_falling_back_and_crossing_again_warns_again(house, tom, huadong):
    _first, second = note(house, tom, huadong, "sued", "changing_banks")
    clear(house, tom, second)
    [task], _ = warned(house)
    assert task.outcome == "The signals were cleared"

    note(house, tom, huadong, "own_receivables")

    tasks, mails = warned(house)
    assert (len(tasks), len(mails)) == (2, 2)


def test_the_policy_says_how_many_are_enough(house, tom, huadong):
    with house.work(SYSTEM) as w:
        decide(w, {"credit_signals_warn_at": 0})
    note(house, tom, huadong, "sued", "changing_banks")

    assert warned(house) == ([], [])


def test_the_mail_names_the_signals_while_they_run(house, tom, huadong):
    ids = note(house, tom, huadong, "sued", "changing_banks")
    _, [mail] = warned(house)
    payload = json.loads(mail.payload)
    with house.reading(SYSTEM) as r:
        values = LETTERS["early_warning"].values(r, payload)
    assert [name for name, _ in values["signals"]] == ["changing_banks", "sued"]

    clear(house, tom, ids[0])

    with house.reading(SYSTEM) as r, pytest.raises(NotNeeded):
        warning_values(r, payload)


@pytest.mark.parametrize(
    ("signal", "words", "code"),
    [
        ("sued", " ", "signal.note_missing"),
        ("", "seen", "signal.none_chosen"),
        ("sued", "again", "signal.already_noted"),
    ],
)
def test_what_cannot_be_noted_says_why(house, tom, huadong, signal, words, code):
    if code == "signal.already_noted":
        note(house, tom, huadong, "sued")
    with house.work(tom) as w, pytest.raises(RuleBroken) as refusal:
        note_signal(w, NoteSignal(huadong, signal, words))

    assert refusal.value.code == code


def test_a_signal_is_cleared_once_and_with_a_reason(house, tom, huadong):
    [signal_id] = note(house, tom, huadong, "sued")
    with house.work(tom) as w, pytest.raises(RuleBroken) as refusal:
        clear_signal(w, ClearSignal(signal_id, ""))
    assert refusal.value.code == "signal.why_cleared"
    clear(house, tom, signal_id)
    with pytest.raises(RuleBroken) as refusal:
        clear(house, tom, signal_id)
    assert refusal.value.code == "signal.already_cleared"
    assert note(house, tom, huadong, "sued")


def test_who_may_not_see_or_note_does_not(house, huadong):
    auditor = employ(house, "Ms Audit", "auditor")
    with pytest.raises(Denied):
        note(house, auditor, huadong, "sued")
    with pytest.raises(NotFound):
        note(house, employ(house, "Marta Klein", "sales"), huadong, "sued")


# ── What the books show ──────────────────────────────────────────────────────


def shown(installation: Installation, customer_id: int) -> tuple[str, ...]:
    with installation.reading(SYSTEM) as r:
        return signals_of_books(r, customer_id, TODAY)


def test_quiet_books_show_nothing(house):
    assert shown(house, customer_id_of(house, "BERGMANN")) == ()


@pytest.mark.parametrize(("minor", "names"), [(1, ()), (10**9, ("oversize_order",))])
def test_an_order_far_above_the_sales_is_shown(house, huadong, minor, names):
    with house.work(SYSTEM) as w:
        order = SalesOrder(
            customer_id=huadong,
            code="SO-1",
            currency="CNY",
            ordered_on=TODAY,
            amount_minor=minor,
            status="open",
            created_at=w.now,
        )
        w.session.add(order)

    assert shown(house, huadong) == names


def test_bills_are_shown_when_many_wait_or_one_is_dishonoured(house, tom, huadong):
    with house.work(SYSTEM) as w:
        for turn in range(6):
            w.session.add(
                Bill(
                    customer_id=huadong,
                    number=f"B-{turn}",
                    kind="cheque",
                    currency="CNY",
                    amount_minor=100,
                    received_on=TODAY - dt.timedelta(days=30),
                    matures_on=TODAY + dt.timedelta(days=30),
                    drawer="",
                    acceptor="",
                    state="dishonoured" if turn == 5 else "held",
                    state_on=TODAY,
                    noted_by=tom.user_id,
                    at=w.now,
                )
            )

    assert shown(house, huadong) == ("many_bills", "bounced_cheque")


# ── Visits ───────────────────────────────────────────────────────────────────


def visit(installation: Installation, actor: Actor, customer_id: int, **changed) -> int:
    told = {
        "visited_on": TODAY,
        "met": "Mr Chen",
        "payment_plans": "Half by month's end",
        "business": "",
        "next_on": TODAY + dt.timedelta(days=30),
    }
    with installation.work(actor) as w:
        return note_visit(w, NoteVisit(customer_id, **{**told, **changed}))


def next_visits(installation: Installation) -> list[tuple[dt.date, str]]:
    with installation.reading(SYSTEM) as r:
        rows = select(Task).where(Task.kind == "next_visit").order_by(Task.id)
        return [(task.due_on, task.outcome) for task in r.session.scalars(rows)]


def test_a_visit_is_noted_and_the_next_one_is_a_task(house, tom, huadong):
    visit(house, tom, huadong)
    visit(house, tom, huadong, next_on=None)

    with house.reading(SYSTEM) as r:
        rows = list_visits(r, huadong)
    assert [row.payment_plans for row in rows] == ["Half by month's end"] * 2
    assert next_visits(house) == [(TODAY + dt.timedelta(days=30), "Visited")]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"payment_plans": " "}, "visit.nothing_told"),
        ({"visited_on": TODAY + dt.timedelta(days=1)}, "visit.day_wrong"),
        ({"next_on": TODAY}, "visit.next_wrong"),
        ({"next_on": TODAY + dt.timedelta(days=400)}, "visit.next_wrong"),
    ],
)
def test_a_visit_that_makes_no_sense_is_refused(house, tom, huadong, changed, code):
    with pytest.raises(RuleBroken) as refusal:
        visit(house, tom, huadong, **changed)

    assert refusal.value.code == code
    assert next_visits(house) == []


def test_a_visit_that_is_sent_twice_is_one(house, tom, huadong):
    told = NoteVisit(huadong, TODAY, "Ms Chen", "Pays in May", "Well")
    ids = []
    for _ in range(2):
        with house.work(tom) as w:
            ids.append(note_visit(w, told))
    with house.reading(SYSTEM) as r:
        visits = list_visits(r, huadong)

    assert (len(set(ids)), len(visits)) == (1, 1)


def test_a_note_of_invisible_letters_is_none(house, tom, huadong):
    with house.work(tom) as w, pytest.raises(RuleBroken, match=r"signal\.note_missing"):
        note_signal(w, NoteSignal(huadong, "sued", "\u200b\u2800"))
