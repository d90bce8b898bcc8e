"""Dispute reasons and root causes as the policy in force has them, and the time for an answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from portal.base.policy import PolicyInForce
from portal.base.work import Reader
from portal.core import dispute
from portal.core.dispute import Reason, read_reasons


def reasons_of(policy: PolicyInForce) -> dict[str, Reason]:
    """The reasons that a customer can give, in their order."""
    return _listed(policy, "dispute_reasons", dispute.REASONS)


def root_causes_of(policy: PolicyInForce) -> dict[str, Reason]:
    """Why it may have come to a dispute, in their order."""
    return _listed(policy, "dispute_root_causes", dispute.ROOT_CAUSES)


def _listed(policy: PolicyInForce, name: str, shipped: Sequence[str]) -> dict[str, Reason]:
    rows: Sequence[Mapping[str, object]] = policy.values[name]
    return read_reasons(rows or [{"name": each} for each in shipped])


def answer_by(r: Reader, reason: str) -> dt.date:
    """The day by which a dispute of today with this reason is answered."""
    own = reasons_of(r.policy).get(reason)
    workdays = own.answer_within_workdays if own else None
    if workdays is None:
        workdays = int(r.policy.values["dispute_answer_within_workdays"])
    return dispute.answer_by(r.today, workdays, r.calendar())


def reopen_within_days(r: Reader) -> int:
    """How many days after a decision a customer may open the dispute again."""
    return int(r.policy.values["dispute_reopen_within_days"])
