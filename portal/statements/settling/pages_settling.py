"""A statement at the desk: what its customer says differs and our answers, and its new versions."""

from __future__ import annotations

from typing import Any

import wtforms
from flask import Blueprint, Response, request
from wtforms.validators import Length

from portal.base.access import NotFound, allows
from portal.base.formats import moment
from portal.base.language import N_, ngettext
from portal.base.language import gettext as _
from portal.core.settling import LONGEST_ANSWER, Cause, Decision
from portal.statements import queries
from portal.statements.commands import (
    ReissueStatement,
    ReissueStatements,
    reissue_statement,
    reissue_statements,
)
from portal.statements.names import (
    CAUSES,
    DECISIONS,
    REASONS,
    cause_name,
    event_name,
    reason_name,
    state_at_desk,
)
from portal.statements.rows import StatementView
from portal.statements.settling.settled import Claim, UnsettledFilter, claims_of, list_unsettled
from portal.statements.settling.settling import (
    AskSignOff,
    SettleDifference,
    ask_sign_off,
    settle_difference,
)
from portal.statements.shown import equation
from portal.statements.signing import confirmations
from portal.statements.versions.changes import about_versions
from portal.statements.versions.late import AT_ONCE, LateRow, list_late, posted_since
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Filled, Form, RadioField, SelectField
from portal.web.guard import guard

desk_settling = Blueprint("desk_settling", __name__, url_prefix="/desk")

LONGEST_REASON = 500


class SettleForm(Form):
    """What the house decides on a difference."""

    decision = RadioField(
        N_("What do we decide?"),
        [Filled(N_("Choose what we decide."))],
        choices=[*DECISIONS.items()],
    )
    cause = SelectField(
        N_("Why did the books differ?"),
        [Filled(N_("Choose why the books differed."))],
        choices=[("", N_("Choose")), *CAUSES.items()],
    )
    answer = wtforms.TextAreaField(
        N_("What the customer reads"),
        [Filled(N_("Write what the customer is to read.")), Length(max=LONGEST_ANSWER)],
    )
    document = wtforms.StringField(N_("Document that settles it"), [Length(max=200)])

    def command(self, statement_id: int, key: str) -> SettleDifference:
        """What was decided."""
        return SettleDifference(
            statement_id,
            key,
            Decision(self.decision.data),
            Cause(self.cause.data),
            str(self.answer.data or ""),
            str(self.document.data or ""),
        )


class ReasonForm(Form):
    """Why there is a new version."""

    reason = wtforms.TextAreaField(
        N_("Reason"),
        [
            Filled(N_("Write why there is a new version; the customer reads it.")),
            Length(max=LONGEST_REASON),
        ],
    )


class SignOffForm(Form):
    """What is said with the round, if anything."""

    remark = wtforms.TextAreaField(N_("Remark"), [Length(max=LONGEST_REASON)])


# ── All that differs ─────────────────────────────────────────────────────────


@desk_settling.get("/differences")
@guard("desk.view")
def differences() -> Response:
    wanted = UnsettledFilter(
        text=lists.asked("q"),
        reason=lists.asked("reason", list(REASONS)),
        page=lists.page_number(),
        per_page=lists.page_size(),
    )
    found = list_unsettled(reader(), wanted)
    return respond.page(
        "statements/unsettled.html",
        fragments={"unsettled-part": "unsettled"},
        found=found,
        asked=wanted,
        reasons=[("", _("All reasons")), *((name, reason_name(name)) for name in REASONS)],
        reason_name=reason_name,
        pager=lists.pager(found.page, found.pages, found.count, wanted.per_page),
        now=reader().now,
    )


# ── One statement ────────────────────────────────────────────────────────────


@desk_settling.get("/statements/<ref>")
@guard("desk.view")
def show(ref: str) -> Response:
    return _page(queries.get_statement(reader(), ref))


@desk_settling.post("/statements/<ref>/resolutions/<key>")
@guard("statement.resolve")
def settle(ref: str, key: str) -> Response:
    view = queries.get_statement(reader(), ref)
    if key not in {claim.key for claim in claims_of(reader(), view)}:
        raise NotFound("difference")
    form = SettleForm(prefix=f"{key}-")
    if form.validate() and respond.attempt(form, settle_difference, form.command(view.row.id, key)):
        respond.say(_("The customer reads the answer, and is mailed in some minutes."))
        return respond.see_other(".show", ref=ref, _anchor="differences")
    return _page(view, form, key=key)


@desk_settling.post("/statements/<ref>/sign-off")
@guard("statement.resolve")
def sign_off(ref: str) -> Response:
    view = queries.get_statement(reader(), ref)
    form = SignOffForm()
    command = AskSignOff(view.row.id, str(form.remark.data or "").strip())
    if form.validate() and respond.attempt(form, ask_sign_off, command):
        respond.say(_("The customer is asked to sign the new version."))
        return respond.see_other(".show", ref=reader().refs.of("st", form.outcome))
    return _page(view, form, key="sign-off")


@desk_settling.post("/statements/<ref>/reissue")
@guard("statement.run")
def reissue(ref: str) -> Response:
    view = queries.get_statement(reader(), ref)
    form = ReasonForm()
    if form.validate():
        command = ReissueStatement(view.row.id, str(form.reason.data).strip())
        if respond.attempt(form, reissue_statement, command):
            respond.say(_("The new version is issued, and the customer is mailed."))
            return respond.see_other(".show", ref=reader().refs.of("st", form.outcome))
    return _page(view, form, key="reissue")


def _page(view: StatementView, form: Form | None = None, key: str = "") -> Response:
    r = reader()
    view = queries.get_statement(r, view.row.ref)
    claims = claims_of(r, view)
    may = {
        name: view.in_force and allows(actor(), name, view.row)
        for name in ("statement.resolve", "statement.run")
    }
    fresh = form is None or not form.told()
    return respond.page(
        "statements/settling.html",
        200 if fresh or form is None else form.status,
        view=view,
        state=state_at_desk(view.row.state),
        customer_ref=r.refs.of("cu", view.row.customer_id),
        equation=equation(view),
        claims=[(claim, _claim_form(claim, form, key)) for claim in claims],
        open_left=sum(not claim.is_settled for claim in claims),
        may_resolve=may["statement.resolve"] and view.row.is_answered,
        may_run=may["statement.run"],
        since=posted_since(r, view) if view.in_force else None,
        form=form,
        reason_form=form if key == "reissue" else ReasonForm(is_fresh=True),
        sign_off_form=form if key == "sign-off" else SignOffForm(is_fresh=True),
        life=_life(view),
        reason_name=reason_name,
        cause_name=cause_name,
        **about_versions(r, view, is_part=False),
    )


def _claim_form(claim: Claim, form: Form | None, key: str) -> Form:
    if form is not None and key == claim.key:
        return form
    kept: dict[str, Any] = {}
    if claim.answer:
        kept = {
            "decision": claim.answer.decision,
            "cause": claim.answer.cause,
            "answer": claim.answer.text,
            "document": claim.answer.document,
        }
    return SettleForm(prefix=f"{claim.key}-", is_fresh=True, **kept)


def _life(view: StatementView) -> list[tuple[str, str, str, str]]:
    r = reader()
    return [
        (moment(step.at, r.company.timezone), step.who or r.company.name, event_name(step.kind), "")
        for step in confirmations.life_of(r, view.row.id)
    ]


# ── Several at once ──────────────────────────────────────────────────────────


@desk_settling.get("/reissues")
@guard("statement.run")
def reissues() -> Response:
    return _reissues_page(ReasonForm())


@desk_settling.post("/reissues")
@guard("statement.run")
def reissue_chosen() -> Response:
    form = ReasonForm()
    ids = _chosen(request.form.getlist("chosen"))
    if form.validate():
        command = ReissueStatements(ids, str(form.reason.data).strip())
        if respond.attempt(form, reissue_statements, command):
            count = form.outcome
            respond.say(
                ngettext(
                    "%(num)s statement has a new version.", "%(num)s statements have one.", count
                )
            )
            return respond.see_other(".reissues")
    return _reissues_page(form, ids)


def _reissues_page(form: ReasonForm, ids: tuple[int, ...] = ()) -> Response:
    r = reader()
    run = lists.asked("run")
    chosen = ids or _chosen(request.args.getlist("chosen"))
    rows = list_late(r, r.id_of("ru", run) if run else None, chosen)
    return respond.page(
        "statements/reissues.html",
        form.status if form.told() else 200,
        form=form,
        rows=rows,
        is_chosen=bool(chosen),
        documents=_documents(rows),
        run=run,
        most=AT_ONCE,
        state_at_desk=state_at_desk,
    )


def _documents(rows: list[LateRow]) -> int:
    return sum(row.count for row in rows)


def _chosen(refs: list[str]) -> tuple[int, ...]:
    """The statements that were ticked; what is no reference of ours is left out."""
    ids = (reader().refs.id("st", ref) for ref in refs[:AT_ONCE])
    return tuple(found for found in ids if found is not None)
