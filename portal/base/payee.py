"""The account that customers pay into, as it is told to them."""

from __future__ import annotations

from portal.tables.settings import Company

SHOWN_DIGITS = 4


def payee_of(company: Company, *, in_full: bool = False) -> dict[str, str] | None:
    """The account to pay into; in mails by its last digits. None where none is known."""
    account = "".join(letter for letter in company.bank_account if letter.isalnum())
    if not account:
        return None
    return {
        "holder": company.bank_holder or company.legal_name,
        "bank": company.bank_name,
        "digits": account[-SHOWN_DIGITS:],
        "account": company.bank_account if in_full else "",
    }
