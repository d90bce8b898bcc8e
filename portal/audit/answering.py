"""A customer's answer to the auditor: a code by mail, the answer kept with its evidence, sealed."""

from __future__ import annotations

import datetime as dt
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

import portal
from portal.audit.answer_sheet import answer_job
from portal.base.access import SYSTEM, NotFound
from portal.base.documents.archive import PDF
from portal.base.documents.check import read_seal
from portal.base.documents.fetching import Unanswered
from portal.base.documents.render import print_pdf
from portal.base.documents.seal import open_seal, seal_pdf
from portal.base.documents.sealing import authority_of
from portal.base.evidence import Surroundings, canonical_json, sha256_of_text
from portal.base.installation import Installation
from portal.base.mail import Recipient, queue_mail
from portal.base.storage import Storage, keep_file
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.people import throttles
from portal.people.commands.challenges import CODE_DIGITS, CODE_LIFE, CODES_A_QUARTER, TRIES_A_CODE
from portal.tables.audits import AuditAnswer, AuditAnswerSheet, AuditCode, AuditItem, AuditSample
from portal.tables.customers import Customer
from portal.tables.people import User

FORMAT = "accord-audit-answer/1"
PURPOSE = "audit code"
TASK = "audit_answer_sheet"
REASON = "Answer to an audit confirmation request"
#: Between the right code and the answer that it signs.
SIGNING = dt.timedelta(minutes=10)
LARGEST_FILE = 10 * 1024 * 1024


@dataclass(frozen=True)
class SendCode:
    """The recipient of a request wants to answer it."""

    item_id: int


@dataclass(frozen=True)
class TypeCode:
    """A code that somebody typed for a request."""

    item_id: int
    code: str


@dataclass(frozen=True)
class CodeOutcome:
    """The code that was right, or the broken rule to show; a try is never forgotten."""

    code_id: int = 0
    problem: RuleBroken | None = None


@dataclass(frozen=True)
class AnswerRequest:
    """What a customer answers: agree, or their own balance; signed by the code."""

    item_id: int
    code_id: int
    #: agreed | differs | stated (a blank request's)
    result: str
    own: Money | None
    remark: str
    typed_name: str
    position: str
    file_name: str
    file: bytes
    storage: Storage
    surroundings: Surroundings


def send_code(w: Work, c: SendCode) -> AuditCode:
    """
    Mails a fresh six-digit code to the recipient of a request; only the newest one counts.

    `RuleBroken`: code.sent_too_often, audit.already_answered.
    """
    item = _unanswered(w, c.item_id)
    recent = w.session.scalar(
        select(func.count()).where(
            AuditCode.item_id == item.id, AuditCode.created_at > w.now - throttles.QUARTER
        )
    )
    if (recent or 0) >= CODES_A_QUARTER:
        raise RuleBroken("code.sent_too_often", minutes=15)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    row = AuditCode(
        item_id=item.id,
        code_hash=_hash(w, item.id, code),
        sent_to=item.contact_email,
        created_at=w.now,
        expires_at=w.now + CODE_LIFE,
    )
    w.session.add(row)
    w.session.flush()
    payload = {
        "purpose": "audit.answer",
        "code": code,
        "minutes": int(CODE_LIFE.total_seconds()) // 60,
        "name": item.contact_name,
        "path": "",
        "expires_at": row.expires_at.isoformat(),
    }
    to = Recipient(item.contact_email, item.contact_name, item.language)
    queue_mail(w, f"audit-code/{row.id}", "code", to, payload, customer_id=item.customer_id)
    w.audit("audit.code_sent", f"audit_item/{item.id}", customer_id=item.customer_id)
    return row


def type_code(w: Work, c: TypeCode) -> CodeOutcome:
    """Counts the try and tells whether the code is right; always commits."""
    problem, code_id = _tried(w, c)
    if problem is None:
        return CodeOutcome(code_id)
    w.audit("audit.code_refused", f"audit_item/{c.item_id}", because=problem.code)
    return CodeOutcome(problem=problem)


def _tried(w: Work, c: TypeCode) -> tuple[RuleBroken | None, int]:
    if not throttles.count_try(w, throttles.CODES, f"audit/{c.item_id}"):
        minutes = throttles.CODES.minutes_left(w.now)
        return RuleBroken("code.too_many_tries", field="code", minutes=minutes), 0
    newest = select(AuditCode).where(AuditCode.item_id == c.item_id)
    row = w.session.scalars(newest.order_by(AuditCode.id.desc()).limit(1).with_for_update()).first()
    if row is None or row.answered_at is not None or row.expires_at <= w.now:
        return RuleBroken("code.expired", field="code"), 0
    row.tries += 1
    if row.tries > TRIES_A_CODE:
        return RuleBroken("code.expired", field="code"), 0
    if not hmac.compare_digest(row.code_hash, _hash(w, c.item_id, c.code.strip())):
        left = TRIES_A_CODE - row.tries
        code = "code.wrong" if left else "code.used_up"
        return RuleBroken(code, field="code", **({"left": left} if left else {})), 0
    row.answered_at = w.now
    throttles.forgive_try(w, throttles.CODES, f"audit/{c.item_id}")
    return None, row.id


def _hash(w: Work, item_id: int, code: str) -> str:
    return w.keys.seal(PURPOSE, item_id, code)


def check_answerable(w: Work, c: AnswerRequest) -> None:
    """What can be refused before the code is used up."""
    item = _unanswered(w, c.item_id)
    if (c.own is None) is not (c.result == "agreed") or (item.form == "blank") is not (
        c.result == "stated"
    ):
        raise RuleBroken("audit.bad_answer", field="own_balance")
    if len(c.file) > LARGEST_FILE:
        raise RuleBroken("audit.file_too_large", field="file", most=LARGEST_FILE // 1024 // 1024)


def answer_request(w: Work, c: AnswerRequest) -> int:
    """
    Keeps an answer for the auditor alone; the trail tells that there is one, and its hash.

    `RuleBroken`: audit.already_answered, audit.bad_answer, code.grant_used.
    """
    check_answerable(w, c)
    item = w.session.get_one(AuditItem, c.item_id)
    code = w.session.get(AuditCode, c.code_id)
    if (
        code is None
        or code.item_id != item.id
        or code.answered_at is None
        or code.answered_at + SIGNING < w.now
    ):
        raise RuleBroken("code.grant_used", field="code")
    sample = w.session.get_one(AuditSample, item.sample_id)
    file_sha256 = keep_file(w, c.storage, c.file, "application/octet-stream") if c.file else None
    evidence = canonical_json(_evidence(w, c, item, sample, code, file_sha256))
    answer = AuditAnswer(
        customer_id=item.customer_id,
        item_id=item.id,
        result=c.result,
        own_minor=c.own.minor if c.own else None,
        remark=c.remark,
        file_name=c.file_name if c.file else "",
        file_sha256=file_sha256,
        evidence=evidence,
        evidence_sha256=sha256_of_text(evidence),
        answered_at=w.now,
    )
    w.session.add(answer)
    w.session.flush()
    w.later(f"{TASK}/{answer.id}", TASK, {"answer_id": answer.id})
    _tell_auditor(w, sample, item)
    w.audit(
        "audit.answered",
        f"audit_item/{item.id}",
        customer_id=item.customer_id,
        evidence_sha256=answer.evidence_sha256,
    )
    return answer.id


def _unanswered(w: Work, item_id: int) -> AuditItem:
    item = w.session.get(AuditItem, item_id, with_for_update=True)
    if item is None or item.sent_at is None:
        raise NotFound("request")
    if w.session.scalar(select(AuditAnswer.id).where(AuditAnswer.item_id == item_id)) is not None:
        raise RuleBroken("audit.already_answered")
    return item


def _tell_auditor(w: Work, sample: AuditSample, item: AuditItem) -> None:
    """A mail without a word of the answer: mails are kept where staff could see them."""
    user = w.session.get_one(User, sample.user_id)
    customer = w.session.get_one(Customer, item.customer_id)
    payload = {
        "customer": customer.name,
        "title": sample.title,
        "path": f"/desk/audit/items/{w.refs.of('ai', item.id)}",
    }
    queue_mail(w, f"audit-answered/{item.id}", "audit_answered", user, payload)


def _evidence(
    w: Work,
    c: AnswerRequest,
    item: AuditItem,
    sample: AuditSample,
    code: AuditCode,
    file_sha256: str | None,
) -> dict[str, Any]:
    around = c.surroundings
    return {
        "format": FORMAT,
        "at": w.now.isoformat(),
        "zone": w.company.timezone,
        "request": _request(w, item, sample),
        **_parties(w, item, sample),
        "answer": {
            "result": c.result,
            "own_balance": c.own.major() if c.own else None,
            "remark": c.remark,
            "file": {"name": c.file_name, "sha256": file_sha256} if file_sha256 else None,
        },
        "signer": {
            "typed_name": c.typed_name,
            "position": c.position,
            "email": item.contact_email,
        },
        "code": _code(code),
        "context": {
            "address": around.address,
            "agent": around.agent,
            "language": around.language,
            "portal": portal.__version__,
        },
    }


def _request(w: Work, item: AuditItem, sample: AuditSample) -> dict[str, Any]:
    """What was asked; a blank request showed no balance."""
    is_blank = item.form == "blank"
    return {
        "ref": w.refs.of("ai", item.id),
        "sample": sample.title,
        "form": item.form,
        "as_of": str(sample.as_of),
        "currency": sample.currency,
        "balance_shown": None if is_blank else Money(item.balance_minor, sample.currency).major(),
        "open_items": None if is_blank else json.loads(item.open_items),
    }


def _parties(w: Work, item: AuditItem, sample: AuditSample) -> dict[str, Any]:
    customer = w.session.get_one(Customer, item.customer_id)
    return {
        "supplier": {"name": w.company.legal_name, "tax_id": w.company.tax_id},
        "customer": {
            "code": customer.code,
            "name": customer.legal_name or customer.name,
            "tax_id": customer.tax_id or "",
        },
        "auditor": {"name": sample.auditor_name, "email": sample.auditor_email},
    }


def _code(code: AuditCode) -> dict[str, Any]:
    assert code.answered_at is not None
    return {
        "sent_to": code.sent_to,
        "sent_at": code.created_at.isoformat(),
        "answered_at": code.answered_at.isoformat(),
        "tries": code.tries,
        "sha256": code.code_hash,
    }


# ── The sealed sheet ─────────────────────────────────────────────────────────


def answer_pdf(installation: Installation, answer_id: int) -> bytes:
    """The sealed PDF of an answer; made now where no worker has made it yet."""
    with installation.reading(SYSTEM) as r:
        kept = r.session.get(AuditAnswerSheet, answer_id)
        if kept is not None:
            return installation.storage.get(kept.file_sha256)
        answer = r.session.get_one(AuditAnswer, answer_id)
        seal = open_seal(installation.config, r.company.legal_name, r.now)
        at, evidence = r.now, answer.evidence
    printed = print_pdf(answer_job(evidence, seal.fingerprint))
    try:
        pdf = seal_pdf(printed, seal, REASON, at, authority_of(installation.config, 4))
    except Unanswered:
        pdf = seal_pdf(printed, seal, REASON, at)
    with installation.work(SYSTEM) as w:
        kept = w.session.get(AuditAnswerSheet, answer_id)
        if kept is None:
            found = read_seal(pdf)
            w.session.add(
                AuditAnswerSheet(
                    answer_id=answer_id,
                    file_sha256=keep_file(w, installation.storage, pdf, PDF),
                    level=found.level,
                    key_fingerprint=found.fingerprint,
                    sealed_at=w.now,
                )
            )
            w.audit("audit.answer_sealed", f"audit_answer/{answer_id}", level=found.level)
            return pdf
        return installation.storage.get(kept.file_sha256)


def make_sheet(installation: Installation, payload: dict[str, Any]) -> None:
    """The task that every answer leaves behind."""
    answer_pdf(installation, payload["answer_id"])


TASKS = {TASK: make_sheet}
