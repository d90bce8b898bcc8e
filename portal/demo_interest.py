"""The demo's late interest: a charge that was approved, one that waits, some that was waived."""

from __future__ import annotations

import datetime as dt

from portal.approvals.kinds import know_kinds
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.demo_stage import CLERK, LEAD, At, Stage, approve, customer_id, do
from portal.interest.approving import INTEREST_KIND
from portal.interest.charging import Due, ProposeCharge, propose_charge
from portal.interest.queries import accrued_sum
from portal.interest.waiving import WaiveInterest, waive_interest
from portal.tables.interest import InterestCharge


def charge_interest(at: At, on: dt.date) -> None:
    """Late interest is charged to one customer, proposed for another, and waived for a third."""
    know_kinds((INTEREST_KIND,))
    stage = Stage(at, on)
    charge_id = _proposed(stage.ago(9), ("FUMIN", "CNY"), 30, "已电话告知客户，对方认可。")
    if charge_id is not None:
        then = stage.ago(8, 15)
        with then.reading(SYSTEM) as r:
            approval_id = r.session.get_one(InterestCharge, charge_id).approval_id
        approve(then, LEAD, approval_id)
    _proposed(stage.ago(1), ("BEIFANG", "CNY"), 20, "多次催收无果，按合同计收逾期利息。")
    _waived(stage.ago(4), ("HELVETIA", "CHF"))


def _proposed(then: Installation, account: tuple[str, str], days: int, note: str) -> int | None:
    """The id of a charge up to so many days before; None where nothing had accrued by then."""
    through = _day(then) - dt.timedelta(days=days)
    owner = _bears(then, account, through)
    if owner is None:
        return None
    code, currency = account
    command = ProposeCharge(owner, currency, through, Due.BY_TERMS, note, f"demo-{code}")
    return int(do(then, CLERK, propose_charge, command))


def _waived(then: Installation, account: tuple[str, str]) -> None:
    owner = _bears(then, account, _day(then))
    if owner is not None:
        told = "Our invoice went to an old address; the delay was ours."
        waiver = WaiveInterest(owner, account[1], _day(then), told, "demo-waiver")
        do(then, CLERK, waive_interest, waiver)


def _bears(then: Installation, account: tuple[str, str], through: dt.date) -> int | None:
    """The customer, where something has accrued by a day."""
    code, currency = account
    owner = customer_id(then, code)
    with then.reading(SYSTEM) as r:
        return owner if accrued_sum(r, owner, currency, through).minor else None


def _day(then: Installation) -> dt.date:
    with then.reading(SYSTEM) as r:
        return r.today
