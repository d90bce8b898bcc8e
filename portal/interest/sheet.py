"""The note of late interest as it is printed: from what its charge kept, and where to pay."""

from __future__ import annotations

from sqlalchemy import select

from portal.base import formats
from portal.base.access import SYSTEM
from portal.base.documents.archive import DocumentKey, kept_pdf
from portal.base.documents.printer import Job
from portal.base.documents.qr import qr_svg
from portal.base.documents.render import sheet_of
from portal.base.installation import Installation
from portal.base.language import current_language, speaking
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.core.money import Money
from portal.core.words import amount_in_words
from portal.interest.charges import ChargeView, get_charge
from portal.interest.names import above_said, bases_said, rate_short
from portal.interest.workings import Worked
from portal.invoices.sheet import Parties, parties_of
from portal.tables.customers import Customer
from portal.tables.interest import InterestCharge
from portal.tables.invoices import Part

#: Counts up when the template changes what is printed.
TEMPLATE = "interest/3"
KIND = "interest"


def note_pdf(installation: Installation, charge_ref: str, language: str) -> bytes:
    """The note's PDF, in the customer's language where one is known; printed once."""
    with installation.reading(SYSTEM) as r:
        charge = r.session.get_one(InterestCharge, r.id_of("ic", charge_ref))
        own = r.session.scalar(select(Customer.language).where(Customer.id == charge.customer_id))
        parties = parties_of(r, charge.customer_id)
        spoken = own or language
    key = DocumentKey(KIND, charge.id, spoken, f"{TEMPLATE}-{parties.digest}")
    url = f"{installation.config.public_url.rstrip('/')}/interest"

    def job() -> Job:
        with installation.reading(SYSTEM) as r:
            return note_job(r, charge_ref, (parties, spoken, url))

    return kept_pdf(installation, key, job)


def note_job(r: Reader, charge_ref: str, told: tuple[Parties, str, str]) -> Job:
    """The PDF as a job: the same charge, particulars, language and address give the same bytes."""
    parties, language, url = told
    view = get_charge(r, charge_ref)
    with speaking(language):
        values = _values(r, view, url)
        html = sheet_of("interest", lang=language, parties=parties, **values)
    return Job(html, "invoice", f"{TEMPLATE} {language} {charge_ref} {parties.digest}")


def _values(r: Reader, view: ChargeView, url: str) -> dict[str, object]:
    row = view.row
    return {
        "row": row,
        "facts": _facts(view),
        "lines": [line for each in view.items for line in _lines(each)],
        "bases": bases_said(view.items),
        "total": _amount(row.amount),
        "words": amount_in_words(row.amount, current_language()),
        "due": _due(r, row.id),
        "url": url,
        "qr": qr_svg(url, _("Address of your late interest in the portal")),
    }


def _facts(view: ChargeView) -> list[tuple[str, str]]:
    row = view.row
    said = [
        (_("Number"), row.number),
        (_("Date"), formats.day(row.charged_on)),
        (_("Interest up to"), formats.day(row.through_on)),
        (_("Amounts in"), row.amount.currency),
    ]
    return [(label, value) for label, value in said if value]


def _lines(worked: Worked) -> list[tuple[str, ...]]:
    """
    The periods of an item, what the law adds, and what was asked for or waived before.

    Each: the invoice, from when, to when, days, what was owed, at which rate, how much.
    """
    head = worked.number
    if worked.part > 1:
        head = _("%(number)s, part %(part)s", number=worked.number, part=worked.part)
    lines: list[tuple[str, ...]] = [
        (
            head,
            formats.day(each.from_on),
            formats.day(each.to_on),
            str(each.days),
            _amount(each.principal),
            rate_short(each.percent, each.basis),
            _amount(each.interest),
        )
        for each in worked.periods
    ]
    more = [
        (above_said(worked), Money(-worked.capped.above, worked.currency)),
        (_("Fixed sum by law"), worked.fixed),
        (_("Charged before"), -worked.charged),
        (_("Waived"), -worked.waived),
    ]
    lines += [
        (head, label, "", "", "", "", _amount(amount)) for label, amount in more if amount.minor
    ]
    return lines


def _amount(value: Money) -> str:
    return formats.amount(value.minor, value.currency)


def _due(r: Reader, charge_id: int) -> list[tuple[str, str]]:
    rows = r.session.execute(
        select(Part.due_on, Part.amount_minor, Part.currency)
        .join(InterestCharge, InterestCharge.entry_id == Part.entry_id)
        .where(InterestCharge.id == charge_id, InterestCharge.customer_id == Part.customer_id)
        .order_by(Part.part)
    )
    return [(formats.day(due_on), formats.money(Money(minor, of))) for due_on, minor, of in rows]
