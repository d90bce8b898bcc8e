"""Writing ladders: one at a time, kept as a draft, handed in, and approved by somebody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.base.access import NotFound
from portal.base.language import gettext as _
from portal.core.errors import RuleBroken
from portal.core.ladder_difference import channel_differences
from portal.core.policy_canon import in_full
from portal.core.policy_difference import differences
from portal.core.policy_schema import LADDERS
from portal.core.policy_text import read_policy
from portal.escalation.ladders import versions
from portal.escalation.ladders.checking import find_oddities
from portal.escalation.ladders.forms import DraftForm, Editor, StepForm, editor_of
from portal.escalation.ladders.names import PRESETS, STRENGTHS
from portal.escalation.ladders.pages_ladders import ahead_page, asked_day, words
from portal.escalation.ladders.preview import look_ahead
from portal.escalation.ladders.replaying import replay_year
from portal.escalation.names import CHANNELS, channel_name
from portal.settings.pages_policy import said
from portal.settings.policy_files import known
from portal.settings.policy_versions import preset_text
from portal.terms.changes import ChangeView
from portal.terms.commands import (
    ChangeDraft,
    DraftChange,
    HandIn,
    Wanted,
    Withdraw,
    change_draft,
    draft_change,
    hand_in,
    withdraw,
)
from portal.web import respond
from portal.web.current import reader
from portal.web.forms import Form
from portal.web.guard import guard

drafting = Blueprint("ladder_drafts", __name__, url_prefix="/desk/policies")

Told = list[dict[str, Any]]


@dataclass(frozen=True)
class Desk:
    """What is written upon: all ladders, which of them, and the draft where there is one."""

    told: Told
    #: From 0; behind the last one: a new ladder.
    place: int
    view: ChangeView | None
    url: str
    #: Where it is seen what the ladders do as they were kept last.
    preview_url: str
    back: tuple[str, str]

    @property
    def entry(self) -> Mapping[str, Any]:
        """The ladder as it stands before anything is typed."""
        return self.told[self.place] if self.place < len(self.told) else {}

    def kept(self) -> dict[str, Any]:
        """What the form shows of the draft."""
        view = self.view
        return {
            "effective_on": view.effective_on if view else reader().today,
            "reason": view.reason if view else "",
            "row_version": str(view.row_version) if view else "0",
        }


# ── One ladder ───────────────────────────────────────────────────────────────


@drafting.get("/<int:place>/versions/<int:number>/edit")
@guard("ladder.change")
def begin(place: int, number: int) -> Response:
    desk = _desk_of_version(place, number)
    return _editor_page(desk, _editor(desk))


@drafting.post("/<int:place>/versions/<int:number>/edit")
@guard("ladder.change")
def create(place: int, number: int) -> Response:
    return _sent(_desk_of_version(place, number))


@drafting.get("/drafts/<ref>/ladders/<int:place>")
@guard("ladder.change")
def edit(ref: str, place: int) -> Response:
    desk = _desk_of_draft(ref, place)
    return _editor_page(desk, _editor(desk))


@drafting.post("/drafts/<ref>/ladders/<int:place>")
@guard("ladder.change")
def save(ref: str, place: int) -> Response:
    return _sent(_desk_of_draft(ref, place))


def _sent(desk: Desk) -> Response:
    """Moves a step, or keeps the ladder in the draft."""
    editor = _editor(desk)
    told = request.form.get("do", "")
    if told:
        return _editor_page(desk, editor, at=editor.do(told))
    ladders = editor.read(reader().policy.values, desk.told, desk.place)
    if ladders and _keep(editor.draft, desk.view, ladders):
        return _to_draft(editor.draft, desk.view)
    return _editor_page(desk, editor)


def _keep(form: DraftForm, view: ChangeView | None, ladders: Sequence[Mapping[str, Any]]) -> bool:
    """Keeps ladders as a draft, or in the one that is there; what is wrong stands on the form."""
    if form.effective_on.data is None:
        return False
    after = {**(view.after if view else {}), LADDERS.value: versions.as_kept(ladders)}
    wanted = Wanted(form.effective_on.data, after, form.reason.data or "")
    if view is None:
        return respond.attempt(form, draft_change, DraftChange(wanted))
    return respond.attempt(form, change_draft, ChangeDraft(view.id, form.version, wanted))


def _to_draft(form: DraftForm, view: ChangeView | None) -> Response:
    ref = view.ref if view else reader().refs.of("tc", int(form.outcome))
    respond.say(_("Kept as a draft. See what it will do, then hand it in."))
    return respond.see_other(".show", ref=ref)


def _desk_of_version(place: int, number: int) -> Desk:
    """A copy of a version, of which a draft is made as soon as it is kept."""
    told = versions.told_in(reader(), number)
    _check_place(place, told)
    url = url_for(".create", place=place, number=number)
    preview_url = url_for("desk_ladders.preview", place=1, number=number)
    back = (_("Ladders"), url_for("desk_ladders.index"))
    return Desk(told, place - 1, None, url, preview_url, back)


def _desk_of_draft(ref: str, place: int) -> Desk:
    view = _open_draft(ref)
    told = versions.told_of_draft(view)
    _check_place(place, told)
    url, preview_url = url_for(".save", ref=ref, place=place), url_for(".preview", ref=ref)
    back = (_("The draft"), url_for(".show", ref=ref))
    return Desk(told, place - 1, view, url, preview_url, back)


def _check_place(place: int, told: Sequence[Any]) -> None:
    if not 1 <= place <= len(told) + 1:
        raise NotFound("ladder")


def _open_draft(ref: str) -> ChangeView:
    view = versions.get_draft(reader(), ref)
    if view.state != "draft":
        raise NotFound("ladder_draft")
    return view


def _editor(desk: Desk) -> Editor:
    return editor_of(desk.entry, **desk.kept())


def _editor_page(desk: Desk, editor: Editor, at: int | None = None) -> Response:
    status = editor.status if at is None else 200
    return respond.page(
        "escalation/ladders/edit.html",
        status,
        desk=desk,
        preview_url=desk.preview_url,
        editor=editor,
        ladder=editor.ladder,
        steps=editor.steps,
        draft=editor.draft,
        at=at,
        is_new=desk.place >= len(desk.told),
        step_told=step_told,
        **words(),
    )


def step_told(step: StepForm) -> str:
    """A step in one line, as far as what was typed can be read."""
    typed = step.typed()
    channel, strength = str(typed["channel"]), str(typed["strength"])
    told = [
        channel_name(channel) if channel in CHANNELS else channel,
        _(STRENGTHS[strength]) if strength in STRENGTHS else strength,
    ]
    days, until = step.days.data or "–", step.until_days.data
    if typed.get("days_overdue") is not None:
        days = f"{days}\N{EN DASH}{until}" if until else days
        told.insert(0, _("day %(day)s", day=days))
    elif typed.get("after_previous_days"):
        told.insert(0, _("%(num)s days after the step before", num=days))
    return " · ".join(told)


# ── The draft as a whole ─────────────────────────────────────────────────────


@drafting.get("/drafts/<ref>")
@guard("escalation.view")
def show(ref: str) -> Response:
    return _draft_page(versions.get_draft(reader(), ref))


@drafting.post("/drafts/<ref>/order")
@guard("ladder.change")
def order(ref: str) -> Response:
    """Another ladder comes first, or one is taken out."""
    view, form = _open_draft(ref), Form()
    told = _ordered(versions.told_of_draft(view), request.form.get("do", ""))
    if not told:
        form.blame(RuleBroken("ladder.last_one"))
        return _draft_page(view, form)
    after = {**view.after, LADDERS.value: versions.as_kept(told)}
    wanted = Wanted(view.effective_on, after, view.reason, view.reach)
    if respond.attempt(form, change_draft, ChangeDraft(view.id, view.row_version, wanted)):
        return respond.see_other(".show", ref=ref)
    return _draft_page(versions.get_draft(reader(), ref), form)


def _ordered(told: Told, do: str) -> Told:
    """The ladders after a button was pressed: `up:2`, `down:1`, `remove:2`, counted from 1."""
    act, _colon, number = do.partition(":")
    place = int(number) - 1 if number.isdecimal() and len(number) < 4 else -1
    if not 0 <= place < len(told):
        return told
    ladder = told.pop(place)
    if act != "remove":
        told.insert(max(0, place + {"up": -1, "down": 1}.get(act, 0)), ladder)
    return told


@drafting.get("/drafts/<ref>/preview")
@guard("escalation.view")
def preview(ref: str) -> Response:
    """What the draft would do to whom, and how that differs from the ladders in force."""
    r = reader()
    view = versions.get_draft(r, ref)
    ladders = versions.ladders(versions.told_of_draft(view))
    ahead = look_ahead(r, asked_day(), ladders, versions.ladders(versions.told_now(r)))
    back = (_("The draft"), url_for(".show", ref=ref))
    return ahead_page(ahead, back=back, here_url=url_for(".preview", ref=ref))


@drafting.get("/drafts/<ref>/replay")
@guard("escalation.view")
def replay(ref: str) -> Response:
    """What the draft would have done in the last twelve months."""
    r = reader()
    view = versions.get_draft(r, ref)
    drafted = versions.ladders(versions.told_of_draft(view))
    told = replay_year(r, drafted, versions.ladders(versions.told_now(r)))
    more = channel_differences(told.in_force.channels, told.draft.channels)
    return respond.page(
        "escalation/ladders/replay.html", view=view, told=told, more=more, **words()
    )


@drafting.post("/drafts/<ref>/request")
@guard("ladder.change")
def send(ref: str) -> Response:
    """Hands the draft in."""
    view, form = versions.get_draft(reader(), ref), Form()
    if respond.attempt(form, hand_in, HandIn(view.id, view.row_version)):
        respond.say(_("Handed in. Somebody else decides about it now."))
        return respond.see_other(".show", ref=ref)
    return _draft_page(versions.get_draft(reader(), ref), form)


@drafting.post("/drafts/<ref>/withdrawal")
@guard("ladder.change")
def take_back(ref: str) -> Response:
    view, form = versions.get_draft(reader(), ref), Form()
    if respond.attempt(form, withdraw, Withdraw(view.id, view.row_version)):
        respond.say(_("Taken back. Everything stays as it is."))
        return respond.see_other(".show", ref=ref)
    return _draft_page(versions.get_draft(reader(), ref), form)


def _draft_page(view: ChangeView, form: Form | None = None) -> Response:
    r = reader()
    told = versions.told_of_draft(view)
    ladders = versions.ladders(told)
    before = in_full(LADDERS, view.before.get(LADDERS.value, []))
    found = differences({LADDERS.value: before}, {LADDERS.value: told})
    return respond.page(
        "escalation/ladders/draft.html",
        form.status if form and form.told() else 200,
        view=view,
        form=form,
        told=told,
        ladders=ladders,
        findings=find_oddities(r, ladders),
        changes=said(found),
        count=len(found),
        preview_url=url_for(".preview", ref=view.ref),
        **words(),
    )


# ── Ladders that come with the portal ────────────────────────────────────────


@drafting.get("/presets/<any(four_stages, twelve_steps):name>")
@guard("ladder.change")
def preset(name: str) -> Response:
    return _preset_page(name, DraftForm(effective_on=reader().today))


@drafting.post("/presets/<any(four_stages, twelve_steps):name>")
@guard("ladder.change")
def take_preset(name: str) -> Response:
    """The preset becomes a draft, in the place of all ladders that are there."""
    form = DraftForm()
    if form.validate() and _keep(form, None, _preset(name)):
        return _to_draft(form, None)
    return _preset_page(name, form)


def _preset(name: str) -> Told:
    told = read_policy(preset_text(name), reader().policy.values, known())
    assert not told.faults, told.faults
    return in_full(LADDERS, told.values[LADDERS.value])


def _preset_page(name: str, form: DraftForm) -> Response:
    told = _preset(name)
    ladders = versions.ladders(told)
    return respond.page(
        "escalation/ladders/preset.html",
        form.status if form.told() else 200,
        name=_(PRESETS[name]),
        form=form,
        told=told,
        findings=find_oddities(reader(), ladders),
        url=url_for(".take_preset", name=name),
        **words(),
    )
