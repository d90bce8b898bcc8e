"""The auditor's samples: drawn, asked for, followed up, and taken along as evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from flask import Blueprint, Response, request
from sqlalchemy import select

from portal.audit import pack as packs
from portal.audit.answer_sheet import FORMS, RESULTS
from portal.audit.answering import answer_pdf
from portal.audit.forms import METHOD_HINTS, METHODS, NoteForm, SampleForm
from portal.audit.items import ItemView, get_item, later_receipts, list_items, summary_of
from portal.audit.requests import (
    ChooseRecipients,
    NoteEvidence,
    Recipe,
    RemindSilent,
    choose_recipients,
    note_evidence,
    remind_silent,
)
from portal.audit.samples import contacts_of, get_sample, keep_sample, list_samples, newest_pack
from portal.base.access import NotFound
from portal.base.language import N_, current_language, ngettext
from portal.base.language import gettext as _
from portal.tables.audits import AuditSample
from portal.tables.invoices import Entry
from portal.web import current, respond
from portal.web.current import reader
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.traces import note_access

desk = Blueprint("desk_samples", __name__, url_prefix="/desk/audit")

STATES = {
    "chosen": (N_("Not asked yet"), "neutral"),
    "waiting": (N_("Waiting"), "brand"),
    "silent": (N_("No reply: no evidence"), "neutral"),
    "agreed": (N_("Agrees"), "ok"),
    "differs": (N_("Differs"), "bad"),
    "noted": (N_("Other evidence"), "info"),
}
#: How long customers have to answer, unless the auditor says otherwise.
DAYS_TO_ANSWER = 14


def state_word(item: ItemView) -> tuple[str, str]:
    """How far a request is, in words, and its tone."""
    word, tone = STATES[item.state]
    return _(word), tone


@desk.get("/samples")
@guard("audit.request")
def index() -> Response:
    return respond.page("audit/samples.html", samples=list_samples(reader()), methods=METHODS)


@desk.route("/samples/new", methods=["GET", "POST"])
@guard("audit.request")
def new() -> Response:
    r = reader()
    last_month_end = r.today.replace(day=1) - dt.timedelta(days=1)
    currencies = list(r.session.scalars(select(Entry.currency).distinct().order_by("currency")))
    form = SampleForm(
        currencies or [r.company.currency],
        in_currency=r.company.currency,
        as_of=last_month_end,
        answer_by=r.today + dt.timedelta(days=DAYS_TO_ANSWER),
        auditor_name=r.actor.name,
        auditor_email=r.actor.email,
    )
    if form.is_submitted and form.validate():
        command = form.command()
        if command is not None and respond.attempt(form, keep_sample, command):
            return respond.see_other(".show", ref=reader().refs.of("as", form.outcome))
    status = form.status if form.is_submitted else 200
    return respond.page("audit/sample_new.html", status, form=form, hints=_hints())


def _hints() -> dict[str, str]:
    return {method.value: _(hint) for method, hint in METHOD_HINTS.items()}


@desk.get("/samples/<ref>")
@guard("desk.view")
def show(ref: str) -> Response:
    r = reader()
    row, sample = get_sample(r, ref)
    items = list_items(r, sample)
    return respond.page(
        "audit/sample.html",
        fragments={"pack-part": "pack"},
        row=row,
        items=items,
        contacts=contacts_of(r, [item.customer_id for item in items if not item.sent_at]),
        summary=summary_of(sample, items),
        pack=newest_pack(r, sample.id),
        methods=METHODS,
        forms=FORMS,
        state_word=state_word,
    )


@desk.post("/samples/<ref>/requests")
@guard("audit.request")
def ask(ref: str) -> Response:
    row, _sample = get_sample(reader(), ref)
    form, sends = Form(), request.form.get("act") == "send"
    command = ChooseRecipients(row.id, list(_recipes()), sends=sends)
    if not respond.attempt(form, choose_recipients, command):
        respond.say(str(form.form_errors[0]), "bad")
    elif sends:
        respond.say(
            ngettext(
                "%(num)s request is on its way.", "%(num)s requests are on their way.", form.outcome
            )
        )
    else:
        respond.say(_("Kept. Nobody has been asked yet."))
    return respond.see_other(".show", ref=ref)


def _recipes() -> Iterator[Recipe]:
    for name, form in request.form.items():
        head, _dash, ref = name.partition("-")
        if head == "form":
            item_id = reader().id_of("ai", ref)
            yield Recipe(item_id, form, request.form.get(f"to-{ref}", ""))


@desk.post("/samples/<ref>/reminders")
@guard("audit.request")
def remind(ref: str) -> Response:
    row, _sample = get_sample(reader(), ref)
    form = Form()
    if respond.attempt(form, remind_silent, RemindSilent(row.id)):
        respond.say(
            ngettext(
                "%(num)s reminder is on its way.",
                "%(num)s reminders are on their way.",
                form.outcome,
            )
        )
    else:
        respond.say(str(form.form_errors[0]), "bad")
    return respond.see_other(".show", ref=ref)


@desk.get("/samples/<ref>.csv")
@guard("desk.view")
def population(ref: str) -> Response:
    row, sample = get_sample(reader(), ref)
    body = packs.population_csv(sample, list_items(reader(), sample))
    note_access("exported", f"audit_sample/{row.id}")
    return respond.download(body, f"sample-{ref}.csv", "text/csv; charset=utf-8")


@desk.post("/samples/<ref>/pack")
@guard("audit.request")
def order_pack(ref: str) -> Response:
    row, _sample = get_sample(reader(), ref)
    form = Form()
    respond.attempt(form, packs.order_pack, packs.OrderPack(row.id, current_language()))
    return respond.see_other(".show", ref=ref, _anchor="evidence")


@desk.get("/samples/<ref>/pack.zip")
@guard("desk.view")
def fetch_pack(ref: str) -> Response:
    row, sample = get_sample(reader(), ref)
    found = newest_pack(reader(), sample.id)
    if found is None or found.file_sha256 is None:
        raise NotFound("pack")
    note_access("downloaded", f"audit_pack/{found.id}")
    body = current.installation().storage.get(found.file_sha256)
    return respond.download(body, f"evidence-{row.as_of}-{ref}.zip", "application/zip")


# ── One balance ──────────────────────────────────────────────────────────────


@desk.get("/items/<ref>")
@guard("desk.view")
def item(ref: str) -> Response:
    found, sample = get_item(reader(), ref)
    if found.answer:
        note_access("opened", f"audit_answer/{found.answer.id}", found.customer_id)
    return _item_page(found, sample, NoteForm(note=found.note))


@desk.post("/items/<ref>/note")
@guard("audit.request")
def note(ref: str) -> Response:
    found, sample = get_item(reader(), ref)
    form = NoteForm()
    wish = NoteEvidence(found.id, str(form.note.data or ""))
    if form.validate() and respond.attempt(form, note_evidence, wish):
        respond.say(_("The note is kept."))
        return respond.see_other(".item", ref=ref)
    return _item_page(found, sample, form, form.status)


def _item_page(found: ItemView, sample: AuditSample, form: NoteForm, status: int = 200) -> Response:
    return respond.page(
        "audit/item.html",
        status,
        item=found,
        sample=sample,
        sample_ref=reader().refs.of("as", sample.id),
        form=form,
        state=state_word(found),
        receipts=later_receipts(reader(), found, sample.as_of),
        forms=FORMS,
        results=RESULTS,
    )


@desk.get("/items/<ref>/answer.pdf")
@guard("desk.view")
def sheet(ref: str) -> Response:
    found, _sample = get_item(reader(), ref)
    if found.answer is None:
        raise NotFound("answer")
    note_access("downloaded", f"audit_answer/{found.answer.id}", found.customer_id)
    body = answer_pdf(current.installation(), found.answer.id)
    return respond.download(body, f"answer-{found.code}.pdf", "application/pdf")


@desk.get("/items/<ref>/file")
@guard("desk.view")
def attached(ref: str) -> Response:
    found, _sample = get_item(reader(), ref)
    if found.answer is None or not found.answer.file_sha256:
        raise NotFound("file")
    note_access("downloaded", f"audit_answer/{found.answer.id}", found.customer_id)
    body = current.installation().storage.get(found.answer.file_sha256)
    return respond.download(body, found.answer.file_name, "application/octet-stream")
