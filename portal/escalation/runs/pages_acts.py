"""What the desk does to a run: approve it, leave rows out, let it rest or go on, try again."""

from __future__ import annotations

from typing import Any

import wtforms
from flask import Blueprint, Response, request
from wtforms.validators import Length

from portal.base.language import N_, ngettext
from portal.base.language import gettext as _
from portal.escalation.planning import plan_day
from portal.escalation.queries import get_run
from portal.escalation.runs import queries
from portal.escalation.runs.commands import (
    LONGEST_REASON,
    ActOnRun,
    ApproveRun,
    LeaveOut,
    PrepareRun,
    approve_run,
    ask_for_run,
    leave_out,
    pause_run,
    resume_run,
    take_in,
    try_again,
)
from portal.escalation.runs.pages_runs import list_page, run_page
from portal.web import respond
from portal.web.current import reader
from portal.web.forms import Filled, Form
from portal.web.guard import guard

acts = Blueprint("dunning_acts", __name__, url_prefix="/desk/dunning-runs")


class ReasonForm(Form):
    """Why rows are left out."""

    reason = wtforms.StringField(
        N_("Why?"),
        [
            Filled(N_("Write why these are left out; the run keeps it.")),
            Length(max=LONGEST_REASON),
        ],
    )


@acts.post("")
@guard("escalation.run")
def prepare() -> Response:
    """Asks for today's run, to be looked at before it goes."""
    r, form = reader(), Form()
    plan = plan_day(r, r.today)
    if respond.attempt(form, ask_for_run, PrepareRun(plan)):
        return respond.see_other("desk_dunning.show", ref=reader().refs.of("lr", form.outcome))
    return list_page(form)


@acts.post("/<ref>/approval")
@guard("escalation.run")
def approve(ref: str) -> Response:
    """Lets the run go as it was seen; where it has changed, it is shown again."""
    r, form = reader(), Form()
    run = get_run(r, ref)
    plan = queries.plan_now(r, run.id, run.on)
    if respond.attempt(form, approve_run, ApproveRun(run.id, _seen(), plan)):
        respond.say(_("Approved. A worker does it now; you may close this page."))
        return respond.see_other("desk_dunning.show", ref=ref)
    run = get_run(reader(), ref)
    return run_page(run, form, plan if run.state == "held" else None)


def _seen() -> tuple[int, int]:
    """The numbers that stood on the button."""
    told = [request.form.get(name, "") for name in ("steps", "customers")]
    steps, customers = (int(each) if each.isdecimal() and len(each) < 10 else 0 for each in told)
    return steps, customers


@acts.post("/<ref>/exclusions")
@guard("escalation.run")
def exclude(ref: str) -> Response:
    """Leaves the chosen rows out of the run."""
    run, form = get_run(reader(), ref), ReasonForm()
    command = LeaveOut(run.id, _chosen(), form.reason.data or "")
    if form.validate() and respond.attempt(form, leave_out, command):
        count = int(form.outcome)
        respond.say(ngettext("%(num)s step is left out.", "%(num)s steps are left out.", count))
        return respond.see_other("desk_dunning.show", ref=ref)
    return run_page(get_run(reader(), ref), form)


@acts.post("/<ref>/inclusions")
@guard("escalation.run")
def include(ref: str) -> Response:
    """Takes rows in again that were left out."""
    run, form = get_run(reader(), ref), Form()
    if respond.attempt(form, take_in, LeaveOut(run.id, _chosen())):
        respond.say(_("They are in again."))
        return respond.see_other("desk_dunning.show", ref=ref)
    return run_page(get_run(reader(), ref), form)


def _chosen() -> tuple[tuple[int, str, str], ...]:
    keys = (queries.key_of(reader(), told) for told in request.form.getlist("chosen"))
    return tuple(key for key in keys if key is not None)


@acts.post("/<ref>/pause")
@guard("escalation.run")
def pause(ref: str) -> Response:
    return _act(ref, pause_run, _("The run rests. What has not left yet does not leave."))


@acts.post("/<ref>/resumption")
@guard("escalation.run")
def resume(ref: str) -> Response:
    return _act(ref, resume_run, _("The run goes on."))


@acts.post("/<ref>/retries")
@guard("escalation.run")
def retry(ref: str) -> Response:
    return _act(ref, try_again, _("They are on their way again."))


def _act(ref: str, act: Any, done: str) -> Response:
    """Does something to the run; what is refused stands on its page."""
    run, form = get_run(reader(), ref), Form()
    if respond.attempt(form, act, ActOnRun(run.id)):
        respond.say(done)
        return respond.see_other("desk_dunning.show", ref=ref)
    return run_page(get_run(reader(), ref), form)
