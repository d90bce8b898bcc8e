"""A case on paper: what it claims with how interest was worked out, and what has happened in it."""

from __future__ import annotations

from typing import Any

from portal.base import formats
from portal.base.documents.printer import Job
from portal.base.documents.render import print_pdf, sheet_of
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.core.words import amount_in_words
from portal.escalation.cases import names
from portal.escalation.cases.claim import ClaimLine, ClaimView
from portal.escalation.cases.rows import CaseView
from portal.invoices.names import kind_name
from portal.invoices.sheet import parties_of

#: Counts up when the template changes what is printed.
TEMPLATE = "case/1"


def case_pdf(r: Reader, view: CaseView, claim: ClaimView, language: str) -> bytes:
    """The case as it stands today, for the house; in the language of the moment."""
    html = sheet_of(
        "case",
        lang=language,
        parties=parties_of(r, view.row.customer_id),
        facts=facts_of(view),
        moment=lambda at: formats.moment(at, r.company.timezone),
        **claim_values(view, claim, language),
    )
    moved = f"{view.row.row_version} {len(view.events)} {r.today}"
    return print_pdf(Job(html, "record", f"{TEMPLATE} {language} {view.row.ref} {moved}"))


def claim_values(view: CaseView, claim: ClaimView, language: str) -> dict[str, Any]:
    """What every sheet about a claim prints."""
    return {
        "row": view.row,
        "view": view,
        "claim": claim,
        "names": names,
        "document_name": document_name,
        "money": formats.money,
        "figure": lambda amount: formats.amount(amount.minor, amount.currency),
        "words": amount_in_words(claim.total, language),
        "sums": sums_of(claim),
        "workings": [line for line in claim.lines if line.interest and line.interest.periods],
    }


def document_name(line: ClaimLine) -> str:
    """A document of a claim and, where it is due in several parts, which one."""
    told = f"{kind_name(line.kind)} {line.number}"
    return (
        _("%(document)s, part %(part)s", document=told, part=line.part) if line.part > 1 else told
    )


def sums_of(claim: ClaimView) -> list[tuple[str, str]]:
    """What the claim is made of, without what is nothing."""
    told = [
        (_("Open of invoices"), claim.principal),
        (_("Open of charges"), claim.charges),
        (_("Late interest until %(day)s", day=formats.day(claim.as_of)), claim.interest),
    ]
    return [(label, formats.money(amount)) for label, amount in told if amount.minor]


def facts_of(view: CaseView) -> list[tuple[str, str]]:
    """What a case is, without what is not known of it."""
    row = view.row
    said = [
        (_("With"), names.kind_name(row.kind)),
        (_("State"), names.state_of(row.state)[0]),
        (_("Stage"), names.stage_name(row.stage)),
        (_("Who has it"), row.partner),
        (_("How to reach it"), view.partner_contact),
        (_("Their number"), view.partner_number),
        (_("Kept by"), row.owner),
        (_("Opened"), formats.day(row.opened_on) if row.state != "proposed" else ""),
        (_("Closed"), formats.day(row.closed_on) if row.closed_on else ""),
        (_("Outcome"), names.outcome_name(row.outcome)),
        (_("Costs so far"), formats.money(view.costs) if view.costs.minor else ""),
    ]
    return [(label, value) for label, value in said if value]
