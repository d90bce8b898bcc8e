"""The runs of the ladders as pages of the desk: the list, one with its rows, its letters."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, request

from portal.base.access import NotFound, allows
from portal.base.documents.render import print_pdf
from portal.base.language import gettext as _
from portal.base.language import speaking
from portal.base.paging import page_within
from portal.core.ladder_difference import Change
from portal.core.money import Money
from portal.escalation.ladders.pages_ladders import words as ladder_words
from portal.escalation.ladders.preview import count_reasons, excluded_rows, names_of
from portal.escalation.names import channel_name
from portal.escalation.notices.names import STATES as NOTICE_STATES
from portal.escalation.planning import Plan
from portal.escalation.queries import RunRow, get_run, list_runs
from portal.escalation.running import count_customers
from portal.escalation.runs import names, queries
from portal.escalation.runs.letters import PlannedLetter, planned_action, planned_letter, recipients
from portal.escalation.runs.rows import Rows, Sending, by_channel
from portal.web import current, lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard

desk = Blueprint("desk_dunning", __name__, url_prefix="/desk/dunning-runs")

PDF = "application/pdf"
SHOWN = ("excluded", "changed", "failed")
#: A run in one of these has begun.
BEGUN = ("approved", "running", "paused", "done")


@desk.get("")
@guard("escalation.view")
def index() -> Response:
    return list_page(Form())


def list_page(form: Form) -> Response:
    """The runs, the latest day first."""
    r = reader()
    size = lists.page_size()
    found, page, pages = list_runs(r, lists.page_number(), size)
    return respond.page(
        "escalation/runs/index.html",
        form.status if form.told() else 200,
        form=form,
        runs=found,
        pager=lists.pager(page, pages, queries.count_runs(r), size),
        by_channel=by_channel,
        has_todays=bool(queries.find_today(r)),
        today=r.today,
        **words(),
    )


@desk.get("/<ref>")
@guard("escalation.view")
def show(ref: str) -> Response:
    return run_page(get_run(reader(), ref))


def run_page(run: RunRow, form: Form | None = None, plan: Plan | None = None) -> Response:
    """A run that waits with what it will do, or one that went with what it did."""
    r = reader()
    shown = lists.asked("show", SHOWN)
    is_held = run.state == "held"
    if is_held and shown in {"excluded", "changed"} and plan is None:
        plan = queries.plan_now(r, run.id, run.on)
    going = queries.going_now(r, run.id, plan) if plan else queries.going(r, run.id)
    sending = queries.get_sending(r, run.id) if run.state in BEGUN else Sending()
    is_running = run.state in {"approved", "running"} or bool(sending.queued and run.done_at)
    return respond.page(
        "escalation/runs/show.html",
        form.status if form and form.told() else 200,
        fragments={"run-progress": "progress", "run-part": "part"},
        run=run,
        form=form or Form(),
        shown=shown,
        is_held=is_held,
        going=going if is_held else None,
        button=names.going_said(going),
        sending=sending,
        is_resting=sending.is_paused,
        is_polled=is_running and not sending.is_paused,
        state=shown_state(run, sending),
        heads=queries.planned_heads(r, run.id) if is_held else queries.done_heads(r, run.id),
        failures=queries.list_failures(r, run.id) if sending.failed else [],
        customers=count_customers(r) if run.state in {"running", "paused"} else 0,
        **_part(run, shown, plan),
        **words(),
    )


def shown_state(run: RunRow, sending: Sending) -> tuple[str, str]:
    """A run's state as its page stamps it: also while its messages leave, and when some did not."""
    state = run.state
    if sending.is_paused:
        state = "paused"
    elif state == "done" and sending.queued:
        state = "sending"
    elif state == "done" and sending.failed:
        state = "failed"
    word, tone = names.STATES[state]
    return _(word), tone


def _part(run: RunRow, shown: str, plan: Plan | None) -> dict[str, Any]:
    """The rows under the tab that is open."""
    told = _rows_of(run, shown, plan)
    return {
        "rows": told.rows,
        "count": told.count,
        "pager": lists.pager(told.page, told.pages, told.count, lists.page_size()),
        "reasons": count_reasons(plan.excluded) if plan and shown == "excluded" else [],
        "left_out": _left_out(run) if shown == "excluded" else [],
        "notes": plan is not None,
    }


def _rows_of(run: RunRow, shown: str, plan: Plan | None) -> Rows:
    r, page, size = reader(), lists.page_number(), lists.page_size()
    if run.state == "held" and shown == "excluded":
        assert plan is not None
        return _cut(excluded_rows, plan.excluded)
    if run.state == "held" and shown == "changed":
        assert plan is not None
        return _cut(_changes, queries.changed_since(r, run.id, plan))
    if shown == "excluded":
        return Rows([], 1, 1, 0)
    if shown == "changed":
        return queries.list_planned(r, run.id, ("changed", "gone"), page, size)
    if run.state in {"held", "overtaken"}:
        return queries.list_planned(r, run.id, ("planned",), page, size)
    return queries.list_done(r, run.id, page, size)


def _cut(told: Any, found: Any) -> Rows:
    """A page of what was reckoned as a whole."""
    size = lists.page_size()
    page, pages = page_within(lists.page_number(), len(found), size)
    rows = told(reader(), found[(page - 1) * size : page * size])
    return Rows(rows, page, pages, len(found))


def _left_out(run: RunRow) -> Any:
    """What somebody left out by hand; there are never many."""
    return queries.list_planned(reader(), run.id, ("left_out",), 1, lists.SIZES[-1]).rows


def _changes(r: Any, found: list[Change]) -> list[dict[str, Any]]:
    named = names_of(r, {each.account[0] for each in found})
    return [
        {
            "ref": named[each.account[0]][0],
            "name": named[each.account[0]][1],
            "fate": each.fate,
            "before": [(told.step, Money(told.amount, told.currency)) for told in each.before],
            "after": [(told.step, Money(told.amount, told.currency)) for told in each.after],
        }
        for each in found
    ]


# ── A step's message ─────────────────────────────────────────────────────────


@desk.get("/<ref>/letter")
@guard("escalation.view")
def letter(ref: str) -> Response:
    """What a step will say, exactly as it leaves; or what somebody will be asked to do."""
    r = reader()
    run, key = get_run(r, ref), _asked_key()
    action = planned_action(r, run, key)
    to = recipients(r, action)
    found = planned_letter(r, run, key, _asked_place()) if to else None
    return respond.page(
        "escalation/runs/letter.html",
        run=run,
        action=action,
        amount=Money(action.amount, action.currency),
        found=found,
        **_mail(found),
        to=to,
        place=_asked_place(),
        key=request.args.get("row", ""),
        customer=names_of(r, {action.customer_id})[action.customer_id],
        **words(),
    )


def _mail(found: PlannedLetter | None) -> dict[str, Any]:
    """The mail or text message with its paragraphs; none where a letter or a person goes."""
    if found is None or found.is_printed:
        return {"mail": None, "paragraphs": []}
    mail = found.as_mail(reader(), public_url())
    return {"mail": mail, "paragraphs": _paragraphs(mail.text)}


def _paragraphs(text: str) -> list[list[str]]:
    return [part.splitlines() for part in text.split("\n\n") if part.strip()]


@desk.get("/<ref>/letter.pdf")
@guard("escalation.view")
def letter_pdf(ref: str) -> Response:
    """The letter as it will be printed."""
    r = reader()
    run = get_run(r, ref)
    found: PlannedLetter = planned_letter(r, run, _asked_key(), _asked_place())
    with speaking(found.to.language):
        job = found.sheet(public_url()).job(r)
    current.close_reader()  # printing takes its time
    return respond.download(print_pdf(job), f"letter-{found.action.code}.pdf", PDF)


def _asked_key() -> tuple[int, str, str]:
    key = queries.key_of(reader(), request.args.get("row", ""))
    if key is None:
        raise NotFound("step")
    return key


def _asked_place() -> int:
    return min(max(1, request.args.get("to", 1, int)), 999)


def public_url() -> str:
    """Our address, as letters and mails print it."""
    return current.installation().config.public_url.rstrip("/")


def words() -> dict[str, Any]:
    """What the templates ask by name."""
    return {
        **ladder_words(),
        "channel_name": channel_name,
        "state_said": lambda run: shown_state(run, Sending()),
        "why_said": lambda why: _(names.WHY_HELD[why]) if why else "",
        "step_state": lambda state: (_(names.STEPS[state][0]), names.STEPS[state][1]),
        "planned_state": lambda state: (_(names.PLANNED[state][0]), names.PLANNED[state][1]),
        "notice_state": lambda state: (_(NOTICE_STATES[state][0]), NOTICE_STATES[state][1]),
        "fate_said": lambda fate: (_(names.FATES[fate][0]), names.FATES[fate][1]),
        "money_of": Money,
        "may_run": allows(actor(), "escalation.run"),
        "has_notices": "desk_notices.show" in current_app.view_functions,
    }
