"""Customers agree to reconcile electronically, and people choose which messages they get."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CodeText = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

FROZEN = (
    "id, customer_id, language, version, text_sha256, body, delivery_address, counts_silence,"
    " silence_workdays, user_id, evidence, accepted_at"
)
SQLITE_GUARDS = (
    (
        "create trigger deemed_no_update before update on deemed"
        " begin select raise(abort, 'deemed.append_only'); end"
    ),
    (
        "create trigger deemed_no_delete before delete on deemed"
        " begin select raise(abort, 'deemed.append_only'); end"
    ),
    (
        f"create trigger agreement_frozen before update of {FROZEN} on agreement"
        " begin select raise(abort, 'agreement.frozen'); end"
    ),
    (
        "create trigger agreement_no_delete before delete on agreement"
        " begin select raise(abort, 'agreement.append_only'); end"
    ),
    (
        "create trigger agreement_stays_ended before update on agreement"
        " when old.ended_at is not null"
        " begin select raise(abort, 'agreement.frozen'); end"
    ),
)
POSTGRESQL_GUARDS = (
    (
        "create trigger deemed_append_only before update or delete on deemed"
        " for each row execute function refuse_change('deemed.append_only')"
    ),
    (
        f"create trigger agreement_frozen before update of {FROZEN} on agreement"
        " for each row execute function refuse_change('agreement.frozen')"
    ),
    (
        "create trigger agreement_no_delete before delete on agreement"
        " for each row execute function refuse_change('agreement.append_only')"
    ),
    (
        "create trigger agreement_stays_ended before update on agreement"
        " for each row when (old.ended_at is not null)"
        " execute function refuse_change('agreement.frozen')"
    ),
)


def upgrade() -> None:
    _agreement()
    _agreement_declined()
    _deemed()
    _notice_choice()
    _quiet_hours()
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for guard in SQLITE_GUARDS if is_sqlite else POSTGRESQL_GUARDS:
        op.execute(guard)


def downgrade() -> None:
    for table in ("quiet_hours", "notice_choice", "deemed", "agreement_declined", "agreement"):
        op.drop_table(table)


def _agreement() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("language", CodeText, nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("text_sha256", CodeText, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("delivery_address", sa.Text(), nullable=False),
        sa.Column("counts_silence", sa.SmallInteger(), nullable=False),
        sa.Column("silence_workdays", sa.SmallInteger(), nullable=True),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", BigId, nullable=True),
        sa.CheckConstraint("counts_silence in (0, 1)", name=op.f("ck_agreement_known_part")),
        sa.CheckConstraint(
            "(counts_silence = 1) = (silence_workdays is not null)",
            name=op.f("ck_agreement_silence_has_its_time"),
        ),
        sa.CheckConstraint("silence_workdays > 0", name=op.f("ck_agreement_silence_takes_time")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_agreement_customer_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_agreement_user_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["user.id"], name=op.f("fk_agreement_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint(
            "customer_id",
            "id",
            "counts_silence",
            name=op.f("uq_agreement_customer_id_id_counts_silence"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_agreement_standing",
        "agreement",
        ["customer_id"],
        unique=True,
        sqlite_where=sa.text("ended_at is null"),
        postgresql_where=sa.text("ended_at is null"),
    )


def _agreement_declined() -> None:
    op.create_table(
        "agreement_declined",
        sa.Column("customer_id", BigId, autoincrement=False, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_agreement_declined_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_agreement_declined_user_id")
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_agreement_declined")),
        sqlite_strict=True,
    )


def _deemed() -> None:
    op.create_table(
        "deemed",
        sa.Column("statement_id", BigId, autoincrement=False, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("agreement_id", BigId, nullable=False),
        sa.Column("counts_silence", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "counts_silence = 1", name=op.f("ck_deemed_silence_was_agreed_to_count")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_deemed_statement",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "agreement_id", "counts_silence"],
            ["agreement.customer_id", "agreement.id", "agreement.counts_silence"],
            name="fk_deemed_agreement_that_counts_silence",
        ),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_deemed")),
        sqlite_strict=True,
    )


def _notice_choice() -> None:
    op.create_table(
        "notice_choice",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("event", CodeText, nullable=False),
        sa.Column("pace", CodeText, nullable=False),
        sa.CheckConstraint(
            "pace in ('at_once', 'daily', 'off')", name=op.f("ck_notice_choice_known_pace")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_notice_choice_user_id")),
        sa.PrimaryKeyConstraint("user_id", "event", name=op.f("pk_notice_choice")),
        sqlite_strict=True,
    )


def _quiet_hours() -> None:
    op.create_table(
        "quiet_hours",
        sa.Column("user_id", BigId, autoincrement=False, nullable=False),
        sa.Column("from_hour", sa.SmallInteger(), nullable=False),
        sa.Column("until_hour", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "from_hour between 0 and 23 and until_hour between 0 and 23",
            name=op.f("ck_quiet_hours_hours_of_a_day"),
        ),
        sa.CheckConstraint("from_hour <> until_hour", name=op.f("ck_quiet_hours_end_somewhere")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_quiet_hours_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_quiet_hours")),
        sqlite_strict=True,
    )
