"""What pages read of answers: who signed what, when, with which certificate; and who could."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.authority import withdraw_until
from portal.statements.names import behalf_words
from portal.tables.audits import SealStage
from portal.tables.journal import Event, Outbox
from portal.tables.people import User
from portal.tables.statements import Certificate, Confirmation, Statement


@dataclass(frozen=True)
class SignatureView:
    """One of the signatures of an answer."""

    ref: str
    #: Name and position, as they were typed.
    name: str
    at: dt.datetime
    on_behalf: str
    remark: str


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
    #: When its signer took it back; None while it stands.
    withdrawn_at: dt.datetime | None = None

    @property
    def signatures(self) -> list[SignatureView]:
        """Each signature, as the evidence has it: the first of two, then what completed it."""
        return [_signature(each) for each in signed_in(self.evidence)]

    @property
    def number(self) -> str:
        """The certificate's number."""
        return str(self.evidence["certificate_number"])

    @property
    def undo_until(self) -> dt.datetime:
        """The last moment at which a signer may take it back."""
        return withdraw_until(self.signed_at)


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
    withdrawn_at: dt.datetime | None


@dataclass(frozen=True)
class Step:
    """A step in the life of a statement."""

    kind: str
    at: dt.datetime
    who: str
    facts: dict[str, Any]


def signed_in(evidence: dict[str, Any]) -> list[dict[str, Any]]:
    """The evidence of each signature of an answer: of one, or of two in their order."""
    first = evidence.get("first_signature")
    return [*([first["evidence"]] if first else []), evidence]


def _signature(evidence: dict[str, Any]) -> SignatureView:
    signer = evidence["signer"]
    return SignatureView(
        ref=signer["ref"],
        name=", ".join(filter(None, (signer["typed_name"], signer["title"]))),
        at=dt.datetime.fromisoformat(evidence["at"]),
        on_behalf=behalf_words(signer["authority"]),
        remark=evidence["remark"],
    )


def list_confirmations(r: Reader, statement_id: int) -> list[ConfirmationView]:
    """Every answer a statement ever had that the reader may see: the newest first."""
    rows = r.session.scalars(
        visible_to(select(Confirmation), r.actor, Confirmation.customer_id)
        .where(Confirmation.statement_id == statement_id)
        .order_by(Confirmation.id.desc())
    )
    return [_view(row) for row in rows]


def _view(row: Confirmation) -> ConfirmationView:
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
        withdrawn_at=row.withdrawn_at,
    )


def find_confirmation(r: Reader, statement_id: int) -> ConfirmationView | None:
    """The answer that stands on a statement that the reader may see; None while it has none."""
    return standing_one(list_confirmations(r, statement_id))


def standing_one(found: list[ConfirmationView]) -> ConfirmationView | None:
    """The answer among these that was not withdrawn."""
    return next((each for each in found if each.withdrawn_at is None), None)


def certified(r: Reader, statement_id: int, code: str = "") -> ConfirmationView | None:
    """The answer with this certificate's code; without one what stands, else the last there was."""
    every = list_confirmations(r, statement_id)
    if code:
        return next((each for each in every if each.verify_code == code), None)
    return standing_one(every) or (every[0] if every else None)


def may_undo(r: Reader, confirmation: ConfirmationView) -> bool:
    """Whether the reader signed this and may still take it back."""
    me = r.refs.of("us", r.actor.user_id) if r.actor.user_id else ""
    is_signer = me in {each["signer"]["ref"] for each in signed_in(confirmation.evidence)}
    return is_signer and confirmation.withdrawn_at is None and r.now <= confirmation.undo_until


def receipts_of(r: Reader, confirmation: ConfirmationView) -> list[str]:
    """The addresses to which an answer's receipt went or goes, for who may see the answer."""
    return list(
        r.session.scalars(
            visible_to(select(Outbox.to_address), r.actor, Confirmation.customer_id)
            .join(Confirmation, Confirmation.customer_id == Outbox.customer_id)
            .where(
                Confirmation.id == confirmation.id,
                Outbox.kind == "confirmation",
                Outbox.key.startswith(f"confirmation/{confirmation.id}/", autoescape=True),
            )
            .order_by(Outbox.id)
        )
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
        withdrawn_at=confirmation.withdrawn_at,
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
    result = "withdrawn" if view.withdrawn_at else view.result
    plain = "_".join((company, customer, said["period"][1][:7], result))
    return (
        "".join(letter if letter.isalnum() or letter in "-_" else "" for letter in plain) + ".pdf"
    )
