"""The evidence of a sample as one archive: made by a worker, with a manifest that is signed."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select, update

from portal.audit.answering import answer_pdf
from portal.audit.items import ItemView, LaterReceipt, later_receipts, list_items, settings_facts
from portal.audit.samples import own_sample, population_of
from portal.base.access import SYSTEM, Actor
from portal.base.documents.seal import Seal, open_seal, sign_bytes
from portal.base.installation import Installation
from portal.base.spreadsheets import guarded
from portal.base.storage import keep_file
from portal.base.work import Reader, Work, audit_entry
from portal.core.money import Money
from portal.people.recognising import actor_of
from portal.statements.certificate.sealed import certificate_pdf
from portal.tables.audits import AuditAnswer, AuditPack, AuditSample
from portal.tables.journal import Audit, Outbox
from portal.tables.statements import Confirmation, Statement

TASK = "audit_pack"
#: Confirmations and trail reach back so far from the sample's day.
BACK = dt.timedelta(days=366)
#: What a name of a file may not hold on any common system.
UNSAFE = str.maketrans(dict.fromkeys('\\/:*?"<>|\x00\r\n\t', "-"))
FIXED = (1980, 1, 1, 0, 0, 0)

README = """Evidence of an audit sample, written out by Accord.

sample.json             the sample: day, currency, method, numbers and seed, what it shows so far
population.csv          every balance that was chosen from, and which were chosen, why
requests/CODE.json      how each customer was asked: kind, address, each mail with its proof
answers/CODE/           each answer: answer.json (what was signed), answer.pdf (sealed), its file
other-evidence/CODE/    the auditor's note, and receipts after the day for what was open on it
certificates/CODE/      statements that the customer confirmed: certificate PDF and its evidence
audit.jsonl             what the audit trail says of this sample and its customers, with hashes
manifest.json           the SHA-256 of each file here
manifest.json.sig       a signature of manifest.json by the company's seal
seal.pem                the certificate of the seal, the same as at /verify/seal.pem

Is everything here as it was written out?

  openssl x509 -in seal.pem -pubkey -noout > seal.pub.pem
  openssl dgst -sha256 -verify seal.pub.pem -signature manifest.json.sig manifest.json
  sha256sum FILE                     and compare with manifest.json

Is a PDF unchanged since it was sealed?

  pdfsig FILE.pdf
  accord verify --document FILE.pdf --public-key seal.pem

Draw the sample again: order by chance is the order of SHA-256("SEED:CODE"); with monetary units the
balances above zero are added up in the order of their codes, and every interval-th unit is hit,
from 1 + (SHA-256("SEED:start") modulo the interval).
"""


@dataclass(frozen=True)
class OrderPack:
    """The auditor wants the evidence of a sample as it stands now."""

    sample_id: int
    language: str


def order_pack(w: Work, c: OrderPack) -> int:
    """Has the archive made by a worker; asking while one is made asks nothing more."""
    w.require("audit.request")
    sample = own_sample(w, c.sample_id)
    waiting = w.session.scalar(
        select(AuditPack.id).where(AuditPack.sample_id == sample.id, AuditPack.state == "pending")
    )
    if waiting is not None:
        return waiting
    pack = AuditPack(
        sample_id=sample.id,
        user_id=sample.user_id,
        language=c.language,
        state="pending",
        total=len(list_items(w, sample)),
        asked_at=w.now,
    )
    w.session.add(pack)
    w.session.flush()
    w.later(f"{TASK}/{pack.id}", TASK, {"pack_id": pack.id})
    w.audit("audit.pack_ordered", f"audit_sample/{sample.id}", pack=pack.id)
    return pack.id


@dataclass
class Box:
    """An archive that is being filled, and what its manifest will say."""

    out: io.BytesIO = field(default_factory=io.BytesIO)
    hashes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open the archive."""
        self._archive = zipfile.ZipFile(self.out, "w", zipfile.ZIP_DEFLATED)

    def put(self, name: str, content: bytes | str) -> None:
        """Adds a file; a fixed moment makes the same archive of the same files."""
        data = content.encode() if isinstance(content, str) else content
        self.hashes[name] = hashlib.sha256(data).hexdigest()
        self._archive.writestr(zipfile.ZipInfo(name, FIXED), data)

    def put_json(self, name: str, value: Any) -> None:
        """Adds a JSON file that people can read too."""
        self.put(name, json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n")

    def closed(self, seal: Seal) -> bytes:
        """The archive with its manifest, signed."""
        manifest = json.dumps({"files": self.hashes}, indent=2, sort_keys=True) + "\n"
        self.put("manifest.json", manifest)
        self.put("manifest.json.sig", sign_bytes(seal, manifest.encode()))
        self.put("seal.pem", seal.public_pem)
        self._archive.close()
        return self.out.getvalue()


def make_pack(installation: Installation, payload: dict[str, Any]) -> None:
    """The task: puts everything together, telling how far it is; anew where it was killed."""
    pack_id = payload["pack_id"]
    with installation.reading(SYSTEM) as r:
        pack = r.session.get_one(AuditPack, pack_id)
        if pack.state == "ready":
            return
        actor, sample_id = actor_of(r, pack.user_id), pack.sample_id
    box, items = Box(), _put_sample(installation, actor, sample_id)
    for name, content in items.files:
        box.put(name, content)
    for number, item in enumerate(items.rows, start=1):
        _put_item(installation, actor, item, items.sample, box)
        _tell(installation, pack_id, number)
    with installation.reading(SYSTEM) as r:
        seal = open_seal(installation.config, r.company.legal_name, r.now)
    body = box.closed(seal)
    with installation.work(SYSTEM) as w:
        digest = keep_file(w, installation.storage, body, "application/zip")
        done = w.session.get_one(AuditPack, pack_id, with_for_update=True)
        done.state, done.file_sha256, done.finished_at = "ready", digest, w.now
        done.done = done.total


def _tell(installation: Installation, pack_id: int, done: int) -> None:
    with installation.work(SYSTEM) as w:
        w.session.execute(update(AuditPack).where(AuditPack.id == pack_id).values(done=done))


@dataclass(frozen=True)
class SampleFiles:
    """The sample, its balances, and the files about it as a whole."""

    sample: AuditSample
    rows: list[ItemView]
    files: list[tuple[str, str]]


def _put_sample(installation: Installation, actor: Actor, sample_id: int) -> SampleFiles:
    with installation.reading(actor) as r:
        sample = own_sample(r, sample_id)
        rows = list_items(r, sample)
        r.session.expunge(sample)
        told = {
            "title": sample.title,
            "as_of": str(sample.as_of),
            "currency": sample.currency,
            **settings_facts(sample),
            "population": {
                "count": sample.population_count,
                "total": Money(sample.population_minor, sample.currency).major(),
                "sha256": sample.population_sha256,
            },
            "auditor": {"name": sample.auditor_name, "email": sample.auditor_email},
            "drawn_at": sample.created_at.isoformat(),
            "results": {item.code: item.state for item in rows},
        }
        text = json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        trail = "".join(_trail(r, sample, rows))
    return SampleFiles(
        sample,
        rows,
        [
            ("README.txt", README),
            ("sample.json", text),
            ("population.csv", population_csv(sample, rows)),
            ("audit.jsonl", trail),
        ],
    )


def population_csv(sample: AuditSample, rows: list[ItemView]) -> str:
    """Everybody's balance, and who was chosen: how often hit, of which stratum, for certain?"""
    chosen = {item.code: item for item in rows}
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\n")
    sheet.writerow(
        ("customer_id", "name", "currency", "balance", "chosen", "stratum", "hits", "certain")
    )
    for code, name, minor in population_of(sample):
        item, major = chosen.get(code), Money(minor, sample.currency).major()
        told = (item.stratum, item.hits, int(item.is_certain)) if item else ("", "", "")
        named = (guarded(code), guarded(name))
        sheet.writerow((*named, sample.currency, major, int(item is not None), *told))
    return out.getvalue()


def _trail(r: Reader, sample: AuditSample, rows: list[ItemView]) -> Iterator[str]:
    subjects = [f"audit_sample/{sample.id}", *(f"audit_item/{item.id}" for item in rows)]
    since = dt.datetime.combine(sample.as_of - BACK, dt.time(), dt.UTC)
    found = r.session.scalars(
        select(Audit)
        .where(
            or_(
                Audit.subject.in_(subjects),
                Audit.customer_id.in_([item.customer_id for item in rows]),
            ),
            Audit.at >= since,
        )
        .order_by(Audit.id)
    )
    for row in found:
        line = audit_entry(row) | {"prev_hash": row.prev_hash, "hash": row.hash}
        yield json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"


def _put_item(
    installation: Installation, actor: Actor, item: ItemView, sample: AuditSample, box: Box
) -> None:
    folder = item.code.translate(UNSAFE)
    with installation.reading(actor) as r:
        box.put_json(f"requests/{folder}.json", _request(r, item))
        answer = r.session.get(AuditAnswer, item.answer.id) if item.answer else None
        evidence = answer.evidence if answer else ""
        receipts = later_receipts(r, item, sample.as_of)
        confirmed = list(_confirmed(r, item, sample))
    if item.answer is not None:
        box.put(f"answers/{folder}/answer.json", evidence)
        box.put(f"answers/{folder}/answer.pdf", answer_pdf(installation, item.answer.id))
        if item.answer.file_sha256:
            attached = installation.storage.get(item.answer.file_sha256)
            box.put(f"answers/{folder}/file-{item.answer.file_name}", attached)
    if item.note:
        box.put(f"other-evidence/{folder}/note.txt", item.note + "\n")
    if receipts and item.answer is None:
        box.put(f"other-evidence/{folder}/later-receipts.csv", receipts_csv(receipts))
    for confirmation_id, number, text in confirmed:
        name = f"certificates/{folder}/{number.replace('/', '-')}"
        box.put(f"{name}.json", text)
        box.put(f"{name}.pdf", certificate_pdf(installation, confirmation_id))


def _request(r: Reader, item: ItemView) -> dict[str, Any]:
    mails = r.session.scalars(
        select(Outbox).where(Outbox.key.startswith(f"audit-request/{item.id}/")).order_by(Outbox.id)
    )
    return {
        "customer": item.code,
        "form": item.form,
        "balance": item.balance.major(),
        "currency": item.balance.currency,
        "recipient": {"name": item.contact_name, "email": item.contact_email},
        "state": item.state,
        "mails": [
            {
                "to": mail.to_address,
                "state": mail.state,
                "queued_at": mail.created_at.isoformat(),
                "sent_at": mail.sent_at.isoformat() if mail.sent_at else None,
                "message_id": mail.message_id,
                "body_sha256": mail.body_sha256,
                "problem": mail.problem,
            }
            for mail in mails
        ],
    }


def _confirmed(r: Reader, item: ItemView, sample: AuditSample) -> Iterator[tuple[int, str, str]]:
    rows = r.session.execute(
        select(Confirmation.id, Statement.number, Confirmation.evidence)
        .join(Statement, Statement.id == Confirmation.statement_id)
        .where(
            Confirmation.customer_id == item.customer_id,
            Statement.currency == sample.currency,
            Statement.period_to >= sample.as_of - BACK,
        )
        .order_by(Confirmation.id)
    )
    for confirmation_id, number, evidence in rows:
        yield confirmation_id, f"{number}-{confirmation_id}", evidence


def receipts_csv(receipts: list[LaterReceipt]) -> str:
    """What was paid after the day for what was open on it."""
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\n")
    sheet.writerow(("document", "receipt", "kind", "on", "amount", "currency"))
    for each in receipts:
        amount, named = each.amount, (guarded(each.document), guarded(each.receipt))
        sheet.writerow((*named, each.kind, each.on, amount.major(), amount.currency))
    return out.getvalue()


TASKS = {TASK: make_pack}
