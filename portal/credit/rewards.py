"""Who has earned a higher limit by paying on time (S-016); two persons decide over it."""

from __future__ import annotations

from portal.base.work import Reader
from portal.core.money import Money
from portal.core.reward import has_earned, rewarded
from portal.credit.paid_and_bought import lateness_of
from portal.invoices.open_items import one


def reward_percent(r: Reader) -> int:
    """How much more of its limit paying on time earns; 0: nothing."""
    return int(r.policy.values["credit_reward_percent"])


def has_paid_on_time(r: Reader, customer_id: int) -> bool:
    """Whether a customer whom the reader may see has earned what the policy offers."""
    if not reward_percent(r):
        return False
    return has_earned(lateness_of(r, r.today, one(customer_id)).get(customer_id, []))


def reward_of(r: Reader, customer_id: int, limit: Money | None, grade: str) -> Money | None:
    """The limit that a customer has earned, up to the cap of its grade; None: no more than now."""
    if limit is None or not has_paid_on_time(r, customer_id):
        return None
    known = r.policy.grade(grade)
    cap = known.cap(limit.currency) if known else None
    return rewarded(limit, cap, reward_percent(r))
