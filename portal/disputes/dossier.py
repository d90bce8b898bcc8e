"""A dispute on paper: what it is about, what both sides wrote and decided; no house notes."""

from __future__ import annotations

from portal.base import formats
from portal.base.documents.printer import Job
from portal.base.documents.render import print_pdf, sheet_of
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.disputes import names
from portal.disputes.reasons import reasons_of
from portal.disputes.rows import DisputeView
from portal.invoices.sheet import parties_of

#: Counts up when the template changes what is printed.
TEMPLATE = "dispute/1"


def dossier_pdf(r: Reader, view: DisputeView, language: str) -> bytes:
    """The dispute as its customer sees it now, as a PDF in the language of the moment."""
    row, zone = view.row, r.company.timezone
    html = sheet_of(
        "dispute",
        lang=language,
        row=row,
        view=view,
        parties=parties_of(r, row.customer_id),
        facts=_facts(r, view),
        effect=_effect(view),
        names=names,
        moment=lambda at: formats.moment(at, zone),
        money=formats.money,
        printed_on=r.today,
        reason=_reason(r, view),
    )
    moved = f"{row.row_version} {len(view.messages)} {r.today}"
    return print_pdf(Job(html, "invoice", f"{TEMPLATE} {language} {row.ref} {moved}"))


def _reason(r: Reader, view: DisputeView) -> str:
    return names.reason_name(view.row.reason, reasons_of(r.policy))


def _facts(r: Reader, view: DisputeView) -> list[tuple[str, str]]:
    row = view.row
    said = [
        (_("State"), names.state_name(row.state)[0]),
        (_("Document"), row.document),
        (_("Statement"), row.statement_number),
        (_("Line"), view.line_text),
        (_("Reason"), _reason(r, view)),
        (_("Disputed"), formats.money(row.amount) if row.amount.minor else ""),
        (_("Raised"), formats.day(row.raised_on)),
        (_("Answer by"), formats.day(row.answer_by) if row.is_open else ""),
    ]
    return [(label, value) for label, value in said if value]


def _effect(view: DisputeView) -> list[tuple[str, str]]:
    """What is held back today, and what stays due; nothing where nothing is open."""
    effect = view.effect
    if effect is None or not effect.open.minor:
        return []
    return [
        (_("Still to pay"), formats.money(effect.open)),
        (_("Held back by this dispute"), formats.money(effect.held)),
        (_("Stays due"), formats.money(effect.rest)),
    ]
