"""Cases that left the house: handed to an agency or a lawyer, with what they were given."""

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


class CollectionCase(Base):
    """A customer's debt with an agency or at law; what happens to it is told in its events."""

    __tablename__ = "collection_case"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("customer_id", "id"),
        CheckConstraint("kind in ('agency', 'legal')", name="known_kind"),
        CheckConstraint("state in ('proposed', 'open', 'closed', 'refused')", name="known_state"),
        CheckConstraint("(state = 'closed') = (closed_on is not null)", name="closed_says_when"),
        Index(
            "uq_collection_case_standing",
            "customer_id",
            "currency",
            "kind",
            unique=True,
            sqlite_where=text("state in ('proposed', 'open')"),
            postgresql_where=text("state in ('proposed', 'open')"),
        ),
        Index("ix_collection_case_state", "state", "id"),
        STRICT,
    )

    id: Mapped[Key]
    number: Mapped[Code]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    currency: Mapped[CurrencyCode]
    kind: Mapped[Code]
    state: Mapped[Code]
    #: preparing | demanded | filed | hearing | judgment | enforcement …, by its last event.
    stage: Mapped[Code]
    #: The agency, law firm or court, and how to reach it.
    partner: Mapped[Words] = mapped_column(default="", server_default="")
    partner_contact: Mapped[Words] = mapped_column(default="", server_default="")
    #: Their number of it.
    partner_number: Mapped[Words] = mapped_column(default="", server_default="")
    reason: Mapped[Words]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: The step of the ladder that asked for it.
    dunning_id: Mapped[int | None] = mapped_column(ForeignKey("dunning.id"))
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    opened_on: Mapped[Day]
    closed_on: Mapped[dt.date | None] = mapped_column(Date)
    #: paid | settled | withdrawn | uncollectable | judgment
    outcome: Mapped[Code] = mapped_column(default="", server_default="")
    row_version: Mapped[int] = mapped_column(BigId, default=1, server_default="1")


class CasePart(Base):
    """A due part that a case is about, with what was open of it when it was opened."""

    __tablename__ = "case_part"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "case_id"],
            ["collection_case.customer_id", "collection_case.id"],
            name="fk_case_part_case",
        ),
        ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_case_part_part",
        ),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        Index("ix_case_part_part", "customer_id", "entry_id", "part"),
        STRICT_WITHOUT_ROWID,
    )

    customer_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    part: Mapped[Small] = mapped_column(primary_key=True)
    amount_minor: Mapped[Minor]


class CaseEvent(Base):
    """A step in the life of a case: handed over, filed, heard, decided, enforced, paid, closed."""

    __tablename__ = "case_event"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        Index("ix_case_event_case_id", "case_id", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("collection_case.id"))
    on: Mapped[Day]
    kind: Mapped[Code]
    words: Mapped[Words]
    #: What it cost, or what it brought; in the case's currency.
    cost_minor: Mapped[Minor | None]
    next_on: Mapped[dt.date | None] = mapped_column(Date)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]
    idempotency_key: Mapped[Code]


class EvidencePack(Base):
    """Everything that proves a claim in one file, with a list of the hashes of what is in it."""

    __tablename__ = "evidence_pack"
    __table_args__ = (
        CheckConstraint("state in ('pending', 'ready', 'failed')", name="known_state"),
        CheckConstraint("(state = 'ready') = (file_sha256 is not null)", name="ready_has_its_file"),
        Index("ix_evidence_pack_case_id", "case_id", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("collection_case.id"))
    language: Mapped[Code]
    state: Mapped[Code]
    asked_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[Moment]
    made_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    file_sha256: Mapped[Code | None] = mapped_column(ForeignKey("stored_file.sha256"))
    manifest_sha256: Mapped[Code | None]
    #: JSON: how many of what are in it, and what could not be had.
    facts: Mapped[Words] = mapped_column(default="{}", server_default="{}")
    problem: Mapped[Words] = mapped_column(default="", server_default="")
