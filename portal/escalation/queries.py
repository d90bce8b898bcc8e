"""What pages read of ladders: what comes next for a customer, what was done about an item, runs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true

from portal.base.access import NotFound, visible_to
from portal.base.language import gettext as _
from portal.base.language import ngettext
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.ladder import Ladder, Step
from portal.core.ladder_day import Account, Action, what_is_due
from portal.core.money import Money
from portal.escalation.facts import Books, ladders_on
from portal.escalation.names import reason_name
from portal.invoices.open_items import whose_items
from portal.tables.escalation import Dunning, DunningHold, ItemStep, LadderRun
from portal.tables.invoices import Entry, Part
from portal.tables.people import User

#: How a run is named in addresses.
RUN = "lr"
ONE_DAY = dt.timedelta(days=1)


# ── What comes next ──────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class NextStep:
    """The step that an account gets next, as things stand; None: none, and `reason` says why."""

    customer_id: int
    currency: str
    ladder: str
    step: Step | None
    on: dt.date | None
    #: The oldest item that the step goes by, and how overdue it is then.
    lead: str
    days_overdue: int
    amount: Money
    #: One of `names.REASONS`; empty where the step comes.
    reason: str = ""

    @property
    def why(self) -> str:
        """Why this step comes then, or why none does, in the language of the moment."""
        if self.reason:
            return _("No step: %(reason)s", reason=reason_name(self.reason))
        if self.step is None:
            return _("Nothing more comes by itself")
        if self.days_overdue > 0:
            return ngettext(
                "%(number)s is overdue for %(num)s day by then",
                "%(number)s is overdue for %(num)s days by then",
                self.days_overdue,
                number=self.lead,
            )
        return _("%(number)s falls due", number=self.lead)


def next_step_of(r: Reader, customer_id: int) -> NextStep | None:
    """The customer's next step, the earliest of all accounts; None where nothing is chased."""
    found = next_steps_of(r, customer_id)
    return min(found, key=lambda each: (each.on is None, each.on or r.today), default=None)


def next_steps_of(r: Reader, customer_id: int) -> list[NextStep]:
    """The next step of each account of a customer with something that falls due, by currency."""
    books = Books(r, r.today, ladders_on(r, r.today), looks_ahead=True)
    found = books.accounts(whose_items(r.actor, customer_id))
    return sorted((_next(*each, r.today) for each in found), key=lambda each: each.currency)


def _next(account: Account, ladder: Ladder, today: dt.date) -> NextStep:
    for on in _days(account, ladder, today):
        due = what_is_due(account if on == today else replace(account, acted=False), ladder, on)
        if due.actions:
            return _coming(account, due.actions[0], on)
    due = what_is_due(replace(account, acted=False), ladder, today)
    amount = Money(sum(each.amount for each in due.excluded), account.currency)
    first = due.excluded[0] if due.excluded else None
    return NextStep(
        account.customer_id,
        account.currency,
        ladder.name,
        step=None,
        on=None,
        lead=first.number if first else "",
        days_overdue=0,
        amount=amount,
        reason=first.reason if first else "",
    )


def _coming(account: Account, action: Action, on: dt.date) -> NextStep:
    return NextStep(
        account.customer_id,
        account.currency,
        action.ladder,
        action.step,
        on,
        action.lead.number,
        action.lead.days_overdue,
        Money(action.amount, account.currency),
    )


def _days(account: Account, ladder: Ladder, today: dt.date) -> list[dt.date]:
    """The days on which something can change by itself, from today on."""
    days = {today} | {day for item in account.items for day in _step_days(ladder, item)}
    if account.last_message_on is not None:
        days.add(account.last_message_on + dt.timedelta(days=ladder.min_gap_days))
    if account.acted:
        days |= {today + ONE_DAY}
    gaps = {day + dt.timedelta(days=ladder.min_gap_days) for day in days}
    return sorted(day for day in days | gaps if day >= today)


def _step_days(ladder: Ladder, item: Any) -> Iterator[dt.date]:
    """When an item reaches its steps, and when their time is over."""
    for index, step in enumerate(ladder.steps):
        yield item.due_on + dt.timedelta(days=ladder.asks[index])
        before = item.past.get(ladder.steps[index - 1].name) if index else None
        if before is not None and step.after_previous_days is not None:
            yield before.on + dt.timedelta(days=step.after_previous_days)
        if step.until_days is not None:
            yield item.due_on + dt.timedelta(days=step.until_days + 1)


# ── What was done ────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step about an account: what, when, how it stands, and what it asked for."""

    id: int
    #: The oldest item that it went by.
    lead: str
    lead_ref: str
    customer_id: int
    ladder: str
    step: str
    channel: str
    strength: str
    state: str
    found_on: dt.date
    done_on: dt.date | None
    amount: Money
    set_off: Money
    task_id: int | None
    approval_id: int | None
    fee_entry_id: int | None


def list_steps(r: Reader, customer_id: int, most: int = 50) -> list[StepRow]:
    """The steps about a customer, the newest first."""
    columns: list[Any] = [Dunning, Entry.number]
    rows = visible_to(select(*columns), r.actor, Dunning.customer_id)
    found = r.session.execute(
        rows.join(Entry, Entry.id == Dunning.lead_entry_id)
        .where(Dunning.customer_id == customer_id)
        .order_by(Dunning.id.desc())
        .limit(most)
    )
    return [_step_row(r, *each) for each in found]


def _step_row(r: Reader, each: Dunning, lead: str) -> StepRow:
    return StepRow(
        each.id,
        lead,
        r.refs.of("iv", each.lead_entry_id),
        each.customer_id,
        each.ladder,
        each.step,
        each.channel,
        each.strength,
        each.state,
        each.found_on,
        each.done_on,
        Money(each.amount_minor, each.currency),
        Money(each.set_off_minor, each.currency),
        each.task_id,
        each.approval_id,
        each.fee_entry_id,
    )


@dataclass(frozen=True, slots=True)
class ItemStepRow:
    """What became of a step for a due part of an invoice."""

    part: int
    ladder: str
    step: str
    how: str
    on: dt.date
    #: Of the step that did it; empty and None where it was passed over before any.
    channel: str
    dunning_id: int | None


def steps_of_invoice(r: Reader, entry_id: int) -> list[ItemStepRow]:
    """What was done about a document's parts, the newest first."""
    columns: list[Any] = [
        *(ItemStep.part, ItemStep.ladder, ItemStep.step, ItemStep.how, ItemStep.on),
        *(ItemStep.dunning_id, Dunning.channel),
    ]
    same = and_(
        Dunning.customer_id == ItemStep.customer_id,
        Dunning.id == ItemStep.dunning_id,
        Dunning.step == ItemStep.step,
    )
    rows = (
        visible_to(select(*columns), r.actor, ItemStep.customer_id)
        .outerjoin(Dunning, same)
        .join(Part, and_(Part.entry_id == ItemStep.entry_id, Part.part == ItemStep.part))
        .where(
            ItemStep.entry_id == entry_id,
            ItemStep.customer_id == _customer_of(entry_id),
            Part.customer_id == ItemStep.customer_id,
        )
        .order_by(ItemStep.on.desc(), ItemStep.dunning_id.desc(), ItemStep.part)
    )
    return [
        ItemStepRow(
            row.part, row.ladder, row.step, row.how, row.on, row.channel or "", row.dunning_id
        )
        for row in r.session.execute(rows)
    ]


def _customer_of(entry_id: int) -> Any:
    return select(Entry.customer_id).where(Entry.id == entry_id).scalar_subquery()


# ── Who is left alone ────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class HoldRow:
    """That a customer, an account or an invoice is left alone."""

    id: int
    ref: str
    customer_id: int
    #: Empty: all accounts.
    currency: str
    #: Empty: not one invoice alone.
    invoice: str
    invoice_ref: str
    from_on: dt.date
    until_on: dt.date | None
    reason: str
    set_by: str
    set_at: dt.datetime
    ended_at: dt.datetime | None
    ended_by: str

    def is_running(self, on: dt.date) -> bool:
        """Whether it holds on a day."""
        is_over = self.until_on is not None and self.until_on < on
        return self.ended_at is None and self.from_on <= on and not is_over


#: How a hold is named in addresses.
HOLD = "dh"


def list_holds(
    r: Reader, customer_id: int, entry_id: int | None = None, *, running: bool = False
) -> list[HoldRow]:
    """The holds on a customer, or what holds for one of its invoices; the newest first."""
    setter, ender = User.__table__.alias("setter"), User.__table__.alias("ender")
    rows = (
        visible_to(
            select(DunningHold, Entry.number, setter.c.name, ender.c.name),
            r.actor,
            DunningHold.customer_id,
        )
        .join(setter, setter.c.id == DunningHold.set_by)
        .outerjoin(ender, ender.c.id == DunningHold.ended_by)
        .outerjoin(Entry, Entry.id == DunningHold.entry_id)
        .where(DunningHold.customer_id == customer_id, _is_about(entry_id))
        .order_by(DunningHold.id.desc())
    )
    found = [_hold(r, *row) for row in r.session.execute(rows)]
    return [each for each in found if not running or each.is_running(r.today)]


def _is_about(entry_id: int | None) -> ColumnElement[bool]:
    if entry_id is None:
        return true()
    currency = select(Entry.currency).where(Entry.id == entry_id).scalar_subquery()
    own = DunningHold.entry_id == entry_id
    whole = and_(
        DunningHold.entry_id.is_(None),
        DunningHold.currency.is_(None) | (DunningHold.currency == currency),
    )
    return own | whole


def _hold(r: Reader, row: DunningHold, number: str | None, setter: str, ender: str) -> HoldRow:
    return HoldRow(
        row.id,
        r.refs.of(HOLD, row.id),
        row.customer_id,
        row.currency or "",
        number or "",
        r.refs.of("iv", row.entry_id) if row.entry_id else "",
        row.from_on,
        row.until_on,
        row.reason,
        setter or "",
        row.set_at,
        row.ended_at,
        ender or "",
    )


# ── Runs ─────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class RunRow:
    """A day's run: how it stands and what it did, or is going to do."""

    id: int
    ref: str
    on: dt.date
    state: str
    why_held: str
    started_by: str
    steps: int
    #: By step, channel and currency: how many, and their sum.
    by: tuple[tuple[str, str, int, Money], ...]
    made_at: dt.datetime
    approved_at: dt.datetime | None
    approved_by: str
    done_at: dt.datetime | None
    row_version: int


def list_runs(r: Reader, page: int = 1, per_page: int = 25) -> tuple[list[RunRow], int, int]:
    """The runs, the latest day first; with the page that is shown and how many there are."""
    count = r.session.scalar(select(func.count()).select_from(LadderRun)) or 0
    page, pages = page_within(page, count, per_page)
    rows = _runs().order_by(LadderRun.on.desc()).limit(per_page).offset((page - 1) * per_page)
    return [_run(r, *row) for row in r.session.execute(rows)], page, pages


def get_run(r: Reader, ref: str) -> RunRow:
    """One run; `NotFound` where there is none."""
    row = r.session.execute(_runs().where(LadderRun.id == r.id_of(RUN, ref))).first()
    if row is None:
        raise NotFound(ref)
    return _run(r, *row)


def _runs() -> Any:
    return select(LadderRun, User.name).outerjoin(User, User.id == LadderRun.approved_by)


def _run(r: Reader, row: LadderRun, approver: str | None) -> RunRow:
    told = json.loads(row.counts)
    return RunRow(
        row.id,
        r.refs.of(RUN, row.id),
        row.on,
        row.state,
        row.why_held,
        row.started_by,
        told.get("steps", 0),
        tuple(
            (each["step"], each["channel"], each["count"], _sum(each))
            for each in told.get("by", ())
        ),
        row.made_at,
        row.approved_at,
        approver or "",
        row.done_at,
        row.row_version,
    )


def _sum(told: Any) -> Money:
    return Money.parse(told["amount"], told["currency"])
