"""The invoice as it is printed: what was posted, and where to pay; nothing that moves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select

from portal.base import formats
from portal.base.access import SYSTEM
from portal.base.documents.archive import DocumentKey, find_documents, kept_pdf, print_and_keep
from portal.base.documents.printer import Job
from portal.base.documents.qr import qr_svg
from portal.base.documents.render import sheet_of
from portal.base.installation import Installation
from portal.base.language import gettext as _
from portal.base.language import speaking
from portal.base.work import Reader
from portal.core.money import Money
from portal.core.words import amount_in_words
from portal.invoices.queries import get_invoice
from portal.invoices.rows import InvoiceView
from portal.tables.customers import Customer

#: Counts up when the template changes what is printed; a new one prints anew.
TEMPLATE = "invoice/2"


@dataclass(frozen=True, slots=True)
class Parties:
    """Who invoices whom, and where to pay: what may change after an invoice was posted."""

    supplier: str
    supplier_tax_id: str
    supplier_address: str
    bank_name: str
    bank_holder: str
    bank_account: str
    customer: str
    customer_code: str
    customer_tax_id: str
    customer_address: str

    @property
    def digest(self) -> str:
        """Names these particulars: a payee account that changed must not be printed on."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()[:12]


def invoice_pdf(installation: Installation, customer_id: int, ref: str, language: str) -> bytes:
    """The invoice's PDF in a language, printed once for the same particulars."""
    with installation.reading(SYSTEM) as r:
        parties = parties_of(r, customer_id)
        key = _key(r, ref, parties, language)

    def job() -> Job:
        with installation.reading(SYSTEM) as r:
            return invoice_job(get_invoice(r, ref), parties, language, _url(installation, ref))

    return kept_pdf(installation, key, job)


def invoice_files(
    installation: Installation, customer_id: int, refs: Sequence[str], language: str
) -> dict[str, str]:
    """
    By reference the SHA-256 of the PDFs of some invoices of one customer.

    Those that were not printed before are printed now, all of them looked up and kept at once; what
    cannot be printed is not among them, `invoice_pdf` says why.
    """
    with installation.reading(SYSTEM) as r:
        parties = parties_of(r, customer_id)
        keys = {_key(r, ref, parties, language): ref for ref in refs}
        found = find_documents(r, list(keys))
        jobs = {
            key: invoice_job(get_invoice(r, ref), parties, language, _url(installation, ref))
            for key, ref in keys.items()
            if key not in found
        }
    found |= print_and_keep(installation, jobs)
    return {keys[key]: digest for key, digest in found.items()}


def _key(r: Reader, ref: str, parties: Parties, language: str) -> DocumentKey:
    return DocumentKey("invoice", r.id_of("iv", ref), language, f"{TEMPLATE}-{parties.digest}")


def _url(installation: Installation, ref: str) -> str:
    return f"{installation.config.public_url.rstrip('/')}/invoices/{ref}"


def parties_of(r: Reader, customer_id: int) -> Parties:
    """The particulars of the company and of one customer, as they are now."""
    company = r.company
    customer = r.session.scalars(select(Customer).where(Customer.id == customer_id)).one()
    return Parties(
        supplier=company.legal_name or company.name,
        supplier_tax_id=company.tax_id,
        supplier_address=company.address,
        bank_name=company.bank_name,
        bank_holder=company.bank_holder,
        bank_account=company.bank_account,
        customer=customer.legal_name or customer.name,
        customer_code=customer.code,
        customer_tax_id=customer.tax_id or "",
        customer_address=customer.address or "",
    )


def invoice_job(view: InvoiceView, parties: Parties, language: str, url: str) -> Job:
    """The PDF as a job: the same invoice, particulars, language and address give the same bytes."""
    with speaking(language):
        html = sheet_of("invoice", **_values(view, parties, language, url))
    return Job(html, "invoice", f"{TEMPLATE} {language} {view.row.ref} {parties.digest}")


def _values(view: InvoiceView, parties: Parties, language: str, url: str) -> dict[str, object]:
    row, tax = view.row, view.detail.tax
    return {
        "lang": language,
        "row": row,
        "detail": view.detail,
        "parties": parties,
        "lines": view.lines,
        "due": [(formats.day(part.due_on), formats.money(part.amount)) for part in view.parts],
        "net": view.before_tax,
        "tax": tax if tax and tax.minor else None,
        "words": amount_in_words(row.amount, language),
        "facts": _facts(view),
        "amount": _amount,
        "url": url,
        "qr": qr_svg(url, _("Address of this invoice in the portal")),
    }


def _amount(value: Money | None) -> str:
    return "" if value is None else formats.amount(value.minor, value.currency)


def _facts(view: InvoiceView) -> list[tuple[str, str]]:
    detail = view.detail
    said = [
        (_("Invoice"), view.row.number),
        (_("Date"), formats.day(view.row.dated_on)),
        (_("Your reference"), view.row.reference),
        (_("Contract"), detail.contract_code),
        (_("Order"), detail.order_code),
        (_("Tax invoice"), detail.tax_invoice_no),
        (_("Payment terms"), detail.terms_text),
        (_("Amounts in"), view.row.amount.currency),
    ]
    return [(label, value) for label, value in said if value]
