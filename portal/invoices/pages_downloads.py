"""Archives of invoices: ordered from the list, made at once or by a worker, fetched here."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response

from portal.base.access import NotFound
from portal.base.language import current_language, ngettext
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.invoices import downloads, queries
from portal.invoices.commands import MOST, VALID, order_download
from portal.invoices.downloads import DownloadRow
from portal.invoices.forms import ChoiceForm, asked_invoices
from portal.invoices.held import may_not_have
from portal.people.pages_branches import branches_of
from portal.promises.queries import promised_entries
from portal.web import current, respond
from portal.web.controls import address
from portal.web.current import reader
from portal.web.guard import guard
from portal.web.htmx import htmx
from portal.web.traces import note_access

customer = Blueprint("downloads", __name__)


@customer.get("/downloads")
@guard("invoice.view")
def index() -> Response:
    rows = downloads.list_downloads(reader())
    return respond.page("invoices/downloads.html", rows=rows, days=VALID.days)


@customer.post("/downloads")
@guard("invoice.view")
def create() -> Response:
    r, form = reader(), ChoiceForm()
    entry_ids = _every_id(r) if form.is_all else form.ids(r)
    if 0 < len(entry_ids) <= downloads.AT_ONCE:
        return _at_once(r, entry_ids)
    held = may_not_have(r, entry_ids)
    command = form.command([each for each in entry_ids if each not in held], current_language())
    if respond.attempt(form, order_download, command):
        ref = reader().refs.of("dl", form.outcome)
        return respond.see_other(".show", ref=ref)
    respond.say(str(form.form_errors[0]), "bad")
    return respond.redirect_to(address("/invoices"))


def _every_id(r: Reader) -> list[int]:
    """Everything that the list's filter keeps, in the list's order; one more than is allowed."""
    asked = asked_invoices(r, branches_of(r), promised_entries(r))
    found = queries.list_invoices(r, replace(asked, page=1, per_page=MOST + 1))
    return [row.id for row in found.rows]


def _at_once(r: Reader, entry_ids: list[int]) -> Response:
    wanted = downloads.list_wanted(r, entry_ids)
    if not wanted:
        raise NotFound("invoice")
    held = may_not_have(r, [each.id for each in wanted])
    wanted = [each for each in wanted if each.id not in held]
    if not wanted:
        respond.say(_said_of_held(), "warn")
        return respond.redirect_to(address("/invoices"))
    for each in wanted:
        note_access("downloaded", f"invoice/{each.id}", each.customer_id)
    name, installation = f"invoices-{r.today}.zip", current.installation()
    body = downloads.archive_of(installation, wanted, current_language())
    return respond.download(body, name, downloads.ZIP)


def _said_of_held() -> str:
    return _("We are checking these invoices. Their PDFs come as soon as that is done.")


@customer.get("/downloads/<ref>")
@guard("invoice.view")
def show(ref: str) -> Response:
    row = downloads.get_download(reader(), ref)
    return respond.page(
        "invoices/download.html",
        fragments={"download-part": "part"},
        announce=_announced(row) if htmx.is_partial else "",
        row=row,
        days=VALID.days,
    )


def _announced(row: DownloadRow) -> str:
    """What is said aloud when it is there; how far it is, the bar tells who looks."""
    if row.state != "ready":
        return ""
    return ngettext(
        "The archive of %(num)s invoice is ready",
        "The archive of %(num)s invoices is ready",
        row.total,
    )


@customer.get("/downloads/<ref>.zip")
@guard("invoice.view")
def fetch(ref: str) -> Response:
    row = downloads.get_download(reader(), ref)
    if row.state != "ready":
        return respond.see_other(".show", ref=ref)
    note_access("downloaded", f"download/{row.id}")
    body = current.installation().storage.get(row.sha256)
    return respond.download(body, row.file_name, downloads.ZIP)
