"""A statement is passed on, signed by two, or signed by whom its signatory handed it to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CodeText = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
STANDING = sa.text("ended_at is null")
#: What was written stays: only how it ended is added, once.
FROZEN = {
    "delegation": ("id, customer_id, by_id, to_id, from_on, until_on, note, made_at"),
    "passing": ("id, customer_id, statement_id, by_id, to_id, comment, passed_at"),
    "signature": (
        "id, customer_id, statement_id, user_id, principal_id, result, remark,"
        " answers_sha256, statement_sha256, evidence, evidence_sha256, idempotency_key,"
        " signed_at"
    ),
}
SQLITE_GUARDS = (
    "create trigger {table}_frozen before update of {columns} on {table}"
    " begin select raise(abort, '{table}.frozen'); end",
    "create trigger {table}_no_delete before delete on {table}"
    " begin select raise(abort, '{table}.append_only'); end",
    "create trigger {table}_stays_ended before update on {table}"
    " when old.ended_at is not null begin select raise(abort, '{table}.frozen'); end",
)
POSTGRESQL_GUARDS = (
    "create trigger {table}_frozen before update of {columns} on {table}"
    " for each row execute function refuse_change('{table}.frozen')",
    "create trigger {table}_no_delete before delete on {table}"
    " for each row execute function refuse_change('{table}.append_only')",
    "create trigger {table}_stays_ended before update on {table}"
    " for each row when (old.ended_at is not null)"
    " execute function refuse_change('{table}.frozen')",
)


def upgrade() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("to_id", BigId, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", BigId, nullable=True),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_delegation_period_runs_forward")),
        sa.CheckConstraint("by_id <> to_id", name=op.f("ck_delegation_to_somebody_else")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_delegation_by_id")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_delegation_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["user.id"], name=op.f("fk_delegation_ended_by_id")
        ),
        sa.ForeignKeyConstraint(["to_id"], ["user.id"], name=op.f("fk_delegation_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
        sqlite_strict=True,
    )
    op.create_index("ix_delegation_by_id", "delegation", ["by_id"], unique=False)
    op.create_index("ix_delegation_to_id", "delegation", ["to_id"], unique=False)
    op.create_table(
        "passing",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("to_id", BigId, nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_as", CodeText, nullable=True),
        sa.Column("ended_by_id", BigId, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(ended_as is null) = (ended_at is null)", name=op.f("ck_passing_end_says_how")
        ),
        sa.CheckConstraint(
            "ended_as in ('taken_back', 'returned', 'answered', 'replaced')",
            name=op.f("ck_passing_known_end"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_passing_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["user.id"], name=op.f("fk_passing_ended_by_id")),
        sa.ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name=op.f("fk_passing_statement"),
        ),
        sa.ForeignKeyConstraint(["to_id"], ["user.id"], name=op.f("fk_passing_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passing")),
        sqlite_strict=True,
    )
    op.create_index("ix_passing_statement_id", "passing", ["statement_id"], unique=False)
    op.create_index(
        "uq_passing_standing",
        "passing",
        ["statement_id"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
    op.create_table(
        "signature",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("principal_id", BigId, nullable=False),
        sa.Column("result", CodeText, nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("answers_sha256", CodeText, nullable=False),
        sa.Column("statement_sha256", CodeText, nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("evidence_sha256", CodeText, nullable=False),
        sa.Column("idempotency_key", CodeText, nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_as", CodeText, nullable=True),
        sa.Column("confirmation_id", BigId, nullable=True),
        sa.CheckConstraint(
            "(ended_as is null) = (ended_at is null)", name=op.f("ck_signature_end_says_how")
        ),
        sa.CheckConstraint(
            "ended_as in ('completed', 'answers_changed', 'taken_back', 'returned', 'refused', 'replaced', 'right_lost')",
            name=op.f("ck_signature_known_end"),
        ),
        sa.CheckConstraint(
            "result in ('confirmed', 'confirmed_with_differences')",
            name=op.f("ck_signature_known_result"),
        ),
        sa.CheckConstraint(
            "confirmation_id is null or ended_as = 'completed'",
            name=op.f("ck_signature_only_completed_confirms"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmation_id"], ["confirmation.id"], name=op.f("fk_signature_confirmation_id")
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["user.id"], name=op.f("fk_signature_principal_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name=op.f("fk_signature_statement"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_signature_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_signature_idempotency_key")),
        sqlite_strict=True,
    )
    op.create_index("ix_signature_confirmation_id", "signature", ["confirmation_id"], unique=False)
    op.create_index("ix_signature_statement_id", "signature", ["statement_id"], unique=False)
    op.create_index(
        "uq_signature_standing",
        "signature",
        ["statement_id"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, columns in FROZEN.items():
        for guard in SQLITE_GUARDS if is_sqlite else POSTGRESQL_GUARDS:
            op.execute(guard.format(table=table, columns=columns))


def downgrade() -> None:
    for table in ("signature", "passing", "delegation"):
        op.drop_table(table)
