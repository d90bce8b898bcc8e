"""
Invoices beside their contracts, many at once: who fits, and who is held until somebody looks.

Run after a file came in, after a contract changed and every day. An invoice that was looked at is
looked at again only where it, its contract as it held that day, or a price reads otherwise.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.base.work import Reader, Work
from portal.contracts.agreements import Agreements
from portal.core.contract_check import (
    CONTENT,
    Agreed,
    Difference,
    Invoiced,
    InvoicedLine,
    check_digest,
    compare_with_contract,
)
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.invoices.held import BLOCKED
from portal.tables.contracts import Contract, InvoiceCheck
from portal.tables.invoices import Entry, Invoice, InvoiceLine, Part
from portal.tables.terms import PartMove

#: So many invoices are read and compared together.
BATCH = 500
#: Terms that stand on the invoice itself.
OWN = frozenset({"invoice", "due_date", "parts"})


@dataclass
class Checked:
    """How many invoices were compared anew, and what came of it."""

    fits: int = 0
    held: int = 0


def check_numbered(w: Work, numbers: Iterable[str]) -> Checked:
    """Compares the invoices with these numbers, as far as they name a contract."""
    found = Checked()
    if not are_contracts_kept(w):
        return found
    for some in _batches(numbers):
        _check(w, Entry.number.in_(some), found)
    return _told(w, found)


def check_contracts(w: Work, codes: Iterable[str]) -> Checked:
    """Compares the invoices of these contracts."""
    found = Checked()
    for some in _batches(codes):
        _check_all(w, Invoice.contract_code.in_(some), found)
    return _told(w, found)


def check_list(w: Work, price_list: str) -> Checked:
    """Compares the invoices of the contracts that have a price list, or had it once."""
    codes = w.session.scalars(select(Contract.code)).all()
    agreements = Agreements(w)
    agreements.know(codes)
    using = [code for code in codes if price_list in _lists_of(agreements, code)]
    return check_contracts(w, using)


def _lists_of(agreements: Agreements, code: str) -> set[str]:
    contract = agreements.contracts[code]
    amended = agreements.amendments.get(contract.id, ())
    return {contract.price_list or "", *(each.changes.get("price_list") or "" for each in amended)}


def check_all(w: Work) -> Checked:
    """Compares every invoice that names a contract, if contracts are kept here at all."""
    found = Checked()
    if are_contracts_kept(w):
        _check_all(w, true(), found)
    return _told(w, found)


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(set(names))
    return (wanted[first : first + BATCH] for first in range(0, len(wanted), BATCH))


def are_contracts_kept(r: Reader) -> bool:
    """Whether there is any contract here: else nothing can differ from one."""
    return r.session.scalar(select(Contract.id).limit(1)) is not None


def _told(w: Work, found: Checked) -> Checked:
    if found.fits or found.held:
        w.audit("invoice.compared", "contract", fits=found.fits, held=found.held)
    return found


def _check_all(w: Work, which: ColumnElement[bool], found: Checked) -> None:
    last = 0
    while True:
        ids = select(Entry.id).join(Invoice, Invoice.entry_id == Entry.id)
        ids = ids.where(_names_one(), which, Entry.id > last).order_by(Entry.id).limit(BATCH)
        some = w.session.scalars(ids).all()
        if not some:
            return
        last = some[-1]
        _check(w, Entry.id.in_(some), found)


def _names_one() -> ColumnElement[bool]:
    named = Invoice.contract_code.is_not(None)
    return and_(Entry.kind == Kind.INVOICE.value, named, Invoice.contract_code != "")


def _check(w: Work, which: ColumnElement[bool], found: Checked) -> None:
    """One batch: read whole, compared, and what is new or else written down."""
    heads = w.session.execute(_heads().where(which)).all()
    if not heads:
        return
    agreements = Agreements(w)
    agreements.know(head.Invoice.contract_code for head in heads)
    told = _invoiced(w, heads)
    _know_prices(agreements, heads, told)
    since = w.session.scalar(select(func.min(Contract.created_at)))
    made = [(head, _compared(w, agreements, head, told[head.Entry.id], since)) for head in heads]
    fresh = []
    for head, one in made:
        if one is None:
            continue
        values = _values(w, head, one, found)
        if head.fingerprint is None:
            ids = {"entry_id": head.Entry.id, "customer_id": head.Entry.customer_id}
            fresh.append({**ids, **values})
        else:
            _renew(w, head, values)
    _add(w, fresh)


def _heads() -> Select[Any]:
    columns: list[Any] = [Entry, Invoice, InvoiceCheck.fingerprint, InvoiceCheck.state]
    return (
        select(*columns)
        .join(Invoice, Invoice.entry_id == Entry.id)
        .outerjoin(InvoiceCheck, InvoiceCheck.entry_id == Entry.id)
        .where(_names_one())
        .order_by(Entry.id)
    )


def _know_prices(agreements: Agreements, heads: Sequence[Any], told: dict[int, Invoiced]) -> None:
    lists = {agreements.lists_on(head.Invoice.contract_code, head.Entry.dated_on) for head in heads}
    products = {line.product for each in told.values() for line in each.lines}
    if lists - {""}:
        agreements.know_prices(lists - {""}, products)


def _invoiced(r: Reader, heads: Sequence[Any]) -> dict[int, Invoiced]:
    """The invoices as posted: their lines, and the days on which they fell due at first."""
    ids = [head.Entry.id for head in heads]
    lines = _grouped(
        r.session.execute(
            select(InvoiceLine.entry_id, InvoiceLine)
            .where(InvoiceLine.entry_id.in_(ids))
            .order_by(InvoiceLine.entry_id, InvoiceLine.line)
        )
    )
    days = _grouped(
        (entry_id, (due_on if move is None else first, minor))
        for entry_id, move, first, due_on, minor in r.session.execute(_first_due(ids))
    )
    return {
        head.Entry.id: _as_invoiced(head, lines.get(head.Entry.id, []), days.get(head.Entry.id, []))
        for head in heads
    }


def _first_due(ids: Sequence[int]) -> Select[Any]:
    """The due days of invoices before anybody moved them by an approved change of terms."""
    first = (
        select(PartMove.entry_id, PartMove.part, func.min(PartMove.id).label("id"))
        .where(PartMove.entry_id.in_(ids))
        .group_by(PartMove.entry_id, PartMove.part)
        .subquery("first_move")
    )
    columns: list[Any] = [Part.entry_id, PartMove.id, PartMove.from_due_on, Part.due_on]
    columns.append(Part.amount_minor)
    rows: Select[Any] = select(*columns)
    return (
        rows.outerjoin(first, and_(first.c.entry_id == Part.entry_id, first.c.part == Part.part))
        .outerjoin(PartMove, PartMove.id == first.c.id)
        .where(Part.entry_id.in_(ids))
        .order_by(Part.entry_id, Part.part)
    )


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    return {key: [row[1] for row in some] for key, some in groupby(rows, key=lambda row: row[0])}


def _as_invoiced(head: Any, lines: Sequence[InvoiceLine], days: Sequence[Any]) -> Invoiced:
    entry: Entry = head.Entry
    said: Invoice = head.Invoice
    return Invoiced(
        dated_on=entry.dated_on,
        amount=Money(entry.amount_minor, entry.currency),
        own_terms=(said.terms_text or "") if said.terms_source in OWN else "",
        tax_minor=said.tax_minor or 0,
        shipped_on=said.shipped_on,
        delivered_on=said.delivered_on,
        accepted_on=said.accepted_on,
        received_on=said.received_on,
        due_on=tuple(day for day, _minor in days),
        due_minor=tuple(minor for _day, minor in days),
        lines=tuple(_line(each) for each in lines),
    )


def _line(row: InvoiceLine) -> InvoicedLine:
    return InvoicedLine(
        row.line,
        row.product_code or "",
        row.unit or "",
        row.quantity,
        row.unit_price,
        row.amount_minor,
        row.tax_minor or 0,
    )


@dataclass(frozen=True)
class Compared:
    """What a comparison gave, to be written down."""

    fingerprint: str
    contract_id: int | None
    differences: tuple[Difference, ...]


def _compared(
    w: Work, agreements: Agreements, head: Any, invoice: Invoiced, since: dt.datetime | None
) -> Compared | None:
    """The comparison of one invoice; None where nothing reads otherwise than the last time."""
    code = head.Invoice.contract_code
    contract = agreements.contracts.get(code)
    if contract is None and head.fingerprint is None and since and head.Entry.posted_at < since:
        return None  # from before contracts were kept here
    agreed = agreements.read(code, head.Entry.currency, head.Entry.dated_on)
    digest = check_digest(invoice, agreed, code)
    if digest == head.fingerprint:
        return None
    differences = tuple(_differences(w, head, contract, agreed, invoice))
    own = contract is not None and contract.customer_id == head.Entry.customer_id
    return Compared(digest, contract.id if contract is not None and own else None, differences)


def _differences(
    r: Reader, head: Any, contract: Contract | None, agreed: Agreed | None, invoice: Invoiced
) -> Iterator[Difference]:
    code = head.Invoice.contract_code
    if contract is None or agreed is None:
        yield Difference(CONTENT, "contract_unknown", code, "–")
    elif contract.customer_id != head.Entry.customer_id:
        yield Difference(CONTENT, "contract_of_another", code, "–")
    else:
        yield from compare_with_contract(invoice, agreed, r.calendar())


def _values(w: Work, head: Any, one: Compared, found: Checked) -> dict[str, Any]:
    """What is written down of a comparison, and counted; what is held only a person lets go."""
    state = "held" if one.differences or head.state in BLOCKED else "fits"
    found.held += state == "held"
    found.fits += state == "fits"
    return {
        "contract_id": one.contract_id,
        "fingerprint": one.fingerprint,
        "differences": as_text(one.differences),
        "state": state,
        "checked_at": w.now,
        "decided_by": None,
        "decided_at": None,
        "comment": "",
    }


def _add(w: Work, fresh: list[dict[str, Any]]) -> None:
    """Invoices that nobody has compared before; who was faster has done it."""
    if not fresh:
        return
    insert = sqlite.insert if w.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    adding = insert(InvoiceCheck.__table__).on_conflict_do_nothing(  # type: ignore[arg-type]
        index_elements=[InvoiceCheck.entry_id]
    )
    w.session.connection().execute(adding, fresh)


def _renew(w: Work, head: Any, values: dict[str, Any]) -> None:
    """An invoice that reads otherwise by now, as long as nobody was faster."""
    w.session.execute(
        update(InvoiceCheck)
        .where(InvoiceCheck.entry_id == head.Entry.id, InvoiceCheck.fingerprint == head.fingerprint)
        .values(values)
    )


def as_text(differences: Iterable[Difference]) -> str:
    """Differences as they are kept."""
    return json.dumps([asdict(each) for each in differences], ensure_ascii=False)


def as_differences(text: str) -> tuple[Difference, ...]:
    """Differences as they were kept."""
    return tuple(Difference(**each) for each in json.loads(text))
