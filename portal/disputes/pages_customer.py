"""Disputes as customers see them: the list, a new one all filled in, one and its talk."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from portal.base.access import NotFound, allows
from portal.base.attaching import ENDINGS
from portal.base.kept_files import Files
from portal.base.language import current_language
from portal.base.language import gettext as _
from portal.base.work import Reader, Work
from portal.core.dispute import Act, Side, State, may
from portal.disputes import names, queries
from portal.disputes.attachments import get_attachment
from portal.disputes.dossier import dossier_pdf
from portal.disputes.forms import DisputeForm, MessageForm
from portal.disputes.living import WithdrawDispute, reopen_dispute, withdraw_dispute
from portal.disputes.raising import raise_dispute
from portal.disputes.reasons import answer_by, reasons_of
from portal.disputes.rows import DisputeFilter, DisputeRow, DisputeView
from portal.disputes.subjects import About, get_subject
from portal.disputes.talking import OVER, say_in_dispute
from portal.people.pages_branches import Branches, asked_branch, branch_choices, branches_of
from portal.web import lists, respond
from portal.web.current import reader
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.lists import SheetFormat
from portal.web.traces import note_access
from portal.web.uploads import handed_out

customer = Blueprint("disputes", __name__)

#: What a spreadsheet can hold.
MOST_ROWS = 1_000_000
LINE = re.compile(r"[1-9]\d{0,8}", re.ASCII)
#: The steps of a dispute as its page shows them.
STEPS = (State.RECEIVED, State.CHECKING, State.DECIDED, State.CLOSED)


# ── The list ─────────────────────────────────────────────────────────────────


@customer.get("/disputes")
@guard("dispute.view")
def index() -> Response:
    r = reader()
    branches = branches_of(r)
    asked = _asked(r, branches)
    found = queries.list_disputes(r, asked)
    return respond.page(
        "disputes/index.html",
        fragments={"disputes-part": "disputes"},
        found=found,
        asked=asked,
        branches=branch_choices(branches),
        branch=lists.asked("branch"),
        states=[("", _("All")), *_states().items()],
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        chips=_chips(asked, branches),
        sheets=lists.sheet_links("/disputes"),
        reasons=reasons_of(r.policy),
        names=names,
        today=r.today,
    )


def _states() -> dict[str, str]:
    return {
        "open": _("Waiting for an answer"),
        "decided": _("Decided"),
        "closed": _("Closed"),
        "withdrawn": _("Withdrawn"),
    }


def _asked(r: Reader, branches: Branches) -> DisputeFilter:
    return DisputeFilter(
        customer_id=asked_branch(r, branches),
        state=lists.asked("state", queries.STATES),
        text=lists.asked("q"),
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _chips(asked: DisputeFilter, branches: Branches) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    named = {customer_id: name for customer_id, _ref, name in branches}
    used = {
        "q": asked.text,
        "branch": named.get(asked.customer_id or 0, ""),
        "state": _states().get(asked.state, ""),
    }
    return lists.chips(used)


@customer.get("/disputes.<any(csv, xlsx):file_format>")
@guard("dispute.view")
def export(file_format: SheetFormat) -> Response:
    r = reader()
    asked = replace(_asked(r, branches_of(r)), page=1, per_page=MOST_ROWS)
    head = [
        *(_("Dispute"), _("Customer"), _("Document"), _("Statement"), _("Reason"), _("Raised")),
        *(_("Currency"), _("Amount"), _("State"), _("Answer by")),
    ]
    known = reasons_of(r.policy)
    rows = (
        (
            *(row.number, row.customer_name, row.document, row.statement_number),
            *(names.reason_name(row.reason, known), row.raised_on, row.amount.currency),
            *(row.amount, names.state_name(row.state)[0], row.answer_by if row.is_open else None),
        )
        for row in queries.list_disputes(r, asked).rows
    )
    return lists.sheet(file_format, "disputes", head, rows)


# ── A new one ────────────────────────────────────────────────────────────────


@customer.get("/disputes/new")
@guard("dispute.raise")
def new() -> Response:
    return _new_page()


@customer.post("/disputes/new")
@guard("dispute.raise")
def create() -> Response:
    form = _form()
    files = form.looked_at() if form.validate() else None
    if files is not None and respond.attempt(form, raise_dispute, form.command(files)):
        respond.say(_("We have received it. You follow it here, and are mailed when we write."))
        return respond.see_other(".show", ref=reader().refs.of("di", form.outcome))
    return _new_page(form)


def _form() -> DisputeForm:
    r = reader()
    return DisputeForm(get_subject(r, _about(r)), reasons_of(r.policy))


def _about(r: Reader) -> About:
    """What the address names; `NotFound` where it names nothing."""
    invoice, statement = lists.asked("invoice"), lists.asked("statement")
    line = _line_asked()
    if invoice:
        return About(entry_id=r.id_of("iv", invoice), line=line)
    if statement:
        return About(statement_id=r.id_of("st", statement), seq=line)
    raise NotFound("dispute")


def _line_asked() -> int | None:
    """The line that the address names; `NotFound` for what is no line's number."""
    word = lists.asked("line")
    if word and not LINE.fullmatch(word):
        raise NotFound("line")
    return int(word) if word else None


def _new_page(form: DisputeForm | None = None) -> Response:
    shown = form or _form()
    r = reader()
    subject = shown.subject
    return respond.page(
        "disputes/new.html",
        shown.status if shown.told() else 200,
        form=shown,
        subject=subject,
        here=request.full_path,
        answer_by=answer_by(r, str(shown.reason.data or "")),
        endings=ENDINGS,
        invoice=lists.asked("invoice"),
        statement=lists.asked("statement"),
    )


# ── One dispute ──────────────────────────────────────────────────────────────


@customer.get("/disputes/<ref>")
@guard("dispute.view")
def show(ref: str) -> Response:
    view = queries.get_dispute(reader(), ref)
    note_access("opened", f"dispute/{view.row.id}", view.row.customer_id)
    return _page(view)


@customer.get("/disputes/<ref>.pdf")
@guard("dispute.view")
def dossier(ref: str) -> Response:
    r = reader()
    view = queries.get_dispute(r, ref)
    note_access("downloaded", f"dispute/{view.row.id}", view.row.customer_id)
    body = dossier_pdf(r, view, current_language())
    return respond.download(body, f"{view.row.number}.pdf", "application/pdf")


@customer.post("/disputes/<ref>/messages")
@guard("dispute.reply")
def reply(ref: str) -> Response:
    return _written(ref, say_in_dispute, MessageForm.message, _("Your message is sent."))


@customer.post("/disputes/<ref>/reopening")
@guard("dispute.raise")
def reopen(ref: str) -> Response:
    said = _("The dispute is open again. We look at it anew.")
    return _written(ref, reopen_dispute, MessageForm.reopening, said)


def _written(
    ref: str,
    act: Callable[[Work, Any], object],
    command: Callable[[MessageForm, int, Files], object],
    said: str,
) -> Response:
    view = queries.get_dispute(reader(), ref)
    form = MessageForm()
    files = form.looked_at() if form.validate() else None
    if files is not None and respond.attempt(form, act, command(form, view.row.id, files)):
        respond.say(said)
        return respond.see_other(".show", ref=ref, _anchor="talk")
    return _page(queries.get_dispute(reader(), ref), form)


@customer.post("/disputes/<ref>/withdrawal")
@guard("dispute.raise")
def withdraw(ref: str) -> Response:
    view = queries.get_dispute(reader(), ref)
    form = Form()
    if respond.attempt(form, withdraw_dispute, WithdrawDispute(view.row.id)):
        respond.say(_("The dispute is withdrawn; what it held back is due again."))
        return respond.see_other(".show", ref=ref)
    return _page(queries.get_dispute(reader(), ref), form)


def _page(view: DisputeView, form: Form | None = None) -> Response:
    r = reader()
    row = view.row
    may_raise = r.actor.kind == "customer" and allows(r.actor, "dispute.raise", row)
    may_reply = r.actor.kind == "customer" and allows(r.actor, "dispute.reply", row)
    return respond.page(
        "disputes/show.html",
        form.status if form and form.told() else 200,
        view=view,
        form=form,
        message_form=form if isinstance(form, MessageForm) else MessageForm(is_fresh=True),
        state=names.state_name(row.state),
        title=_title(row),
        steps=[(name, "") for name in names.step_names()],
        current_step=STEPS.index(row.state) + 1 if row.state in STEPS else 0,
        reason=names.reason_name(row.reason, reasons_of(r.policy)),
        names=names,
        company=r.company.name,
        endings=ENDINGS,
        today=r.today,
        may_reply=may_reply and row.state not in OVER,
        may_withdraw=may_raise and may(row.state, Act.WITHDRAW, Side.CUSTOMER),
        may_reopen=may_raise and view.reopen_until is not None,
    )


def _title(row: DisputeRow) -> str:
    return _("Dispute %(number)s", number=row.number)


# ── Files ────────────────────────────────────────────────────────────────────


@customer.get("/attachments/<ref>")
@guard("dispute.view")
def fetch(ref: str) -> Response:
    """The one way to a file: as a download, never inside a page, under a policy of its own."""
    found = get_attachment(reader(), ref)
    note_access("downloaded", f"attachment/{found.id}", found.customer_id)
    return handed_out(found)
