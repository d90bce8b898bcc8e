"""A case is proposed by one and opened by another; what it is about is its own."""

import pytest

from portal.approvals.deciding import ApproveRequest, approve_request, ask_anew
from portal.approvals.tasks import NewTask, make_task
from portal.base.access import SYSTEM, Denied, NotFound
from portal.core.case import Kind
from portal.core.errors import RuleBroken
from portal.escalation.cases.candidates import list_candidates
from portal.escalation.cases.queries import cases_of, list_cases
from portal.escalation.cases.rows import CaseFilter
from portal.tables.approvals import Approval, Task
from portal.tables.cases import CaseEvent, CasePart
from portal.tables.escalation import Dunning, LadderRun
from portal.tables.invoices import Entry as EntryRow
from portal.tables.journal import Audit
from portal.tables.payments import Allocation
from tests.escalation.cases.stage import COLLECTOR, LAWYER, LEAD, SALES, TODAY, Chambers


def test_what_is_overdue_may_be_claimed(any_chambers: Chambers):
    found = any_chambers.read(list_candidates, any_chambers.customer_id, Kind.LEGAL, "CNY")

    assert [(each.number, each.claimable.minor, each.disputed.minor) for each in found] == [
        ("INV-4", 40_00, 0),
        ("INV-1", 70_00, 70_00),
    ]


def test_an_agency_would_get_nothing_of_what_is_disputed(chambers: Chambers):
    found = chambers.read(list_candidates, chambers.customer_id, Kind.AGENCY, "CNY")

    assert [each.claimable.minor for each in found] == [40_00, 0]


def test_a_second_person_opens_it(any_chambers: Chambers):
    case_id = any_chambers.propose()
    assert any_chambers.case(case_id).state == "proposed"

    any_chambers.decide(case_id)

    row = any_chambers.view(case_id).row
    assert (row.state, row.stage, row.opened_on) == ("open", "preparing", TODAY)
    assert (row.number, row.amount.minor, row.open.minor) == (f"CAS-{case_id}", 110_00, 110_00)
    [event] = any_chambers.rows(CaseEvent)
    assert (event.kind, event.case_id) == ("opened", case_id)
    kinds = {each.kind for each in any_chambers.rows(Audit, Audit.subject == f"case/{case_id}")}
    assert kinds == {"case.proposed", "case.opened"}


def test_who_proposed_it_does_not_open_it(chambers: Chambers):
    case_id = chambers.propose(email=LEAD)

    with pytest.raises(RuleBroken, match=r"approval\.own"):
        chambers.decide(case_id)


def test_refused_it_is_over_and_its_items_are_free(any_chambers: Chambers):
    first = any_chambers.propose()
    any_chambers.decide(first, is_refused=True)

    second = any_chambers.propose()

    assert any_chambers.case(first).state == "refused"
    assert second != first


def test_sent_twice_it_is_one(any_chambers: Chambers):
    first, second = any_chambers.propose(), any_chambers.propose()

    assert first == second
    assert len(any_chambers.rows(Approval)) == 1
    assert len(any_chambers.rows(CasePart)) == 2


def test_another_one_of_its_kind_is_refused_while_it_stands(any_chambers: Chambers):
    any_chambers.opened("INV-4")

    with pytest.raises(RuleBroken, match=r"case\.stands_already"):
        any_chambers.propose("INV-1")


def test_an_item_is_part_of_one_case(any_chambers: Chambers):
    any_chambers.opened("INV-4", kind=Kind.AGENCY)

    with pytest.raises(RuleBroken, match=r"case\.item_elsewhere"):
        any_chambers.propose("INV-4", "INV-1")
    assert any_chambers.propose("INV-1")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": "  "}, "case.reason_missing"),
        ({"parts": []}, "case.items_missing"),
        ({"parts": [(1, 9)]}, "case.items_changed"),
        ({"kind": Kind.AGENCY}, "case.item_not_open"),
        ({"owner_id": 999}, "task.owner_cannot"),
    ],
)
def test_what_is_no_case_is_refused(chambers: Chambers, changes: dict, code: str):
    with pytest.raises(RuleBroken, match=code):
        chambers.propose(**changes)


def test_an_invoice_that_is_not_due_is_no_item(chambers: Chambers):
    with pytest.raises(RuleBroken, match=r"case\.items_changed"):
        chambers.propose("INV-2")


def test_a_step_of_somebody_else_asks_for_nothing_here(chambers: Chambers):
    with pytest.raises(NotFound):
        chambers.propose(dunning_id=77)


def test_sales_may_look_and_not_open(chambers: Chambers):
    case_id = chambers.opened()

    assert chambers.view(case_id, SALES).row.number == f"CAS-{case_id}"
    with pytest.raises(Denied):
        chambers.propose(email=SALES)


def test_what_was_paid_since_is_shown_before_it_is_opened(any_chambers: Chambers):
    case_id = any_chambers.propose()
    approval_id = any_chambers.case(case_id).approval_id
    with any_chambers.installation.work(SYSTEM) as w:
        paid = w.session.get_one(EntryRow, any_chambers.entry_id("RCT-10"))
        allocate(w, any_chambers, paid, "INV-4")

    with pytest.raises(RuleBroken, match=r"approval\.changed"):
        any_chambers.decide(case_id)
    anew = any_chambers.act(LEAD, ask_anew, approval_id)
    any_chambers.act(LEAD, approve_request, ApproveRequest(anew))

    row = any_chambers.view(case_id).row
    assert (row.state, row.open.minor) == ("open", 109_00)


def allocate(w, chambers: Chambers, paid: EntryRow, number: str) -> None:
    """Another yuan of a payment, as the ledger would apply it."""
    more = EntryRow(
        customer_id=paid.customer_id,
        currency="CNY",
        kind=4,
        space=2,
        dated_on=TODAY,
        amount_minor=-1_00,
        number="RCT-77",
        posted_at=w.now,
    )
    w.session.add(more)
    w.session.flush()
    w.session.add(
        Allocation(
            customer_id=paid.customer_id,
            entry_id=chambers.entry_id(number),
            part=1,
            credit_id=more.id,
            nth=1,
            currency="CNY",
            effective_on=TODAY,
            amount_minor=1_00,
            source="clerk",
        )
    )


def a_step(chambers: Chambers) -> int:
    """A step of the ladder that asked for a case, with its task."""
    with chambers.installation.work(SYSTEM) as w:
        run = LadderRun(on=TODAY, state="done", started_by="day", made_at=w.now)
        w.session.add(run)
        w.session.flush()
        step = Dunning(
            customer_id=chambers.customer_id,
            currency="CNY",
            ladder="a",
            step="legal",
            lead_entry_id=chambers.entry_id("INV-4"),
            lead_part=1,
            found_on=TODAY,
            run_id=run.id,
            channel="legal",
            responsible="legal",
            strength="final",
            state="done",
            done_on=TODAY,
            amount_minor=40_00,
            set_off_minor=0,
            made_at=w.now,
        )
        w.session.add(step)
        w.session.flush()
        facts = {"on": "2026-07-01", "amount": "40.00", "currency": "CNY"}
        subject = f"dunning/{step.id}"
        make_task(w, NewTask(chambers.customer_id, "ladder_case", subject, TODAY, facts))
        return step.id


def test_the_step_of_the_ladder_is_answered_once_the_case_is_open(any_chambers: Chambers):
    """S-187: legal takes over where the ladder ends."""
    case_id = any_chambers.propose(dunning_id=a_step(any_chambers))
    [task] = any_chambers.rows(Task, Task.kind == "ladder_case")
    assert task.done_at is None

    any_chambers.decide(case_id)

    [task] = any_chambers.rows(Task, Task.kind == "ladder_case")
    assert task.outcome == "The case is open"
    assert any_chambers.view(case_id).step == "legal"


def test_the_list_tells_sums_by_currency_and_is_narrowed(any_chambers: Chambers):
    case_id = any_chambers.opened("INV-1")
    agency = any_chambers.propose("INV-4", kind=Kind.AGENCY, email=COLLECTOR)

    def listed(**asked: object) -> list[int]:
        page = any_chambers.read(list_cases, CaseFilter(**asked), email=LAWYER)
        assert page.count == len(page.rows)
        return [row.id for row in page.rows]

    whole = any_chambers.read(list_cases, CaseFilter())
    [total] = whole.totals
    assert (total.count, total.amount.minor, total.open.minor) == (2, 110_00, 110_00)
    assert listed() == [agency, case_id]
    assert listed(state="open") == [case_id]
    assert listed(kind="agency") == [agency]
    assert listed(text="hengtong") == [agency, case_id]
    assert listed(text=f"cas-{agency}") == [agency]
    assert listed(owner="mine") == []
    assert listed(currency="EUR") == []
    assert listed(customer_id=any_chambers.customer_id, owner="nobody") == [agency, case_id]
    assert [row.id for row in any_chambers.read(cases_of, any_chambers.customer_id)] == [
        agency,
        case_id,
    ]
