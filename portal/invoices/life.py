"""What happened to an invoice, from its own dates: issued, delivered, paid, on which statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from portal.base.formats import money
from portal.base.language import gettext as _
from portal.invoices.names import kind_name
from portal.invoices.rows import InvoiceDetail, InvoiceView


@dataclass(frozen=True, slots=True)
class Step:
    """A step in an invoice's life, in words."""

    on: dt.date
    what: str
    tone: str


def life_of(view: InvoiceView, today: dt.date, moved_on: dt.date | None = None) -> list[Step]:
    """The steps so far, the newest first; `moved_on`: a change of terms moved its due date."""
    steps = [step for step in _steps(view) if step.on <= today]
    if moved_on is not None:
        steps.insert(0, Step(moved_on, _("Due date moved by a change of terms"), "info"))
    return sorted(steps, key=lambda step: step.on, reverse=True)


def _steps(view: InvoiceView) -> Iterator[Step]:
    """Of one day's steps the later one first."""
    row, applied = view.row, view.applied
    for statement in view.statements:
        what = _("On statement %(number)s", number=statement.number)
        yield Step(statement.period_to, what, "info")
    if applied and not row.open.minor:
        yield Step(max(each.effective_on for each in applied), _("Paid in full"), "ok")
    for each in applied:
        facts = {"kind": kind_name(each.kind), "number": each.number}
        what = _("%(kind)s %(number)s: %(amount)s", amount=money(each.amount), **facts)
        yield Step(each.effective_on, what, "ok")
    for part in view.parts:
        if part.due_on:
            yield Step(part.due_on, _("Due: %(amount)s", amount=money(part.amount)), "neutral")
    yield from _goods(view.detail)
    yield Step(row.dated_on, _("Issued over %(amount)s", amount=money(row.amount)), "neutral")


def _goods(detail: InvoiceDetail) -> Iterator[Step]:
    for day, what in (
        (detail.received_on, _("Invoice received")),
        (detail.accepted_on, _("Goods accepted")),
        (detail.delivered_on, _("Goods delivered")),
        (detail.shipped_on, _("Goods shipped")),
    ):
        if day:
            yield Step(day, what, "neutral")
