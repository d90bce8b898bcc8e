"""What a change of terms would do, before it is handed in: looked at by day and reach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import wtforms
from flask import Response, url_for

from portal.base.access import allows
from portal.base.formats import number, short_day
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.paging import page_within
from portal.base.spreadsheets import Row
from portal.core.impact import Stretch
from portal.core.money import Money
from portal.terms.changes import ChangeView, get_shown_change
from portal.terms.commands import REACHES, ChangeDraft, Wanted, change_draft
from portal.terms.forms import REACHES as REACH_CHOICES
from portal.terms.impact import Cash, Simulation, simulate
from portal.terms.impact_figures import tenths
from portal.terms.moved_due_dates import count_moved_by, list_moved, list_moved_by
from portal.terms.names import STATES
from portal.terms.pages_staff import desk
from portal.terms.replacing import Change
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form, day_typed
from portal.web.guard import guard
from portal.web.lists import SheetFormat

__all__ = ["desk"]

#: Why something that is open stays as it is.
STAYS = {
    "invoice": N_("The invoice says its own terms"),
    "contract": N_("The terms are a contract's"),
    "customer": N_("The terms are the customer's own"),
    "grade": N_("The terms of the grade stay as they are"),
    "company": N_("The company's terms stay as they are"),
    "none": N_("Nothing is agreed, and nothing will be"),
    "due_date": N_("The invoice names its due date"),
    "parts": N_("The invoice names the days of its parts"),
    "charge": N_("It is no invoice: charges have no terms"),
    "only_new": N_("Dated before the change, which reaches new invoices only"),
    "no_baseline": N_("The day from which the new terms count is not known yet"),
    "other_parts": N_("It falls due in another number of parts than the new terms have"),
    "same": N_("The new terms give the same day"),
}
#: How somebody crosses a limit.
CROSSES = {
    "cap": N_("Limit above the grade's new cap"),
    "owes_more": N_("Would owe more than the limit (projection)"),
    "watched": N_("Comes to be watched"),
}
#: More customers than these stand in the file alone.
CROSSING_AT_MOST = 50


class KeepForm(Form):
    """The day and the reach that were looked at, to be kept in the draft."""

    effective_on = wtforms.HiddenField()
    reach = wtforms.HiddenField()
    row_version = wtforms.HiddenField()


@desk.get("/<ref>/impact")
@guard("terms.view")
def impact(ref: str) -> Response:
    view = get_shown_change(reader(), ref)
    if not view.is_open:
        return _kept_page(view)
    return _page(view, _looked_at(view))


@desk.post("/<ref>/impact/look")
@guard("terms.change")
def keep_look(ref: str) -> Response:
    """Keeps the day and the reach that were looked at."""
    view = get_shown_change(reader(), ref)
    form = KeepForm()
    begins = day_typed(form.effective_on.data or "") or view.effective_on
    reach = form.reach.data if form.reach.data in REACHES else view.reach
    version = str(form.row_version.data or "")
    wanted = Wanted(begins, view.after, view.reason, reach)
    change = ChangeDraft(view.id, int(version) if version.isdecimal() else 0, wanted)
    if respond.attempt(form, change_draft, change):
        respond.say(_("Kept: the draft says this day and reach now."))
        return respond.see_other(".impact", ref=ref)
    view = get_shown_change(reader(), ref)
    return _page(view, Change.seen(view).looked_at(begins, reach), form)


@desk.get("/<ref>/impact.<any(csv, xlsx):file_format>")
@guard("export.run")
def export_impact(ref: str, file_format: SheetFormat) -> Response:
    r, view = reader(), get_shown_change(reader(), ref)
    told = simulate(r, _looked_at(view))
    head = [
        *(_("Section"), _("Customer"), _("Code"), _("Document"), _("Part"), _("Date")),
        *(_("Due"), _("Due then"), _("Days"), _("Currency"), _("Before"), _("After")),
    ]
    return lists.sheet(file_format, "terms-impact", head, _rows(told))


def _looked_at(view: ChangeView) -> Change:
    """The change as it is drafted, or from the day and with the reach that are asked for."""
    begins = day_typed(lists.asked("from")) or view.effective_on
    reach = lists.asked("reach", REACHES) or view.reach
    return Change.seen(view).looked_at(max(begins, reader().today), reach)


def _page(view: ChangeView, change: Change, form: Form | None = None) -> Response:
    r, size = reader(), lists.page_size()
    told = simulate(r, change)
    page, pages = page_within(lists.page_number(), told.moves.count, size)
    first = (page - 1) * size
    return respond.page(
        "terms/impact.html",
        form.status if form else 200,
        fragments={"impact-part": "impact"},
        view=view,
        form=form,
        told=told,
        moved=list_moved(r, told.concern, first, size) if told.moves.count else [],
        pager=lists.pager(page, pages, told.moves.count, size),
        is_drafted=(change.effective_on, change.reach) == (view.effective_on, view.reach),
        may_change=allows(actor(), "terms.change") and view.state == "draft",
        sheets=_sheets(view),
        **_words(),
    )


def _kept_page(view: ChangeView) -> Response:
    """A change that was decided: what was shown of it, and what it has moved."""
    r, size = reader(), lists.page_size()
    count = count_moved_by(r, view.id)
    page, pages = page_within(lists.page_number(), count, size)
    return respond.page(
        "terms/impact_kept.html",
        view=view,
        moved=list_moved_by(r, view.id, (page - 1) * size, size),
        count=count,
        pager=lists.pager(page, pages, count, size),
        **_words(),
    )


def _sheets(view: ChangeView) -> list[tuple[str, str]]:
    if not allows(actor(), "export.run"):
        return []
    return lists.sheet_links(url_for("desk_terms.impact", ref=view.ref))


def _words() -> dict[str, Any]:
    """What the templates ask by name."""
    return {
        "state_of": lambda state: (_(STATES[state][0]), STATES[state][1]),
        "reaches": [(reach, _(words)) for reach, words in REACH_CHOICES],
        "why_said": lambda why: _(STAYS[why]),
        "how_said": lambda how: _(CROSSES[how]),
        "days_said": days_said,
        "weeks_of": weeks_of,
        "apart_of": apart_of,
        "most": CROSSING_AT_MOST,
        "today": reader().today,
    }


def days_said(days: Any) -> str:
    """By how many days something moves, with its sign: `+15`, `−3`, `+20.9`."""
    told = str(days) if isinstance(days, int) else tenths(days)
    size = number(told.removeprefix("-"))
    return f"\N{MINUS SIGN}{size}" if told.startswith("-") else f"+{size}"


def weeks_of(cash: Cash) -> list[tuple[str, Money, Money]]:
    """The weeks of a chart."""
    return [(week_said(week), week.before, week.after) for week in cash.weeks[1:-2]]


def apart_of(cash: Cash) -> list[tuple[str, Money, Money]]:
    """What is due before or after the weeks or without a day, where there is any."""
    return [
        (week_said(week), week.before, week.after)
        for week in (cash.weeks[0], *cash.weeks[-2:])
        if week.before.minor or week.after.minor
    ]


def week_said(week: Stretch) -> str:
    """A week by its Monday."""
    if week.from_on is None or week.to_on is None:
        return _("No due date")
    if week.from_on == dt.date.min:
        return _("Earlier")
    return _("Later") if week.to_on == dt.date.max else short_day(week.from_on)


def _rows(told: Simulation) -> Iterator[Row]:
    """Every figure of the page, one below the other, each with what it belongs to."""
    for row in list_moved(reader(), told.concern) if told.moves.count else []:
        each = row.moved
        yield (
            *(_("Due date moves"), row.customer_name, row.customer_code, row.number, each.part),
            *(each.dated_on, each.due_on, each.then_on, each.days),
            *(each.open.currency, each.open, each.open),
        )
    for crossing in told.crossings:
        yield (
            *(_(CROSSES[crossing.how]), crossing.name, crossing.code, "", None, None, None, None),
            *(None, crossing.limit.currency, crossing.before, crossing.after),
        )
    for cash in told.cash:
        for week in cash.weeks:
            is_week = week.from_on not in {None, dt.date.min} and week.to_on != dt.date.max
            yield (
                *(_("Money expected"), "" if is_week else week_said(week), "", "", None),
                *(week.from_on if is_week else None, None, None, None),
                *(cash.currency, week.before, week.after),
            )
