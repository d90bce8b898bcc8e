"""The balances of a sample: how each was asked, what came of it, and what it says of the whole."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.audit.samples import draw_of, own_sample, population_of
from portal.base.access import NotFound
from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.sampling import Balance, Pick, Projection, project
from portal.tables.audits import AuditAnswer, AuditItem, AuditSample
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.payments import Allocation


@dataclass(frozen=True)
class OpenDocument:
    """A document that was open on the sample's day, and what was paid on it since."""

    document: str
    kind: str
    dated_on: dt.date
    due_on: dt.date | None
    open: Money


@dataclass(frozen=True)
class LaterReceipt:
    """Money that came after the sample's day for a document that was open on it."""

    document: str
    receipt: str
    kind: str
    on: dt.date
    amount: Money


@dataclass(frozen=True)
class AnswerView:
    """What a customer answered the auditor."""

    id: int
    result: str
    own: Money | None
    remark: str
    signer: str
    position: str
    email: str
    file_name: str
    file_sha256: str
    evidence_sha256: str
    answered_at: dt.datetime


@dataclass(frozen=True)
class ItemView:
    """A balance of a sample with everything that the auditor knows of it."""

    id: int
    ref: str
    customer_id: int
    customer_ref: str
    code: str
    name: str
    balance: Money
    stratum: int
    hits: int
    is_certain: bool
    form: str
    contact_name: str
    contact_email: str
    language: str
    sent_at: dt.datetime | None
    mailed: int
    mailed_at: dt.datetime | None
    note: str
    noted_at: dt.datetime | None
    open_items: tuple[OpenDocument, ...]
    answer: AnswerView | None

    @property
    def state(self) -> str:
        """What is so: chosen, waiting, agreed, differs, silent (a negative one without reply)."""
        if self.answer is not None:
            return "agreed" if self.difference == 0 else "differs"
        if self.sent_at is None:
            return "noted" if self.note else "chosen"
        if self.note:
            return "noted"
        return "silent" if self.form == "negative" else "waiting"

    @property
    def difference(self) -> int | None:
        """Ours minus theirs, where they said what theirs is."""
        if self.answer is None:
            return None
        if self.answer.result == "agreed":
            return 0
        return None if self.answer.own is None else self.balance.minor - self.answer.own.minor

    @property
    def unapplied(self) -> Money:
        """What of the balance is no open item: money and credits that are on account."""
        open_minor = sum(each.open.minor for each in self.open_items)
        return Money(self.balance.minor - open_minor, self.balance.currency)


@dataclass(frozen=True)
class Summary:
    """What the sample shows so far, in the sample's currency."""

    projection: Projection
    agreed: int
    differing: tuple[ItemView, ...]
    #: Positive and blank requests without an answer, and without other evidence.
    unanswered: tuple[ItemView, ...]
    #: Negative requests without a reply: no evidence from that, and no agreement either.
    silent: int
    noted: int


def list_items(r: Reader, sample: AuditSample) -> list[ItemView]:
    """The balances of the auditor's own sample, by code."""
    rows = r.session.execute(
        select(AuditItem, AuditAnswer, Customer.code, Customer.name)
        .join(Customer, Customer.id == AuditItem.customer_id)
        .outerjoin(AuditAnswer, AuditAnswer.item_id == AuditItem.id)
        .where(AuditItem.sample_id == sample.id)
        .order_by(Customer.code)
    )
    return [_view(r, sample, *row) for row in rows]


def get_item(r: Reader, ref: str) -> tuple[ItemView, AuditSample]:
    """One balance of one of the auditor's own samples; `NotFound` for everybody else."""
    item = r.session.get(AuditItem, r.id_of("ai", ref))
    if item is None:
        raise NotFound(ref)
    sample = own_sample(r, item.sample_id)
    for view in list_items(r, sample):
        if view.id == item.id:
            return view, sample
    raise NotFound(ref)


def _view(
    r: Reader, sample: AuditSample, item: AuditItem, answer: AuditAnswer | None, *named: str
) -> ItemView:
    reason = json.loads(item.reason)
    return ItemView(
        id=item.id,
        ref=r.refs.of("ai", item.id),
        customer_id=item.customer_id,
        customer_ref=r.refs.of("cu", item.customer_id),
        code=named[0],
        name=named[1],
        balance=Money(item.balance_minor, sample.currency),
        stratum=reason["stratum"],
        hits=reason["hits"],
        is_certain=reason["certain"],
        form=item.form,
        contact_name=item.contact_name,
        contact_email=item.contact_email,
        language=item.language,
        sent_at=item.sent_at,
        mailed=item.mailed,
        mailed_at=item.mailed_at,
        note=item.note,
        noted_at=item.noted_at,
        open_items=tuple(open_documents(item.open_items, sample.currency)),
        answer=answer_view(answer, sample.currency) if answer else None,
    )


def open_documents(text: str, currency: str) -> Iterable[OpenDocument]:
    """The open items as they were kept with the balance."""
    for each in json.loads(text):
        yield OpenDocument(
            each["document"],
            each["kind"],
            dt.date.fromisoformat(each["dated_on"]),
            dt.date.fromisoformat(each["due_on"]) if each["due_on"] else None,
            Money(each["open_minor"], currency),
        )


def answer_view(answer: AuditAnswer, currency: str) -> AnswerView:
    """An answer, with who signed it as its evidence tells."""
    signer = json.loads(answer.evidence)["signer"]
    return AnswerView(
        id=answer.id,
        result=answer.result,
        own=None if answer.own_minor is None else Money(answer.own_minor, currency),
        remark=answer.remark,
        signer=signer["typed_name"],
        position=signer["position"],
        email=signer["email"],
        file_name=answer.file_name,
        file_sha256=answer.file_sha256 or "",
        evidence_sha256=answer.evidence_sha256,
        answered_at=answer.answered_at,
    )


def later_receipts(r: Reader, item: ItemView, as_of: dt.date) -> list[LaterReceipt]:
    """
    What was paid or credited after the day for documents that were open on it, the earliest first.

    The alternative procedure of ISA 505: a debt that was paid was there.
    """
    numbers = [each.document for each in item.open_items]
    about, paid = Entry.__table__.alias("about"), Entry.__table__.alias("paid")
    rows = r.session.execute(
        select(
            about.c.number,
            paid.c.number,
            paid.c.kind,
            Allocation.effective_on,
            Allocation.amount_minor,
        )
        .join(about, about.c.id == Allocation.entry_id)
        .join(paid, paid.c.id == Allocation.credit_id)
        .where(
            Allocation.customer_id == item.customer_id,
            Allocation.currency == item.balance.currency,
            Allocation.effective_on > as_of,
            Allocation.ended_on.is_(None),
            Allocation.memo == 0,
            about.c.number.in_(numbers),
        )
        .order_by(Allocation.effective_on, paid.c.number, about.c.number)
    )
    return [
        LaterReceipt(number, receipt, Kind(kind).word, on, Money(minor, item.balance.currency))
        for number, receipt, kind, on, minor in rows
    ]


def summary_of(sample: AuditSample, items: Sequence[ItemView]) -> Summary:
    """What the answers so far say, and project."""
    picks = [
        Pick(item.code, item.balance.minor, item.stratum, item.hits, item.is_certain)
        for item in items
    ]
    population = [Balance(code, minor) for code, _, minor in population_of(sample)]
    found = {item.code: item.difference for item in items if item.difference}
    return Summary(
        projection=project(population, draw_of(sample), picks, found),
        agreed=sum(item.state == "agreed" for item in items),
        differing=tuple(item for item in items if item.state == "differs"),
        unanswered=tuple(item for item in items if item.state == "waiting"),
        silent=sum(item.state == "silent" for item in items),
        noted=sum(item.state == "noted" for item in items),
    )


def settings_facts(sample: AuditSample) -> dict[str, Any]:
    """Method and numbers as the evidence tells them."""
    return {"method": sample.method, **json.loads(sample.settings)}
