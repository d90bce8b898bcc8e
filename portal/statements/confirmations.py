"""What pages read of answers: who signed what, when, with which certificate; and who could."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.tables.audits import SealStage
from portal.tables.journal import Event
from portal.tables.people import Membership, User
from portal.tables.statements import Certificate, Confirmation, Statement

SIGNATORY = "customer_signatory"


@dataclass(frozen=True)
class ConfirmationView:
    """An answer as its own customer sees it."""

    id: int
    statement_id: int
    result: str
    signer: str
    title: str
    signed_at: dt.datetime
    verify_code: str
    statement_sha256: str
    evidence: dict[str, Any]


@dataclass(frozen=True)
class PublicConfirmation:
    """An answer as anybody with its code sees it: parties masked, no sums, no names."""

    result: str
    supplier: str
    customer: str
    period_from: dt.date
    period_to: dt.date
    number: str
    version: int
    statement_sha256: str
    evidence_sha256: str
    signed_at: dt.datetime
    is_replaced: bool


@dataclass(frozen=True)
class Step:
    """A step in the life of a statement."""

    kind: str
    at: dt.datetime
    who: str
    facts: dict[str, Any]


def find_confirmation(r: Reader, statement_id: int) -> ConfirmationView | None:
    """The answer to a statement that the reader may see; None while it has none."""
    row = r.session.execute(
        visible_to(select(Confirmation), r.actor, Confirmation.customer_id).where(
            Confirmation.statement_id == statement_id
        )
    ).scalar_one_or_none()
    if row is None:
        return None
    evidence = json.loads(row.evidence)
    return ConfirmationView(
        id=row.id,
        statement_id=row.statement_id,
        result=row.result,
        signer=evidence["signer"]["typed_name"],
        title=evidence["signer"]["title"],
        signed_at=row.signed_at,
        verify_code=row.verify_code,
        statement_sha256=row.statement_sha256,
        evidence=evidence,
    )


def find_public_confirmation(r: Reader, code: str) -> PublicConfirmation | None:
    """The answer with this code, whoever asks: the code is the permission, and shows little."""
    found = r.session.execute(
        select(Confirmation, Statement.in_force, Statement.period_from, Statement.period_to)
        .join(Statement, Statement.id == Confirmation.statement_id)
        .where(Confirmation.verify_code == normal_code(code))
    ).first()
    if found is None:
        return None
    confirmation: Confirmation = found[0]
    evidence = json.loads(confirmation.evidence)
    return PublicConfirmation(
        result=confirmation.result,
        supplier=evidence["supplier"]["name"],
        customer=masked_name(evidence["customer"]["name"]),
        period_from=found.period_from,
        period_to=found.period_to,
        number=evidence["statement"]["number"],
        version=evidence["statement"]["version"],
        statement_sha256=confirmation.statement_sha256,
        evidence_sha256=confirmation.evidence_sha256,
        signed_at=confirmation.signed_at,
        is_replaced=not found.in_force,
    )


def find_by_file(r: Reader, file_sha256: str) -> str | None:
    """The code of the certificate that is these bytes, now or before it was stamped again."""
    staged = select(SealStage.confirmation_id).where(SealStage.file_sha256 == file_sha256)
    made = select(Certificate.confirmation_id).where(Certificate.file_sha256 == file_sha256)
    return r.session.scalar(
        select(Confirmation.verify_code).where(
            or_(Confirmation.id.in_(made), Confirmation.id.in_(staged))
        )
    )


def find_seal_level(r: Reader, evidence_sha256: str) -> str:
    """How far the seal of an answer's certificate has come by now; empty while there is none."""
    rows = (
        select(SealStage.level, SealStage.token_serial)
        .join(Confirmation, Confirmation.id == SealStage.confirmation_id)
        .where(Confirmation.evidence_sha256 == evidence_sha256)
        .order_by(SealStage.nth.desc())
    )
    found = r.session.execute(rows.limit(1)).first()
    if found is None:
        return ""
    return f"PAdES {found.level}" + (f" · {found.token_serial}" if found.token_serial else "")


def seal_fingerprints(r: Reader) -> set[str]:
    """Every key that ever sealed a certificate here."""
    return set(r.session.scalars(select(Certificate.key_fingerprint).distinct()))


def normal_code(code: str) -> str:
    """
    A code as it was printed, however it was typed.

    >>> normal_code(" 7q2m0k9xd4tfwa8n ")
    '7Q2M-0K9X-D4TF-WA8N'
    """
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))


def masked_name(name: str) -> str:
    """
    A name that who knows it recognises, and nobody else learns.

    >>> masked_name("Huadong Trading Co., Ltd."), masked_name("上海垟头贸易有限公司")
    ('H…… T…… C…… L……', '上……司')
    """
    words = name.split()
    if len(words) > 1:
        return " ".join(f"{word[0]}……" for word in words)
    return f"{name[:1]}……{name[-1:]}"


def signatory_names(r: Reader, customer_id: int) -> list[str]:
    """Who can sign for a customer that the reader may see, by name."""
    return list(
        r.session.scalars(
            visible_to(select(User.name), r.actor, Membership.customer_id)
            .join(Membership, Membership.user_id == User.id)
            .where(
                Membership.customer_id == customer_id,
                Membership.role == SIGNATORY,
                Membership.suspended_at.is_(None),
                User.disabled_at.is_(None),
            )
            .order_by(User.name, User.id)
        )
    )


def life_of(r: Reader, statement_id: int) -> list[Step]:
    """What happened to a statement that the reader may see, the newest first."""
    rows = r.session.execute(
        visible_to(select(Event.kind, Event.at, User.name, Event.facts), r.actor, Event.customer_id)
        .outerjoin(User, User.id == Event.user_id)
        .where(Event.subject_kind == "statement", Event.subject_id == statement_id)
        .order_by(Event.id.desc())
    )
    return [Step(kind, at, name or "", json.loads(facts)) for kind, at, name, facts in rows]


def certificate_name(view: ConfirmationView, company: str) -> str:
    """The file name of a certificate: the same for the same answer, wherever it is saved."""
    said = view.evidence["statement"]
    customer = view.evidence["customer"]["name"].split()[0]
    plain = "_".join((company, customer, said["period"][1][:7], view.result))
    return (
        "".join(letter if letter.isalnum() or letter in "-_" else "" for letter in plain) + ".pdf"
    )
