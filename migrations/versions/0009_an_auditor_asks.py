"""An auditor has a seat for a time, draws samples, and asks customers past the staff."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CodeText = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CurrencyCode = sa.CHAR(length=3).with_variant(sa.CHAR(length=3, collation="C"), "postgresql")

TABLES = (
    "auditor_seat",
    "audit_sample",
    "audit_item",
    "audit_code",
    "audit_answer",
    "audit_answer_sheet",
    "audit_pack",
    "chain_check",
    "seal_stage",
)
#: Whose rows are never changed nor deleted.
APPEND_ONLY = ("audit_answer", "seal_stage")


def upgrade() -> None:
    op.create_table(
        "auditor_seat",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "from_on <= until_on",
            name=op.f("ck_auditor_seat_from_before_until"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_auditor_seat_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_auditor_seat")),
        sqlite_strict=True,
    )
    op.create_table(
        "audit_sample",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("method", CodeText, nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("population", sa.Text(), nullable=False),
        sa.Column("population_sha256", CodeText, nullable=False),
        sa.Column("population_count", sa.Integer(), nullable=False),
        sa.Column("population_minor", sa.BigInteger(), nullable=False),
        sa.Column("auditor_name", sa.Text(), nullable=False),
        sa.Column("auditor_email", sa.Text(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "method in ('above', 'top', 'random', 'strata', 'mus')",
            name=op.f("ck_audit_sample_known_method"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_audit_sample_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_sample")),
        sqlite_strict=True,
    )
    op.create_index("ix_audit_sample_user_id", "audit_sample", ["user_id"])
    op.create_table(
        "audit_item",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("sample_id", BigId, nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("open_items", sa.Text(), nullable=False),
        sa.Column("form", CodeText, nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=False),
        sa.Column("language", CodeText, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "form in ('positive', 'negative', 'blank')",
            name=op.f("ck_audit_item_known_form"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_audit_item_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["audit_sample.id"], name=op.f("fk_audit_item_sample_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_item")),
        sa.UniqueConstraint("sample_id", "customer_id", name=op.f("uq_audit_item_sample_id_customer_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_audit_item_customer_id", "audit_item", ["customer_id"])
    op.create_table(
        "audit_code",
        sa.Column("id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("code_hash", CodeText, nullable=False),
        sa.Column("sent_to", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["audit_item.id"], name=op.f("fk_audit_code_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_code")),
        sqlite_strict=True,
    )
    op.create_index("ix_audit_code_item_id", "audit_code", ["item_id", "id"])
    op.create_table(
        "audit_answer",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("result", CodeText, nullable=False),
        sa.Column("own_minor", BigId, nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", CodeText, nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("evidence_sha256", CodeText, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "result in ('agreed', 'differs', 'stated')",
            name=op.f("ck_audit_answer_known_result"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_audit_answer_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_audit_answer_file_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["audit_item.id"], name=op.f("fk_audit_answer_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_answer")),
        sa.UniqueConstraint("item_id", name=op.f("uq_audit_answer_item_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "audit_answer_sheet",
        sa.Column("answer_id", BigId, nullable=False),
        sa.Column("file_sha256", CodeText, nullable=False),
        sa.Column("level", CodeText, nullable=False),
        sa.Column("key_fingerprint", CodeText, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["audit_answer.id"], name=op.f("fk_audit_answer_sheet_answer_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_audit_answer_sheet_file_sha256")
        ),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_audit_answer_sheet")),
        sqlite_strict=True,
    )
    op.create_table(
        "audit_pack",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sample_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("language", CodeText, nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("file_sha256", CodeText, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('pending', 'ready', 'failed')",
            name=op.f("ck_audit_pack_known_state"),
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_audit_pack_file_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["audit_sample.id"], name=op.f("fk_audit_pack_sample_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_audit_pack_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_pack")),
        sqlite_strict=True,
    )
    op.create_index("ix_audit_pack_sample_id", "audit_pack", ["sample_id", "id"])
    op.create_table(
        "chain_check",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ok", sa.Boolean(), nullable=True),
        sa.Column("last_id", BigId, nullable=True),
        sa.Column("broken_id", BigId, nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_check")),
        sqlite_strict=True,
    )
    op.create_table(
        "seal_stage",
        sa.Column("id", BigId, nullable=False),
        sa.Column("confirmation_id", BigId, nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("file_sha256", CodeText, nullable=False),
        sa.Column("level", CodeText, nullable=False),
        sa.Column("token_serial", CodeText, nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("renew_by", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmation_id"], ["confirmation.id"], name=op.f("fk_seal_stage_confirmation_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_seal_stage_file_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_stage")),
        sa.UniqueConstraint("confirmation_id", "nth", name=op.f("uq_seal_stage_confirmation_id_nth")),
        sqlite_strict=True,
    )
    op.create_index("ix_seal_stage_file_sha256", "seal_stage", ["file_sha256"])
    for table in APPEND_ONLY:
        _guard(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


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
