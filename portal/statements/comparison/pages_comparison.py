"""Compare with my ledger: a file, which of its columns is what, the result, and its answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from portal.base.access import Denied, NotFound, Permission, allows
from portal.base.language import current_language, ngettext
from portal.base.language import gettext as _
from portal.core.money import Money
from portal.core.statement_status import UNANSWERED, Status
from portal.statements import queries
from portal.statements.comparison import exports
from portal.statements.comparison.applying import (
    Applied,
    TakeBackApplied,
    apply_comparison,
    take_back_applied,
)
from portal.statements.comparison.deciding import decide
from portal.statements.comparison.forms import (
    SHORT,
    ApplyForm,
    DecisionForm,
    LedgerForm,
    reason_choices,
)
from portal.statements.comparison.keeping import key_of
from portal.statements.comparison.names import (
    bridge_steps,
    decision_name,
    how_name,
    problem_sentence,
)
from portal.statements.comparison.printing import bridge_pdf
from portal.statements.comparison.queries import (
    KINDS,
    ComparisonView,
    find_comparison,
    list_all,
    list_groups,
)
from portal.statements.comparison.uploading import ForgetLedger, forget_ledger
from portal.statements.names import shown_state
from portal.statements.rows import StatementView
from portal.web import current, respond
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.htmx import htmx
from portal.web.lists import asked, page_number
from portal.web.traces import note_access

comparing = Blueprint("comparison", __name__)

#: Rows of a ledger that are shown before it is compared.
PREVIEWED = 5
#: Problems of a file that the page shows.
SHOWN_PROBLEMS = 20


@dataclass(frozen=True)
class Told:
    """What is said beside the result: a form that was refused, or what is said aloud."""

    form: Form | None = None
    announce: str = ""


def view_of(ref: str) -> StatementView:
    """A statement of a customer for whom one may compare."""
    r = current.reader()
    view = queries.get_statement(r, ref)
    if not allows(r.actor, "statement.compare", view.row):
        raise Denied(Permission.STATEMENT_COMPARE)
    return view


def is_open(view: StatementView) -> bool:
    """Whether the statement waits for an answer that may still be prepared."""
    state = view.row.state
    return view.in_force and state in UNANSWERED and state != Status.PREPARED


# ── The page ─────────────────────────────────────────────────────────────────


@comparing.get("/statements/<ref>/comparison")
@guard("statement.compare")
def show(ref: str) -> Response:
    return comparison_page(view_of(ref))


def comparison_page(view: StatementView, told: Told = Told(), status: int = 200) -> Response:
    """The page, or the part of it that was asked for."""
    r = current.reader()
    found = find_comparison(r, view)
    can_change = is_open(view)
    announce = told.announce
    if htmx.is_partial and found is not None and found.state == "ready" and not announce:
        announce = _("Your ledger is compared.") if respond.asks_for("comparison-part") else ""
    return respond.page(
        "statements/comparison.html",
        status,
        fragments={"comparison-part": "part", "same-rows": "same"},
        announce=announce,
        view=view,
        state=shown_state(view.row.state, view.row.confirm_by, r.today),
        comparison=found,
        form=told.form if isinstance(told.form, LedgerForm) else LedgerForm(is_fresh=True),
        refused=None if isinstance(told.form, LedgerForm) else told.form,
        is_open=can_change,
        may_apply=can_change and allows(r.actor, "statement.answer", view.row),
        problem_sentence=problem_sentence,
        shown_problems=SHOWN_PROBLEMS,
        **_result(view, found),
    )


def _result(view: StatementView, found: ComparisonView | None) -> dict[str, Any]:
    """What a comparison found, where it is ready."""
    if found is None or found.state != "ready" or found.bridge is None:
        return {"groups": None}
    currency = view.row.currency
    group = asked("group", KINDS)
    pages = dict.fromkeys(("differs", "ours", "yours"), 1)
    if group:
        pages[group] = page_number()
    return {
        "groups": list_groups(current.reader(), view, found, pages),
        "group": group,
        "page": page_number(),
        "steps": bridge_steps(found.bridge, found.counts, currency),
        "own_balance": Money(found.bridge.yours_minor, currency),
        "rest": Money(found.bridge.unexplained_minor, currency),
        "apply_form": ApplyForm(is_fresh=True, version=str(found.row_version)),
        "left_alone": _left_alone(view),
        "how_name": how_name,
        "decision_name": decision_name,
        "reasons": {kind: reason_choices(kind) for kind in ("differs", "ours", "yours")},
    }


def _left_alone(view: StatementView) -> list[str]:
    """The documents whose answers contradict what was applied last, as the address names them."""
    said = [int(one) for one in asked("left").split(".") if SHORT.fullmatch(one)]
    seqs = [one for one in said if 1 <= one <= view.row.line_count]
    return [view.snapshot.lines[seq - 1].document for seq in seqs]


# ── Decisions and answers ────────────────────────────────────────────────────


def ready(view: StatementView) -> ComparisonView:
    """The comparison of a statement; `NotFound` where there is none."""
    found = find_comparison(current.reader(), view)
    if found is None:
        raise NotFound("comparison")
    return found


@comparing.post("/statements/<ref>/comparison/decision")
@guard("statement.compare")
def decision(ref: str) -> Response:
    view, form = view_of(ref), DecisionForm()
    command = form.command(ready(view).id)
    done = form.validate() and respond.attempt(form, decide, command)
    told = _("Noted.") if done else next(text for _id, text in form.told())
    if htmx.is_partial:
        refused = None if done else form
        return comparison_page(view_of(ref), Told(refused, told), 200 if done else form.status)
    if not done:
        respond.say(told, "bad")
    anchor = f"match-{key_of(command.ours, command.yours)}" if command.ours + command.yours else ""
    return respond.see_other(".show", ref=ref, _anchor=anchor or None, **request.args)


@comparing.post("/statements/<ref>/comparison/application")
@guard("statement.answer")
def apply(ref: str) -> Response:
    view, form = view_of(ref), ApplyForm()
    if not respond.attempt(form, apply_comparison, form.command(ready(view).id)):
        respond.say(next(text for _id, text in form.told()), "bad")
        return respond.see_other(".show", ref=ref)
    done: Applied = form.outcome
    respond.say(_told(done))
    if done.contradicting:
        left = ".".join(str(seq) for seq in done.contradicting)
        return respond.see_other(".show", ref=ref, left=left)
    return respond.see_other("statements.show", ref=ref)


def _told(done: Applied) -> str:
    agreed = ngettext("%(num)s line agreed", "%(num)s lines agreed", done.agreed)
    named = done.differing + done.documents
    differing = ngettext("%(num)s difference named", "%(num)s differences named", named)
    return _(
        "Your ledger answered the statement: %(agreed)s, %(differing)s.",
        agreed=agreed,
        differing=differing,
    )


@comparing.post("/statements/<ref>/comparison/withdrawal")
@guard("statement.answer")
def take_back(ref: str) -> Response:
    view, form = view_of(ref), Form()
    if respond.attempt(form, take_back_applied, TakeBackApplied(ready(view).id)):
        count = form.outcome
        respond.say(ngettext("%(num)s line is open again.", "%(num)s lines are open again.", count))
    else:
        respond.say(str(form.form_errors[0]), "bad")
    return respond.see_other(".show", ref=ref)


@comparing.post("/statements/<ref>/comparison/deletion")
@guard("statement.compare")
def forget(ref: str) -> Response:
    view, form = view_of(ref), Form()
    command = ForgetLedger(current.installation().storage, ready(view).id)
    if respond.attempt(form, forget_ledger, command):
        respond.say(_("Your rows and your file are deleted. Answers that you applied stay."))
    else:
        respond.say(str(form.form_errors[0]), "bad")
    return respond.see_other(".show", ref=ref)


# ── Files ────────────────────────────────────────────────────────────────────


@comparing.get("/statements/<ref>/comparison.<any(csv, xlsx, pdf):kind>")
@guard("statement.compare")
def download(ref: str, kind: str) -> Response:
    r, view = current.reader(), view_of(ref)
    found = find_comparison(r, view)
    if found is None or found.state != "ready":
        return respond.see_other(".show", ref=ref)
    note_access("exported", f"statement/{view.row.id}", view.row.customer_id)
    name = f"{view.row.number}-comparison.{kind}"
    if kind == "pdf":
        pdf = bridge_pdf(view, found, list_all(r, view, found), current_language())
        return respond.download(pdf, name, "application/pdf")
    body, media_type = exports.sheet_of(r, view, found, kind)
    return respond.download(body, name, media_type)
