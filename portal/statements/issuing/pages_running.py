"""What staff do to a run from its page: let it rest, go on, let held mails go, and remind."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.base.access import NotFound
from portal.base.language import gettext as _
from portal.base.language import ngettext
from portal.statements.chasing.chasing import ChasePlan, Planner, Reminder
from portal.statements.chasing.reminding import (
    RemindByHand,
    chosen_by_hand,
    remind_by_hand,
    written_reminder,
)
from portal.statements.forms import whole_number
from portal.statements.issuing.running import ActOnRun, pause_run, release_mails, resume_run
from portal.statements.pages_staff import asked_board
from portal.statements.queries import get_run, list_statement_ids
from portal.statements.rows import RunRow
from portal.web import respond
from portal.web.current import reader
from portal.web.forms import Form
from portal.web.guard import guard

running = Blueprint("desk_running", __name__, url_prefix="/desk/statement-runs/<ref>")

#: How many of those who are reminded the preview lists; the others are counted.
LISTED = 100


def _act(ref: str, act: Any) -> Form:
    """Does something to the run; what is refused is told on its page."""
    form = Form()
    if not respond.attempt(form, act, ActOnRun(get_run(reader(), ref).id)):
        respond.say(str(form.form_errors[0]), "bad")
    return form


@running.post("/pause")
@guard("statement.run")
def pause(ref: str) -> Response:
    if not _act(ref, pause_run).told():
        respond.say(_("The run rests before its next step. What is issued stays issued."))
    return respond.see_other("desk_statements.run", ref=ref)


@running.post("/resumption")
@guard("statement.run")
def resume(ref: str) -> Response:
    if not _act(ref, resume_run).told():
        respond.say(_("The run goes on."))
    return respond.see_other("desk_statements.run", ref=ref)


@running.post("/mails")
@guard("statement.run")
def mails(ref: str) -> Response:
    form = _act(ref, release_mails)
    if not form.told():
        respond.say(
            ngettext("%(num)s mail leaves now.", "%(num)s mails leave now.", form.outcome or 0)
        )
    return respond.see_other("desk_statements.run", ref=ref)


# ── Reminding by hand ────────────────────────────────────────────────────────


@running.get("/reminders")
@guard("statement.chase")
def reminders(ref: str) -> Response:
    run = get_run(reader(), ref)
    return _preview(run, Form())


@running.post("/reminders")
@guard("statement.chase")
def remind(ref: str) -> Response:
    run, form = get_run(reader(), ref), Form()
    ids = _chosen(run)
    command = RemindByHand(tuple(ids), whole_number(request.form.get("expected")))
    if respond.attempt(form, remind_by_hand, command):
        respond.say(_leaving(form.outcome))
        return respond.see_other("desk_statements.run", ref=ref)
    return _preview(run, form)


def _leaving(count: int) -> str:
    if not count:
        return _("Nobody is left to remind now. What was sent is not sent twice.")
    return ngettext(
        "Reminders of %(num)s statement leave now.",
        "Reminders of %(num)s statements leave now.",
        count,
    )


def _chosen(run: RunRow) -> list[int]:
    """The statements that were ticked on the board, or all that its filter keeps."""
    r = reader()
    every = list_statement_ids(r, asked_board(run.id))
    if request.args.get("all") or "chosen" not in request.args:
        return every
    wanted = {r.refs.id("st", each) for each in request.args.getlist("chosen")}
    return [statement_id for statement_id in every if statement_id in wanted]


def _planned(run: RunRow) -> ChasePlan:
    r, whole = reader(), ChasePlan([], [])
    for chosen in chosen_by_hand(r, _chosen(run)):
        plan = Planner(r, chosen).plan()
        whole.reminders.extend(plan.reminders)
        whole.skipped.extend(plan.skipped)
    return whole


def _preview(run: RunRow, form: Form) -> Response:
    plan = _planned(run)
    count = len(plan.reminders)
    return respond.page(
        "statements/reminders.html",
        form.status if form.told() else 200,
        form=form,
        run=run,
        count=count,
        label=ngettext(
            "Send reminders of %(num)s statement", "Send reminders of %(num)s statements", count
        ),
        reminders=plan.reminders[:LISTED],
        skipped=plan.skipped[:LISTED],
        skipped_count=len(plan.skipped),
        reasons=reasons(),
        tones=_tones(),
        statement_ref=_ref_of,
    )


def _ref_of(statement_id: int) -> str:
    return reader().refs.of("st", statement_id)


def reasons() -> dict[str, str]:
    """Why somebody is not reminded, in words."""
    return {
        "answered": _("has answered"),
        "deemed": _("counts as agreed by the agreement"),
        "already": _("was reminded within two days"),
        "no_recipient": _("nobody is known to write to"),
        "bounced": _("every known address refuses mails"),
        "held": _("its mails are held"),
        "not_due": _("no reminder is due"),
    }


def _tones() -> dict[str, str]:
    return {"polite": _("Polite"), "firm": _("Firm"), "final": _("Last")}


@running.get("/reminders/<statement_ref>/<int:place>")
@guard("statement.chase")
def letter(ref: str, statement_ref: str, place: int) -> Response:
    run, r = get_run(reader(), ref), reader()
    reminder = _reminder_of(run, r.id_of("st", statement_ref))
    if not 1 <= place <= len(reminder.to):
        raise NotFound("letter")
    person = reminder.to[place - 1]
    written = written_reminder(r, reminder, person)
    return respond.page(
        "statements/reminder.html",
        run=run,
        written=written,
        person=person,
        others=[
            (each, url_for(".letter", ref=ref, statement_ref=statement_ref, place=number))
            for number, each in enumerate(reminder.to, 1)
        ],
        paragraphs=[part.splitlines() for part in written.text.split("\n\n") if part.strip()],
    )


def _reminder_of(run: RunRow, statement_id: int) -> Reminder:
    r = reader()
    if statement_id in list_statement_ids(r, asked_board(run.id)):
        for chosen in chosen_by_hand(r, [statement_id]):
            for reminder in Planner(r, chosen).plan().reminders:
                return reminder
    raise NotFound("statement")
