"""Money is applied, refunded and transferred by hand and undone; an import can be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CodeText = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CurrencyCode = sa.CHAR(length=3).with_variant(sa.CHAR(length=3, collation="C"), "postgresql")

# What is deleted with the whole import that made it, while that is undone.
UNDONE = {
    "entry": "select 1 from import_undo u join import_range g on g.run_id = u.run_id"
    " where u.open_as is not null and g.kind = 'entry'"
    " and old.id between g.first_id and g.last_id",
    "delivery": "select 1 from import_undo u join import_range g on g.run_id = u.run_id"
    " where u.open_as is not null and g.kind = 'delivery'"
    " and old.id between g.first_id and g.last_id",
    "allocation": "select 1 from import_undo u where u.open_as is not null"
    " and old.source = 'import/' || u.run_id",
}
FROZEN = {
    "hand_act": "id, customer_id, currency, credit_id, user_id, kind, acted_on, amount_minor,"
    " facts, at",
    "import_undo": "run_id, user_id, at",
}


def upgrade() -> None:
    op.create_table(
        "hand_act",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("credit_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("acted_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", BigId, nullable=True),
        sa.CheckConstraint(
            "kind in ('apply', 'unapply', 'refund', 'transfer')",
            name=op.f("ck_hand_act_known_kind"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_hand_act_amount_above_zero")),
        sa.ForeignKeyConstraint(
            ["customer_id", "currency", "credit_id"],
            ["entry.customer_id", "entry.currency", "entry.id"],
            name="fk_hand_act_credit",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_hand_act_user_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["user.id"], name=op.f("fk_hand_act_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_act")),
        sqlite_strict=True,
    )
    op.create_index("ix_hand_act_customer_id_credit_id", "hand_act", ["customer_id", "credit_id"])
    _create_import_tables()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _create_import_tables() -> None:
    op.create_table(
        "import_range",
        sa.Column("run_id", BigId, nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("first_id", BigId, nullable=False),
        sa.Column("last_id", BigId, nullable=False),
        sa.CheckConstraint("first_id <= last_id", name=op.f("ck_import_range_first_before_last")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_range_run_id")),
        sa.PrimaryKeyConstraint("run_id", "kind", "first_id", name=op.f("pk_import_range")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_import_range_kind_last_id", "import_range", ["kind", "last_id"])
    op.create_table(
        "import_undo",
        sa.Column("run_id", BigId, autoincrement=False, nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("open_as", BigId, nullable=True),
        sa.CheckConstraint(
            "open_as is null or open_as = -run_id", name=op.f("ck_import_undo_open_as_nothing")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_undo_run_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_import_undo_user_id")),
        sa.ForeignKeyConstraint(
            ["open_as"],
            ["import_undo.run_id"],
            name="fk_import_undo_open_as",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_import_undo")),
        sqlite_strict=True,
    )


def _guard_sqlite() -> None:
    for table, is_undone in UNDONE.items():
        op.execute(f"drop trigger {table}_no_delete")
        op.execute(
            f"create trigger {table}_no_delete before delete on {table}"
            f" when not exists ({is_undone})"
            f" begin select raise(abort, '{table}.append_only'); end"
        )
    for act in ("update", "delete"):
        op.execute(
            f"create trigger import_range_no_{act} before {act} on import_range"
            " begin select raise(abort, 'import_range.append_only'); end"
        )
    for table, columns in FROZEN.items():
        op.execute(
            f"create trigger {table}_frozen before update of {columns} on {table}"
            f" begin select raise(abort, '{table}.frozen'); end"
        )
        op.execute(
            f"create trigger {table}_no_delete before delete on {table}"
            f" begin select raise(abort, '{table}.append_only'); end"
        )
    op.execute(
        "create trigger import_undo_stays_closed before update of open_as on import_undo"
        " when new.open_as is not null begin select raise(abort, 'import_undo.frozen'); end"
    )


def _guard_postgresql() -> None:
    op.execute("drop trigger entry_append_only on entry")
    op.execute(
        "create trigger entry_append_only before update on entry"
        " for each row execute function refuse_change('entry.append_only')"
    )
    for table in ("allocation", "delivery"):
        op.execute(f"drop trigger {table}_no_delete on {table}")
    for table, is_undone in UNDONE.items():
        op.execute(
            f"create function refuse_{table}_delete() returns trigger language plpgsql as $$ "
            f"begin if exists ({is_undone}) then return old; end if; "
            f"raise exception '{table}.append_only' "
            "using errcode = 'integrity_constraint_violation'; end $$"
        )
        op.execute(
            f"create trigger {table}_no_delete before delete on {table}"
            f" for each row execute function refuse_{table}_delete()"
        )
    op.execute(
        "create trigger import_range_append_only before update or delete on import_range"
        " for each row execute function refuse_change('import_range.append_only')"
    )
    for table, columns in FROZEN.items():
        op.execute(
            f"create trigger {table}_frozen before update of {columns} on {table}"
            f" for each row execute function refuse_change('{table}.frozen')"
        )
        op.execute(
            f"create trigger {table}_no_delete before delete on {table}"
            f" for each row execute function refuse_change('{table}.append_only')"
        )
    op.execute(
        "create trigger import_undo_stays_closed before update of open_as on import_undo"
        " for each row when (new.open_as is not null)"
        " execute function refuse_change('import_undo.frozen')"
    )


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in UNDONE:
        op.execute(f"drop trigger {table}_no_delete" + ("" if is_sqlite else f" on {table}"))
        if is_sqlite:
            op.execute(
                f"create trigger {table}_no_delete before delete on {table}"
                f" begin select raise(abort, '{table}.append_only'); end"
            )
        else:
            op.execute(f"drop function refuse_{table}_delete()")
    if not is_sqlite:
        op.execute("drop trigger entry_append_only on entry")
        op.execute(
            "create trigger entry_append_only before update or delete on entry"
            " for each row execute function refuse_change('entry.append_only')"
        )
        for table in ("allocation", "delivery"):
            op.execute(
                f"create trigger {table}_no_delete before delete on {table}"
                f" for each row execute function refuse_change('{table}.append_only')"
            )
    for table in ("import_undo", "import_range", "hand_act"):
        op.drop_table(table)
