"""Charges of late interest: proposed, approved by another, added up, waived, on both databases."""

import pytest
from sqlalchemy import select

from portal.approvals.deciding import (
    ApproveRequest,
    RefuseRequest,
    approve_request,
    ask_anew,
    refuse_request,
)
from portal.approvals.kinds import KINDS, know_kinds
from portal.base.access import Denied
from portal.core.errors import RuleBroken
from portal.interest.approving import INTEREST_KIND
from portal.interest.charging import (
    Due,
    ProposeCharge,
    WithdrawCharge,
    propose_charge,
    withdraw_charge,
)
from portal.interest.waiving import WaiveInterest, waive_interest
from portal.tables.approvals import Approval
from portal.tables.interest import InterestCharge, InterestLine, InterestWaiver
from portal.tables.invoices import Entry, Part
from portal.tables.journal import Audit
from portal.tables.statements import Pending
from tests.interest.lending import CLERK, LEAD, OTHER, Lender, day


@pytest.fixture(autouse=True)
def kinds():
    before = dict(KINDS)
    know_kinds((INTEREST_KIND,))
    yield
    KINDS.clear()
    KINDS.update(before)


def propose(lender: Lender, through: str, who: str = CLERK, **told) -> int:
    due, key = told.pop("due", Due.AT_ONCE), told.pop("key", f"k-{through}-{who}")
    code, currency = told.pop("code", "HUADONG"), told.pop("currency", "CNY")
    customer_id = lender.customer_id(code)
    command = ProposeCharge(customer_id, currency, day(through), due, "Agreed by phone.", key)
    return lender.act(who, propose_charge, command)


def waive(lender: Lender, through: str, who: str = CLERK, **told):
    command = WaiveInterest(
        lender.customer_id(),
        "CNY",
        day(through),
        told.get("reason", "Goodwill."),
        told.get("key", f"w-{through}"),
        told.get("entry_id"),
    )
    return lender.act(who, waive_interest, command)


def rows(lender: Lender, table) -> list:
    with lender.installation.reading(lender.actor(CLERK)) as r:
        return list(r.session.scalars(select(table)))


def approve(lender: Lender, charge_id: int, who: str = LEAD) -> None:
    [approval_id] = [row.approval_id for row in rows(lender, InterestCharge) if row.id == charge_id]
    lender.act(who, approve_request, ApproveRequest(approval_id))


def charged(lender: Lender, through: str) -> int:
    charge_id = propose(lender, through)
    approve(lender, charge_id)
    return charge_id


def state(lender: Lender) -> list[str]:
    return [row.state for row in rows(lender, InterestCharge)]


# ── Proposed and approved ────────────────────────────────────────────────────


def test_a_proposal_charges_nothing(lender):
    lender.invoice(1)
    propose(lender, "10-11")

    assert state(lender) == ["waiting"]
    assert [row.kind for row in rows(lender, Entry)] == [1]
    assert lender.open("10-11") == ["1.00"]


def test_an_approved_charge_is_an_item_of_its_own_due_at_once(lender):
    lender.invoice(1)
    charge_id = charged(lender, "10-11")

    [entry] = [row for row in rows(lender, Entry) if row.kind == 2]
    [part] = [row for row in rows(lender, Part) if row.entry_id == entry.id]
    assert (entry.number, entry.amount_minor, entry.subkind) == (
        f"INT-{charge_id}",
        100,
        "interest",
    )
    assert (entry.dated_on, entry.about_id, part.due_on) == (day("11-20"), 1, day("11-20"))
    assert entry.id in {row.entry_id for row in rows(lender, Pending)}
    assert lender.open("10-11") == ["0.00"]


def test_it_may_fall_due_by_the_customers_terms(lender):
    lender.invoice(1)
    lender.decide(default_terms="net 30")
    approve(lender, propose(lender, "10-11", due=Due.BY_TERMS))

    parts = [row for row in rows(lender, Part) if row.entry_id != 1]
    assert [(row.due_on, row.amount_minor) for row in parts] == [(day("12-20"), 100)]


def test_terms_that_wait_for_a_day_leave_it_due_at_once(lender):
    lender.invoice(1)
    lender.decide(default_terms="from acceptance 30d")
    approve(lender, propose(lender, "10-11", due=Due.BY_TERMS))

    assert [row.due_on for row in rows(lender, Part) if row.entry_id != 1] == [day("11-20")]


def test_a_number_that_a_file_took_is_passed_over(lender):
    lender.invoice(1)
    charge_id = propose(lender, "10-11")
    lender.say(
        "insert into entry (id, customer_id, currency, kind, space, dated_on, amount_minor, number,"
        " posted_at) select 77, customer_id, currency, 2, 3, dated_on, 60, :number, posted_at"
        " from entry where id = 1",
        number=f"INT-{charge_id}",
    )
    approve(lender, charge_id)

    assert f"INT-{charge_id}-2" in [row.number for row in rows(lender, Entry)]


def test_who_proposed_does_not_approve(lender):
    lender.invoice(1)
    charge_id = propose(lender, "10-11", LEAD)

    with pytest.raises(RuleBroken, match=r"approval\.own"):
        approve(lender, charge_id, LEAD)


def test_a_clerk_does_not_approve(lender):
    lender.invoice(1)
    charge_id = propose(lender, "10-11")

    with pytest.raises(Denied):
        approve(lender, charge_id, OTHER)


def test_the_same_page_sent_twice_is_one(lender):
    lender.invoice(1)

    assert propose(lender, "10-11") == propose(lender, "10-11")
    assert state(lender) == ["waiting"]


def test_one_waits_at_a_time_for_an_account(lender):
    lender.invoice(1)
    propose(lender, "10-11")

    with pytest.raises(RuleBroken, match=r"interest\.waiting"):
        propose(lender, "10-12", OTHER)


@pytest.mark.parametrize(("through", "code"), [("11-21", "day_in_future"), ("10-01", "nothing_to")])
def test_there_must_be_something_for_days_that_are_over(lender, through, code):
    lender.invoice(1)

    with pytest.raises(RuleBroken, match=rf"interest\.{code}"):
        propose(lender, through)


def test_a_refused_charge_ends_and_another_can_be_proposed(lender):
    lender.invoice(1)
    charge_id = propose(lender, "10-11")
    [approval] = rows(lender, Approval)
    lender.act(LEAD, refuse_request, RefuseRequest(approval.id, "Not now."))
    assert lender.open("10-11") == ["1.00"]

    assert propose(lender, "10-12") != charge_id
    assert state(lender) == ["refused", "waiting"]


def test_a_withdrawn_charge_waits_for_nobody(lender):
    lender.invoice(1)
    charge_id = propose(lender, "10-11")
    lender.act(OTHER, withdraw_charge, WithdrawCharge(charge_id))

    assert state(lender) == ["withdrawn"]
    assert [row.state for row in rows(lender, Approval)] == ["withdrawn"]
    with pytest.raises(RuleBroken, match=r"interest\.not_in_this_state"):
        lender.act(OTHER, withdraw_charge, WithdrawCharge(charge_id))


# ── What changes meanwhile ───────────────────────────────────────────────────


def test_money_that_came_meanwhile_overtakes_the_request_and_the_charge_cannot_pass(lender):
    lender.invoice(1)
    charge_id = propose(lender, "10-11")
    lender.pay(1, "10-06", 365_00, applied="11-19")
    with pytest.raises(RuleBroken, match=r"approval\.changed"):
        approve(lender, charge_id)

    [old] = rows(lender, Approval)
    anew = lender.act(LEAD, ask_anew, old.id)

    with pytest.raises(RuleBroken, match=r"interest\.changed"):
        lender.act(LEAD, approve_request, ApproveRequest(anew))


def test_more_that_accrued_meanwhile_lets_the_charge_pass_as_it_was(lender):
    lender.invoice(1)
    charge_id = propose(lender, "10-11")
    lender.invoice(2)
    [old] = rows(lender, Approval)
    anew = lender.act(LEAD, ask_anew, old.id)
    lender.act(LEAD, approve_request, ApproveRequest(anew))

    assert [row.amount_minor for row in rows(lender, InterestLine)] == [100]
    assert lender.open("10-11") == ["0.00", "1.00"]
    assert charge_id


# ── Charges add up, waived stays waived ──────────────────────────────────────


def test_charges_that_follow_each_other_come_to_one_for_the_whole(lender):
    lender.invoice(1, minor=1_000_33)
    for through in ("10-04", "10-17", "11-01"):
        charged(lender, through)

    amounts = [row.amount_minor for row in rows(lender, InterestLine)]
    assert sum(amounts) == lender.lines("11-01")[0].total.minor == 850
    assert len(amounts) == 3


def test_interest_that_was_charged_bears_none(lender):
    lender.invoice(1)
    charged(lender, "10-11")
    lender.say("update company set name = name")

    assert [line.entry_id for line in lender.lines("11-20")] == [1]


def test_what_is_waived_stays_waived_and_the_rest_goes_on(lender):
    lender.invoice(1)
    assert waive(lender, "10-11").major() == "1.00"

    assert lender.open("10-11") == ["0.00"]
    assert lender.open("10-21") == ["1.00"]
    charged(lender, "10-21")
    assert [row.amount_minor for row in rows(lender, InterestLine)] == [100]


def test_one_invoice_is_waived_and_the_others_are_not(lender):
    lender.invoice(1)
    lender.invoice(2)
    waive(lender, "10-11", entry_id=2)

    assert lender.open("10-11") == ["1.00", "0.00"]


def test_waiving_twice_with_one_page_waives_once(lender):
    lender.invoice(1)
    waive(lender, "10-11")
    waive(lender, "10-11")

    assert len(rows(lender, InterestWaiver)) == 1


@pytest.mark.parametrize(
    ("through", "told", "code"),
    [
        ("10-11", {"reason": " \u200b "}, "reason_missing"),
        ("10-01", {}, "nothing_to_waive"),
        ("11-21", {}, "day_in_future"),
    ],
)
def test_waiving_needs_a_reason_and_something(lender, through, told, code):
    lender.invoice(1)

    with pytest.raises(RuleBroken, match=rf"interest\.{code}"):
        waive(lender, through, **told)


def test_the_laws_sum_is_charged_once(lender):
    lender.decide(late_interest={"statute": "eu", "day_count": 365})
    lender.invoice(1, currency="EUR")
    for through in ("10-11", "10-21"):
        approve(lender, propose(lender, through, currency="EUR"))

    lines = [(row.kind, row.amount_minor) for row in rows(lender, InterestLine)]
    assert sorted(lines) == [("fixed", 4000), ("interest", 101), ("interest", 102)]


def test_each_act_leaves_its_entry_in_the_audit_trail(lender):
    lender.invoice(1)
    charged(lender, "10-11")
    waive(lender, "10-21")

    told = [row.kind for row in rows(lender, Audit) if row.kind.startswith("interest.")]
    assert told == ["interest.proposed", "interest.charged", "interest.waived"]
