"""What has changed at a customer since its last review: score, lateness, what is owed, signals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, case, func, or_, select

from portal.base import formats
from portal.base.access import visible_to
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.core.money import Money
from portal.credit.ratings import RatingRow
from portal.credit.review_list import ReviewRow
from portal.credit.score_names import factor_name, figure_said, score_said
from portal.invoices.open_items import open_items, whose_items
from portal.tables.credit import WarningSignal

#: The factors whose figures are told, then and now.
TOLD = ("days_late", "promises_kept", "limit_use")


@dataclass(frozen=True, slots=True)
class Change:
    """A figure at the last review, and now."""

    name: str
    then: str
    now: str


def changes_since(
    r: Reader, customer_id: int, last: ReviewRow, ratings: Sequence[RatingRow]
) -> list[Change]:
    """The figures that matter, at a customer's last review and now."""
    now = ratings[0] if ratings else None
    then = next((each for each in ratings if each.id == last.rating_id), None)
    found = [
        Change(_("Score"), score_said(last.score), score_said(now.score if now else None)),
        Change(_("Grade by the score"), last.grade or "—", (now.grade if now else "") or "—"),
    ]
    found += [Change(factor_name(name), _figure(then, name), _figure(now, name)) for name in TOLD]
    found += _owed(r, customer_id, last.reviewed_on)
    signals = (str(_signals(r, customer_id, at)) for at in (last.at, r.now))
    return [*found, Change(_("Danger signals"), *signals)]


def _figure(rating: RatingRow | None, name: str) -> str:
    inputs = rating.inputs if rating else ()
    value: Decimal | None = next((each.value for each in inputs if each.name == name), None)
    return figure_said(name, value)


def _owed(r: Reader, customer_id: int, then: dt.date) -> Iterator[Change]:
    """What is open and what of it is overdue, by currency."""
    before, after = (_open_on(r, customer_id, day) for day in (then, r.today))
    for currency in sorted(before.keys() | after.keys()):
        pairs = zip(before.get(currency, (0, 0)), after.get(currency, (0, 0)), strict=True)
        for name, (was, is_now) in zip((_("Open"), _("Overdue")), pairs, strict=True):
            shown = (formats.money(Money(minor, currency)) for minor in (was, is_now))
            yield Change(name, *shown)


def _open_on(r: Reader, customer_id: int, day: dt.date) -> dict[str, tuple[int, int]]:
    items = open_items(day, whose_items(r.actor, customer_id))
    late = case((items.c.due_on < day, items.c.open), else_=0)
    rows = select(items.c.currency, func.sum(items.c.open), func.sum(late))
    found = r.session.execute(rows.group_by(items.c.currency))
    return {row[0]: (int(row[1]), int(row[2])) for row in found}


def _signals(r: Reader, customer_id: int, at: dt.datetime) -> int:
    """How many signals ran at a moment."""
    runs: list[ColumnElement[bool]] = [
        WarningSignal.customer_id == customer_id,
        WarningSignal.at <= at,
        or_(WarningSignal.cleared_at.is_(None), WarningSignal.cleared_at > at),
    ]
    rows = select(func.count(WarningSignal.id)).where(*runs)
    return r.session.scalar(visible_to(rows, r.actor, WarningSignal.customer_id)) or 0
