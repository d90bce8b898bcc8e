"""What was agreed and delivered, as a pack tells it: contracts, their amendments, deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select

from portal.base import formats
from portal.base.kept_files import subject_is
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.contracts import names as contract_names
from portal.contracts.queries import PREFIX as CONTRACT
from portal.contracts.queries import ContractView, get_contract
from portal.core.money import Money
from portal.escalation.cases.pack.packing import (
    Content,
    Lack,
    Packing,
    Record,
    Table,
    kept_piece,
    record_piece,
    some,
)
from portal.tables.contracts import Contract
from portal.tables.deliveries import Delivery
from portal.tables.files import KeptFile
from portal.tables.invoices import Invoice
from portal.tables.journal import AccessLog
from portal.tables.people import User

#: Files of a contract that prove it; what else lies with it is the house's own.
PROVING = ("contract", "amendment", "authority")


# ── Contracts ────────────────────────────────────────────────────────────────


def agreed(p: Packing) -> Content:
    """The contracts that the invoices name, with their amendments in force and their files."""
    with p.reading() as r:
        named = _contract_codes(p, r)
        rows = select(Contract.id, Contract.code).where(
            Contract.customer_id == p.customer_id, Contract.code.in_(sorted(set(named.values())))
        )
        known = {code: contract_id for contract_id, code in r.session.execute(rows)}
        views = {
            code: get_contract(r, r.refs.of(CONTRACT, contract_id))
            for code, contract_id in sorted(known.items())
        }
        files = {code: list(_files_of(r, view)) for code, view in views.items()}
    content: Content = []
    for code, view in views.items():
        content += _contract(p, view, files[code])
    return [*content, *_contracts_lacking(p, named, set(known))]


def _contract_codes(p: Packing, r: Reader) -> dict[int, str]:
    rows = select(Invoice.entry_id, Invoice.contract_code).where(
        Invoice.entry_id.in_(list(p.entries)), Invoice.contract_code.is_not(None)
    )
    return {entry_id: code for entry_id, code in r.session.execute(rows) if code}


def _files_of(r: Reader, view: ContractView) -> Iterator[KeptFile]:
    rows = select(KeptFile).where(
        subject_is(f"contract/{view.contract.id}"), KeptFile.kind.in_(PROVING)
    )
    yield from r.session.scalars(rows.order_by(KeptFile.id))


def _contract(p: Packing, view: ContractView, files: list[KeptFile]) -> Content:
    code = view.row.code
    title = _("Contract %(number)s", number=code)
    content: Content = [record_piece(p, code, _contract_record(view, title))]
    kinds = {name: _(word) for name, word in contract_names.FILE_KINDS.items()}
    for each in files:
        told = f"{title}: {kinds.get(each.kind, each.kind)}"
        content.append(kept_piece(p, f"{code} {each.file_name}", told, each.file_sha256))
    if not files:
        content.append(Lack(_("No signed copy of contract %(number)s is kept.", number=code)))
    return content


def _contract_record(view: ContractView, title: str) -> Record:
    """What a contract says, and what its amendments in force changed from which day on."""
    contract = view.contract
    told = {"starts_on": contract.starts_on, **view.said, "signed_on": contract.signed_on}
    told |= {"signer_name": contract.signer_name, "signer_title": contract.signer_title}
    facts = [
        (contract_names.field_name(name), str(contract_names.value_said(name, value)))
        for name, value in told.items()
        if value
    ]
    rows = [
        [
            formats.day(each.effective_on),
            contract_names.field_name(name),
            str(contract_names.value_said(name, was) or ""),
            str(contract_names.value_said(name, will) or ""),
        ]
        for each in reversed(view.amendments)
        if each.state == "in_force"
        for name, was, will in each.changes
    ]
    heads = [_("From"), _("What"), _("Before"), _("Then")]
    tables = [Table(heads, rows, _("Amendments"))] if rows else []
    return Record(title, _("As it stands in our books."), facts, tables)


def _contracts_lacking(p: Packing, named: dict[int, str], known: set[str]) -> Content:
    unnamed = [
        line.number
        for line in p.claim.lines
        if line.kind == "invoice" and line.entry_id not in named
    ]
    lacks = [
        Lack(_("Contract %(number)s is named and not kept here.", number=code))
        for code in sorted(set(named.values()) - known)
    ]
    if unnamed:
        told = _("No contract is named by: %(numbers)s.", numbers=some(unnamed))
        lacks.append(Lack(told))
    return [*lacks]


# ── Deliveries ───────────────────────────────────────────────────────────────


def delivered(p: Packing) -> Content:
    """What was delivered for the invoices, who received it, and who looked at the invoices."""
    with p.reading() as r:
        rows = list(r.session.scalars(_deliveries(p)))
        days = r.session.execute(_days(p)).all()
        looks = r.session.execute(_looks(p)).all()
    shown = {each.invoice_code for each in rows} | {
        p.entries[row.entry_id] for row in days if row.delivered_on or row.accepted_on
    }
    record = Record(
        _("Deliveries and proof of receipt"),
        _("As it stands in our books."),
        tables=[*_delivery_table(rows), *_day_table(p, days), *_look_table(p, looks)],
    )
    content: Content = []
    if record.tables:
        content.append(record_piece(p, _("deliveries"), record))
    lacking = [
        line.number for line in p.claim.lines if line.kind == "invoice" and line.number not in shown
    ]
    if lacking:
        told = _("No delivery is known for: %(numbers)s.", numbers=some(lacking))
        content.append(Lack(told))
    return content


def _deliveries(p: Packing) -> Select[Any]:
    rows: Select[Any] = select(Delivery).where(
        Delivery.customer_id == p.customer_id, Delivery.invoice_code.in_(list(p.entries.values()))
    )
    return rows.order_by(Delivery.delivered_on, Delivery.number)


def _days(p: Packing) -> Select[Any]:
    columns: list[Any] = [
        *(Invoice.entry_id, Invoice.order_code, Invoice.shipped_on, Invoice.delivered_on),
        *(Invoice.accepted_on, Invoice.received_on),
    ]
    return select(*columns).where(Invoice.entry_id.in_(list(p.entries)))


def _looks(p: Packing) -> Select[Any]:
    """When the customer's own people opened or downloaded an invoice."""
    columns: list[Any] = [AccessLog.subject, AccessLog.at, AccessLog.act, User.name, User.email]
    rows: Select[Any] = select(*columns).join(User, User.id == AccessLog.user_id)
    return rows.where(
        AccessLog.customer_id == p.customer_id,
        AccessLog.subject.in_([f"invoice/{entry_id}" for entry_id in p.entries]),
        User.staff_role.is_(None),
    ).order_by(AccessLog.at, AccessLog.id)


def _delivery_table(rows: list[Delivery]) -> list[Table]:
    heads = [_("Delivery"), _("Invoice"), _("Order"), _("Delivered"), _("Amount"), _("Received by")]
    told = [
        [
            *(each.number, each.invoice_code or "", each.order_code or ""),
            formats.day(each.delivered_on),
            formats.money(Money(each.amount_minor, each.currency)),
            each.received_by or "",
        ]
        for each in rows
    ]
    return [Table(heads, told, _("Deliveries"))] if told else []


def _day_table(p: Packing, rows: Any) -> list[Table]:
    heads = [_("Invoice"), _("Order"), _("Shipped"), _("Delivered"), _("Accepted"), _("Received")]
    told = [
        [
            *(p.entries[row.entry_id], row.order_code or ""),
            *(formats.day(day) if day else "" for day in row[2:]),
        ]
        for row in rows
        if any(row[1:])
    ]
    return [Table(heads, told, _("What the invoices say"))] if told else []


def _look_table(p: Packing, rows: Any) -> list[Table]:
    acts = {"opened": _("opened"), "downloaded": _("downloaded")}
    seen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        number = p.entries[int(row.subject.partition("/")[2])]
        told = f"{p.moment(row.at)} {acts.get(row.act, row.act)}"
        seen[number, row.name or row.email].append(told)
    heads = [_("Invoice"), _("Person of the customer"), _("First look"), _("Looks")]
    rows = [[number, who, told[0], str(len(told))] for (number, who), told in seen.items()]
    return [Table(heads, rows, _("Who of the customer looked at the invoices"))] if rows else []
