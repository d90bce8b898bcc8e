"""
A contract is kept, put right and passed; its signer's authority is looked at.

It says how, when and in which currency is paid and what a breach costs (S-053), the quality and the
manner of acceptance (S-054), prices, transport, period and renewal (S-055), late interest and what
else follows from paying late (S-056); letters quote its clauses (S-057).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from portal.base.access import Permission
from portal.base.kept_files import HOUSE, Files, keep_files
from portal.base.locks import lock_customer, lock_row
from portal.base.work import Work
from portal.contracts.checking import check_contracts
from portal.core.contract import Span, check_review, check_span
from portal.core.errors import RuleBroken
from portal.core.money import CURRENCIES
from portal.core.terms_in_force import notation_of
from portal.customers.standings import is_barred
from portal.tables.contracts import Contract, InvoiceCheck

#: What of a contract people write; the order is that of the table.
WRITTEN = (
    *("code", "starts_on", "ends_on", "payment_terms", "payment_method", "late_interest_rate"),
    *("breach_liability", "price_list", "category", "currency", "amount_minor"),
    *("quality_standard", "acceptance_manner", "transport", "renewal", "collection_manner"),
    *("signed_on", "signer_name", "signer_title", "sealed_with", "next_look_on"),
)
#: What says who signed: where it changes, the look at their authority was at somebody else.
SIGNED = frozenset({"signer_name", "signer_title", "sealed_with"})
#: What a second person agrees to, once invoices were compared with it; under another number the
#: invoices would be compared with whatever contract has theirs next.
AGREED = ("code", "payment_terms", "late_interest_rate")
HIGHEST_RATE = Decimal(1000)


@dataclass(frozen=True)
class KeepContract:
    """A contract as it is written down; without an id a new one."""

    customer_id: int
    values: Mapping[str, Any]
    contract_id: int | None = None
    #: Of the contract that was on the page; what was saved since is not overwritten.
    row_version: int = 0
    files: Files | None = None


@dataclass(frozen=True)
class PassContract:
    """That somebody looked through a contract, or at its signer's authority."""

    contract_id: int
    note: str = ""


@dataclass(frozen=True)
class AddFiles:
    """Files that belong to a contract."""

    contract_id: int
    kind: str
    files: Files | None = field(default=None)


def keep_contract(w: Work, c: KeepContract) -> int:
    """
    The contract's id; a change is compared with the invoices that name it.

    Raises: contract.known, contract.changed, contract.ends_before_it_starts,
    contract.needs_amendment, contract.currency_unknown, contract.rate, terms.*, attachment.*.
    """
    customer = lock_customer(w, c.customer_id)
    w.require(Permission.CONTRACT_KEEP, customer)
    values = {name: c.values.get(name) for name in WRITTEN}
    check_values(w, values)
    check_span(Span(c.values["starts_on"], values["ends_on"]))
    row = _standing(w, c)
    _refuse_known(w, str(values["code"]), row.id)
    before = {name: getattr(row, name) for name in WRITTEN}
    changed = {name for name in WRITTEN if before[name] != values[name]}
    if row.id is not None:
        _refuse_unamended(w, row, changed)
        row.row_version += 1 if changed else 0
    for name in changed:
        setattr(row, name, values[name])
    if changed & SIGNED:
        row.authority_checked_by = row.authority_checked_at = row.authority_note = None
    w.session.add(row)
    w.session.flush()
    if changed:
        _audit(w, row, "contract.kept", changed=sorted(changed))
    keep_files(w, f"contract/{row.id}", customer.id, "contract", HOUSE, c.files)
    check_contracts(w, {str(values["code"]), str(before["code"] or "")} - {""} if changed else ())
    return row.id


def _standing(w: Work, c: KeepContract) -> Contract:
    if c.contract_id is None:
        return Contract(customer_id=c.customer_id, created_at=w.now, row_version=1)
    row = locked_contract(w, c.contract_id)
    if row.row_version != c.row_version:
        raise RuleBroken("contract.changed")
    return row


def check_values(w: Work, values: Mapping[str, Any]) -> None:
    """Refuses terms, rates and currencies that are none, by the name of their field."""
    if values.get("payment_terms"):
        try:
            notation_of(str(values["payment_terms"]), w.policy.named_terms)
        except RuleBroken as broken:
            raise RuleBroken(broken.code, field="payment_terms", **broken.facts) from broken
    rate = values.get("late_interest_rate")
    if rate is not None and not 0 <= Decimal(str(rate)) <= HIGHEST_RATE:
        raise RuleBroken("contract.rate", field="late_interest_rate", most=HIGHEST_RATE)
    if values.get("currency") and values["currency"] not in CURRENCIES:
        raise RuleBroken("contract.currency_unknown", field="currency_code")


def _refuse_known(w: Work, code: str, own_id: int | None) -> None:
    other = w.session.scalar(select(Contract.id).where(Contract.code == code))
    if other is not None and other != own_id:
        raise RuleBroken("contract.known", field="code", number=code)


def _refuse_unamended(w: Work, row: Contract, changed: set[str]) -> None:
    """How is paid changes by an amendment, once an invoice was compared with the contract."""
    about_paying = [name for name in AGREED if name in changed]
    if not about_paying:
        return
    of_it = select(InvoiceCheck.entry_id).where(
        InvoiceCheck.customer_id == row.customer_id, InvoiceCheck.contract_id == row.id
    )
    if w.session.scalar(of_it.limit(1)) is not None:
        raise RuleBroken("contract.needs_amendment", field=about_paying[0])


def pass_contract(w: Work, c: PassContract) -> None:
    """
    Somebody looked through the contract before it is signed; once.

    With a customer who is barred nothing is signed (S-031).

    Raises: contract.reviewed_already, contract.customer_barred, contract.authority_unsaid.
    """
    row = locked_contract(w, c.contract_id)
    if row.reviewed_at is not None:
        raise RuleBroken("contract.reviewed_already")
    if is_barred(w, row.customer_id):
        raise RuleBroken("contract.customer_barred")
    note = c.note.strip()
    check_review(row.sealed_with, note or row.authority_note or "")
    row.reviewed_by, row.reviewed_at = w.actor.user_id, w.now
    if note:
        row.authority_note = note
    row.row_version += 1
    _audit(w, row, "contract.passed", note=note, sealed_with=row.sealed_with)


def check_authority(w: Work, c: PassContract) -> None:
    """
    Somebody looked whether the signer may bind the company, and on what that rests.

    Raises: contract.authority_unsaid.
    """
    row = locked_contract(w, c.contract_id)
    note = c.note.strip()
    check_review(row.sealed_with, note)
    row.authority_checked_by, row.authority_checked_at = w.actor.user_id, w.now
    row.authority_note = note or row.authority_note
    row.row_version += 1
    _audit(w, row, "contract.authority_checked", note=note, sealed_with=row.sealed_with)


def add_files(w: Work, c: AddFiles) -> int:
    """How many files now lie with a contract. Raises: attachment.*."""
    row = locked_contract(w, c.contract_id)
    return keep_files(w, f"contract/{row.id}", row.customer_id, c.kind, HOUSE, c.files)


def locked_contract(w: Work, contract_id: int) -> Contract:
    """A contract under its lock, for who keeps contracts."""
    row = lock_row(w, Contract, contract_id)
    w.require(Permission.CONTRACT_KEEP, row)
    return row


def _audit(w: Work, row: Contract, kind: str, **facts: Any) -> None:
    said = {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in facts.items()
    }
    w.audit(kind, f"contract/{row.id}", customer_id=row.customer_id, number=row.code, **said)
