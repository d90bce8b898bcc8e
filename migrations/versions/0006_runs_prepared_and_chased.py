"""A statement run is prepared in steps, paused and chased; mails that bounce are told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.tables.types import BigId, CodeText, UtcMoment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _run_draft()
    _run_plan()
    _chase()
    _bounce()


def downgrade() -> None:
    for table in ("bounce", "chase", "run_plan", "run_draft"):
        op.drop_table(table)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)


def _run_draft() -> None:
    op.create_table(
        "run_draft",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("excluded", sa.Text(), nullable=False),
        sa.Column("currency", CodeText, nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("confirm_by", sa.Date(), nullable=True),
        sa.Column("remind_after", sa.Text(), nullable=True),
        _flag("holds_mails"),
        sa.Column("step", sa.Integer(), server_default="1", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", UtcMoment(), nullable=False),
        sa.Column("changed_at", UtcMoment(), nullable=False),
        sa.Column("run_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_run_draft_user_id"),
        sa.ForeignKeyConstraint(["run_id"], ["statement_run.id"], name="fk_run_draft_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_run_draft"),
        sa.UniqueConstraint("run_id", name="uq_run_draft_run_id"),
        sqlite_strict=True,
    )


def _run_plan() -> None:
    op.create_table(
        "run_plan",
        sa.Column("run_id", BigId, autoincrement=False, nullable=False),
        sa.Column("currency", CodeText, nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("remind_after", sa.Text(), nullable=False),
        _flag("holds_mails"),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.Column("paused_at", UtcMoment(), nullable=True),
        sa.Column("resumed_at", UtcMoment(), nullable=True),
        sa.CheckConstraint("planned >= 0", name=op.f("ck_run_plan_planned_not_negative")),
        sa.ForeignKeyConstraint(["run_id"], ["statement_run.id"], name="fk_run_plan_run_id"),
        sa.PrimaryKeyConstraint("run_id", name="pk_run_plan"),
        sqlite_strict=True,
    )


def _chase() -> None:
    op.create_table(
        "chase",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("statement_id", BigId, nullable=False),
        sa.Column("step", CodeText, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", UtcMoment(), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        _flag("is_last"),
        sa.ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_chase_statement",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_chase_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_chase"),
        sa.UniqueConstraint("statement_id", "step", name="uq_chase_statement_id_step"),
        sqlite_strict=True,
    )
    op.create_index("ix_chase_customer_id", "chase", ["customer_id"])


def _bounce() -> None:
    op.create_table(
        "bounce",
        sa.Column("id", BigId, nullable=False),
        sa.Column("outbox_id", BigId, nullable=False),
        sa.Column("address", CodeText, nullable=False),
        sa.Column("customer_id", BigId, nullable=True),
        sa.Column("statement_id", BigId, nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("at", UtcMoment(), nullable=False),
        sa.Column("resent_to", sa.Text(), nullable=True),
        sa.Column("cleared_at", UtcMoment(), nullable=True),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_bounce_outbox_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_bounce_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bounce"),
        sa.UniqueConstraint("outbox_id", name="uq_bounce_outbox_id"),
        sqlite_strict=True,
    )
    for column in ("address", "customer_id", "statement_id"):
        op.create_index(f"ix_bounce_{column}", "bounce", [column])
