"""Customers promise, plan and dispute; a second person approves what goes beyond the rule."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CodeText = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CurrencyCode = sa.CHAR(length=3).with_variant(sa.CHAR(length=3, collation="C"), "postgresql")

TABLES = (
    "approval",
    "calendar_feed",
    "extension",
    "plan",
    "sealed_letter",
    "stand_in",
    "task",
    "text_choice",
    "plan_offer",
    "promise",
    "remittance_advice",
    "instalment",
    "plan_signature",
    "planned_part",
    "promised_part",
    "remittance_line",
    "dispute",
    "dispute_message",
    "dispute_note",
    "dispute_decision",
    "credit_request",
    "attachment",
    "disputed_part",
)
#: Whose rows are never changed nor deleted.
APPEND_ONLY = (
    "dispute_message",
    "dispute_note",
    "dispute_decision",
    "attachment",
    "extension",
    "plan_offer",
    "instalment",
    "plan_signature",
    "remittance_line",
    "sealed_letter",
)
#: Table → the columns that stay as they were written.
FROZEN = {
    "approval": "id, customer_id, kind, subject, currency, amount_minor, before, after, fingerprint, reason, proposer_id, asked_at",
    "remittance_advice": "id, customer_id, currency, amount_minor, pay_on, method, reference, note, user_id, at, idempotency_key",
    "promise": "id, customer_id, currency, code, promised_on, made_on, made_at, amount_minor, reason, note, method, way, user_id, given_by, latest_on, approval_id, plan_id, evidence, evidence_sha256, idempotency_key",
}
#: The marks as they were kept before: one a part.
MARK_COLUMNS = "customer_id, entry_id, part, from_on, ended_on, amount_minor"


def upgrade() -> None:
    _create_approvals()
    _create_channels()
    _create_promises()
    op.execute(f"create table kept_mark as select {MARK_COLUMNS}, id from dispute")
    op.drop_table("dispute")
    _create_disputes()
    _create_marks()
    op.execute(
        f"insert into disputed_part ({MARK_COLUMNS}) select {MARK_COLUMNS} from kept_mark order by id"
    )
    op.drop_table("kept_mark")
    for table in APPEND_ONLY:
        _guard(table)
    for table, columns in FROZEN.items():
        _freeze(table, columns)


def _create_approvals() -> None:
    op.create_table(
        "approval",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("subject", CodeText, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("fingerprint", CodeText, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposer_id", BigId, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("decided_by", BigId, nullable=True),
        sa.Column("decided_for", BigId, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at is null)", name=op.f("ck_approval_decided_says_when")
        ),
        sa.CheckConstraint(
            "state in ('waiting', 'approved', 'refused', 'overtaken', 'withdrawn')",
            name=op.f("ck_approval_known_state"),
        ),
        sa.CheckConstraint(
            "decided_by is null or proposer_id is null or decided_by <> proposer_id",
            name=op.f("ck_approval_nobody_approves_their_own"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_approval_customer_id")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["user.id"], name=op.f("fk_approval_decided_by")),
        sa.ForeignKeyConstraint(["decided_for"], ["user.id"], name=op.f("fk_approval_decided_for")),
        sa.ForeignKeyConstraint(["proposer_id"], ["user.id"], name=op.f("fk_approval_proposer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("customer_id", "id", name=op.f("uq_approval_customer_id_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_approval_customer_id", "approval", ["customer_id", "id"])
    op.create_index("ix_approval_state", "approval", ["state", "id"])
    op.create_index(
        "uq_approval_waiting",
        "approval",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "stand_in",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("stand_in_id", BigId, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("set_by", BigId, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_stand_in_from_before_until")),
        sa.CheckConstraint("user_id <> stand_in_id", name=op.f("ck_stand_in_is_another_person")),
        sa.ForeignKeyConstraint(["set_by"], ["user.id"], name=op.f("fk_stand_in_set_by")),
        sa.ForeignKeyConstraint(["stand_in_id"], ["user.id"], name=op.f("fk_stand_in_stand_in_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_stand_in_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in")),
        sqlite_strict=True,
    )
    op.create_index("ix_stand_in_stand_in_id", "stand_in", ["stand_in_id"])
    op.create_table(
        "task",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("subject", CodeText, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", BigId, nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", BigId, nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_task_customer_id")),
        sa.ForeignKeyConstraint(["done_by"], ["user.id"], name=op.f("fk_task_done_by")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_task_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_task_kind_subject")),
        sqlite_strict=True,
    )
    op.create_index("ix_task_customer_id", "task", ["customer_id", "id"])
    op.create_index("ix_task_done_at", "task", ["done_at", "due_on"])


def _create_channels() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("with_invoices", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_calendar_feed_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_calendar_feed_standing",
        "calendar_feed",
        ["user_id"],
        unique=True,
        sqlite_where=sa.text("revoked_at is null"),
        postgresql_where=sa.text("revoked_at is null"),
    )
    op.create_table(
        "text_choice",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("event", CodeText, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_text_choice_user_id")),
        sa.PrimaryKeyConstraint("user_id", "event", name=op.f("pk_text_choice")),
        sqlite_strict=True,
    )


def _create_promises() -> None:
    op.create_table(
        "extension",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("reason", CodeText, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("method", CodeText, nullable=False),
        sa.Column("given_by", sa.Text(), server_default="", nullable=False),
        sa.Column("latest_on", sa.Date(), nullable=True),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("evidence_sha256", CodeText, nullable=False),
        sa.Column("idempotency_key", CodeText, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_extension_amount_above_zero")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_extension_customer_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_extension_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
        sa.UniqueConstraint("customer_id", "id", name=op.f("uq_extension_customer_id_id")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_extension_idempotency_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "plan",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("agreed_offer_id", BigId, nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "state in ('draft', 'with_supplier', 'countered', 'approved', 'agreed', 'refused', 'withdrawn', 'ended')",
            name=op.f("ck_plan_known_state"),
        ),
        sa.CheckConstraint("total_minor > 0", name=op.f("ck_plan_total_above_zero")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_plan_customer_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_plan_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("customer_id", "id", name=op.f("uq_plan_customer_id_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_plan_customer_id_state", "plan", ["customer_id", "state"])
    op.create_table(
        "sealed_letter",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("subject_id", BigId, nullable=False),
        sa.Column("file_sha256", CodeText, nullable=False),
        sa.Column("level", CodeText, nullable=False),
        sa.Column("key_fingerprint", CodeText, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('promise', 'plan')", name=op.f("ck_sealed_letter_known_kind")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_sealed_letter_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_sealed_letter_file_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_letter")),
        sa.UniqueConstraint("kind", "subject_id", name=op.f("uq_sealed_letter_kind_subject_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "plan_offer",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("plan_id", BigId, nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("side", CodeText, nullable=False),
        sa.Column("interest_bp", sa.Integer(), server_default="0", nullable=False),
        sa.Column("penalty_bp", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", CodeText, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side in ('customer', 'house')", name=op.f("ck_plan_offer_known_side")),
        sa.CheckConstraint("interest_bp >= 0", name=op.f("ck_plan_offer_interest_not_negative")),
        sa.ForeignKeyConstraint(
            ["customer_id", "plan_id"], ["plan.customer_id", "plan.id"], name="fk_plan_offer_plan"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_plan_offer_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_offer")),
        sa.UniqueConstraint("plan_id", "nth", name=op.f("uq_plan_offer_plan_id_nth")),
        sqlite_strict=True,
    )
    op.create_table(
        "promise",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("code", CodeText, nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", CodeText, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("method", CodeText, nullable=False),
        sa.Column("way", CodeText, nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("given_by", sa.Text(), server_default="", nullable=False),
        sa.Column("latest_on", sa.Date(), nullable=True),
        sa.Column("approval_id", BigId, nullable=True),
        sa.Column("plan_id", BigId, nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("evidence_sha256", CodeText, nullable=False),
        sa.Column("idempotency_key", CodeText, nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_as", CodeText, server_default="", nullable=False),
        sa.Column("replaced_by_id", BigId, nullable=True),
        sa.CheckConstraint(
            "ended_on is null or ended_as <> ''", name=op.f("ck_promise_ended_says_why")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_promise_amount_above_zero")),
        sa.CheckConstraint("made_on <= promised_on", name=op.f("ck_promise_made_before_promised")),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_promise_approval_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_promise_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["promise.id"], name=op.f("fk_promise_replaced_by_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_promise_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
        sa.UniqueConstraint("customer_id", "id", name=op.f("uq_promise_customer_id_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_promise_customer_id_promised_on", "promise", ["customer_id", "promised_on"])
    op.create_index("ix_promise_promised_on", "promise", ["promised_on"])
    op.create_index(
        "uq_promise_code",
        "promise",
        ["code"],
        unique=True,
        sqlite_where=sa.text("code is not null"),
        postgresql_where=sa.text("code is not null"),
    )
    op.create_index(
        "uq_promise_idempotency_key",
        "promise",
        ["idempotency_key"],
        unique=True,
        sqlite_where=sa.text("idempotency_key is not null"),
        postgresql_where=sa.text("idempotency_key is not null"),
    )
    op.create_table(
        "remittance_advice",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("pay_on", sa.Date(), nullable=False),
        sa.Column("method", CodeText, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", CodeText, nullable=False),
        sa.Column("payment_id", BigId, nullable=True),
        sa.Column("ended_as", CodeText, server_default="", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(ended_at is null) = (ended_as = '')", name=op.f("ck_remittance_advice_ended_says_why")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_remittance_advice_amount_above_zero")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_remittance_advice_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["entry.id"], name=op.f("fk_remittance_advice_payment_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_remittance_advice_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remittance_advice")),
        sa.UniqueConstraint("customer_id", "id", name=op.f("uq_remittance_advice_customer_id_id")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_remittance_advice_idempotency_key")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_remittance_advice_customer_id", "remittance_advice", ["customer_id", "pay_on"]
    )
    op.create_index(
        "ix_remittance_advice_open",
        "remittance_advice",
        ["customer_id"],
        sqlite_where=sa.text("ended_at is null"),
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "instalment",
        sa.Column("offer_id", BigId, nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("interest_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_instalment_amount_above_zero")),
        sa.CheckConstraint("interest_minor >= 0", name=op.f("ck_instalment_interest_not_negative")),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["plan_offer.id"], name=op.f("fk_instalment_offer_id")
        ),
        sa.PrimaryKeyConstraint("offer_id", "nth", name=op.f("pk_instalment")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "plan_signature",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("plan_id", BigId, nullable=False),
        sa.Column("offer_id", BigId, nullable=False),
        sa.Column("side", CodeText, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("evidence_sha256", CodeText, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "side in ('customer', 'house')", name=op.f("ck_plan_signature_known_side")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "plan_id"],
            ["plan.customer_id", "plan.id"],
            name="fk_plan_signature_plan",
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["plan_offer.id"], name=op.f("fk_plan_signature_offer_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_plan_signature_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_signature")),
        sa.UniqueConstraint("offer_id", "side", name=op.f("uq_plan_signature_offer_id_side")),
        sqlite_strict=True,
    )
    op.create_table(
        "planned_part",
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("plan_id", BigId, nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("open_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_planned_part_amount_above_zero")),
        sa.CheckConstraint(
            "open_minor >= amount_minor", name=op.f("ck_planned_part_within_what_was_open")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_planned_part_part",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "plan_id"], ["plan.customer_id", "plan.id"], name="fk_planned_part_plan"
        ),
        sa.PrimaryKeyConstraint(
            "customer_id", "plan_id", "entry_id", "part", name=op.f("pk_planned_part")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_planned_part_entry_id", "planned_part", ["customer_id", "entry_id", "part"])
    op.create_table(
        "promised_part",
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("promise_id", BigId, nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_promised_part_amount_above_zero")),
        sa.CheckConstraint("paid_minor >= 0", name=op.f("ck_promised_part_paid_not_negative")),
        sa.ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_promised_part_part",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "promise_id"],
            ["promise.customer_id", "promise.id"],
            name="fk_promised_part_promise",
        ),
        sa.PrimaryKeyConstraint(
            "customer_id", "promise_id", "entry_id", "part", name=op.f("pk_promised_part")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_promised_part_entry_id", "promised_part", ["customer_id", "entry_id", "part"]
    )
    op.create_table(
        "remittance_line",
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("advice_id", BigId, nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_remittance_line_amount_above_zero")),
        sa.ForeignKeyConstraint(
            ["customer_id", "advice_id"],
            ["remittance_advice.customer_id", "remittance_advice.id"],
            name="fk_remittance_line_advice",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_remittance_line_entry_id")
        ),
        sa.PrimaryKeyConstraint(
            "customer_id", "advice_id", "entry_id", "part", name=op.f("pk_remittance_line")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_disputes() -> None:
    op.create_table(
        "dispute",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("entry_id", BigId, nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("statement_id", BigId, nullable=True),
        sa.Column("origin", CodeText, server_default="", nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", CodeText, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("way", CodeText, nullable=False),
        sa.Column("confirmation_id", BigId, nullable=True),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("owner_id", BigId, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "state in ('received', 'checking', 'decided', 'closed', 'withdrawn')",
            name=op.f("ck_dispute_known_state"),
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_dispute_amount_not_negative")),
        sa.CheckConstraint(
            "statement_id is not null or seq is null", name=op.f("ck_dispute_line_of_a_statement")
        ),
        sa.ForeignKeyConstraint(
            ["confirmation_id"], ["confirmation.id"], name=op.f("fk_dispute_confirmation_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_dispute_statement",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_dispute_customer_id")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_dispute_entry_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_dispute_owner_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_dispute_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("customer_id", "id", name=op.f("uq_dispute_customer_id_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_dispute_customer_id_state", "dispute", ["customer_id", "state"])
    op.create_index("ix_dispute_entry_id", "dispute", ["entry_id"])
    op.create_index("ix_dispute_state_answer_by", "dispute", ["state", "answer_by"])
    op.create_index(
        "uq_dispute_difference",
        "dispute",
        ["customer_id", "statement_id", "origin"],
        unique=True,
        sqlite_where=sa.text("statement_id is not null"),
        postgresql_where=sa.text("statement_id is not null"),
    )
    op.create_table(
        "dispute_message",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("dispute_id", BigId, nullable=False),
        sa.Column("side", CodeText, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "side in ('customer', 'house')", name=op.f("ck_dispute_message_known_side")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "dispute_id"],
            ["dispute.customer_id", "dispute.id"],
            name="fk_dispute_message_dispute",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_dispute_message_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_message")),
        sqlite_strict=True,
    )
    op.create_index("ix_dispute_message_dispute_id", "dispute_message", ["dispute_id", "id"])
    op.create_table(
        "dispute_note",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("dispute_id", BigId, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id", "dispute_id"],
            ["dispute.customer_id", "dispute.id"],
            name="fk_dispute_note_dispute",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_dispute_note_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_note")),
        sqlite_strict=True,
    )
    op.create_index("ix_dispute_note_dispute_id", "dispute_note", ["dispute_id", "id"])
    op.create_table(
        "dispute_decision",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("dispute_id", BigId, nullable=False),
        sa.Column("verdict", CodeText, nullable=False),
        sa.Column("accepted_minor", sa.BigInteger(), nullable=False),
        sa.Column("settlement", CodeText, nullable=False),
        sa.Column("root_cause", CodeText, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approval_id", BigId, nullable=True),
        sa.CheckConstraint("answer <> ''", name=op.f("ck_dispute_decision_answer_is_given")),
        sa.CheckConstraint(
            "verdict = 'accept' or (verdict = 'reject') = (accepted_minor = 0)",
            name=op.f("ck_dispute_decision_accepts_what_it_says"),
        ),
        sa.CheckConstraint(
            "verdict in ('accept', 'accept_part', 'reject')",
            name=op.f("ck_dispute_decision_known_verdict"),
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_dispute_decision_approval_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "dispute_id"],
            ["dispute.customer_id", "dispute.id"],
            name="fk_dispute_decision_dispute",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_dispute_decision_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_decision")),
        sqlite_strict=True,
    )
    op.create_index("ix_dispute_decision_dispute_id", "dispute_decision", ["dispute_id", "id"])
    op.create_table(
        "credit_request",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("dispute_id", BigId, nullable=False),
        sa.Column("decision_id", BigId, nullable=False),
        sa.Column("entry_id", BigId, nullable=True),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("credit_id", BigId, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'posted') = (credit_id is not null)",
            name=op.f("ck_credit_request_posted_names_it"),
        ),
        sa.CheckConstraint(
            "state in ('waiting', 'approved', 'refused', 'posted', 'void')",
            name=op.f("ck_credit_request_known_state"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_credit_request_amount_above_zero")),
        sa.ForeignKeyConstraint(
            ["credit_id"], ["entry.id"], name=op.f("fk_credit_request_credit_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "dispute_id"],
            ["dispute.customer_id", "dispute.id"],
            name="fk_credit_request_dispute",
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["dispute_decision.id"], name=op.f("fk_credit_request_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_credit_request_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_request")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_credit_request_decision_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_credit_request_dispute_id", "credit_request", ["dispute_id"])
    op.create_index("ix_credit_request_state", "credit_request", ["state"])
    op.create_table(
        "attachment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("dispute_id", BigId, nullable=False),
        sa.Column("message_id", BigId, nullable=True),
        sa.Column("side", CodeText, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", CodeText, nullable=False),
        sa.Column("media_type", CodeText, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "side in ('customer', 'house', 'note')", name=op.f("ck_attachment_known_side")
        ),
        sa.CheckConstraint("size > 0", name=op.f("ck_attachment_size_above_zero")),
        sa.ForeignKeyConstraint(
            ["customer_id", "dispute_id"],
            ["dispute.customer_id", "dispute.id"],
            name="fk_attachment_dispute",
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_attachment_file_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["dispute_message.id"], name=op.f("fk_attachment_message_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_attachment_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sqlite_strict=True,
    )
    op.create_index("ix_attachment_dispute_id", "attachment", ["dispute_id", "id"])


def _create_marks() -> None:
    op.create_table(
        "disputed_part",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("dispute_id", BigId, nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "amount_minor is null or amount_minor > 0",
            name=op.f("ck_disputed_part_amount_above_zero"),
        ),
        sa.CheckConstraint(
            "ended_on is null or ended_on >= from_on",
            name=op.f("ck_disputed_part_ends_after_it_begins"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "dispute_id"],
            ["dispute.customer_id", "dispute.id"],
            name="fk_disputed_part_dispute",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_disputed_part_part",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputed_part")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_disputed_part_of_dispute",
        "disputed_part",
        ["customer_id", "entry_id", "part", "dispute_id"],
        unique=True,
        sqlite_where=sa.text("ended_on is null and dispute_id is not null"),
        postgresql_where=sa.text("ended_on is null and dispute_id is not null"),
    )
    op.create_index(
        "uq_disputed_part_of_file",
        "disputed_part",
        ["customer_id", "entry_id", "part"],
        unique=True,
        sqlite_where=sa.text("ended_on is null and dispute_id is null"),
        postgresql_where=sa.text("ended_on is null and dispute_id is null"),
    )


def downgrade() -> None:
    op.execute(
        f"create table kept_mark as select {MARK_COLUMNS}, id from disputed_part"
        " where dispute_id is null"
    )
    for table in reversed(TABLES):
        op.drop_table(table)
    _create_old_marks()
    op.execute(
        f"insert into dispute ({MARK_COLUMNS}) select {MARK_COLUMNS} from kept_mark order by id"
    )
    op.drop_table("kept_mark")


def _create_old_marks() -> None:
    op.create_table(
        "dispute",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "amount_minor is null or amount_minor > 0", name=op.f("ck_dispute_amount_above_zero")
        ),
        sa.CheckConstraint(
            "ended_on is null or ended_on >= from_on", name=op.f("ck_dispute_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_dispute_part",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_dispute_running",
        "dispute",
        ["customer_id", "entry_id", "part"],
        unique=True,
        sqlite_where=sa.text("ended_on is null"),
        postgresql_where=sa.text("ended_on is null"),
    )


def _guard(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(
                f"create trigger {table}_no_{act} before {act} on {table} "
                f"begin select raise(abort, '{table}.append_only'); end"
            )
        return
    op.execute(
        f"create trigger {table}_append_only before update or delete on {table} "
        f"for each row execute function refuse_change('{table}.append_only')"
    )


def _freeze(table: str, columns: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"create trigger {table}_frozen before update of {columns} on {table} "
            f"begin select raise(abort, '{table}.frozen'); end"
        )
        op.execute(
            f"create trigger {table}_no_delete before delete on {table} "
            f"begin select raise(abort, '{table}.append_only'); end"
        )
        return
    op.execute(
        f"create trigger {table}_frozen before update of {columns} on {table} "
        f"for each row execute function refuse_change('{table}.frozen')"
    )
    op.execute(
        f"create trigger {table}_no_delete before delete on {table} "
        f"for each row execute function refuse_change('{table}.append_only')"
    )
