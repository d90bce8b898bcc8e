"""Escalation: ladders run once a day, notices, talks, cases, late interest and bad debts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CodeText = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CurrencyCode = sa.CHAR(length=3).with_variant(sa.CHAR(length=3, collation="C"), "postgresql")

TABLES = (
    "collection_target",
    "comment",
    "ladder_run",
    "print_batch",
    "provision",
    "week_plan",
    "dunning_hold",
    "interest_charge",
    "planned_step",
    "specific_provision",
    "write_off",
    "due_answer",
    "dunning",
    "interest_line",
    "interest_waiver",
    "item_step",
    "reminded_part",
    "write_off_part",
    "collection_case",
    "dunned_part",
    "notice",
    "case_event",
    "case_part",
    "contact_log",
    "evidence_pack",
)
#: Whose rows are never changed nor deleted.
APPEND_ONLY = (
    "case_event",
    "case_part",
    "comment",
    "contact_log",
    "dunned_part",
    "interest_line",
    "interest_waiver",
    "print_batch",
    "provision",
    "write_off_part",
)
#: Table → the columns that stay as they were written.
FROZEN = {
    "dunning": (
        "id",
        "customer_id",
        "currency",
        "ladder",
        "step",
        "lead_entry_id",
        "lead_part",
        "found_on",
        "run_id",
        "channel",
        "responsible",
        "strength",
        "raises_grade_to",
        "amount_minor",
        "set_off_minor",
        "policy_id",
        "made_at",
    ),
    "dunning_hold": (
        "id",
        "customer_id",
        "currency",
        "entry_id",
        "from_on",
        "until_on",
        "reason",
        "set_by",
        "set_at",
    ),
    "interest_charge": (
        "id",
        "customer_id",
        "currency",
        "through_on",
        "amount_minor",
        "note",
        "facts",
        "made_by",
        "made_at",
        "idempotency_key",
    ),
    "specific_provision": (
        "id",
        "customer_id",
        "entry_id",
        "percent",
        "reason",
        "from_on",
        "set_by",
        "set_at",
    ),
    "write_off": (
        "id",
        "number",
        "customer_id",
        "currency",
        "amount_minor",
        "reason",
        "note",
        "proposer_id",
        "proposed_at",
        "idempotency_key",
    ),
}


def upgrade() -> None:
    _make_collection_target()
    _make_comment()
    _make_ladder_run()
    _make_print_batch()
    _make_provision()
    _make_week_plan()
    _make_dunning_hold()
    _make_interest_charge()
    _make_planned_step()
    _make_specific_provision()
    _make_write_off()
    _make_due_answer()
    _make_dunning()
    _make_interest_line()
    _make_interest_waiver()
    _make_item_step()
    _make_reminded_part()
    _make_write_off_part()
    _make_collection_case()
    _make_dunned_part()
    _make_notice()
    _make_case_event()
    _make_case_part()
    _make_contact_log()
    _make_evidence_pack()
    _let_tasks_rest()
    _find_unanswered_statements()
    for table in APPEND_ONLY:
        _guard(table)
    for table, columns in FROZEN.items():
        _freeze(table, ", ".join(columns))


def _find_unanswered_statements() -> None:
    unanswered = sa.text("in_force = 1 and state in ('issued', 'viewed', 'prepared')")
    op.create_index(
        "ix_statement_unanswered",
        "statement",
        ["confirm_by"],
        unique=False,
        sqlite_where=unanswered,
        postgresql_where=unanswered,
    )


def _let_tasks_rest() -> None:
    op.add_column("task", sa.Column("snoozed_until", sa.Date(), nullable=True))
    op.add_column("task", sa.Column("snooze_reason", sa.Text(), server_default="", nullable=False))


def _make_collection_target() -> None:
    op.create_table(
        "collection_target",
        sa.Column("id", BigId, nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("currency", CodeText, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("set_by", BigId, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind in ('recovered', 'contacts', 'success_percent', 'cost')",
            name=op.f("ck_collection_target_known_kind"),
        ),
        sa.CheckConstraint("value >= 0", name=op.f("ck_collection_target_value_not_negative")),
        sa.ForeignKeyConstraint(["set_by"], ["user.id"], name=op.f("fk_collection_target_set_by")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_collection_target_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_target")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_collection_target_person",
        "collection_target",
        ["month_on", "kind", "currency", "user_id"],
        unique=True,
        sqlite_where=sa.text("user_id is not null"),
        postgresql_where=sa.text("user_id is not null"),
    )
    op.create_index(
        "uq_collection_target_team",
        "collection_target",
        ["month_on", "kind", "currency"],
        unique=True,
        sqlite_where=sa.text("user_id is null"),
        postgresql_where=sa.text("user_id is null"),
    )


def _make_comment() -> None:
    op.create_table(
        "comment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("subject", CodeText, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("mentions", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", CodeText, nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_comment_words_are_given")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_comment_customer_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_comment_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_comment_idempotency_key")),
        sqlite_strict=True,
    )
    op.create_index("ix_comment_subject", "comment", ["subject", "id"], unique=False)


def _make_ladder_run() -> None:
    op.create_table(
        "ladder_run",
        sa.Column("id", BigId, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("started_by", CodeText, nullable=False),
        sa.Column("why_held", CodeText, server_default="", nullable=False),
        sa.Column("policy_id", BigId, nullable=True),
        sa.Column("done_through", BigId, server_default="0", nullable=False),
        sa.Column("counts", sa.Text(), server_default="{}", nullable=False),
        sa.Column("made_by", BigId, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", BigId, nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", BigId, server_default="1", nullable=False),
        sa.CheckConstraint(
            "state in ('held', 'approved', 'running', 'paused', 'done', 'overtaken')",
            name=op.f("ck_ladder_run_known_state"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["user.id"], name=op.f("fk_ladder_run_approved_by")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["user.id"], name=op.f("fk_ladder_run_made_by")),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_ladder_run_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_run")),
        sa.UniqueConstraint("on", name=op.f("uq_ladder_run_on")),
        sqlite_strict=True,
    )


def _make_print_batch() -> None:
    op.create_table(
        "print_batch",
        sa.Column("id", BigId, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("file_sha256", CodeText, nullable=False),
        sa.Column("made_by", BigId, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_print_batch_file_sha256")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["user.id"], name=op.f("fk_print_batch_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_batch")),
        sqlite_strict=True,
    )


def _make_provision() -> None:
    op.create_table(
        "provision",
        sa.Column("id", BigId, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("method", CodeText, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("previous_minor", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("policy_id", BigId, nullable=True),
        sa.Column("made_by", BigId, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_provision_amount_not_negative")),
        sa.ForeignKeyConstraint(["made_by"], ["user.id"], name=op.f("fk_provision_made_by")),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_provision_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provision")),
        sa.UniqueConstraint("as_of", "currency", name=op.f("uq_provision_as_of_currency")),
        sqlite_strict=True,
    )


def _make_week_plan() -> None:
    op.create_table(
        "week_plan",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_week_plan_amount_above_zero")),
        sa.CheckConstraint("planned_on >= week_on", name=op.f("ck_week_plan_within_its_week")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_week_plan_customer_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_week_plan_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_week_plan")),
        sa.UniqueConstraint(
            "user_id",
            "week_on",
            "customer_id",
            "currency",
            name=op.f("uq_week_plan_user_id_week_on_customer_id_currency"),
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_week_plan_week_on", "week_plan", ["week_on"], unique=False)


def _make_dunning_hold() -> None:
    op.create_table(
        "dunning_hold",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=True),
        sa.Column("entry_id", BigId, nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", BigId, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", BigId, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(ended_at is null) = (ended_by is null)", name=op.f("ck_dunning_hold_ended_says_who")
        ),
        sa.CheckConstraint(
            "until_on is null or from_on <= until_on",
            name=op.f("ck_dunning_hold_from_before_until"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_dunning_hold_customer_id")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["user.id"], name=op.f("fk_dunning_hold_ended_by")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_dunning_hold_entry_id")),
        sa.ForeignKeyConstraint(["set_by"], ["user.id"], name=op.f("fk_dunning_hold_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_hold")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_dunning_hold_customer_id", "dunning_hold", ["customer_id", "from_on"], unique=False
    )


def _make_interest_charge() -> None:
    op.create_table(
        "interest_charge",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("through_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("made_by", BigId, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approval_id", BigId, nullable=True),
        sa.Column("entry_id", BigId, nullable=True),
        sa.Column("idempotency_key", CodeText, nullable=False),
        sa.CheckConstraint(
            "(state = 'charged') = (entry_id is not null)",
            name=op.f("ck_interest_charge_charged_has_entry"),
        ),
        sa.CheckConstraint(
            "state in ('waiting', 'charged', 'refused', 'withdrawn')",
            name=op.f("ck_interest_charge_known_state"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_interest_charge_amount_above_zero")),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_interest_charge_approval_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_interest_charge_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_interest_charge_entry_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["user.id"], name=op.f("fk_interest_charge_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest_charge")),
        sa.UniqueConstraint("customer_id", "id", name=op.f("uq_interest_charge_customer_id_id")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_interest_charge_idempotency_key")),
        sqlite_strict=True,
    )
    op.create_index("ix_interest_charge_state", "interest_charge", ["state", "id"], unique=False)
    op.create_index(
        "uq_interest_charge_waiting",
        "interest_charge",
        ["customer_id", "currency"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _make_planned_step() -> None:
    op.create_table(
        "planned_step",
        sa.Column("run_id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("step", CodeText, nullable=False),
        sa.Column("channel", CodeText, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.CheckConstraint(
            "state in ('planned', 'left_out', 'done', 'changed', 'gone')",
            name=op.f("ck_planned_step_known_state"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_planned_step_customer_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["ladder_run.id"], name=op.f("fk_planned_step_run_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_planned_step_user_id")),
        sa.PrimaryKeyConstraint(
            "run_id", "customer_id", "currency", "step", name=op.f("pk_planned_step")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _make_specific_provision() -> None:
    op.create_table(
        "specific_provision",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("entry_id", BigId, nullable=True),
        sa.Column("percent", CodeText, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("set_by", BigId, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", BigId, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(ended_at is null) = (ended_by is null)",
            name=op.f("ck_specific_provision_ended_says_who"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_specific_provision_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["user.id"], name=op.f("fk_specific_provision_ended_by")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_specific_provision_entry_id")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["user.id"], name=op.f("fk_specific_provision_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_specific_provision")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_specific_provision_customer_id",
        "specific_provision",
        ["customer_id", "from_on"],
        unique=False,
    )


def _make_write_off() -> None:
    op.create_table(
        "write_off",
        sa.Column("id", BigId, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", CodeText, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("proposer_id", BigId, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approval_id", BigId, nullable=True),
        sa.Column("second_approval_id", BigId, nullable=True),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("entry_id", BigId, nullable=True),
        sa.Column("look_on", sa.Date(), nullable=True),
        sa.Column("idempotency_key", CodeText, nullable=False),
        sa.CheckConstraint(
            "(state = 'posted') = (entry_id is not null)",
            name=op.f("ck_write_off_posted_has_its_entry"),
        ),
        sa.CheckConstraint(
            "state in ('waiting', 'posted', 'refused', 'withdrawn')",
            name=op.f("ck_write_off_known_state"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_write_off_amount_above_zero")),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_write_off_approval_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_write_off_customer_id")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_write_off_entry_id")),
        sa.ForeignKeyConstraint(
            ["proposer_id"], ["user.id"], name=op.f("fk_write_off_proposer_id")
        ),
        sa.ForeignKeyConstraint(
            ["second_approval_id"], ["approval.id"], name=op.f("fk_write_off_second_approval_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_off")),
        sa.UniqueConstraint("customer_id", "id", name=op.f("uq_write_off_customer_id_id")),
        sa.UniqueConstraint("number", name=op.f("uq_write_off_number")),
        sqlite_strict=True,
    )
    op.create_index("ix_write_off_customer_id", "write_off", ["customer_id", "id"], unique=False)
    op.create_index("ix_write_off_state", "write_off", ["state", "id"], unique=False)


def _make_due_answer() -> None:
    op.create_table(
        "due_answer",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("answer", CodeText, nullable=False),
        sa.Column("pay_on", sa.Date(), nullable=True),
        sa.Column("reason", CodeText, server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "answer <> 'later' or pay_on is not null", name=op.f("ck_due_answer_later_says_when")
        ),
        sa.CheckConstraint(
            "answer in ('on_time', 'later', 'problem')", name=op.f("ck_due_answer_known_answer")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_due_answer_part",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_due_answer_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_answer")),
        sa.UniqueConstraint(
            "customer_id",
            "entry_id",
            "part",
            "on",
            name=op.f("uq_due_answer_customer_id_entry_id_part_on"),
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_due_answer_on", "due_answer", ["on", "user_id"], unique=False)


def _make_dunning() -> None:
    op.create_table(
        "dunning",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("ladder", CodeText, nullable=False),
        sa.Column("step", CodeText, nullable=False),
        sa.Column("lead_entry_id", BigId, nullable=False),
        sa.Column("lead_part", sa.SmallInteger(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("run_id", BigId, nullable=False),
        sa.Column("channel", CodeText, nullable=False),
        sa.Column("responsible", CodeText, nullable=False),
        sa.Column("strength", CodeText, nullable=False),
        sa.Column("raises_grade_to", CodeText, nullable=True),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("set_off_minor", sa.BigInteger(), nullable=False),
        sa.Column("policy_id", BigId, nullable=True),
        sa.Column("approval_id", BigId, nullable=True),
        sa.Column("task_id", BigId, nullable=True),
        sa.Column("fee_entry_id", BigId, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'done') = (done_on is not null)", name=op.f("ck_dunning_done_says_when")
        ),
        sa.CheckConstraint(
            "state in ('waiting', 'done', 'refused', 'cancelled')",
            name=op.f("ck_dunning_known_state"),
        ),
        sa.CheckConstraint(
            "amount_minor > 0 and set_off_minor >= 0", name=op.f("ck_dunning_amounts_make_sense")
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_dunning_approval_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "lead_entry_id", "lead_part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_dunning_lead",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_dunning_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["fee_entry_id"], ["entry.id"], name=op.f("fk_dunning_fee_entry_id")
        ),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_dunning_policy_id")),
        sa.ForeignKeyConstraint(["run_id"], ["ladder_run.id"], name=op.f("fk_dunning_run_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_dunning_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning")),
        sa.UniqueConstraint(
            "customer_id",
            "currency",
            "ladder",
            "step",
            "lead_entry_id",
            "lead_part",
            name="uq_dunning_step_of_item",
        ),
        sa.UniqueConstraint("customer_id", "id", name=op.f("uq_dunning_customer_id_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_dunning_done_on", "dunning", ["done_on"], unique=False)
    op.create_index("ix_dunning_run_id", "dunning", ["run_id", "id"], unique=False)
    op.create_index(
        "uq_dunning_waiting",
        "dunning",
        ["customer_id", "currency"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _make_interest_line() -> None:
    op.create_table(
        "interest_line",
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("charge_id", BigId, nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_interest_line_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["customer_id", "charge_id"],
            ["interest_charge.customer_id", "interest_charge.id"],
            name="fk_interest_line_charge",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_interest_line_part",
        ),
        sa.PrimaryKeyConstraint(
            "customer_id", "charge_id", "entry_id", "part", "kind", name=op.f("pk_interest_line")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_interest_line_part", "interest_line", ["customer_id", "entry_id", "part"], unique=False
    )


def _make_interest_waiver() -> None:
    op.create_table(
        "interest_waiver",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("through_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", CodeText, nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_interest_waiver_amount_above_zero")),
        sa.ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_interest_waiver_part",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_interest_waiver_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest_waiver")),
        sa.UniqueConstraint(
            "idempotency_key",
            "customer_id",
            "entry_id",
            "part",
            name=op.f("uq_interest_waiver_idempotency_key_customer_id_entry_id_part"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_interest_waiver_part",
        "interest_waiver",
        ["customer_id", "entry_id", "part"],
        unique=False,
    )


def _make_item_step() -> None:
    op.create_table(
        "item_step",
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("ladder", CodeText, nullable=False),
        sa.Column("step", CodeText, nullable=False),
        sa.Column("how", CodeText, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("dunning_id", BigId, nullable=True),
        sa.CheckConstraint(
            "how in ('done', 'along', 'passed', 'refused')", name=op.f("ck_item_step_known_way")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_item_step_part",
        ),
        sa.PrimaryKeyConstraint(
            "customer_id", "entry_id", "part", "ladder", "step", name=op.f("pk_item_step")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _make_reminded_part() -> None:
    op.create_table(
        "reminded_part",
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("audience", CodeText, nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("notice_id", BigId, nullable=True),
        sa.CheckConstraint(
            "audience in ('owner', 'customer')", name=op.f("ck_reminded_part_known_audience")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_reminded_part_part",
        ),
        sa.PrimaryKeyConstraint(
            "customer_id",
            "entry_id",
            "part",
            "audience",
            "days_before",
            name=op.f("pk_reminded_part"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _make_write_off_part() -> None:
    op.create_table(
        "write_off_part",
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("write_off_id", BigId, nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_write_off_part_amount_above_zero")),
        sa.ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_write_off_part_part",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "write_off_id"],
            ["write_off.customer_id", "write_off.id"],
            name="fk_write_off_part_write_off",
        ),
        sa.PrimaryKeyConstraint(
            "customer_id", "write_off_id", "entry_id", "part", name=op.f("pk_write_off_part")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _make_collection_case() -> None:
    op.create_table(
        "collection_case",
        sa.Column("id", BigId, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("stage", CodeText, nullable=False),
        sa.Column("partner", sa.Text(), server_default="", nullable=False),
        sa.Column("partner_contact", sa.Text(), server_default="", nullable=False),
        sa.Column("partner_number", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("owner_id", BigId, nullable=True),
        sa.Column("dunning_id", BigId, nullable=True),
        sa.Column("approval_id", BigId, nullable=True),
        sa.Column("opened_by", BigId, nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("outcome", CodeText, server_default="", nullable=False),
        sa.Column("row_version", BigId, server_default="1", nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_on is not null)",
            name=op.f("ck_collection_case_closed_says_when"),
        ),
        sa.CheckConstraint(
            "kind in ('agency', 'legal')", name=op.f("ck_collection_case_known_kind")
        ),
        sa.CheckConstraint(
            "state in ('proposed', 'open', 'closed', 'refused')",
            name=op.f("ck_collection_case_known_state"),
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_collection_case_approval_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_collection_case_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["dunning_id"], ["dunning.id"], name=op.f("fk_collection_case_dunning_id")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["user.id"], name=op.f("fk_collection_case_opened_by")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_collection_case_owner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_case")),
        sa.UniqueConstraint("customer_id", "id", name=op.f("uq_collection_case_customer_id_id")),
        sa.UniqueConstraint("number", name=op.f("uq_collection_case_number")),
        sqlite_strict=True,
    )
    op.create_index("ix_collection_case_state", "collection_case", ["state", "id"], unique=False)
    op.create_index(
        "uq_collection_case_standing",
        "collection_case",
        ["customer_id", "currency", "kind"],
        unique=True,
        sqlite_where=sa.text("state in ('proposed', 'open')"),
        postgresql_where=sa.text("state in ('proposed', 'open')"),
    )


def _make_dunned_part() -> None:
    op.create_table(
        "dunned_part",
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("dunning_id", BigId, nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("days_overdue", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_dunned_part_amount_above_zero")),
        sa.ForeignKeyConstraint(
            ["customer_id", "dunning_id"],
            ["dunning.customer_id", "dunning.id"],
            name="fk_dunned_part_dunning",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_dunned_part_part",
        ),
        sa.PrimaryKeyConstraint(
            "customer_id", "dunning_id", "entry_id", "part", name=op.f("pk_dunned_part")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_dunned_part_part", "dunned_part", ["customer_id", "entry_id", "part"], unique=False
    )


def _make_notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("key", CodeText, nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("dunning_id", BigId, nullable=True),
        sa.Column("step", CodeText, nullable=False),
        sa.Column("channel", CodeText, nullable=False),
        sa.Column("strength", CodeText, nullable=False),
        sa.Column("language", CodeText, nullable=False),
        sa.Column("to_name", sa.Text(), nullable=False),
        sa.Column("to_address", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("outbox_id", BigId, nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body_text", sa.Text(), nullable=True),
        sa.Column("body_sha256", CodeText, nullable=True),
        sa.Column("facts", sa.Text(), server_default="{}", nullable=False),
        sa.Column("file_sha256", CodeText, nullable=True),
        sa.Column("batch_id", BigId, nullable=True),
        sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tracking", sa.Text(), server_default="", nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('reminder', 'ladder')", name=op.f("ck_notice_known_kind")),
        sa.CheckConstraint(
            "state in ('queued', 'sent', 'failed', 'cancelled', 'to_print', 'printed')",
            name=op.f("ck_notice_known_state"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["print_batch.id"], name=op.f("fk_notice_batch_id")),
        sa.ForeignKeyConstraint(
            ["customer_id", "dunning_id"],
            ["dunning.customer_id", "dunning.id"],
            name="fk_notice_dunning",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_notice_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_notice_file_sha256")
        ),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_notice_outbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("customer_id", "id", name=op.f("uq_notice_customer_id_id")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_key")),
        sqlite_strict=True,
    )
    op.create_index("ix_notice_customer_id", "notice", ["customer_id", "on"], unique=False)
    op.create_index("ix_notice_dunning_id", "notice", ["customer_id", "dunning_id"], unique=False)
    op.create_index("ix_notice_state", "notice", ["state", "id"], unique=False)


def _make_case_event() -> None:
    op.create_table(
        "case_event",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", CodeText, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["collection_case.id"], name=op.f("fk_case_event_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_case_event_customer_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_case_event_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_case_event_idempotency_key")),
        sqlite_strict=True,
    )
    op.create_index("ix_case_event_case_id", "case_event", ["case_id", "id"], unique=False)


def _make_case_part() -> None:
    op.create_table(
        "case_part",
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_case_part_amount_above_zero")),
        sa.ForeignKeyConstraint(
            ["customer_id", "case_id"],
            ["collection_case.customer_id", "collection_case.id"],
            name="fk_case_part_case",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_case_part_part",
        ),
        sa.PrimaryKeyConstraint(
            "customer_id", "case_id", "entry_id", "part", name=op.f("pk_case_part")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_case_part_part", "case_part", ["customer_id", "entry_id", "part"], unique=False
    )


def _make_contact_log() -> None:
    op.create_table(
        "contact_log",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("channel", CodeText, nullable=False),
        sa.Column("direction", CodeText, nullable=False),
        sa.Column("outcome", CodeText, nullable=False),
        sa.Column("reason", CodeText, nullable=False),
        sa.Column("spoke_with", sa.Text(), nullable=False),
        sa.Column("decides", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("task_id", BigId, nullable=True),
        sa.Column("case_id", BigId, nullable=True),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", CodeText, nullable=False),
        sa.CheckConstraint(
            "direction in ('out', 'in')", name=op.f("ck_contact_log_known_direction")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["collection_case.id"], name=op.f("fk_contact_log_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_contact_log_customer_id")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_contact_log_task_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_contact_log_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_log")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_contact_log_idempotency_key")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_contact_log_customer_id", "contact_log", ["customer_id", "on"], unique=False
    )
    op.create_index("ix_contact_log_user_id", "contact_log", ["user_id", "on"], unique=False)


def _make_evidence_pack() -> None:
    op.create_table(
        "evidence_pack",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("language", CodeText, nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("asked_by", BigId, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_sha256", CodeText, nullable=True),
        sa.Column("manifest_sha256", CodeText, nullable=True),
        sa.Column("facts", sa.Text(), server_default="{}", nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(state = 'ready') = (file_sha256 is not null)",
            name=op.f("ck_evidence_pack_ready_has_its_file"),
        ),
        sa.CheckConstraint(
            "state in ('pending', 'ready', 'failed')", name=op.f("ck_evidence_pack_known_state")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["user.id"], name=op.f("fk_evidence_pack_asked_by")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["collection_case.id"], name=op.f("fk_evidence_pack_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_evidence_pack_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_evidence_pack_file_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_pack")),
        sqlite_strict=True,
    )
    op.create_index("ix_evidence_pack_case_id", "evidence_pack", ["case_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_statement_unanswered", table_name="statement")
    op.drop_column("task", "snooze_reason")
    op.drop_column("task", "snoozed_until")
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
