"""The figures at the head of the dispute desk, as of today, of the customers that one may see."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.dispute import Verdict
from portal.core.dispute_measures import Decided, Measures, disputed_share, measure
from portal.core.money import Money
from portal.disputes.deciding import counts
from portal.disputes.desk_rows import Disputed
from portal.invoices.open_items import open_items, seen_by
from portal.tables.disputes import Dispute, DisputeDecision

#: The decisions of so many days are measured.
WINDOW_DAYS = 90


def disputed_now(r: Reader) -> list[Disputed]:
    """By currency what is disputed of all that is open, and its share."""
    items = open_items(r.today, seen_by(r.actor))
    rows = r.session.execute(
        select(items.c.currency, func.sum(items.c.open), func.sum(items.c.disputed))
        .group_by(items.c.currency)
        .order_by(items.c.currency)
    )
    return [
        _disputed(Money(int(is_open), currency), Money(int(disputed), currency))
        for currency, is_open, disputed in rows
        if disputed
    ]


def _disputed(is_open: Money, disputed: Money) -> Disputed:
    share = disputed_share(disputed.minor * 100, is_open.minor)
    return Disputed(is_open, disputed, share.shown(1) or "")


def measures_of(r: Reader) -> Measures:
    """How disputes were decided within the window up to today."""
    zone = ZoneInfo(r.company.timezone)
    since = dt.datetime.combine(r.today - dt.timedelta(days=WINDOW_DAYS), dt.time(), zone)
    until = dt.datetime.combine(r.today + dt.timedelta(days=1), dt.time(), zone)
    newest = (
        select(func.max(DisputeDecision.id).label("id"))
        .where(counts(), DisputeDecision.at < until)
        .group_by(DisputeDecision.dispute_id)
        .subquery()
    )
    columns: list[Any] = [Dispute.raised_on, Dispute.decided_at]
    columns += [DisputeDecision.verdict, DisputeDecision.root_cause]
    rows: Select[Any] = (
        select(*columns)
        .join(DisputeDecision, DisputeDecision.dispute_id == Dispute.id)
        .join(newest, newest.c.id == DisputeDecision.id)
        .where(Dispute.decided_at >= since, Dispute.decided_at < until)
    )
    found = r.session.execute(visible_to(rows, r.actor, Dispute.customer_id))
    return measure(
        [
            Decided(
                row.raised_on,
                row.decided_at.astimezone(zone).date(),
                Verdict(row.verdict),
                row.root_cause,
            )
            for row in found
        ]
    )
