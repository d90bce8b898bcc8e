"""The ladders as pages of the desk: those in force, their versions, and what they will do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, url_for

from portal.base.access import NotFound, allows
from portal.base.language import gettext as _
from portal.base.paging import page_within
from portal.core.ladder_check import Finding
from portal.escalation.ladders import names, versions
from portal.escalation.ladders.checking import find_oddities
from portal.escalation.ladders.preview import Ahead, ahead_rows, excluded_rows, look_ahead
from portal.escalation.names import channel_name, reason_name
from portal.settings.policy_versions import list_presets
from portal.terms.names import STATES
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import day_typed
from portal.web.guard import guard
from portal.web.roles import ROLE_NAMES

desk = Blueprint("desk_ladders", __name__, url_prefix="/desk/policies")

#: Nobody looks further ahead: the books of then are not written yet.
FURTHEST = dt.timedelta(days=366)


@desk.get("")
@guard("escalation.view")
def index() -> Response:
    r = reader()
    told = versions.told_now(r)
    ladders = versions.ladders(told)
    return respond.page(
        "escalation/ladders/index.html",
        told=told,
        findings=find_oddities(r, ladders),
        drafts=versions.list_drafts(r),
        versions=versions.list_versions(r),
        in_force=number_in_force(),
        presets=[
            (name, _(names.PRESETS[name])) for name in list_presets() if name in names.PRESETS
        ],
        today=r.today,
        **words(),
    )


@desk.get("/<int:place>/versions/<int:number>")
@guard("escalation.view")
def show(place: int, number: int) -> Response:
    r = reader()
    told = versions.told_in(r, number)
    if not 1 <= place <= len(told):
        raise NotFound("ladder")
    ladders = versions.ladders(told)
    found = find_oddities(r, ladders)
    return respond.page(
        "escalation/ladders/show.html",
        told=told[place - 1],
        ladder=ladders[place - 1],
        place=place,
        number=number,
        others=list(enumerate(told, 1)),
        begins=versions.effective_on(r, number),
        is_in_force=number == number_in_force(),
        findings=[each for each in found if each.ladder in {None, place - 1}],
        preview_url=url_for(".preview", place=place, number=number),
        **words(),
    )


@desk.get("/<int:place>/versions/<int:number>/preview")
@guard("escalation.view")
def preview(place: int, number: int) -> Response:
    """What the ladders of a version will do to whom, on the day that is asked for."""
    r = reader()
    told = versions.told_in(r, number)
    if not 1 <= place <= len(told):
        raise NotFound("ladder")
    against = None if number == number_in_force() else versions.ladders(versions.told_now(r))
    on = asked_day()
    return ahead_page(
        look_ahead(r, on, versions.ladders(told), against),
        back=(str(told[place - 1]["name"]), url_for(".show", place=place, number=number)),
        here_url=url_for(".preview", place=place, number=number),
    )


def number_in_force() -> int:
    """The number under which the ladders in force are found."""
    return versions.number_now(reader())


def asked_day() -> dt.date:
    """The day of a preview: tomorrow unless another one is asked for."""
    today = reader().today
    asked = day_typed(lists.asked("on")) or today + dt.timedelta(days=1)
    return min(max(asked, today), today + FURTHEST)


def ahead_page(ahead: Ahead, *, back: tuple[str, str], here_url: str) -> Response:
    """The page of a preview: what is done, or what is left out, a page at a time."""
    r, size = reader(), lists.page_size()
    is_excluded = lists.asked("show") == "excluded"
    found: Sequence[Any] = ahead.plan.excluded if is_excluded else ahead.plan.actions
    page, pages = page_within(lists.page_number(), len(found), size)
    shown = found[(page - 1) * size : page * size]
    is_glance = respond.asks_for("tomorrow-part")
    rows_of: Callable[..., Sequence[Any]] = excluded_rows if is_excluded else ahead_rows
    return respond.page(
        "escalation/ladders/preview.html",
        fragments={"tomorrow-part": "glance", "ahead-part": "ahead"},
        ahead=ahead,
        on=ahead.plan.on,
        back=back,
        here_url=here_url,
        is_excluded=is_excluded,
        rows=[] if is_glance else rows_of(r, shown),
        count=len(found),
        pager=lists.pager(page, pages, len(found), size),
        today=r.today,
        **words(),
    )


def role_said(responsible: str) -> str:
    """Who does a step."""
    role = ROLE_NAMES.get(responsible)
    return _(role) if role else _("The portal itself")


def anchor(finding: Finding) -> str:
    """The id of the step or the ladder that a finding is about."""
    if finding.ladder is None:
        return ""
    step = "" if finding.step is None else f"-step-{finding.step + 1}"
    return f"#ladder-{finding.ladder + 1}{step}"


def words() -> dict[str, Any]:
    """What the templates ask by name."""
    return {
        "channel_name": channel_name,
        "reason_name": reason_name,
        "role_said": role_said,
        "step_when": names.step_when,
        "step_of": step_of,
        "applies_said": names.applies_said,
        "finding_said": names.finding_said,
        "anchor": anchor,
        "language_said": lambda code: _(names.LANGUAGES[code]),
        "strength_said": lambda strength: _(names.STRENGTHS[strength]),
        "raised_said": lambda grade: _(names.RAISED[grade]),
        "amounts_said": names.amounts_said,
        "counted": lambda channel, count: names.COUNTED[channel](count),
        "differences_said": lambda found: ", ".join(names.difference_said(*each) for each in found),
        "state_of": lambda state: (_(STATES[state][0]), STATES[state][1]),
        "may_change": allows(actor(), "ladder.change"),
    }


def step_of(told: Mapping[str, Any], place: int) -> Any:
    """A step of a ladder as it is walked."""
    [ladder] = versions.ladders([told])
    return ladder.steps[place]
