"""Terms have versions, contracts are kept and compared, and credit is decided before shipping."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CodeText = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CurrencyCode = sa.CHAR(length=3).with_variant(sa.CHAR(length=3, collation="C"), "postgresql")

TABLES = (
    "price",
    "rate",
    "bill",
    "collateral",
    "contract",
    "credit_application",
    "credit_standing",
    "kept_file",
    "rating",
    "sales_order",
    "visit",
    "warning_signal",
    "contract_amendment",
    "contract_note",
    "credit_fact",
    "credit_limit",
    "credit_review",
    "customer_grade",
    "grade_override",
    "hold_release",
    "invoice_check",
    "limit_proposal",
    "terms_change",
    "customer_terms",
    "order_decision",
    "part_move",
)
#: Whose rows are never changed nor deleted.
APPEND_ONLY = (
    "contract_note",
    "credit_fact",
    "credit_limit",
    "credit_review",
    "customer_grade",
    "customer_terms",
    "kept_file",
    "order_decision",
    "part_move",
    "rating",
    "visit",
)
#: Table → the columns that stay as they were written.
FROZEN = {
    "bill": (
        "id",
        "customer_id",
        "number",
        "kind",
        "currency",
        "amount_minor",
        "received_on",
        "matures_on",
        "drawer",
        "acceptor",
        "payment_code",
        "noted_by",
        "at",
    ),
    "collateral": (
        "id",
        "customer_id",
        "kind",
        "giver",
        "reference",
        "currency",
        "amount_minor",
        "accepted_minor",
        "from_on",
        "until_on",
        "noted_by",
        "noted_at",
    ),
    "contract_amendment": (
        "id",
        "customer_id",
        "contract_id",
        "effective_on",
        "changes",
        "content",
        "author_id",
        "at",
    ),
    "credit_standing": (
        "id",
        "customer_id",
        "kind",
        "from_on",
        "until_on",
        "reason",
        "set_by",
        "set_at",
    ),
    "grade_override": (
        "id",
        "customer_id",
        "rating_id",
        "grade",
        "until_on",
        "reason",
        "author_id",
        "at",
    ),
    "hold_release": ("id", "customer_id", "order_id", "until_on", "reason", "author_id", "at"),
    "limit_proposal": (
        "id",
        "customer_id",
        "effective_on",
        "valid_until",
        "currency",
        "amount_minor",
        "insured_minor",
        "reason",
        "application_id",
        "author_id",
        "at",
    ),
    "warning_signal": ("id", "customer_id", "signal", "note", "noted_on", "noted_by", "at"),
}
#: A due date stays, but for a change of terms that was approved with its reach.
APPROVED_MOVE = (
    "select 1 from part_move m where m.customer_id = old.customer_id"
    " and m.entry_id = old.entry_id and m.part = old.part"
    " and m.from_due_on = old.due_on and m.to_due_on = new.due_on"
)
MOVED_PART = f"""create function refuse_moved_part() returns trigger language plpgsql as $$
begin
  if exists ({APPROVED_MOVE}) then
    return new;
  end if;
  raise exception 'part.frozen' using errcode = 'integrity_constraint_violation';
end $$"""
STAYS_DUE = "create trigger part_stays_due before update of due_on, term_days on part "


def upgrade() -> None:
    _let_approvals_concern_the_company()
    _create_price()
    _create_rate()
    _create_bill()
    _create_collateral()
    _create_contract()
    _create_credit_application()
    _create_credit_standing()
    _create_kept_file()
    _create_rating()
    _create_sales_order()
    _create_visit()
    _create_warning_signal()
    _create_contract_amendment()
    _create_contract_note()
    _create_credit_fact()
    _create_credit_limit()
    _create_credit_review()
    _create_customer_grade()
    _create_grade_override()
    _create_hold_release()
    _create_invoice_check()
    _create_limit_proposal()
    _create_terms_change()
    _create_customer_terms()
    _create_order_decision()
    _create_part_move()
    op.add_column("invoice", sa.Column("terms_version", CodeText, nullable=True))
    for table in APPEND_ONLY:
        _guard(table)
    for table, columns in FROZEN.items():
        _freeze(table, ", ".join(columns))
    _let_parts_be_moved()


def _create_price() -> None:
    op.create_table(
        "price",
        sa.Column("price_list", CodeText, nullable=False),
        sa.Column("product_code", CodeText, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("unit_price", CodeText, nullable=False),
        sa.PrimaryKeyConstraint(
            "price_list", "product_code", "currency", "from_on", name=op.f("pk_price")
        ),
        sqlite_strict=True,
    )


def _create_rate() -> None:
    op.create_table(
        "rate",
        sa.Column("from_currency", CurrencyCode, nullable=False),
        sa.Column("to_currency", CurrencyCode, nullable=False),
        sa.Column("rate_on", sa.Date(), nullable=False),
        sa.Column("rate", CodeText, nullable=False),
        sa.CheckConstraint(
            "from_currency <> to_currency", name=op.f("ck_rate_between_two_currencies")
        ),
        sa.PrimaryKeyConstraint("from_currency", "to_currency", "rate_on", name=op.f("pk_rate")),
        sqlite_strict=True,
    )


def _create_bill() -> None:
    op.create_table(
        "bill",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("matures_on", sa.Date(), nullable=False),
        sa.Column("drawer", sa.Text(), nullable=False),
        sa.Column("acceptor", sa.Text(), nullable=False),
        sa.Column("payment_code", sa.Text(), server_default="", nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("state_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("noted_by", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.SmallInteger(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "state in ('held', 'discounted', 'endorsed', 'honoured', 'dishonoured')",
            name=op.f("ck_bill_known_state"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_bill_amount_above_zero")),
        sa.CheckConstraint("matures_on >= received_on", name=op.f("ck_bill_matures_after_receipt")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_bill_customer_id")),
        sa.ForeignKeyConstraint(["noted_by"], ["user.id"], name=op.f("fk_bill_noted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill")),
        sa.UniqueConstraint("number", name=op.f("uq_bill_number")),
        sqlite_strict=True,
    )
    op.create_index("ix_bill_customer_id", "bill", ["customer_id", "matures_on"])


def _create_collateral() -> None:
    op.create_table(
        "collateral",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("giver", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("accepted_minor", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("noted_by", BigId, nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", BigId, nullable=True),
        sa.CheckConstraint(
            "kind in ('guarantee', 'mortgage', 'pledge', 'bank_guarantee', 'deposit')",
            name=op.f("ck_collateral_known_kind"),
        ),
        sa.CheckConstraint(
            "accepted_minor >= 0 and accepted_minor <= amount_minor",
            name=op.f("ck_collateral_accepted_within"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_collateral_amount_above_zero")),
        sa.CheckConstraint(
            "until_on is null or until_on >= from_on",
            name=op.f("ck_collateral_ends_after_it_begins"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_collateral_customer_id")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["user.id"], name=op.f("fk_collateral_ended_by")),
        sa.ForeignKeyConstraint(["noted_by"], ["user.id"], name=op.f("fk_collateral_noted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collateral")),
        sqlite_strict=True,
    )
    op.create_index("ix_collateral_customer_id", "collateral", ["customer_id"])


def _create_contract() -> None:
    op.create_table(
        "contract",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("code", CodeText, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("payment_terms", sa.Text(), nullable=True),
        sa.Column("payment_method", sa.Text(), nullable=True),
        sa.Column("late_interest_rate", CodeText, nullable=True),
        sa.Column("breach_liability", sa.Text(), nullable=True),
        sa.Column("price_list", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("currency", CurrencyCode, nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("quality_standard", sa.Text(), nullable=True),
        sa.Column("acceptance_manner", sa.Text(), nullable=True),
        sa.Column("transport", sa.Text(), nullable=True),
        sa.Column("renewal", sa.Text(), nullable=True),
        sa.Column("collection_manner", sa.Text(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("signer_name", sa.Text(), nullable=True),
        sa.Column("signer_title", sa.Text(), nullable=True),
        sa.Column("sealed_with", CodeText, nullable=True),
        sa.Column("reviewed_by", BigId, nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("authority_checked_by", BigId, nullable=True),
        sa.Column("authority_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("authority_note", sa.Text(), nullable=True),
        sa.Column("next_look_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", BigId, server_default="1", nullable=False),
        sa.CheckConstraint("code <> ''", name=op.f("ck_contract_code_is_given")),
        sa.CheckConstraint(
            "sealed_with is null or sealed_with in ('contract_seal', 'company_seal',"
            "  'private_seal', 'signature', 'electronic')",
            name=op.f("ck_contract_known_seal"),
        ),
        sa.CheckConstraint(
            "ends_on is null or ends_on >= starts_on", name=op.f("ck_contract_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(
            ["authority_checked_by"], ["user.id"], name=op.f("fk_contract_authority_checked_by")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_contract_customer_id")
        ),
        sa.ForeignKeyConstraint(["reviewed_by"], ["user.id"], name=op.f("fk_contract_reviewed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("code", name=op.f("uq_contract_code")),
        sa.UniqueConstraint("customer_id", "id", name=op.f("uq_contract_customer_id_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_contract_customer_id", "contract", ["customer_id", "starts_on"])


def _create_credit_application() -> None:
    op.create_table(
        "credit_application",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("currency", CurrencyCode, nullable=True),
        sa.Column("asked_limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("asked_terms", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("side", CodeText, nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("decided_by", BigId, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", BigId, server_default="1", nullable=False),
        sa.CheckConstraint(
            "kind in ('opening', 'limit', 'terms')", name=op.f("ck_credit_application_known_kind")
        ),
        sa.CheckConstraint(
            "state in ('draft', 'submitted', 'granted', 'partly', 'refused', 'withdrawn')",
            name=op.f("ck_credit_application_known_state"),
        ),
        sa.CheckConstraint(
            "asked_limit_minor >= 0", name=op.f("ck_credit_application_asked_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_credit_application_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user.id"], name=op.f("fk_credit_application_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_credit_application_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_application")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_credit_application_customer_id", "credit_application", ["customer_id", "id"]
    )
    op.create_index("ix_credit_application_state", "credit_application", ["state", "id"])


def _create_credit_standing() -> None:
    op.create_table(
        "credit_standing",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", BigId, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by", BigId, nullable=True),
        sa.Column("end_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "kind in ('blacklisted', 'frozen', 'prepayment',"
            " 'exempt_government', 'exempt_institution', 'exempt_small')",
            name=op.f("ck_credit_standing_known_kind"),
        ),
        sa.CheckConstraint(
            "until_on is null or until_on >= from_on",
            name=op.f("ck_credit_standing_ends_after_it_begins"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_credit_standing_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["user.id"], name=op.f("fk_credit_standing_ended_by")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["user.id"], name=op.f("fk_credit_standing_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_standing")),
        sqlite_strict=True,
    )
    op.create_index("ix_credit_standing_customer_id", "credit_standing", ["customer_id", "kind"])


def _create_kept_file() -> None:
    op.create_table(
        "kept_file",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("subject", CodeText, nullable=False),
        sa.Column("side", CodeText, nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", CodeText, nullable=False),
        sa.Column("media_type", CodeText, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side in ('customer', 'house')", name=op.f("ck_kept_file_known_side")),
        sa.CheckConstraint("size > 0", name=op.f("ck_kept_file_size_above_zero")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_kept_file_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_kept_file_file_sha256")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_kept_file_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_file")),
        sqlite_strict=True,
    )
    op.create_index("ix_kept_file_subject", "kept_file", ["subject", "id"])


def _create_rating() -> None:
    op.create_table(
        "rating",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("score_hundredths", BigId, nullable=True),
        sa.Column("coverage_bp", BigId, nullable=False),
        sa.Column("grade", CodeText, nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("currency", CurrencyCode, nullable=True),
        sa.Column("suggested_limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("suggested_terms", sa.Text(), server_default="", nullable=False),
        sa.Column("policy_id", BigId, nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "coverage_bp between 0 and 10000", name=op.f("ck_rating_coverage_in_range")
        ),
        sa.CheckConstraint(
            "score_hundredths is null or score_hundredths between 0 and 10000",
            name=op.f("ck_rating_score_in_range"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_rating_customer_id")
        ),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_rating_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sqlite_strict=True,
    )
    op.create_index("ix_rating_customer_id", "rating", ["customer_id", "as_of", "id"])


def _create_sales_order() -> None:
    op.create_table(
        "sales_order",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("code", CodeText, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("status", CodeText, nullable=False),
        sa.Column("decision", CodeText, nullable=True),
        sa.Column("released_until", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", BigId, server_default="1", nullable=False),
        sa.CheckConstraint("code <> ''", name=op.f("ck_sales_order_code_is_given")),
        sa.CheckConstraint(
            "decision is null or decision in ('allow', 'hold', 'refuse', 'released')",
            name=op.f("ck_sales_order_known_decision"),
        ),
        sa.CheckConstraint(
            "status in ('open', 'closed', 'cancelled')", name=op.f("ck_sales_order_known_status")
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_sales_order_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_sales_order_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        sa.UniqueConstraint("code", name=op.f("uq_sales_order_code")),
        sa.UniqueConstraint("customer_id", "id", name=op.f("uq_sales_order_customer_id_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_sales_order_customer_id", "sales_order", ["customer_id", "status"])


def _create_visit() -> None:
    op.create_table(
        "visit",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("met", sa.Text(), nullable=False),
        sa.Column("payment_plans", sa.Text(), nullable=False),
        sa.Column("business", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_visit_customer_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_visit_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sqlite_strict=True,
    )
    op.create_index("ix_visit_customer_id", "visit", ["customer_id", "visited_on"])


def _create_warning_signal() -> None:
    op.create_table(
        "warning_signal",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("signal", CodeText, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("noted_by", BigId, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_by", BigId, nullable=True),
        sa.Column("clear_note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["cleared_by"], ["user.id"], name=op.f("fk_warning_signal_cleared_by")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_warning_signal_customer_id")
        ),
        sa.ForeignKeyConstraint(["noted_by"], ["user.id"], name=op.f("fk_warning_signal_noted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning_signal")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_warning_signal_customer_id", "warning_signal", ["customer_id", "cleared_at"]
    )


def _create_contract_amendment() -> None:
    op.create_table(
        "contract_amendment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("contract_id", BigId, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("author_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("approval_id", BigId, nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'in_force', 'refused')",
            name=op.f("ck_contract_amendment_known_state"),
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_contract_amendment_approval_id")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_contract_amendment_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "contract_id"],
            ["contract.customer_id", "contract.id"],
            name="fk_contract_amendment_contract",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_amendment")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_contract_amendment_contract_id",
        "contract_amendment",
        ["contract_id", "effective_on", "id"],
    )


def _create_contract_note() -> None:
    op.create_table(
        "contract_note",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("contract_id", BigId, nullable=False),
        sa.Column("outcome", CodeText, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_contract_note_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "contract_id"],
            ["contract.customer_id", "contract.id"],
            name="fk_contract_note_contract",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_note")),
        sqlite_strict=True,
    )
    op.create_index("ix_contract_note_contract_id", "contract_note", ["contract_id", "id"])


def _create_credit_fact() -> None:
    op.create_table(
        "credit_fact",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("factor", CodeText, nullable=False),
        sa.Column("value", CodeText, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("source", CodeText, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("application_id", BigId, nullable=True),
        sa.Column("noted_by", BigId, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["credit_application.id"],
            name=op.f("fk_credit_fact_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_credit_fact_customer_id")
        ),
        sa.ForeignKeyConstraint(["noted_by"], ["user.id"], name=op.f("fk_credit_fact_noted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_fact")),
        sqlite_strict=True,
    )
    op.create_index("ix_credit_fact_customer_id", "credit_fact", ["customer_id", "factor", "as_of"])


def _create_credit_limit() -> None:
    op.create_table(
        "credit_limit",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("insured_minor", sa.BigInteger(), nullable=True),
        sa.Column("source", CodeText, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("application_id", BigId, nullable=True),
        sa.Column("approval_id", BigId, nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_credit_limit_not_negative")),
        sa.CheckConstraint("insured_minor >= 0", name=op.f("ck_credit_limit_insured_not_negative")),
        sa.CheckConstraint(
            "valid_until is null or valid_until >= effective_on",
            name=op.f("ck_credit_limit_ends_after_it_begins"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["credit_application.id"],
            name=op.f("fk_credit_limit_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_credit_limit_approval_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_credit_limit_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_limit")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_credit_limit_customer_id", "credit_limit", ["customer_id", "effective_on", "id"]
    )


def _create_credit_review() -> None:
    op.create_table(
        "credit_review",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("rating_id", BigId, nullable=True),
        sa.Column("grade", CodeText, nullable=False),
        sa.Column("outcome", CodeText, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("reviewer_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_credit_review_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["rating_id"], ["rating.id"], name=op.f("fk_credit_review_rating_id")
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["user.id"], name=op.f("fk_credit_review_reviewer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_review")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_credit_review_customer_id", "credit_review", ["customer_id", "reviewed_on", "id"]
    )


def _create_customer_grade() -> None:
    op.create_table(
        "customer_grade",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("grade", CodeText, nullable=False),
        sa.Column("is_override", sa.Boolean(), nullable=False),
        sa.Column("rating_id", BigId, nullable=True),
        sa.Column("approval_id", BigId, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("grade <> ''", name=op.f("ck_customer_grade_grade_is_given")),
        sa.CheckConstraint(
            "is_override = false or until_on is not null",
            name=op.f("ck_customer_grade_overrides_expire"),
        ),
        sa.CheckConstraint(
            "until_on is null or until_on >= effective_on",
            name=op.f("ck_customer_grade_ends_after_it_begins"),
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_customer_grade_approval_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_grade_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["rating_id"], ["rating.id"], name=op.f("fk_customer_grade_rating_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_grade")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_customer_grade_customer_id", "customer_grade", ["customer_id", "effective_on", "id"]
    )


def _create_grade_override() -> None:
    op.create_table(
        "grade_override",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("rating_id", BigId, nullable=True),
        sa.Column("grade", CodeText, nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("approval_id", BigId, nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'approved', 'refused', 'withdrawn')",
            name=op.f("ck_grade_override_known_state"),
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_grade_override_approval_id")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_grade_override_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_grade_override_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["rating_id"], ["rating.id"], name=op.f("fk_grade_override_rating_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade_override")),
        sqlite_strict=True,
    )
    op.create_index("ix_grade_override_customer_id", "grade_override", ["customer_id", "id"])


def _create_hold_release() -> None:
    op.create_table(
        "hold_release",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("approval_id", BigId, nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'approved', 'refused', 'withdrawn')",
            name=op.f("ck_hold_release_known_state"),
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_hold_release_approval_id")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_hold_release_author_id")),
        sa.ForeignKeyConstraint(
            ["customer_id", "order_id"],
            ["sales_order.customer_id", "sales_order.id"],
            name="fk_hold_release_order",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_release")),
        sqlite_strict=True,
    )
    op.create_index("ix_hold_release_order_id", "hold_release", ["order_id", "id"])


def _create_invoice_check() -> None:
    op.create_table(
        "invoice_check",
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("contract_id", BigId, nullable=True),
        sa.Column("fingerprint", CodeText, nullable=False),
        sa.Column("differences", sa.Text(), nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", BigId, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(state in ('confirmed', 'returned')) = (decided_by is not null)",
            name=op.f("ck_invoice_check_decided_says_who"),
        ),
        sa.CheckConstraint(
            "state in ('fits', 'held', 'confirmed', 'returned')",
            name=op.f("ck_invoice_check_known_state"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_invoice_check_contract_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_invoice_check_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user.id"], name=op.f("fk_invoice_check_decided_by")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_invoice_check_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_invoice_check")),
        sqlite_strict=True,
    )
    op.create_index("ix_invoice_check_customer_id", "invoice_check", ["customer_id", "entry_id"])
    op.create_index("ix_invoice_check_state", "invoice_check", ["state", "entry_id"])


def _create_limit_proposal() -> None:
    op.create_table(
        "limit_proposal",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("insured_minor", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("application_id", BigId, nullable=True),
        sa.Column("author_id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("approval_id", BigId, nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'approved', 'refused', 'withdrawn')",
            name=op.f("ck_limit_proposal_known_state"),
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_limit_proposal_not_negative")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["credit_application.id"],
            name=op.f("fk_limit_proposal_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_limit_proposal_approval_id")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_limit_proposal_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_limit_proposal_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limit_proposal")),
        sqlite_strict=True,
    )
    op.create_index("ix_limit_proposal_customer_id", "limit_proposal", ["customer_id", "id"])


def _create_terms_change() -> None:
    op.create_table(
        "terms_change",
        sa.Column("id", BigId, nullable=False),
        sa.Column("scope", CodeText, nullable=False),
        sa.Column("customer_id", BigId, nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reach", CodeText, nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", BigId, nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("impact", sa.Text(), server_default="", nullable=False),
        sa.Column("approval_id", BigId, nullable=True),
        sa.Column("policy_id", BigId, nullable=True),
        sa.Column("row_version", BigId, server_default="1", nullable=False),
        sa.CheckConstraint(
            "(scope = 'customer') = (customer_id is not null)",
            name=op.f("ck_terms_change_scope_says_whose"),
        ),
        sa.CheckConstraint("reach in ('new', 'open')", name=op.f("ck_terms_change_known_reach")),
        sa.CheckConstraint(
            "scope in ('company', 'customer')", name=op.f("ck_terms_change_known_scope")
        ),
        sa.CheckConstraint(
            "state in ('draft', 'waiting', 'approved', 'refused', 'withdrawn')",
            name=op.f("ck_terms_change_known_state"),
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_terms_change_approval_id")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_terms_change_author_id")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_terms_change_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy.id"], name=op.f("fk_terms_change_policy_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_change")),
        sqlite_strict=True,
    )
    op.create_index("ix_terms_change_customer_id", "terms_change", ["customer_id", "id"])
    op.create_index("ix_terms_change_state", "terms_change", ["state", "id"])


def _create_customer_terms() -> None:
    op.create_table(
        "customer_terms",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("grace_days", sa.SmallInteger(), nullable=True),
        sa.Column("late_rate", CodeText, nullable=True),
        sa.Column("day_count", sa.SmallInteger(), nullable=True),
        sa.Column("source", CodeText, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("change_id", BigId, nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("grace_days >= 0", name=op.f("ck_customer_terms_grace_not_negative")),
        sa.ForeignKeyConstraint(
            ["change_id"], ["terms_change.id"], name=op.f("fk_customer_terms_change_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_terms_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_terms")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_customer_terms_customer_id", "customer_terms", ["customer_id", "effective_on", "id"]
    )


def _create_order_decision() -> None:
    op.create_table(
        "order_decision",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("order_id", BigId, nullable=False),
        sa.Column("decision", CodeText, nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("currency", CurrencyCode, nullable=True),
        sa.Column("exposure_minor", sa.BigInteger(), nullable=True),
        sa.Column("limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("release_id", BigId, nullable=True),
        sa.Column("policy_id", BigId, nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "decision in ('allow', 'hold', 'refuse', 'released')",
            name=op.f("ck_order_decision_known_decision"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "order_id"],
            ["sales_order.customer_id", "sales_order.id"],
            name="fk_order_decision_order",
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy.id"], name=op.f("fk_order_decision_policy_id")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["hold_release.id"], name=op.f("fk_order_decision_release_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_decision")),
        sqlite_strict=True,
    )
    op.create_index("ix_order_decision_order_id", "order_decision", ["order_id", "id"])


def _create_part_move() -> None:
    op.create_table(
        "part_move",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("change_id", BigId, nullable=False),
        sa.Column("from_due_on", sa.Date(), nullable=True),
        sa.Column("to_due_on", sa.Date(), nullable=False),
        sa.Column("from_term_days", sa.SmallInteger(), nullable=True),
        sa.Column("to_term_days", sa.SmallInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["terms_change.id"], name=op.f("fk_part_move_change_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_part_move_part",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_move")),
        sqlite_strict=True,
    )
    op.create_index("ix_part_move_change_id", "part_move", ["change_id"])
    op.create_index("ix_part_move_part", "part_move", ["customer_id", "entry_id", "part"])


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _let_approvals_concern_the_company() -> None:
    if _is_sqlite():
        _rewrite_approval("customer_id INTEGER NOT NULL", "customer_id INTEGER")
    else:
        op.alter_column("approval", "customer_id", nullable=True)


def _rewrite_approval(said: str, says: str) -> None:
    """SQLite's own way to take a NOT NULL away: rows do not change, so only the text does."""
    bind = op.get_bind()
    version = bind.execute(sa.text("pragma schema_version")).scalar_one()
    bind.execute(sa.text("pragma writable_schema = on"))
    changed = bind.execute(
        sa.text(
            "update sqlite_schema set sql = replace(sql, :said, :says)"
            " where type = 'table' and name = 'approval' and instr(sql, :said) > 0"
        ),
        {"said": said, "says": says},
    )
    assert changed.rowcount == 1
    bind.execute(sa.text(f"pragma schema_version = {version + 1}"))
    bind.execute(sa.text("pragma writable_schema = off"))


def _let_parts_be_moved() -> None:
    if _is_sqlite():
        op.execute("drop trigger part_stays_due")
        op.execute(
            f"{STAYS_DUE}when old.due_on is not null and not exists ({APPROVED_MOVE}) "
            "begin select raise(abort, 'part.frozen'); end"
        )
        return
    op.execute("drop trigger part_stays_due on part")
    op.execute(MOVED_PART)
    op.execute(
        f"{STAYS_DUE}for each row when (old.due_on is not null) "
        "execute function refuse_moved_part()"
    )


def _keep_parts_where_they_are() -> None:
    if _is_sqlite():
        op.execute("drop trigger part_stays_due")
        op.execute(
            f"{STAYS_DUE}when old.due_on is not null begin select raise(abort, 'part.frozen'); end"
        )
        return
    op.execute("drop trigger part_stays_due on part")
    op.execute("drop function refuse_moved_part()")
    op.execute(
        f"{STAYS_DUE}for each row when (old.due_on is not null) "
        "execute function refuse_change('part.frozen')"
    )


def _let_approvals_concern_customers_only() -> None:
    """What concerned the whole company goes: it had no place before."""
    if _is_sqlite():
        op.execute("drop trigger approval_no_delete")
        op.execute("delete from approval where customer_id is null")
        op.execute(
            "create trigger approval_no_delete before delete on approval "
            "begin select raise(abort, 'approval.append_only'); end"
        )
        _rewrite_approval("customer_id INTEGER", "customer_id INTEGER NOT NULL")
        return
    op.execute("drop trigger approval_no_delete on approval")
    op.execute("delete from approval where customer_id is null")
    op.execute(
        "create trigger approval_no_delete before delete on approval "
        "for each row execute function refuse_change('approval.append_only')"
    )
    op.alter_column("approval", "customer_id", nullable=False)


def downgrade() -> None:
    _keep_parts_where_they_are()
    op.drop_column("invoice", "terms_version")
    for table in reversed(TABLES):
        op.drop_table(table)
    _let_approvals_concern_customers_only()


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
