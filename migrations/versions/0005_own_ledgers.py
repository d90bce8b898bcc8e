"""A customer's own ledger is read, matched with the statement, and can be deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CodeText = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _ledger_mapping()
    _comparison()
    _own_row()
    _own_match()
    _own_documents()


def downgrade() -> None:
    op.drop_column("difference", "dated_on")
    op.drop_column("difference", "document")
    for table in ("own_match", "own_row", "comparison", "ledger_mapping"):
        op.drop_table(table)


def _ledger_mapping() -> None:
    op.create_table(
        "ledger_mapping",
        sa.Column("customer_id", BigId, autoincrement=False, nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_ledger_mapping_customer_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_ledger_mapping_user_id")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_ledger_mapping")),
        sqlite_strict=True,
    )


def _comparison() -> None:
    op.create_table(
        "comparison",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", CodeText, nullable=True),
        sa.Column("mapping", sa.Text(), nullable=True),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("rows_total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("bridge", sa.Text(), nullable=True),
        sa.Column("decisions", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied", sa.Text(), nullable=False),
        sa.Column("applied_version", sa.Integer(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('uploaded', 'running', 'ready', 'failed', 'deleted')",
            name=op.f("ck_comparison_known_state"),
        ),
        sa.CheckConstraint(
            "(state = 'deleted') = (deleted_at is not null)",
            name=op.f("ck_comparison_deleted_says_when"),
        ),
        sa.CheckConstraint(
            "state <> 'deleted' or file_sha256 is null",
            name=op.f("ck_comparison_deleted_keeps_no_file"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_comparison_statement",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_comparison_user_id")),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_comparison_file_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison")),
        sa.UniqueConstraint("customer_id", "id", name=op.f("uq_comparison_customer_id_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_comparison_statement_id", "comparison", ["customer_id", "statement_id", "id"]
    )


def _own_row() -> None:
    op.create_table(
        "own_row",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("comparison_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("is_outside", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id", "comparison_id"],
            ["comparison.customer_id", "comparison.id"],
            name="fk_own_row_comparison",
        ),
        sa.PrimaryKeyConstraint("customer_id", "comparison_id", "row", name=op.f("pk_own_row")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _own_match() -> None:
    op.create_table(
        "own_match",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("comparison_id", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("how", CodeText, nullable=False),
        sa.Column("ours", sa.Text(), nullable=False),
        sa.Column("yours", sa.Text(), nullable=False),
        sa.Column("ours_minor", sa.BigInteger(), nullable=False),
        sa.Column("yours_minor", sa.BigInteger(), nullable=False),
        sa.Column("decided", CodeText, nullable=False),
        sa.Column("why", CodeText, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind in ('same', 'differs', 'ours', 'yours')", name=op.f("ck_own_match_known_kind")
        ),
        sa.CheckConstraint(
            "decided in ('', 'accepted', 'apart', 'timing', 'difference')",
            name=op.f("ck_own_match_known_decision"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "comparison_id"],
            ["comparison.customer_id", "comparison.id"],
            name="fk_own_match_comparison",
        ),
        sa.PrimaryKeyConstraint("customer_id", "comparison_id", "nth", name=op.f("pk_own_match")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_own_match_kind", "own_match", ["customer_id", "comparison_id", "kind", "nth"]
    )


def _own_documents() -> None:
    """A difference may stand for a document that only the customer's books have."""
    document = sa.Column("document", sa.Text(), server_default="", nullable=False)
    op.add_column("difference", document)
    op.add_column("difference", sa.Column("dated_on", sa.Date(), nullable=True))
