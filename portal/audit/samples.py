"""The auditor's samples: drawn from everybody's balances as of a day, and seen by that auditor."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from portal.base.access import NotFound
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.sampling import Balance, Draw, Method, Pick, draw_sample
from portal.invoices.open_items import among, open_items
from portal.tables.audits import AuditAnswer, AuditItem, AuditPack, AuditSample
from portal.tables.customers import Contact, Customer
from portal.tables.invoices import Entry

#: More are not sent and followed up by hand; draw by stratum, or two samples.
MOST_ITEMS = 500


@dataclass(frozen=True)
class DrawSample:
    """What the auditor chose: of which day and currency, how, and who they are to customers."""

    title: str
    as_of: dt.date
    currency: str
    draw: Draw
    answer_by: dt.date
    auditor_name: str
    auditor_email: str


@dataclass(frozen=True)
class SampleRow:
    """A sample as the list shows it."""

    id: int
    ref: str
    title: str
    as_of: dt.date
    currency: str
    method: Method
    settings: Draw
    population_count: int
    population: Money
    population_sha256: str
    auditor_name: str
    auditor_email: str
    answer_by: dt.date
    created_at: dt.datetime
    items: int
    sent: int
    answered: int


def balances_on(r: Reader, as_of: dt.date, currency: str) -> list[tuple[int, str, str, int]]:
    """Every customer's balance at the end of a day that is not zero: id, code, name, amount."""
    rows = (
        select(Customer.id, Customer.code, Customer.name, func.sum(Entry.amount_minor))
        .join(Entry, Entry.customer_id == Customer.id)
        .where(Entry.memo == 0, Entry.dated_on <= as_of, Entry.currency == currency)
        .group_by(Customer.id, Customer.code, Customer.name)
        .having(func.sum(Entry.amount_minor) != 0)
        .order_by(Customer.code)
    )
    return [(row[0], row[1], row[2], int(row[3])) for row in r.session.execute(rows)]


def keep_sample(w: Work, c: DrawSample) -> int:
    """
    Draws a sample and keeps it with everything that draws it again; nobody is asked yet.

    `RuleBroken`: audit.day_to_come, audit.nothing_to_draw, sampling.….
    """
    w.require("audit.request")
    if c.as_of > w.today:
        raise RuleBroken("audit.day_to_come", field="as_of")
    known = balances_on(w, c.as_of, c.currency)
    if not known:
        raise RuleBroken("audit.nothing_to_draw", field="in_currency")
    picks = draw_sample([Balance(code, minor) for _, code, _, minor in known], c.draw)
    if not 1 <= len(picks) <= MOST_ITEMS:
        field = "amounts" if c.draw.method is Method.ABOVE else "size"
        raise RuleBroken("sampling.count", field=field, found=len(picks), most=MOST_ITEMS)
    sample = _sample(w, c, [(code, name, minor) for _, code, name, minor in known])
    w.session.add(sample)
    w.session.flush()
    ids = {code: customer_id for customer_id, code, _, _ in known}
    _keep_items(w, sample, picks, ids)
    w.audit(
        "audit.sample_drawn",
        f"audit_sample/{sample.id}",
        method=c.draw.method.value,
        items=len(picks),
        population_sha256=sample.population_sha256,
    )
    return sample.id


def _sample(w: Work, c: DrawSample, known: Sequence[tuple[str, str, int]]) -> AuditSample:
    assert w.actor.user_id is not None
    population = json.dumps(known, ensure_ascii=False, separators=(",", ":"))
    return AuditSample(
        user_id=w.actor.user_id,
        title=c.title,
        as_of=c.as_of,
        currency=c.currency,
        method=c.draw.method.value,
        settings=json.dumps(
            {
                "size": c.draw.size,
                "bounds_minor": list(c.draw.bounds_minor),
                "interval_minor": c.draw.interval_minor,
                "seed": c.draw.seed,
            },
            sort_keys=True,
        ),
        population=population,
        population_sha256=hashlib.sha256(population.encode()).hexdigest(),
        population_count=len(known),
        population_minor=sum(minor for _, _, minor in known),
        auditor_name=c.auditor_name,
        auditor_email=c.auditor_email,
        answer_by=c.answer_by,
        created_at=w.now,
    )


def _keep_items(w: Work, sample: AuditSample, picks: Iterable[Pick], ids: dict[str, int]) -> None:
    picks = list(picks)
    wanted = [ids[pick.key] for pick in picks]
    behind = _open_behind(w, sample, wanted)
    contacts = contacts_of(w, wanted)
    spoken = select(Customer.id, Customer.language).where(Customer.id.in_(wanted))
    languages = {row.id: row.language for row in w.session.execute(spoken)}
    for pick in picks:
        customer_id = ids[pick.key]
        to = next(iter(contacts.get(customer_id, [])), None)
        w.session.add(
            AuditItem(
                customer_id=customer_id,
                sample_id=sample.id,
                balance_minor=pick.minor,
                reason=json.dumps(
                    {"stratum": pick.stratum, "hits": pick.hits, "certain": pick.is_certain}
                ),
                open_items=json.dumps(behind.get(customer_id, []), ensure_ascii=False),
                form="positive",
                contact_name=to.name if to else "",
                contact_email=to.email if to else "",
                language=(to and to.language) or languages.get(customer_id) or w.company.language,
                note="",
            )
        )


def _open_behind(
    r: Reader, sample: AuditSample, customer_ids: Sequence[int]
) -> dict[int, list[dict[str, Any]]]:
    """The open items of these customers at the end of the sample's day."""
    items = open_items(sample.as_of, among(customer_ids))
    rows = r.session.execute(
        select(items, Entry.number, Entry.kind)
        .join(Entry, Entry.id == items.c.entry_id)
        .where(items.c.currency == sample.currency)
        .order_by(items.c.dated_on, Entry.number, items.c.part)
    )
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row.customer_id].append(
            {
                "document": row.number,
                "kind": Kind(row.kind).word,
                "part": row.part,
                "dated_on": str(row.dated_on),
                "due_on": str(row.due_on) if row.due_on else "",
                "open_minor": int(row.open),
            }
        )
    return found


def contacts_of(r: Reader, customer_ids: Sequence[int]) -> dict[int, list[Contact]]:
    """The contacts of these customers, those who get statements first."""
    rows = r.session.scalars(
        select(Contact)
        .where(Contact.customer_id.in_(customer_ids))
        .order_by(Contact.gets_statements.desc(), Contact.name, Contact.id)
    )
    found: defaultdict[int, list[Contact]] = defaultdict(list)
    for contact in rows:
        found[contact.customer_id].append(contact)
    return found


# ── Looking ──────────────────────────────────────────────────────────────────


def list_samples(r: Reader) -> list[SampleRow]:
    """The auditor's own samples, the newest first."""
    found = r.session.scalars(
        select(AuditSample)
        .where(AuditSample.user_id == r.actor.user_id)
        .order_by(AuditSample.id.desc())
    ).all()
    counts = _counts(r, [sample.id for sample in found])
    return [_row(r, sample, *counts.get(sample.id, (0, 0, 0))) for sample in found]


def get_sample(r: Reader, ref: str) -> tuple[SampleRow, AuditSample]:
    """One of the auditor's own samples; `NotFound` for everybody else, whoever they are."""
    sample = own_sample(r, r.id_of("as", ref))
    return _row(r, sample, *_counts(r, [sample.id]).get(sample.id, (0, 0, 0))), sample


def own_sample(r: Reader, sample_id: int) -> AuditSample:
    """The sample, if it is the actor's and the actor an auditor still."""
    sample = r.session.scalars(
        select(AuditSample).where(
            AuditSample.id == sample_id, AuditSample.user_id == r.actor.user_id
        )
    ).first()
    if sample is None or r.actor.staff_role != "auditor":
        raise NotFound("sample")
    return sample


def _counts(r: Reader, sample_ids: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    rows = r.session.execute(
        select(
            AuditItem.sample_id,
            func.count(),
            func.count(AuditItem.sent_at),
            func.count(AuditAnswer.id),
        )
        .outerjoin(AuditAnswer, AuditAnswer.item_id == AuditItem.id)
        .where(AuditItem.sample_id.in_(sample_ids))
        .group_by(AuditItem.sample_id)
    )
    return {sample_id: (items, sent, answered) for sample_id, items, sent, answered in rows}


def draw_of(sample: AuditSample) -> Draw:
    """The method and numbers that drew a sample."""
    kept = json.loads(sample.settings)
    return Draw(
        Method(sample.method),
        kept["size"],
        tuple(kept["bounds_minor"]),
        kept["interval_minor"],
        kept["seed"],
    )


def population_of(sample: AuditSample) -> list[tuple[str, str, int]]:
    """Code, name and balance of everybody whom a sample was drawn from."""
    return [(code, name, minor) for code, name, minor in json.loads(sample.population)]


def _row(r: Reader, sample: AuditSample, items: int, sent: int, answered: int) -> SampleRow:
    return SampleRow(
        id=sample.id,
        ref=r.refs.of("as", sample.id),
        title=sample.title,
        as_of=sample.as_of,
        currency=sample.currency,
        method=Method(sample.method),
        settings=draw_of(sample),
        population_count=sample.population_count,
        population=Money(sample.population_minor, sample.currency),
        population_sha256=sample.population_sha256,
        auditor_name=sample.auditor_name,
        auditor_email=sample.auditor_email,
        answer_by=sample.answer_by,
        created_at=sample.created_at,
        items=items,
        sent=sent,
        answered=answered,
    )


def newest_pack(r: Reader, sample_id: int) -> AuditPack | None:
    """The newest archive of a sample's evidence."""
    rows = select(AuditPack).where(AuditPack.sample_id == sample_id)
    return r.session.scalars(rows.order_by(AuditPack.id.desc()).limit(1)).first()
