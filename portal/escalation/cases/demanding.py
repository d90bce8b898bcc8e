"""
The letter of law: written from a case that stands at law, and an event of that case.

It says what is claimed, until when it may be paid, and what the house then does; nothing that has
not happened. It is no suit, and does not look like one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from portal.base import formats
from portal.base.attaching import AttachedFile
from portal.base.documents.archive import PDF
from portal.base.documents.printer import Job
from portal.base.documents.render import print_pdf, sheet_of
from portal.base.kept_files import Files
from portal.base.language import speaking
from portal.base.work import Reader, Work
from portal.core.case import Act, Happened, Kind, after, check_deadline
from portal.core.errors import RuleBroken
from portal.escalation.cases.claim import ClaimView
from portal.escalation.cases.keeping import NoteEvent, locked_case, note_event
from portal.escalation.cases.rows import CaseView
from portal.escalation.cases.sheet import claim_values
from portal.invoices.sheet import parties_of
from portal.tables.cases import CollectionCase

#: Counts up when the template changes what is printed.
TEMPLATE = "letter-of-law/2"


@dataclass(frozen=True)
class Demand:
    """What a letter of law says besides the claim."""

    pay_by: dt.date
    #: Who signs it: the lawyer, or the head of the house's legal department.
    sender: str
    #: The law or the clause of the contract that it rests on.
    law: str = ""
    language: str = "en"


@dataclass(frozen=True)
class SendDemand:
    """That a letter of law was written, and goes out today."""

    case_id: int
    pay_by: dt.date
    key: str
    words: str
    files: Files | None = None


def check_demand(r: Reader, view: CaseView, pay_by: dt.date) -> None:
    """
    Refuses a letter that this case may not write.

    Raises: case.not_in_this_state, case.not_at_this_stage, case.deadline_too_soon,
    case.deadline_too_far.
    """
    if view.row.state != "open":
        raise RuleBroken("case.not_in_this_state")
    after(view.row.kind, view.row.stage, Act.DEMAND)
    check_deadline(r.today, pay_by)


def demand_pdf(r: Reader, view: CaseView, claim: ClaimView, demand: Demand) -> bytes:
    """The letter in its language, over what is claimed today."""
    check_demand(r, view, demand.pay_by)
    with speaking(demand.language):
        html = sheet_of(
            "letter_of_law",
            lang=demand.language,
            parties=parties_of(r, view.row.customer_id),
            demand=demand,
            pay_by=formats.long_day(demand.pay_by),
            contact=" · ".join(filter(None, (r.company.help_phone, r.company.help_email))),
            **claim_values(view, claim, demand.language),
        )
    told = f"{TEMPLATE} {demand.language} {view.row.ref} {r.today} {demand.pay_by}"
    return print_pdf(Job(html, "record", told))


def letter_file(view: CaseView, pdf: bytes, on: dt.date) -> AttachedFile:
    """The letter as a file of the case."""
    return AttachedFile(f"{view.row.number}-letter-{on}.pdf", PDF, pdf)


def send_demand(w: Work, c: SendDemand) -> int:
    """
    The event's id: the letter lies with the case, which is looked at again on its last day.

    Raises: case.not_in_this_state, case.not_at_this_stage, case.deadline_too_soon,
    case.deadline_too_far.
    """
    row: CollectionCase = locked_case(w, c.case_id)
    if Kind(row.kind) is Kind.LEGAL:
        check_deadline(w.today, c.pay_by)
    told = Happened(Act.DEMAND, w.today, c.pay_by)
    return note_event(w, NoteEvent(row.id, told, c.key, c.words, c.files))
