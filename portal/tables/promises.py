"""Promises to pay, instalment plans with their offers and signatures, and announced payments."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, STRICT_WITHOUT_ROWID, Base
from portal.tables.types import (
    BigId,
    Code,
    CurrencyCode,
    Day,
    Key,
    Minor,
    Moment,
    Small,
    UtcMoment,
    Words,
)


class Promise(Base):
    """That a customer will pay an amount by a day; whether it was kept is never stored."""

    __tablename__ = "promise"
    __table_args__ = (
        UniqueConstraint("customer_id", "id"),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        CheckConstraint("ended_on is null or ended_as <> ''", name="ended_says_why"),
        CheckConstraint("made_on <= promised_on", name="made_before_promised"),
        Index("ix_promise_customer_id_promised_on", "customer_id", "promised_on"),
        Index("ix_promise_promised_on", "promised_on"),
        Index(
            "uq_promise_code",
            "code",
            unique=True,
            sqlite_where=text("code is not null"),
            postgresql_where=text("code is not null"),
        ),
        Index(
            "uq_promise_idempotency_key",
            "idempotency_key",
            unique=True,
            sqlite_where=text("idempotency_key is not null"),
            postgresql_where=text("idempotency_key is not null"),
        ),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    currency: Mapped[CurrencyCode]
    #: The key of promises.csv; null: it was made here.
    code: Mapped[Code | None]
    promised_on: Mapped[Day]
    #: The business day on which it was made: from that day on it counts.
    made_on: Mapped[Day]
    made_at: Mapped[Moment]
    amount_minor: Mapped[Minor]
    #: A promise reason (core.promise.Reason): short of cash, unwilling, dispute, lost contact …
    reason: Mapped[Code]
    note: Mapped[Words]
    method: Mapped[Code]
    #: portal | statement | phone | import | extension | plan
    way: Mapped[Code]
    #: Who recorded it; null: a file.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: Who gave it on the phone.
    given_by: Mapped[Words] = mapped_column(default="", server_default="")
    #: The last day that the rule allowed when it was made; null: the rule did not bind it.
    latest_on: Mapped[dt.date | None] = mapped_column(Date)
    #: The approval that let it go beyond the rule.
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))
    #: The plan and its instalment, where it is one of these.
    plan_id: Mapped[int | None] = mapped_column(BigId)
    #: JSON, as EVIDENCE 3 asks; its hash; both fixed when it was made.
    evidence: Mapped[Words]
    evidence_sha256: Mapped[Code]
    #: One key, one promise, however often the page is sent; null: a file, or an approval.
    idempotency_key: Mapped[Code | None]
    #: It no longer counts from this day: withdrawn | replaced.
    ended_on: Mapped[dt.date | None] = mapped_column(Date)
    ended_as: Mapped[Code] = mapped_column(default="", server_default="")
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("promise.id"))


class PromisedPart(Base):
    """What of a due part a promise covers, and what payments had covered of it by then."""

    __tablename__ = "promised_part"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "promise_id"],
            ["promise.customer_id", "promise.id"],
            name="fk_promised_part_promise",
        ),
        ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_promised_part_part",
        ),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        CheckConstraint("paid_minor >= 0", name="paid_not_negative"),
        Index("ix_promised_part_entry_id", "customer_id", "entry_id", "part"),
        STRICT_WITHOUT_ROWID,
    )

    customer_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    promise_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    part: Mapped[Small] = mapped_column(primary_key=True)
    amount_minor: Mapped[Minor]
    #: Money that was on the part already: it keeps no promise that was made after it.
    paid_minor: Mapped[Minor] = mapped_column(default=0, server_default="0")


class Extension(Base):
    """A promise beyond the rule as it was asked for; approved, it becomes a promise."""

    __tablename__ = "extension"
    __table_args__ = (
        UniqueConstraint("customer_id", "id"),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        UniqueConstraint("idempotency_key"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    currency: Mapped[CurrencyCode]
    promised_on: Mapped[Day]
    amount_minor: Mapped[Minor]
    #: JSON: [[entry id, part, minor], …].
    items: Mapped[Words]
    reason: Mapped[Code]
    note: Mapped[Words]
    method: Mapped[Code]
    given_by: Mapped[Words] = mapped_column(default="", server_default="")
    #: The last day by the rule when it was asked for; null: the rule allowed none.
    latest_on: Mapped[dt.date | None] = mapped_column(Date)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: JSON, as EVIDENCE 3 asks, and its hash.
    evidence: Mapped[Words]
    evidence_sha256: Mapped[Code]
    idempotency_key: Mapped[Code]
    asked_at: Mapped[Moment]


class Plan(Base):
    """An instalment plan over some due parts; its offers go to and fro until both sign one."""

    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint("customer_id", "id"),
        CheckConstraint("total_minor > 0", name="total_above_zero"),
        CheckConstraint(
            "state in ('draft', 'with_supplier', 'countered', 'approved', 'agreed', 'refused',"
            " 'withdrawn', 'ended')",
            name="known_state",
        ),
        Index("ix_plan_customer_id_state", "customer_id", "state"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    currency: Mapped[CurrencyCode]
    total_minor: Mapped[Minor]
    #: Where the talk is; what became of an agreed plan follows from payments and is not stored.
    state: Mapped[Code]
    #: The offer that both signed.
    agreed_offer_id: Mapped[int | None] = mapped_column(BigId)
    agreed_on: Mapped[dt.date | None] = mapped_column(Date)
    ended_on: Mapped[dt.date | None] = mapped_column(Date)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[Moment]
    row_version: Mapped[int] = mapped_column(default=0, server_default="0")


class PlannedPart(Base):
    """What of a due part a plan covers."""

    __tablename__ = "planned_part"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "plan_id"],
            ["plan.customer_id", "plan.id"],
            name="fk_planned_part_plan",
        ),
        ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_planned_part_part",
        ),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        CheckConstraint("open_minor >= amount_minor", name="within_what_was_open"),
        Index("ix_planned_part_entry_id", "customer_id", "entry_id", "part"),
        STRICT_WITHOUT_ROWID,
    )

    customer_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    part: Mapped[Small] = mapped_column(primary_key=True)
    amount_minor: Mapped[Minor]
    #: What was open of it when this was offered or agreed: what came before pays no instalment.
    open_minor: Mapped[Minor]


class PlanOffer(Base):
    """A schedule that one side offered; never changed, a counter-offer is the next one."""

    __tablename__ = "plan_offer"
    __table_args__ = (
        UniqueConstraint("plan_id", "nth"),
        ForeignKeyConstraint(
            ["customer_id", "plan_id"],
            ["plan.customer_id", "plan.id"],
            name="fk_plan_offer_plan",
        ),
        CheckConstraint("side in ('customer', 'house')", name="known_side"),
        CheckConstraint("interest_bp >= 0", name="interest_not_negative"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    plan_id: Mapped[int] = mapped_column(BigId)
    nth: Mapped[int]
    side: Mapped[Code]
    #: Interest a year in basis points; penalty interest on what is late likewise.
    interest_bp: Mapped[int] = mapped_column(default=0, server_default="0")
    penalty_bp: Mapped[int] = mapped_column(default=0, server_default="0")
    reason: Mapped[Code]
    note: Mapped[Words]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]


class Instalment(Base):
    """One payment of an offered schedule."""

    __tablename__ = "instalment"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        CheckConstraint("interest_minor >= 0", name="interest_not_negative"),
        STRICT_WITHOUT_ROWID,
    )

    offer_id: Mapped[int] = mapped_column(ForeignKey("plan_offer.id"), primary_key=True)
    nth: Mapped[int] = mapped_column(primary_key=True)
    due_on: Mapped[Day]
    #: Of the debt; interest comes on top.
    amount_minor: Mapped[Minor]
    interest_minor: Mapped[Minor] = mapped_column(default=0, server_default="0")


class PlanSignature(Base):
    """That one side signed an offer, with what proves it; never changed."""

    __tablename__ = "plan_signature"
    __table_args__ = (
        UniqueConstraint("offer_id", "side"),
        ForeignKeyConstraint(
            ["customer_id", "plan_id"],
            ["plan.customer_id", "plan.id"],
            name="fk_plan_signature_plan",
        ),
        CheckConstraint("side in ('customer', 'house')", name="known_side"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    plan_id: Mapped[int] = mapped_column(BigId)
    offer_id: Mapped[int] = mapped_column(ForeignKey("plan_offer.id"))
    side: Mapped[Code]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: JSON, as EVIDENCE 3 asks, and its hash.
    evidence: Mapped[Words]
    evidence_sha256: Mapped[Code]
    at: Mapped[Moment]


class SealedLetter(Base):
    """The sealed PDF of a promise or a signed plan, made once from its evidence."""

    __tablename__ = "sealed_letter"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id"),
        CheckConstraint("kind in ('promise', 'plan')", name="known_kind"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    kind: Mapped[Code]
    subject_id: Mapped[int] = mapped_column(BigId)
    file_sha256: Mapped[Code] = mapped_column(ForeignKey("stored_file.sha256"))
    level: Mapped[Code]
    key_fingerprint: Mapped[Code]
    sealed_at: Mapped[Moment]


class RemittanceAdvice(Base):
    """That a customer has paid or is about to, and which documents it is for."""

    __tablename__ = "remittance_advice"
    __table_args__ = (
        UniqueConstraint("customer_id", "id"),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        CheckConstraint("(ended_at is null) = (ended_as = '')", name="ended_says_why"),
        UniqueConstraint("idempotency_key"),
        Index("ix_remittance_advice_customer_id", "customer_id", "pay_on"),
        # The few that wait are looked for on the desk's first page, whoever's they are.
        Index(
            "ix_remittance_advice_open",
            "customer_id",
            sqlite_where=text("ended_at is null"),
            postgresql_where=text("ended_at is null"),
        ),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    currency: Mapped[CurrencyCode]
    amount_minor: Mapped[Minor]
    pay_on: Mapped[Day]
    method: Mapped[Code]
    #: What the bank's slip will say.
    reference: Mapped[Words]
    note: Mapped[Words]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]
    #: One announcement, however often its form was sent.
    idempotency_key: Mapped[Code]
    #: The payment that came; null: none yet.
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    #: received | withdrawn
    ended_as: Mapped[Code] = mapped_column(default="", server_default="")
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class RemittanceLine(Base):
    """What of a document an announced payment is for."""

    __tablename__ = "remittance_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "advice_id"],
            ["remittance_advice.customer_id", "remittance_advice.id"],
            name="fk_remittance_line_advice",
        ),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        STRICT_WITHOUT_ROWID,
    )

    customer_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    advice_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    part: Mapped[Small] = mapped_column(primary_key=True)
    amount_minor: Mapped[Minor]
