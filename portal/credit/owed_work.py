"""What waits for somebody in other lists of credit: how many of what, and where they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, func, select

from portal.base.access import visible_to
from portal.base.language import ngettext
from portal.base.work import Reader
from portal.credit.order_list import waits
from portal.credit.proposing import KIND, LARGE
from portal.tables.approvals import Approval
from portal.tables.credit import CreditApplication, LimitProposal
from portal.tables.orders import SalesOrder

#: How many of it there are in words, the page that lists them, and what that is asked.
Work = tuple[str, str, dict[str, Any]]


def _orders(count: int) -> str:
    return ngettext(
        "%(num)s order may not be shipped now", "%(num)s orders may not be shipped now", count
    )


def _applications(count: int) -> str:
    return ngettext(
        "%(num)s application waits for an answer",
        "%(num)s applications wait for an answer",
        count,
    )


def _limits(count: int) -> str:
    return ngettext(
        "%(num)s limit waits for its approval", "%(num)s limits wait for their approval", count
    )


def _large_limits(count: int) -> str:
    return ngettext(
        "%(num)s large limit waits for the admin", "%(num)s large limits wait for the admin", count
    )


#: In the order in which they are counted.
LISTS: tuple[tuple[Callable[[int], str], str, dict[str, Any]], ...] = (
    (_orders, "desk_orders.index", {"state": "waiting"}),
    (_applications, "desk_applications.index", {"state": "submitted"}),
    (_limits, "desk_approvals.index", {"kind": KIND}),
    (_large_limits, "desk_approvals.index", {"kind": LARGE}),
)


def owed_work(r: Reader) -> list[Work]:
    """What waits, each with the list whose total it is; what is nothing is left out."""
    counts = (
        select(func.count(SalesOrder.id)).where(waits(r.today)),
        select(func.count(CreditApplication.id)).where(CreditApplication.state == "submitted"),
        _waiting_limits(KIND),
        _waiting_limits(LARGE),
    )
    of_limits = (LimitProposal.customer_id, LimitProposal.customer_id)
    whose = (SalesOrder.customer_id, CreditApplication.customer_id, *of_limits)
    seen = [visible_to(each, r.actor, column) for each, column in zip(counts, whose, strict=True)]
    counted = r.session.execute(select(*(each.scalar_subquery() for each in seen))).one()
    return [
        (words(count), place, query)
        for count, (words, place, query) in zip(counted, LISTS, strict=True)
        if count
    ]


def _waiting_limits(kind: str) -> Select[int]:
    """How many limits wait for a second person of the house, or for the admin."""
    asked = select(func.count(LimitProposal.id)).join(
        Approval, Approval.id == LimitProposal.approval_id
    )
    return asked.where(LimitProposal.state == "waiting", Approval.kind == kind)
