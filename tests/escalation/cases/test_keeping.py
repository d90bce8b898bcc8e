"""What happens in a case is written down; it moves, costs, is looked at again, and ends."""

import datetime as dt

import pytest

from portal.base.access import Denied
from portal.base.attaching import AttachedFile
from portal.base.kept_files import Files
from portal.core.case import Act, Happened, Kind, Outcome
from portal.core.errors import RuleBroken
from portal.escalation.cases.candidates import standing_parts
from portal.escalation.cases.keeping import (
    AddFiles,
    ChangeCase,
    CloseCase,
    NoteEvent,
    add_files,
    change_case,
    close_case,
    note_event,
)
from portal.escalation.cases.opening import Partner
from portal.tables.approvals import Task
from portal.tables.cases import CaseEvent
from tests.escalation.cases.stage import COLLECTOR, FIRM, LAWYER, SALES, TODAY, Chambers

PDF = b"%PDF-1.7\n1 0 obj\n"
NEXT = TODAY + dt.timedelta(14)


def close(chambers: Chambers, case_id: int, outcome: Outcome, **changes) -> int:
    told = {"on": TODAY, "key": "the end", "words": "Over."} | changes
    return chambers.act(LAWYER, close_case, CloseCase(case_id, outcome, **told))


def test_a_case_at_law_walks_to_its_judgment(any_chambers: Chambers):
    """S-151, S-187."""
    case_id = any_chambers.opened()
    for act in (Act.DEMAND, Act.FILE, Act.PRESERVE, Act.HEAR):
        any_chambers.happens(case_id, act)
    any_chambers.happens(case_id, Act.COST, cost_minor=12_50)
    any_chambers.happens(case_id, Act.DECIDE, words="They shall pay 110.00.")

    view = any_chambers.view(case_id)
    assert view.row.stage == "judgment"
    assert view.costs.minor == 12_50
    assert [each.kind for each in view.events][-1] == "opened"
    assert close(any_chambers, case_id, Outcome.JUDGMENT)
    row = any_chambers.view(case_id).row
    assert (row.state, row.outcome, row.closed_on) == ("closed", "judgment", TODAY)
    assert any_chambers.read(standing_parts, any_chambers.customer_id) == {}


def test_an_agency_reports_and_gives_it_back(any_chambers: Chambers):
    """S-150."""
    case_id = any_chambers.opened("INV-4", kind=Kind.AGENCY)
    any_chambers.happens(case_id, Act.HAND_OVER)
    any_chambers.happens(case_id, Act.REPORT, words="Nobody opens the door.")
    any_chambers.happens(case_id, Act.TAKE_BACK)

    row = any_chambers.view(case_id).row
    assert (row.state, row.stage, row.outcome) == ("closed", "returned", "withdrawn")


def test_sent_twice_it_has_happened_once(any_chambers: Chambers):
    case_id = any_chambers.opened()
    first = any_chambers.happens(case_id, Act.FILE, key="once")
    second = any_chambers.happens(case_id, Act.FILE, key="once")

    assert first == second
    assert len(any_chambers.rows(CaseEvent, CaseEvent.kind == "filed")) == 1


def test_the_next_look_is_a_task_until_something_happens(any_chambers: Chambers):
    case_id = any_chambers.opened(owner_id=any_chambers.ids[LAWYER])
    first = any_chambers.happens(case_id, Act.FILE, next_on=TODAY)
    second = any_chambers.happens(case_id, Act.HEAR, next_on=NEXT)

    tasks = {task.subject: task for task in any_chambers.rows(Task, Task.kind == "case_next")}
    assert tasks[f"case/{case_id}/{first}"].done_at is not None
    waiting = tasks[f"case/{case_id}/{second}"]
    assert (waiting.due_on, waiting.owner_id) == (NEXT, any_chambers.ids[LAWYER])
    assert any_chambers.view(case_id).row.next_on == NEXT

    close(any_chambers, case_id, Outcome.SETTLED)
    assert all(task.done_at for task in any_chambers.rows(Task, Task.kind == "case_next"))
    assert any_chambers.view(case_id).row.next_on is None


@pytest.mark.parametrize(
    ("act", "changes", "code"),
    [
        (Act.ENFORCE, {}, "case.not_at_this_stage"),
        (Act.HAND_OVER, {}, "case.not_at_this_stage"),
        (Act.NOTE, {}, "case.words_missing"),
        (Act.FILE, {"on": NEXT}, "case.in_future"),
        (Act.FILE, {"on": TODAY - dt.timedelta(1)}, "case.before_the_move"),
        (Act.FILE, {"next_on": TODAY - dt.timedelta(1)}, "case.next_is_over"),
    ],
)
def test_what_cannot_be_is_refused(chambers: Chambers, act: Act, changes: dict, code: str):
    case_id = chambers.opened()

    with pytest.raises(RuleBroken, match=code):
        chambers.happens(case_id, act, **changes)
    assert [each.kind for each in chambers.view(case_id).events] == ["opened"]


def test_nobody_sues_without_saying_where(chambers: Chambers):
    case_id = chambers.opened(partner=Partner())

    with pytest.raises(RuleBroken, match=r"case\.partner_missing"):
        chambers.happens(case_id, Act.FILE)
    version = chambers.view(case_id).row.row_version
    chambers.act(LAWYER, change_case, ChangeCase(case_id, version, FIRM))
    assert chambers.happens(case_id, Act.FILE)


def test_what_is_not_paid_does_not_end_as_paid(chambers: Chambers):
    case_id = chambers.opened()

    with pytest.raises(RuleBroken, match=r"case\.not_paid"):
        close(chambers, case_id, Outcome.PAID)
    with pytest.raises(RuleBroken, match=r"case\.not_decided"):
        close(chambers, case_id, Outcome.JUDGMENT)
    assert close(chambers, case_id, Outcome.UNCOLLECTABLE) == close(
        chambers, case_id, Outcome.UNCOLLECTABLE
    )


def test_nothing_happens_in_a_case_that_does_not_stand(chambers: Chambers):
    case_id = chambers.propose()

    with pytest.raises(RuleBroken, match=r"case\.not_in_this_state"):
        chambers.happens(case_id, Act.NOTE, words="Early.")
    with pytest.raises(RuleBroken, match=r"case\.not_in_this_state"):
        close(chambers, case_id, Outcome.SETTLED)


def test_two_who_change_it_at_once_do_not_overwrite_each_other(any_chambers: Chambers):
    case_id = any_chambers.opened()
    version = any_chambers.view(case_id).row.row_version
    change = ChangeCase(case_id, version, Partner("Court of Pudong"), any_chambers.ids[COLLECTOR])
    any_chambers.act(LAWYER, change_case, change)

    with pytest.raises(RuleBroken, match=r"case\.stale"):
        any_chambers.act(COLLECTOR, change_case, change)
    row = any_chambers.view(case_id).row
    assert (row.partner, row.owner) == ("Court of Pudong", "Tom Reed")


def test_who_keeps_it_is_somebody_who_may(chambers: Chambers):
    case_id = chambers.opened()
    version = chambers.view(case_id).row.row_version
    change = ChangeCase(case_id, version, FIRM, chambers.ids[SALES])

    with pytest.raises(RuleBroken, match=r"task\.owner_cannot"):
        chambers.act(LAWYER, change_case, change)


def test_files_lie_with_the_case_and_are_the_houses(any_chambers: Chambers):
    case_id = any_chambers.opened()
    letter = AttachedFile("letter.pdf", "application/pdf", PDF)
    files = Files(any_chambers.installation.storage, (letter,))
    any_chambers.act(LAWYER, add_files, AddFiles(case_id, "other", files))
    told = NoteEvent(case_id, Happened(Act.DEMAND, TODAY), "k", "Sent.", files)
    any_chambers.act(LAWYER, note_event, told)

    found = any_chambers.view(case_id).files
    assert [(each.name, each.kind, each.side) for each in found] == [
        ("letter.pdf", "other", "house"),
        ("letter.pdf", "demand", "house"),
    ]


def test_sales_changes_nothing(chambers: Chambers):
    case_id = chambers.opened()
    told = NoteEvent(case_id, Happened(Act.NOTE, TODAY), "k", "Hm.")

    for act, command in (
        (note_event, told),
        (close_case, CloseCase(case_id, Outcome.SETTLED, TODAY, "k")),
        (change_case, ChangeCase(case_id, 1, FIRM)),
        (add_files, AddFiles(case_id, "other")),
    ):
        with pytest.raises(Denied):
            chambers.act(SALES, act, command)
