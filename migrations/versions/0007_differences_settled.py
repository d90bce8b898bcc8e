"""The house settles differences, and deliveries not yet invoiced are known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CodeText = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CurrencyCode = sa.CHAR(length=3).with_variant(sa.CHAR(length=3, collation="C"), "postgresql")

FROZEN_DELIVERY = (
    "id, customer_id, currency, number, delivered_on, amount_minor, order_code, reference,"
    " posted_at"
)
LEARNED = (
    "create trigger delivery_stays_known before update of invoice_code, received_by on delivery"
)
SQLITE_GUARDS = (
    *(
        f"create trigger {table}_no_{act} before {act} on {table}"
        f" begin select raise(abort, '{table}.append_only'); end"
        for table in ("reissue", "resolution")
        for act in ("update", "delete")
    ),
    (
        f"create trigger delivery_frozen before update of {FROZEN_DELIVERY} on delivery"
        " begin select raise(abort, 'delivery.frozen'); end"
    ),
    (
        "create trigger delivery_no_delete before delete on delivery"
        " begin select raise(abort, 'delivery.append_only'); end"
    ),
    (
        f"{LEARNED}"
        " when old.invoice_code is not null and old.invoice_code is not new.invoice_code"
        " or old.received_by is not null and old.received_by is not new.received_by"
        " begin select raise(abort, 'delivery.frozen'); end"
    ),
)
POSTGRESQL_GUARDS = (
    *(
        f"create trigger {table}_append_only before update or delete on {table}"
        f" for each row execute function refuse_change('{table}.append_only')"
        for table in ("reissue", "resolution")
    ),
    (
        f"create trigger delivery_frozen before update of {FROZEN_DELIVERY} on delivery"
        " for each row execute function refuse_change('delivery.frozen')"
    ),
    (
        "create trigger delivery_no_delete before delete on delivery"
        " for each row execute function refuse_change('delivery.append_only')"
    ),
    (
        f"{LEARNED}"
        " for each row when (old.invoice_code is not null"
        " and old.invoice_code is distinct from new.invoice_code"
        " or old.received_by is not null"
        " and old.received_by is distinct from new.received_by)"
        " execute function refuse_change('delivery.frozen')"
    ),
)


def upgrade() -> None:
    _create_delivery()
    _create_reissue()
    _create_resolution()
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for guard in SQLITE_GUARDS if is_sqlite else POSTGRESQL_GUARDS:
        op.execute(guard)


def _create_delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("order_code", sa.Text(), nullable=True),
        sa.Column("invoice_code", CodeText, nullable=True),
        sa.Column("received_by", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_delivery_amount_above_zero")),
        sa.CheckConstraint("number <> ''", name=op.f("ck_delivery_number_is_given")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_delivery_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("number", name=op.f("uq_delivery_number")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_delivery_customer_id", "delivery", ["customer_id", "currency", "delivered_on"]
    )


def _create_reissue() -> None:
    op.create_table(
        "reissue",
        sa.Column("statement_id", BigId, autoincrement=False, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("replaces_id", BigId, nullable=False),
        sa.Column("cause", CodeText, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("carried", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.CheckConstraint("cause in ('corrected', 'sign_off')", name=op.f("ck_reissue_known_cause")),
        sa.CheckConstraint("statement_id <> replaces_id", name=op.f("ck_reissue_replaces_another")),
        sa.ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_reissue_statement",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "replaces_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_reissue_replaced_statement",
        ),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_reissue")),
        sqlite_strict=True,
    )


def _create_resolution() -> None:
    op.create_table(
        "resolution",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("statement_id", BigId, nullable=False),
        sa.Column("difference_id", BigId, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("decision", CodeText, nullable=False),
        sa.Column("cause", CodeText, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("claim_reason", CodeText, nullable=False),
        sa.Column("claim_own_minor", sa.BigInteger(), nullable=True),
        sa.Column("document_id", BigId, nullable=True),
        sa.Column("carried_id", BigId, nullable=True),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "decision in ('accept', 'explain', 'reject')", name=op.f("ck_resolution_known_decision")
        ),
        sa.CheckConstraint("answer <> ''", name=op.f("ck_resolution_answer_is_given")),
        sa.ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_resolution_statement",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["entry.id"], name=op.f("fk_resolution_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["carried_id"], ["resolution.id"], name=op.f("fk_resolution_carried_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_resolution_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolution")),
        sqlite_strict=True,
    )
    op.create_index("ix_resolution_statement_id", "resolution", ["statement_id"])


def downgrade() -> None:
    for table in ("resolution", "reissue", "delivery"):
        op.drop_table(table)
