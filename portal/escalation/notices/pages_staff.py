"""Notices at the desk: what left and what did not, with proof; letters printed and posted."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from portal.base import formats
from portal.base.access import NotFound, allows
from portal.base.documents.render import print_pdf
from portal.base.language import gettext as _
from portal.base.language import ngettext
from portal.customers.queries import get_customer
from portal.escalation.names import channel_name
from portal.escalation.notices import names, queries
from portal.escalation.notices.commands import (
    PostLetters,
    PrintLetters,
    deliver_letter,
    post_letters,
    print_letters,
)
from portal.escalation.notices.forms import DeliveryForm, PostForm
from portal.escalation.notices.printing import letter_of
from portal.escalation.notices.readers import MESSAGES
from portal.escalation.notices.rows import SHOWN, NoticeFilter, NoticeView
from portal.invoices.names import kind_name
from portal.tables.escalation import Notice
from portal.web import current, lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.traces import note_access

desk = Blueprint("desk_notices", __name__, url_prefix="/desk/notices")

#: So many prints are listed beside the letters.
MOST_BATCHES = 10
PDF = "application/pdf"


@desk.get("")
@guard("notice.view")
def index() -> Response:
    return _list()


def _list(form: Form | None = None) -> Response:
    r, asked = reader(), asked_for()
    found = queries.list_notices(r, asked)
    may_print = allows(actor(), "notice.print")
    return respond.page(
        "escalation/notices/desk.html",
        form.status if form else 200,
        fragments={"notices-part": "notices"},
        form=form,
        found=found,
        asked=asked,
        customer=lists.asked("customer"),
        states=_states(),
        channels=[("", _("All")), *((each, channel_name(each)) for each in MESSAGES)],
        chips=_chips(asked),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        sheets=lists.sheet_links("/desk/notices") if allows(actor(), "export.run") else [],
        act=_act(asked) if may_print else "",
        batches=queries.list_batches(r, MOST_BATCHES) if may_print else [],
        names=names,
        channel_name=channel_name,
    )


def asked_for() -> NoticeFilter:
    """What the list is narrowed to by its address."""
    r, customer, batch = reader(), lists.asked("customer"), lists.asked("batch")
    return NoticeFilter(
        state=lists.asked("state", SHOWN),
        channel=lists.asked("channel", MESSAGES),
        customer_id=r.id_of("cu", customer) if customer else None,
        batch_id=r.id_of(queries.BATCH, batch) if batch else None,
        text=lists.asked("q"),
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _states() -> list[tuple[str, str]]:
    """The states to narrow the list to, those that ask for something with their number."""
    counts = queries.count_states(reader())
    told = [("", _("All"))]
    for state in SHOWN:
        word, count = _(names.STATES[state][0]), counts.get(state, 0)
        asks = state in {"to_print", "printed", "failed"} and count
        told.append((state, f"{word} ({count})" if asks else word))
    return told


def _chips(asked: NoticeFilter) -> list[tuple[str, str]]:
    customer = lists.asked("customer")
    used = {
        "customer": get_customer(reader(), customer).row.name if customer else "",
        "batch": _("one print") if asked.batch_id else "",
        "q": asked.text,
        "channel": channel_name(asked.channel) if asked.channel else "",
        "state": _(names.STATES[asked.state][0]) if asked.state else "",
    }
    return lists.chips(used)


def _act(asked: NoticeFilter) -> str:
    """What can be done with the letters that are listed: print them, or note them as posted."""
    return {"to_print": "print", "printed": "post"}.get(asked.state, "")


def _chosen() -> tuple[int, ...]:
    r = reader()
    return tuple(r.id_of(queries.PREFIX, ref) for ref in request.form.getlist("chosen"))


@desk.post("/prints")
@guard("notice.print")
def print_chosen() -> Response:
    form = Form()
    if not respond.attempt(form, print_letters, PrintLetters(_chosen())):
        return _list(form)
    count = int(form.outcome)
    respond.say(
        ngettext(
            "%(num)s letter is being printed. It stands below in a moment.",
            "%(num)s letters are being printed. They stand below in a moment.",
            count,
        )
    )
    return respond.see_other(".index", state="to_print")


@desk.post("/postings")
@guard("notice.print")
def post_chosen() -> Response:
    form = Form()
    if not respond.attempt(form, post_letters, PostLetters(_chosen())):
        return _list(form)
    count = int(form.outcome)
    respond.say(
        ngettext(
            "%(num)s letter is noted as posted.", "%(num)s letters are noted as posted.", count
        )
    )
    return respond.see_other(".index", state="printed")


@desk.get("/prints/<ref>.pdf")
@guard("notice.print")
def batch(ref: str) -> Response:
    """All letters of a print, to be put through the printer."""
    found = queries.get_batch(reader(), ref)
    note_access("downloaded", f"print_batch/{found.id}")
    body = current.installation().storage.get(found.file_sha256)
    return respond.download(body, f"letters-{found.id}.pdf", PDF)


# ── One notice ───────────────────────────────────────────────────────────────


@desk.get("/<ref>")
@guard("notice.view")
def show(ref: str) -> Response:
    return _page(queries.get_notice(reader(), ref))


def _page(
    view: NoticeView, post: PostForm | None = None, delivery: DeliveryForm | None = None
) -> Response:
    row = view.row
    told = post or delivery
    may_print = allows(actor(), "notice.print", row)
    note_access("opened", f"notice/{row.id}", row.customer_id)
    return respond.page(
        "escalation/notices/desk_show.html",
        told.status if told else 200,
        view=view,
        row=row,
        facts=_facts(view),
        proof=_proof(view),
        names=names,
        kind_name=kind_name,
        channel_name=channel_name,
        may_dispute=False,
        post=(post or PostForm()) if may_print and row.state == "printed" else None,
        delivery=(delivery or DeliveryForm()) if _may_note_delivery(view, may_print) else None,
        may_print=may_print and row.state == "to_print",
    )


def _may_note_delivery(view: NoticeView, may_print: bool) -> bool:  # noqa: FBT001
    row = view.row
    return may_print and row.is_letter and row.state == "sent" and row.delivered_on is None


def _facts(view: NoticeView) -> list[tuple[str, Any]]:
    row = view.row
    told = [
        (_("Customer"), f"{row.customer_name} ({row.customer_code})"),
        (_("Step"), row.step),
        (_("How it speaks"), names.strength_name(row.strength)),
        (_("Channel"), channel_name(row.channel)),
        (_("To"), ", ".join(each for each in (row.to_name, row.to_address) if each)),
        (_("Language"), {"en": "English", "zh-CN": "简体中文"}.get(row.language, row.language)),
        (_("Late interest, not included"), formats.money(view.interest) if view.interest else ""),
        (_("Why not"), row.problem),
    ]
    return [(label, value) for label, value in told if value]


def _proof(view: NoticeView) -> list[tuple[str, Any]]:
    """What shows that it left, as what, and that it got there."""
    row, zone = view.row, reader().company.timezone
    told = [
        (_("Written"), formats.moment(view.rendered_at, zone) if view.rendered_at else ""),
        (_("Sent"), formats.moment(row.sent_at, zone) if row.sent_at else ""),
        (_("Message-ID"), view.message_id),
        (_("Words, SHA-256"), view.body_sha256),
        (_("File, SHA-256"), view.file_sha256),
        (_("Post’s number"), row.tracking),
        (_("Delivered on"), formats.day(row.delivered_on) if row.delivered_on else ""),
        (_("Opened in the portal"), formats.moment(row.opened_at, zone) if row.opened_at else ""),
    ]
    return [(label, value) for label, value in told if value]


@desk.get("/<ref>.pdf")
@guard("notice.view")
def letter(ref: str) -> Response:
    """The letter as it was printed; before that as it would be printed now."""
    r = reader()
    view = queries.get_notice(r, ref)
    row = view.row
    note_access("downloaded", f"notice/{row.id}", row.customer_id)
    if view.file_sha256:
        body = current.installation().storage.get(view.file_sha256)
        return respond.download(body, f"{row.number}.pdf", PDF)
    if not row.is_letter:
        raise NotFound(ref)
    url = current.installation().config.public_url.rstrip("/")
    ready = letter_of(r, r.session.get_one(Notice, row.id), url)
    if ready is None:
        respond.say(_("Nothing is left that this letter could ask for."), "info")
        return respond.see_other(".show", ref=ref)
    return respond.download(print_pdf(ready.job), f"{row.number}.pdf", PDF)


@desk.post("/<ref>/posting")
@guard("notice.print")
def post(ref: str) -> Response:
    view, form = queries.get_notice(reader(), ref), PostForm()
    if form.validate() and respond.attempt(form, post_letters, form.command(view.row.id)):
        respond.say(_("Noted as posted."))
        return respond.see_other(".show", ref=ref)
    return _page(view, post=form)


@desk.post("/<ref>/delivery")
@guard("notice.print")
def deliver(ref: str) -> Response:
    view, form = queries.get_notice(reader(), ref), DeliveryForm()
    if form.validate() and respond.attempt(form, deliver_letter, form.command(view.row.id)):
        respond.say(_("Noted as delivered."))
        return respond.see_other(".show", ref=ref)
    return _page(view, delivery=form)
