"""
What securities cover of the debts that are provided for, as of a day.

A security counts with what is accepted of it, for what its giver's customer owes in its currency.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select

from portal.bad_debts.exposed import SpecificRow, by_bucket_of
from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.money import Money
from portal.core.provision import covered
from portal.tables.credit import Collateral

Account = tuple[int, str]


@dataclass(frozen=True)
class Cover:
    """By currency what is covered of each bucket, and the single rates with what is of theirs."""

    buckets: dict[str, list[Money]]
    specific: list[SpecificRow]


def cover_of(r: Reader, as_of: dt.date, rows: Sequence[SpecificRow]) -> Cover:
    """What securities cover on a day, shared in proportion among what each customer owes."""
    held = _securities(r, as_of) if r.policy.values["provision_securities"] else {}
    found: defaultdict[str, list[int]] = defaultdict(
        lambda: [0] * len(r.policy.provision_matrix.scheme.names)
    )
    told = {id(row): row for row in rows}
    owed = by_bucket_of(r, as_of, {customer_id for customer_id, _ in held}) if held else {}
    for (customer_id, currency), accepted in held.items():
        buckets = [Money(minor, currency) for minor in owed.get((customer_id, currency), [])]
        own = [
            row
            for row in rows
            if row.customer_id == customer_id and row.exposure.currency == currency
        ]
        debts = [*buckets, *(row.exposure for row in own)]
        shares = covered(debts, Money(accepted, currency))
        for place, share in enumerate(shares[: len(buckets)]):
            found[currency][place] += share.minor
        for row, share in zip(own, shares[len(buckets) :], strict=True):
            told[id(row)] = row.with_cover(share)
    by_currency = {
        currency: [Money(minor, currency) for minor in minors] for currency, minors in found.items()
    }
    return Cover(by_currency, list(told.values()))


def _securities(r: Reader, as_of: dt.date) -> dict[Account, int]:
    """By customer and currency: what is accepted of the securities that hold on a day."""
    midnight = dt.datetime.combine(as_of + dt.timedelta(days=1), dt.time())
    tomorrow = midnight.replace(tzinfo=ZoneInfo(r.company.timezone)).astimezone(dt.UTC)
    rows = (
        select(Collateral.customer_id, Collateral.currency, func.sum(Collateral.accepted_minor))
        .where(
            Collateral.from_on <= as_of,
            or_(Collateral.until_on.is_(None), Collateral.until_on >= as_of),
            or_(Collateral.ended_at.is_(None), Collateral.ended_at >= tomorrow),
            Collateral.accepted_minor > 0,
        )
        .group_by(Collateral.customer_id, Collateral.currency)
        .order_by(Collateral.customer_id, Collateral.currency)
    )
    found = r.session.execute(visible_to(rows, r.actor, Collateral.customer_id))
    return {(customer_id, currency): int(minor) for customer_id, currency, minor in found}
