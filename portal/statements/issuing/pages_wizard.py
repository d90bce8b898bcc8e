"""The wizard of a statement run, four pages over one draft: for whom, checks, samples, sending."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.base.documents.render import print_pdf
from portal.base.language import current_language, ngettext
from portal.base.language import gettext as _
from portal.core.errors import RuleBroken
from portal.core.period import last_closed_month
from portal.customers.queries import list_owners, list_regions
from portal.statements.forms import HOLD, NOW, ScopeForm, TermsForm, kept_scope
from portal.statements.issuing.drafts import (
    DeleteDraft,
    DraftRow,
    delete_draft,
    due_in,
    find_run_of,
    get_draft,
    keep_scope,
    keep_terms,
    list_currencies,
    list_drafts,
    start_draft,
)
from portal.statements.issuing.run import answer_day
from portal.statements.issuing.run_checks import check_run
from portal.statements.issuing.samples import get_sample, list_samples
from portal.statements.issuing.starting import start_run
from portal.statements.names import kind_name
from portal.statements.sheet import statement_job
from portal.web import current, lists, respond
from portal.web.current import reader
from portal.web.forms import Form
from portal.web.guard import guard

wizard = Blueprint("desk_wizard", __name__, url_prefix="/desk/statement-runs")

PDF = "application/pdf"


def _draft(ref: str) -> DraftRow | Response:
    """The draft, or the way to the run that it became."""
    run_ref = find_run_of(reader(), ref)
    if run_ref:
        return respond.see_other("desk_statements.run", ref=run_ref)
    return get_draft(reader(), ref)


def _steps(draft: DraftRow | None) -> list[tuple[str, str | None]]:
    names = (
        (_("For whom"), ".scope"),
        (_("Check"), ".check"),
        (_("Samples"), ".samples"),
        (_("Send"), ".sending"),
    )
    if draft is None:
        return [(name, None) for name, _endpoint in names]
    return [(name, url_for(endpoint, ref=draft.ref)) for name, endpoint in names]


# ── 1 For whom ───────────────────────────────────────────────────────────────


@wizard.get("/new")
@guard("statement.run")
def new() -> Response:
    newest = last_closed_month(reader().today)
    kept = {
        "month": lists.asked("month") or str(newest),
        "customers": lists.asked("customers") or lists.asked("customer"),
    }
    return _scope_page(_scope_form(**kept))


@wizard.post("/new")
@guard("statement.run")
def create() -> Response:
    form = _scope_form()
    if _keeps_scope(form, None):
        return respond.see_other(".check", ref=reader().refs.of("rd", form.outcome))
    return _scope_page(form)


@wizard.route("/new/<ref>", methods=["GET", "POST"])
@guard("statement.run")
def scope(ref: str) -> Response:
    draft = _draft(ref)
    if isinstance(draft, Response):
        return draft
    form = _scope_form(**kept_scope(draft))
    if form.is_submitted and _keeps_scope(form, draft.id):
        return respond.see_other(".check", ref=ref)
    return _scope_page(form, draft)


@wizard.post("")
@guard("statement.run")
def start() -> Response:
    """Without a draft: of a month, for everyone or for the chosen customers."""
    form = _scope_form()
    if form.validate() and _runs_at_once(form):
        return respond.see_other("desk_statements.run", ref=reader().refs.of("ru", form.outcome))
    return _scope_page(form)


def _runs_at_once(form: ScopeForm) -> bool:
    try:
        return respond.attempt(form, start_run, form.at_once())
    except RuleBroken as broken:  # the month is none
        form.blame(broken)
        return False


def _keeps_scope(form: ScopeForm, draft_id: int | None) -> bool:
    try:
        return form.validate() and respond.attempt(form, keep_scope, form.command(draft_id))
    except RuleBroken as broken:
        form.blame(broken)
        return False


def _scope_form(**kept: Any) -> ScopeForm:
    r, form = reader(), ScopeForm(**kept)
    form.offer(
        last_closed_month(r.today),
        in_currency=list_currencies(r),
        region=list_regions(r),
        owner=list_owners(r),
    )
    return form


def _scope_page(form: ScopeForm, draft: DraftRow | None = None) -> Response:
    return respond.page(
        "statements/run_scope.html",
        form.status if form.told() else 200,
        form=form,
        draft=draft,
        drafts=[] if draft else list_drafts(reader()),
        steps=_steps(draft),
        places=places(),
    )


def places() -> dict[int, tuple[str, str]]:
    """The page on which a draft is taken up, by the furthest step: its endpoint and its name."""
    return {
        1: (".scope", _("For whom")),
        2: (".check", _("Check")),
        3: (".samples", _("Samples")),
        4: (".sending", _("Send")),
    }


# ── 2 Check ──────────────────────────────────────────────────────────────────


@wizard.get("/new/<ref>/check")
@guard("statement.run")
def check(ref: str) -> Response:
    draft = _draft(ref)
    if isinstance(draft, Response):
        return draft
    return respond.page(
        "statements/run_check.html",
        fragments={"checks-part": "checks"},
        draft=draft,
        checks=check_run(reader(), draft.scope),
        steps=_steps(draft),
        cycles=_cycles(),
        reasons=_reasons(),
    )


def _cycles() -> dict[str, str]:
    return {
        "monthly": _("Every month"),
        "quarterly": _("Every quarter"),
        "half_yearly": _("Every half-year"),
    }


def _reasons() -> dict[str, str]:
    return {
        "already": _("They have their statement of this month already"),
        "nothing": _("Nothing was posted and nothing is owed"),
        "not_this_month": _("Their cycle does not end in this month"),
        "stated_later": _("They have a later statement already"),
    }


# ── 3 Samples ────────────────────────────────────────────────────────────────


@wizard.get("/new/<ref>/samples")
@guard("statement.run")
def samples(ref: str) -> Response:
    draft = _draft(ref)
    if isinstance(draft, Response):
        return draft
    draw = max(0, request.args.get("draw", 0, int))
    found, count = list_samples(reader(), draft, draw)
    return respond.page(
        "statements/run_samples.html",
        draft=draft,
        samples=found,
        count=count,
        draw=draw,
        steps=_steps(draft),
    )


@wizard.get("/new/<ref>/samples/<customer_ref>/<currency>")
@guard("statement.run")
def sample(ref: str, customer_ref: str, currency: str) -> Response:
    draft = get_draft(reader(), ref)
    found = get_sample(reader(), draft, customer_ref, currency)
    return respond.page(
        "statements/run_sample.html",
        draft=draft,
        statement=found.statement,
        customer_name=found.customer_name,
        customer_ref=customer_ref,
        kind_name=kind_name,
    )


@wizard.get("/new/<ref>/samples/<customer_ref>/<currency>.pdf")
@guard("statement.run")
def sample_pdf(ref: str, customer_ref: str, currency: str) -> Response:
    found = get_sample(reader(), get_draft(reader(), ref), customer_ref, currency)
    number = found.statement.head.number
    current.close_reader()  # printing takes its time
    job = statement_job(found.payload, current_language(), "")
    return respond.download(print_pdf(job), f"preview-{number}.pdf", PDF)


# ── 4 Send ───────────────────────────────────────────────────────────────────


@wizard.route("/new/<ref>/sending", methods=["GET", "POST"])
@guard("statement.run")
def sending(ref: str) -> Response:
    draft = _draft(ref)
    if isinstance(draft, Response):
        return draft
    form = _terms_form(draft)
    if form.is_submitted and form.validate():
        if "keep" in request.form and respond.attempt(form, keep_terms, form.keep(draft)):
            respond.say(_("The draft is kept. Take it up again whenever you like."))
            return respond.see_other("desk_statements.runs")
        if "keep" not in request.form and respond.attempt(form, start_draft, form.start(draft)):
            return respond.see_other("desk_statements.run", ref=_ref_of_run(form))
    return _sending_page(form, draft)


def _ref_of_run(form: Form) -> str:
    return reader().refs.of("ru", form.outcome)


def _terms_form(draft: DraftRow) -> TermsForm:
    r = reader()
    days = r.policy.remind_after_workdays if draft.remind_after is None else draft.remind_after
    return TermsForm(
        confirm_by=draft.confirm_by or answer_day(r),
        remind_after=", ".join(map(str, days)),
        mails=HOLD if draft.holds_mails else NOW,
        row_version=str(draft.row_version),
    )


def _sending_page(form: TermsForm, draft: DraftRow) -> Response:
    count = len(due_in(reader(), draft.scope))
    form.expected.data = str(count)
    form.expected.raw_data = None
    return respond.page(
        "statements/run_sending.html",
        form.status if form.told() else 200,
        form=form,
        draft=draft,
        count=count,
        label=ngettext("Issue %(num)s statement", "Issue %(num)s statements", count),
        steps=_steps(draft),
        today=reader().today,
    )


# ── Dropping it ──────────────────────────────────────────────────────────────


@wizard.route("/new/<ref>/deletion", methods=["GET", "POST"])
@guard("statement.run")
def deletion(ref: str) -> Response:
    draft, form = get_draft(reader(), ref), Form()
    if form.is_submitted and respond.attempt(form, delete_draft, DeleteDraft(draft.id)):
        respond.say(_("The draft is deleted."))
        return respond.see_other("desk_statements.runs")
    return respond.page("statements/run_deletion.html", draft=draft)
