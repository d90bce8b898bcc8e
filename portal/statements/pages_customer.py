"""The customer's statements: the list, one statement and its lines, what differs, and its files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.base.access import NotFound, allows
from portal.base.documents.qr import qr_svg
from portal.base.formats import moment
from portal.base.language import current_language, ngettext
from portal.base.language import gettext as _
from portal.core.money import Money
from portal.core.statement_status import UNANSWERED, Status
from portal.core.words import amount_in_words
from portal.people.queries import list_customers_of
from portal.statements import answers, exports, queries
from portal.statements.agreement import deeming
from portal.statements.certificate.sealed import PrintedStatement, certificate_pdf, statement_pdf
from portal.statements.certificate.sheet import differences_of
from portal.statements.forms import DifferenceForm
from portal.statements.names import event_name, reason_name, result_name, shown_state
from portal.statements.rows import StatementFilter, StatementRow, StatementView
from portal.statements.shown import SHOWS, LineFilter, ShownLine, equation, shown_line, shown_lines
from portal.statements.signing import confirmations
from portal.statements.signing.approval import about_signatures
from portal.statements.signing.batching import may_join
from portal.statements.versions.changes import about_versions
from portal.web import current, respond
from portal.web.controls import here
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.htmx import htmx
from portal.web.lists import asked, page_number, page_size, pager
from portal.web.traces import note_access

customer = Blueprint("statements", __name__)

STATES = ("waiting", "confirmed", "confirmed_with_differences", "refused")
MARKS = {"agreed": "agree", "open": "open"}
#: What of the address a line's forms carry along, so that an answer changes nothing else.
KEPT = ("show", "q", "page")


@customer.get("/statements")
@guard("statement.view")
def index() -> Response:
    r = current.reader()
    branches = list_customers_of(r) if r.actor.kind == "customer" else []
    branch = asked("branch", [ref for _id, ref, _name in branches])
    narrowed = _narrowed(r.refs.id("cu", branch) if branch else None)
    found = queries.list_statements(r, narrowed)
    return respond.page(
        "statements/index.html",
        fragments={"statements-part": "rows"},
        found=found,
        choosable={row.ref for row in found.rows if may_join(r.actor, row)},
        rows=[(row, _shown(row, r.today)) for row in found.rows],
        narrowed=narrowed,
        years=_year_tabs(queries.statement_years(r, narrowed.customer_id), narrowed.year),
        branches=branches,
        branch=branch,
        pager=pager(found.page, found.pages, found.count, narrowed.per_page),
    )


def _shown(row: StatementRow, today: dt.date) -> tuple[str, str]:
    return shown_state(row.state, row.confirm_by, today, row.deemed_on)


def _narrowed(customer_id: int | None) -> StatementFilter:
    year = asked("year")
    return StatementFilter(
        customer_id=customer_id,
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
        state=asked("state", STATES),
        page=page_number(),
        per_page=page_size(),
    )


def _year_tabs(years: list[int], chosen: int | None) -> list[tuple[str, str, bool]]:
    every = (_("All years"), here(year=None, page=None), chosen is None)
    tabs = [(str(year), here(year=year, page=None), year == chosen) for year in years]
    return [every, *tabs] if tabs else []


@customer.get("/statements/<ref>")
@guard("statement.view")
def show(ref: str) -> Response:
    view = queries.get_statement(current.reader(), ref)
    opened = answers.OpenStatement(view.row.id)
    also = partial(answers.note_opened, c=opened) if not htmx.is_partial else None
    if not htmx.is_partial:
        note_access("opened", f"statement/{view.row.id}", view.row.customer_id, also)
    return _page(view, Opened(request.args.get("panel", 0, int)))


@dataclass(frozen=True)
class Opened:
    """What is open on the page besides the lines: a panel under one of them, or a refusal."""

    seq: int = 0
    form: DifferenceForm | None = None
    problem: str = ""
    announce: str = ""


def _page(view: StatementView, opened: Opened, status: int = 200) -> Response:
    """The statement; for htmx the line, the list or the bar of it that was asked for."""
    r = current.reader()
    ticks = answers.read_ticks(r, view.row.id, view.snapshot.lines)
    line = _asked_line(view, ticks, opened.seq)
    is_panel = line is not None and line.seq == opened.seq and not opened.announce
    form = opened.form or (_panel_form(line, ticks) if line and is_panel else None)
    return respond.page(
        "statements/show.html",
        status,
        fragments={"lines": "lines", **({line.ref: "line"} if line else {})},
        also=_also(view) if opened.announce else {},
        announce=opened.announce,
        line=line,
        panel=opened.seq if is_panel else 0,
        panel_form=form,
        problem=opened.problem,
        asked_seq=line.seq if line else 0,
        **_about(view, ticks),
    )


def _also(view: StatementView) -> dict[str, str]:
    """What an answer on a line renews besides: once replaced, what stands otherwise."""
    return {"bar": "bar"} if view.in_force else {"replaced": "replaced", "bar": "bar"}


def _asked_line(view: StatementView, ticks: answers.Ticks, seq: int) -> ShownLine | None:
    """The line that htmx asks for, else the one whose panel is open."""
    target = htmx.target_id.removeprefix("line-")
    asked_for = int(target) if target.isascii() and target.isdigit() and len(target) < 10 else seq
    is_there = 1 <= asked_for <= view.row.line_count
    return shown_line(view, ticks, asked_for) if is_there else None


def _about(view: StatementView, ticks: answers.Ticks) -> dict[str, Any]:
    """What the page says of the statement and of what may be done with it."""
    r = current.reader()
    waiting = _may_answer(view)
    return {
        "view": view,
        "ticks": ticks,
        "state": _shown(view.row, r.today),
        "deemed": deeming.find_deemed(r, view.row.id) if view.row.deemed_on else None,
        "waiting": waiting,
        "equation": equation(view),
        "disputed": Money(view.snapshot.head.disputed_minor, view.row.currency),
        "shown": shown_lines(view, ticks, _line_filter()),
        "narrowed": _line_filter(),
        "may": _may(view),
        **about_signatures(r, view),
        "life": _life(view),
        "kept": _kept_query(),
        "reason_name": reason_name,
        "result_name": result_name,
        **about_versions(r, view, is_part=bool(htmx.is_partial)),
    }


def _may(view: StatementView) -> dict[str, bool]:
    actor, waiting = current.actor(), _may_answer(view)
    is_open = waiting and view.row.state != Status.PREPARED
    return {
        "answer": is_open and allows(actor, "statement.answer", view.row),
        "prepare": is_open and allows(actor, "statement.prepare", view.row),
        "sign": waiting and allows(actor, "statement.confirm", view.row),
        "compare": allows(actor, "statement.compare", view.row),
        # While it waits for an answer a line is said to differ in that answer.
        "dispute": view.in_force and not waiting and allows(actor, "dispute.raise", view.row),
        "acknowledge": waiting and allows(actor, "statement.acknowledge", view.row),
        "promise": view.row.closing.minor > 0 and allows(actor, "promise.make", view.row),
    }


def _life(view: StatementView) -> list[tuple[str, str, str, str]]:
    r = current.reader()
    return [
        (moment(step.at, r.company.timezone), step.who or r.company.name, _told(step), "")
        for step in confirmations.life_of(r, view.row.id)
    ]


def _told(step: confirmations.Step) -> str:
    """What happened, and what was said with it."""
    name, comment = event_name(step.kind), step.facts.get("comment")
    return _("%(what)s: %(comment)s", what=name, comment=comment) if comment else name


def _may_answer(view: StatementView) -> bool:
    return view.in_force and view.row.state in UNANSWERED


def _line_filter() -> LineFilter:
    return LineFilter(asked("show", SHOWS) or "all", asked("q"), page_number())


def _kept_query() -> dict[str, str]:
    return {name: request.args[name] for name in KEPT if request.args.get(name)}


def _panel_form(line: ShownLine, ticks: answers.Ticks) -> DifferenceForm:
    said = ticks.of(line.seq).difference
    if said is None:
        return DifferenceForm(currency=line.currency, is_fresh=True)
    return DifferenceForm(
        currency=line.currency,
        is_fresh=True,
        reason=said.reason.value,
        own_amount=line.own_amount(said),
        note=said.note,
    )


# ── Lines ────────────────────────────────────────────────────────────────────


@customer.post("/statements/<ref>/lines/<int:seq>")
@guard("statement.answer")
def answer(ref: str, seq: int) -> Response:
    view = queries.get_statement(current.reader(), ref)
    word = request.form.get("answer", "")
    if word == "differs":
        return _page(view, Opened(seq)) if htmx.is_partial else _back(ref, seq, panel=seq)
    form = Form()
    version = request.args.get("version", 0, int)
    command = answers.MarkLine(view.row.id, seq, MARKS.get(word, "open"), version)
    done = respond.attempt(form, answers.mark_line, command)
    return _after_line(view, seq, form, done=done)


@customer.post("/statements/<ref>/lines/<int:seq>/difference")
@guard("statement.answer")
def say_difference(ref: str, seq: int) -> Response:
    view = queries.get_statement(current.reader(), ref)
    form = DifferenceForm(currency=view.row.currency)
    version = request.args.get("version", 0, int)
    if form.validate():
        command = form.command(view.row.id, seq, version)
        done = respond.attempt(form, answers.say_difference, command)
        if done or _is_replaced(view):
            return _after_line(view, seq, form, done=done)
    if not 1 <= seq <= view.row.line_count:
        raise NotFound("line")
    return _page(view, Opened(seq, form), form.status)


def _after_line(view: StatementView, seq: int, form: Form, *, done: bool) -> Response:
    problem = "" if done else str(form.form_errors[0])
    if not htmx.is_partial:
        if not done and _is_replaced(view):
            return _replaced_page(view)
        if problem:
            respond.say(problem, "bad")
        return _back(view.row.ref, seq)
    view = queries.get_statement(current.reader(), view.row.ref)
    told = problem or _progress(view, seq)
    return _page(view, Opened(seq, problem=problem, announce=told), 200 if done else form.status)


def _is_replaced(view: StatementView) -> bool:
    """Whether a new version came while the page was open, as the books say now."""
    return not queries.get_statement(current.reader(), view.row.ref).in_force


def _replaced_page(view: StatementView) -> Response:
    """409 with what stands otherwise, and the way to the version that keeps the answers."""
    return _page(queries.get_statement(current.reader(), view.row.ref), Opened(), 409)


def _progress(view: StatementView, seq: int) -> str:
    ticks = answers.read_ticks(current.reader(), view.row.id, view.snapshot.lines)
    left = view.row.line_count - ticks.answered
    said = {
        "agree": _("%(document)s agreed."),
        "differ": _("%(document)s differs."),
        "open": _("%(document)s has no answer."),
    }[ticks.of(seq).mark]
    document = view.snapshot.lines[seq - 1].document
    return f"{said % {'document': document}} {ngettext('%(num)s left', '%(num)s left', left)}"


def _back(ref: str, seq: int, **query: object) -> Response:
    """To the same page, filter and line; without script that is where one was."""
    anchor = f"line-{seq}"
    return respond.redirect_to(
        url_for(".show", ref=ref, _anchor=anchor, **{**_kept_query(), **query})  # type: ignore[arg-type]
    )


@customer.post("/statements/<ref>/agreement")
@guard("statement.answer")
def agree_to_others(ref: str) -> Response:
    view = queries.get_statement(current.reader(), ref)
    form = Form()
    if respond.attempt(form, answers.agree_all_others, answers.AgreeAllOthers(view.row.id)):
        count = form.outcome
        respond.say(ngettext("%(num)s line agreed.", "%(num)s lines agreed.", count))
    elif _is_replaced(view):
        return _replaced_page(view)
    else:
        respond.say(str(form.form_errors[0]), "bad")
    return respond.see_other(".show", ref=ref, **_kept_query())


@customer.post("/statements/<ref>/acknowledgement")
@guard("statement.acknowledge")
def acknowledge(ref: str) -> Response:
    view = queries.get_statement(current.reader(), ref)
    form = Form()
    command = answers.AcknowledgeReceipt(view.row.id)
    if respond.attempt(form, answers.acknowledge_receipt, command):
        respond.say(_("Receipt is noted. That is not yet an answer to the statement."))
    elif _is_replaced(view):
        return _replaced_page(view)
    else:
        respond.say(str(form.form_errors[0]), "bad")
    return respond.see_other(".show", ref=ref)


# ── Files ────────────────────────────────────────────────────────────────────


@customer.get("/statements/<ref>.<any(pdf, csv, xlsx):kind>")
@guard("statement.view")
def download(ref: str, kind: str) -> Response:
    r = current.reader()
    view = queries.get_statement(r, ref)
    name = f"{view.row.number}-v{view.row.version}"
    note_access("downloaded", f"statement/{view.row.id}", view.row.customer_id)
    if kind == "pdf":
        printed = PrintedStatement(view.row.id, view.payload.decode(), ref)
        pdf = statement_pdf(current.installation(), printed, current_language())
        return respond.download(pdf, f"{name}.pdf", "application/pdf")
    ticks = answers.read_ticks(r, view.row.id, view.snapshot.lines)
    body, media_type = exports.sheet_of(view, ticks, kind)
    return respond.download(body, f"{name}.{kind}", media_type)


@customer.get("/statements/<ref>/certificate")
@guard("statement.view")
def certificate(ref: str) -> Response:
    r = current.reader()
    view = queries.get_statement(r, ref)
    found = confirmations.certified(r, view.row.id, request.args.get("code", ""))
    public_url = current.installation().config.public_url.rstrip("/")
    code_url = f"{public_url}/verify/{found.verify_code}" if found else ""
    return respond.page(
        "statements/certificate.html",
        view=view,
        confirmation=found,
        differences=list(differences_of(found.evidence)) if found else [],
        words=amount_in_words(view.to_confirm, current_language()),
        qr=qr_svg(code_url, _("Address where this certificate can be checked")) if found else "",
        result_name=result_name,
        may_sign=_may_answer(view) and allows(r.actor, "statement.confirm", view.row),
    )


@customer.get("/statements/<ref>/certificate.pdf")
@guard("statement.view")
def certificate_file(ref: str) -> Response:
    r = current.reader()
    view = queries.get_statement(r, ref)
    found = confirmations.certified(r, view.row.id, request.args.get("code", ""))
    if found is None:
        raise NotFound("certificate")
    note_access("downloaded", f"confirmation/{found.id}", view.row.customer_id)
    name = confirmations.certificate_name(found, r.company.name)
    pdf = certificate_pdf(current.installation(), found.id)
    return respond.download(pdf, name, "application/pdf")
