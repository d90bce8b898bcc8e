"""An application on paper: every answer, every file by its hash, and the notes of the house."""

from __future__ import annotations

from sqlalchemy import select

from portal.base import formats
from portal.base.access import visible_to
from portal.base.documents.printer import Job
from portal.base.documents.render import print_pdf, sheet_of
from portal.base.language import current_language
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.credit import application_names as names
from portal.credit.application_list import ApplicationView, Note, notes_of
from portal.credit.applications import SUBJECT
from portal.invoices.sheet import parties_of
from portal.tables.files import KeptFile

#: Counts up when the template changes what is printed.
TEMPLATE = "application/1"


def form_pdf(r: Reader, view: ApplicationView) -> bytes:
    """The application as its reader may see it, as a PDF in the language of the moment."""
    row, zone, language = view.row, r.company.timezone, current_language()
    notes = notes_of(r, row.id) if r.actor.kind != "customer" else []
    digests = _digests(r, row.id)
    html = sheet_of(
        "application",
        lang=language,
        row=row,
        view=view,
        names=names,
        parties=parties_of(r, row.customer_id),
        facts=_facts(view, zone),
        files=[(file, digests.get(file.ref, "")) for file in view.files],
        notes=notes,
        moment=lambda at: formats.moment(at, zone),
        money=formats.money,
        printed_on=r.today,
    )
    stamp = f"{TEMPLATE} {language} {row.ref} {row.version} {_moved(notes)} {r.today}"
    return print_pdf(Job(html, "invoice", stamp))


def _moved(notes: list[Note]) -> str:
    return f"{len(notes)}"


def _digests(r: Reader, application_id: int) -> dict[str, str]:
    """What each file is found by, by its reference."""
    rows = visible_to(
        select(KeptFile.id, KeptFile.file_sha256), r.actor, KeptFile.customer_id
    ).where(KeptFile.subject == f"{SUBJECT}/{application_id}")
    return {r.refs.of("fl", row_id): digest for row_id, digest in r.session.execute(rows)}


def _facts(view: ApplicationView, zone: str) -> list[tuple[str, str]]:
    row = view.row
    said = [
        (_("For"), names.asks_name(row.kind)),
        (_("State"), names.state_of(row.state)[0]),
        (_("Filled in by"), row.by),
        (_("Handed in"), formats.moment(row.submitted_at, zone) if row.submitted_at else ""),
        (_("Answered"), formats.moment(row.decided_at, zone) if row.decided_at else ""),
        (_("Answered by"), row.decided_by),
    ]
    return [(label, value) for label, value in said if value]
