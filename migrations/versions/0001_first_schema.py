"""The first schema: the ledger, statements, people and journal, with their guards on both databases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CodeText = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CurrencyCode = sa.CHAR(length=3).with_variant(sa.CHAR(length=3, collation="C"), "postgresql")

# What columns and constraints cannot say.
SQLITE_GUARDS = [
    "create trigger entry_no_update before update on entry begin select raise(abort, 'entry.append_only'); end",
    "create trigger entry_no_delete before delete on entry begin select raise(abort, 'entry.append_only'); end",
    "create trigger audit_no_update before update on audit begin select raise(abort, 'audit.append_only'); end",
    "create trigger audit_no_delete before delete on audit begin select raise(abort, 'audit.append_only'); end",
    "create trigger confirmation_no_update before update on confirmation begin select raise(abort, 'confirmation.append_only'); end",
    "create trigger confirmation_no_delete before delete on confirmation begin select raise(abort, 'confirmation.append_only'); end",
    "create trigger event_no_update before update on event begin select raise(abort, 'event.append_only'); end",
    "create trigger event_no_delete before delete on event begin select raise(abort, 'event.append_only'); end",
    "create trigger allocation_frozen before update of customer_id, entry_id, part, credit_id, nth, currency, memo, effective_on, amount_minor, source on allocation begin select raise(abort, 'allocation.frozen'); end",
    "create trigger allocation_no_delete before delete on allocation begin select raise(abort, 'allocation.append_only'); end",
    "create trigger part_frozen before update of customer_id, entry_id, part, currency, dated_on, amount_minor on part begin select raise(abort, 'part.frozen'); end",
    "create trigger part_no_delete before delete on part when not exists (select 1 from pending p where p.customer_id = old.customer_id and p.entry_id = old.entry_id) begin select raise(abort, 'part.append_only'); end",
    "create trigger statement_frozen before update of id, customer_id, currency, period_from, period_to, version, prev_id, number, opening_minor, invoiced_minor, charged_minor, credited_minor, received_minor, discounted_minor, refunded_minor, adjusted_minor, closing_minor, open_minor, overdue_minor, unapplied_minor, disputed_minor, line_count, payload, sha256, policy_id, run_id, issued_on, issued_at, confirm_by on statement begin select raise(abort, 'statement.frozen'); end",
    "create trigger statement_no_delete before delete on statement begin select raise(abort, 'statement.append_only'); end",
    "create trigger statement_line_frozen before update of customer_id, statement_id, seq, entry_id on statement_line begin select raise(abort, 'statement_line.frozen'); end",
    "create trigger statement_line_no_delete before delete on statement_line begin select raise(abort, 'statement_line.append_only'); end",
    "create trigger part_stays_due before update of due_on, term_days on part when old.due_on is not null begin select raise(abort, 'part.frozen'); end",
    "create trigger allocation_within_part after insert on allocation when (select coalesce(sum(a.amount_minor), 0) from allocation a where a.customer_id = new.customer_id and a.entry_id = new.entry_id and a.part = new.part and a.memo = new.memo and a.ended_on is null) > (select p.amount_minor from part p where p.customer_id = new.customer_id and p.entry_id = new.entry_id and p.part = new.part) begin select raise(abort, 'allocation.exceeds_part'); end",
    "create trigger allocation_within_credit after insert on allocation when (select coalesce(sum(a.amount_minor), 0) from allocation a where a.customer_id = new.customer_id and a.credit_id = new.credit_id and a.ended_on is null) > (select -e.amount_minor from entry e where e.id = new.credit_id) begin select raise(abort, 'allocation.exceeds_credit'); end",
    "create trigger allocation_stays_ended before update of ended_on on allocation when old.ended_on is not null and old.ended_on is not new.ended_on begin select raise(abort, 'allocation.stays_ended'); end",
]

POSTGRESQL_GUARDS = [
    "create function refuse_change() returns trigger language plpgsql as $$ begin raise exception '%', tg_argv[0] using errcode = 'integrity_constraint_violation'; end $$",
    "create trigger entry_append_only before update or delete on entry for each row execute function refuse_change('entry.append_only')",
    "create trigger audit_append_only before update or delete on audit for each row execute function refuse_change('audit.append_only')",
    "create trigger confirmation_append_only before update or delete on confirmation for each row execute function refuse_change('confirmation.append_only')",
    "create trigger event_append_only before update or delete on event for each row execute function refuse_change('event.append_only')",
    "create trigger allocation_frozen before update of customer_id, entry_id, part, credit_id, nth, currency, memo, effective_on, amount_minor, source on allocation for each row execute function refuse_change('allocation.frozen')",
    "create trigger allocation_no_delete before delete on allocation for each row execute function refuse_change('allocation.append_only')",
    "create trigger part_frozen before update of customer_id, entry_id, part, currency, dated_on, amount_minor on part for each row execute function refuse_change('part.frozen')",
    "create trigger statement_frozen before update of id, customer_id, currency, period_from, period_to, version, prev_id, number, opening_minor, invoiced_minor, charged_minor, credited_minor, received_minor, discounted_minor, refunded_minor, adjusted_minor, closing_minor, open_minor, overdue_minor, unapplied_minor, disputed_minor, line_count, payload, sha256, policy_id, run_id, issued_on, issued_at, confirm_by on statement for each row execute function refuse_change('statement.frozen')",
    "create trigger statement_no_delete before delete on statement for each row execute function refuse_change('statement.append_only')",
    "create trigger statement_line_frozen before update of customer_id, statement_id, seq, entry_id on statement_line for each row execute function refuse_change('statement_line.frozen')",
    "create trigger statement_line_no_delete before delete on statement_line for each row execute function refuse_change('statement_line.append_only')",
    """create function refuse_stated_part() returns trigger language plpgsql as $$
begin
  if exists (select 1 from pending p
    where p.customer_id = old.customer_id and p.entry_id = old.entry_id) then
    return old;
  end if;
  raise exception 'part.append_only' using errcode = 'integrity_constraint_violation';
end $$""",
    "create trigger part_no_delete before delete on part for each row execute function refuse_stated_part()",
    "create trigger part_stays_due before update of due_on, term_days on part for each row when (old.due_on is not null) execute function refuse_change('part.frozen')",
    "create trigger allocation_stays_ended before update of ended_on on allocation for each row when (old.ended_on is not null and old.ended_on is distinct from new.ended_on) execute function refuse_change('allocation.stays_ended')",
    """create function refuse_over_allocation() returns trigger language plpgsql as $$
begin
  if exists (select 1 from (select distinct customer_id, entry_id, part, memo from fresh) f
    join part p using (customer_id, entry_id, part)
    where p.amount_minor < (select sum(a.amount_minor) from allocation a
      where a.customer_id = f.customer_id and a.entry_id = f.entry_id and a.part = f.part
      and a.memo = f.memo and a.ended_on is null)) then
    raise exception 'allocation.exceeds_part' using errcode = 'integrity_constraint_violation';
  end if;
  if exists (select 1 from (select distinct customer_id, credit_id from fresh) f
    join entry e on e.id = f.credit_id
    where -e.amount_minor < (select sum(a.amount_minor) from allocation a
      where a.customer_id = f.customer_id and a.credit_id = f.credit_id
      and a.ended_on is null)) then
    raise exception 'allocation.exceeds_credit' using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$""",
    "create trigger allocation_within after insert on allocation referencing new table as fresh for each statement execute function refuse_over_allocation()",
]

POSTGRESQL_FUNCTIONS = ["refuse_change()", "refuse_stated_part()", "refuse_over_allocation()"]


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=True),
        sa.Column("act", CodeText, nullable=False),
        sa.Column("subject", CodeText, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
        sqlite_strict=True,
    )
    op.create_index("ix_access_log_subject", "access_log", ["subject", "id"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", BigId, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("actor_kind", CodeText, nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("customer_id", BigId, nullable=True),
        sa.Column("subject", CodeText, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("prev_hash", CodeText, nullable=False),
        sa.Column("hash", CodeText, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_strict=True,
    )
    op.create_index("ix_audit_actor_id", "audit", ["actor_id", "id"], unique=False)
    op.create_index("ix_audit_customer_id", "audit", ["customer_id", "id"], unique=False)
    op.create_index("ix_audit_subject", "audit", ["subject", "id"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", BigId, nullable=False),
        sa.Column("last_id", BigId, nullable=False),
        sa.Column("hash", CodeText, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
        sqlite_strict=True,
    )
    op.create_table(
        "company",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=False),
        sa.Column("tax_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("country", CodeText, nullable=False),
        sa.Column("timezone", CodeText, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("language", CodeText, nullable=False),
        sa.Column("help_email", sa.Text(), nullable=False),
        sa.Column("help_phone", sa.Text(), nullable=False),
        sa.Column("bank_name", sa.Text(), nullable=False),
        sa.Column("bank_holder", sa.Text(), nullable=False),
        sa.Column("bank_account", sa.Text(), nullable=False),
        sa.Column("ref_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_company_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sqlite_strict=True,
    )
    op.create_table(
        "customer",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", CodeText, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=True),
        sa.Column("tax_id", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("collector", sa.Text(), nullable=True),
        sa.Column("currency", CurrencyCode, nullable=True),
        sa.Column("language", CodeText, nullable=True),
        sa.Column("payment_terms", sa.Text(), nullable=True),
        sa.Column("credit_limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("credit_limit_currency", CurrencyCode, nullable=True),
        sa.Column("parent_id", BigId, nullable=True),
        sa.Column("customer_type", sa.Text(), nullable=True),
        sa.Column("statement_cycle", CodeText, server_default="monthly", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("code <> ''", name=op.f("ck_customer_code_is_given")),
        sa.CheckConstraint(
            "statement_cycle in ('monthly', 'quarterly', 'half_yearly')",
            name=op.f("ck_customer_known_cycle"),
        ),
        sa.CheckConstraint("credit_limit_minor >= 0", name=op.f("ck_customer_limit_not_negative")),
        sa.ForeignKeyConstraint(["parent_id"], ["customer.id"], name=op.f("fk_customer_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("code", name=op.f("uq_customer_code")),
        sqlite_strict=True,
    )
    op.create_index("ix_customer_owner", "customer", ["owner"], unique=False)
    op.create_index("ix_customer_parent_id", "customer", ["parent_id"], unique=False)
    op.create_table(
        "day_run",
        sa.Column("act", CodeText, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("act", "on", name=op.f("pk_day_run")),
        sqlite_strict=True,
    )
    op.create_table(
        "declaration",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", CodeText, nullable=False),
        sa.Column("language", CodeText, nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sha256", CodeText, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
        sa.UniqueConstraint(
            "name", "language", "version", name=op.f("uq_declaration_name_language_version")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "idempotency_key",
        sa.Column("key", CodeText, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("digest", CodeText, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "user_id", name=op.f("pk_idempotency_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "outbox",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", CodeText, nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("channel", CodeText, nullable=False),
        sa.Column("to_address", sa.Text(), nullable=False),
        sa.Column("to_name", sa.Text(), nullable=False),
        sa.Column("language", CodeText, nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("customer_id", BigId, nullable=True),
        sa.Column("documents", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body_text", sa.Text(), nullable=True),
        sa.Column("body_html", sa.Text(), nullable=True),
        sa.Column("body_sha256", CodeText, nullable=True),
        sa.Column("message_id", CodeText, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('pending', 'sent', 'failed', 'cancelled')",
            name=op.f("ck_outbox_known_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sqlite_strict=True,
    )
    op.create_index("ix_outbox_customer_id", "outbox", ["customer_id"], unique=False)
    op.create_index("ix_outbox_state", "outbox", ["state", "id"], unique=False)
    op.create_table(
        "policy",
        sa.Column("id", BigId, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sqlite_strict=True,
    )
    op.create_index("ix_policy_effective_on", "policy", ["effective_on", "id"], unique=False)
    op.create_table(
        "stored_file",
        sa.Column("sha256", CodeText, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", CodeText, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_stored_file_size_not_negative")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
        sqlite_strict=True,
    )
    op.create_table(
        "throttle",
        sa.Column("key", CodeText, nullable=False),
        sa.Column("window_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "window_at", name=op.f("pk_throttle")),
        sqlite_strict=True,
    )
    op.create_table(
        "timetable",
        sa.Column("name", CodeText, nullable=False),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_timetable")),
        sqlite_strict=True,
    )
    op.create_table(
        "user",
        sa.Column("id", BigId, nullable=False),
        sa.Column("email", CodeText, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("language", CodeText, nullable=False),
        sa.Column("staff_role", CodeText, nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_step", BigId, nullable=True),
        sa.Column("link_epoch", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
        sqlite_strict=True,
    )
    op.create_table(
        "challenge",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("purpose", CodeText, nullable=False),
        sa.Column("subject", CodeText, nullable=False),
        sa.Column("code_hash", CodeText, nullable=False),
        sa.Column("sent_to", sa.Text(), nullable=False),
        sa.Column("channel", CodeText, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_challenge_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
        sqlite_strict=True,
    )
    op.create_index("ix_challenge_user_id", "challenge", ["user_id", "created_at"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", CodeText, nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("role", CodeText, nullable=True),
        sa.Column("language", CodeText, nullable=True),
        sa.Column("gets_statements", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_contact_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("email", name=op.f("uq_contact_email")),
        sqlite_strict=True,
    )
    op.create_index("ix_contact_customer_id", "contact", ["customer_id"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("subject_id", BigId, nullable=False),
        sa.Column("language", CodeText, nullable=False),
        sa.Column("template", CodeText, nullable=False),
        sa.Column("file_sha256", CodeText, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_document_file_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint(
            "kind",
            "subject_id",
            "language",
            "template",
            name=op.f("uq_document_kind_subject_id_language_template"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "download",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("digest", CodeText, nullable=False),
        sa.Column("language", CodeText, nullable=False),
        sa.Column("entry_ids", sa.Text(), nullable=False),
        sa.Column("customer_ids", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("file_sha256", CodeText, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('pending', 'ready', 'failed')", name=op.f("ck_download_known_state")
        ),
        sa.CheckConstraint(
            "done >= 0 and done <= total", name=op.f("ck_download_done_within_total")
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_download_file_sha256")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_download_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_download")),
        sa.UniqueConstraint("user_id", "digest", name=op.f("uq_download_user_id_digest")),
        sqlite_strict=True,
    )
    op.create_table(
        "entry",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("space", sa.SmallInteger(), nullable=False),
        sa.Column("leg", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("memo", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("subkind", CodeText, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("about_id", BigId, nullable=True),
        sa.Column("counter_customer_id", BigId, nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number <> ''", name=op.f("ck_entry_number_is_given")),
        sa.CheckConstraint(
            "(kind = 12) = (memo = 1)", name=op.f("ck_entry_only_write_offs_are_memos")
        ),
        sa.CheckConstraint(
            "(kind in (1, 2, 6, 7) and amount_minor > 0) or (kind in (3, 4, 5) and amount_minor < 0) or (kind in (8, 9, 10, 12) and amount_minor <> 0)",
            name=op.f("ck_entry_sign_fits_kind"),
        ),
        sa.CheckConstraint(
            "leg = 0 or (leg = 1 and kind = 8)", name=op.f("ck_entry_second_leg_is_a_transfer")
        ),
        sa.CheckConstraint(
            "space = case when kind = 1 then 1 when kind in (3, 4) then 2 else 3 end",
            name=op.f("ck_entry_space_fits_kind"),
        ),
        sa.ForeignKeyConstraint(["about_id"], ["entry.id"], name=op.f("fk_entry_about_id")),
        sa.ForeignKeyConstraint(
            ["counter_customer_id"], ["customer.id"], name=op.f("fk_entry_counter_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_entry_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint(
            "customer_id", "currency", "id", name=op.f("uq_entry_customer_id_currency_id")
        ),
        sa.UniqueConstraint("space", "number", "leg", name=op.f("uq_entry_space_number_leg")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_entry_customer_id_dated_on", "entry", ["customer_id", "dated_on"], unique=False
    )
    op.create_table(
        "event",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("subject_kind", CodeText, nullable=False),
        sa.Column("subject_id", BigId, nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_event_customer_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_event_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_event_subject",
        "event",
        ["customer_id", "subject_kind", "subject_id", "id"],
        unique=False,
    )
    op.create_table(
        "import_run",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("file_sha256", CodeText, nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("kind", CodeText, nullable=True),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.Column("rows_total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('staged', 'checked', 'running', 'done', 'failed')",
            name=op.f("ck_import_run_known_state"),
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_import_run_file_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sqlite_strict=True,
    )
    op.create_table(
        "invitation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("token_hash", CodeText, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_invitation_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
        sqlite_strict=True,
    )
    op.create_index("ix_invitation_user_id", "invitation", ["user_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("role", CodeText, nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role in ('customer_viewer', 'customer_accountant', 'customer_signatory', 'customer_admin')",
            name=op.f("ck_membership_known_role"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_membership_customer_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_membership_user_id")),
        sa.PrimaryKeyConstraint("user_id", "customer_id", "role", name=op.f("pk_membership")),
        sqlite_strict=True,
    )
    op.create_index("ix_membership_customer_id", "membership", ["customer_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("code_hash", CodeText, nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name=op.f("pk_recovery_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "remembered_device",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("token_hash", CodeText, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_remembered_device_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered_device")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_remembered_device_token_hash")),
        sqlite_strict=True,
    )
    op.create_table(
        "session",
        sa.Column("id", BigId, nullable=False),
        sa.Column("token_hash", CodeText, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("method", CodeText, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_token_hash")),
        sqlite_strict=True,
    )
    op.create_index("ix_session_user_id", "session", ["user_id"], unique=False)
    op.create_table(
        "statement_run",
        sa.Column("id", BigId, nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("confirm_by", sa.Date(), nullable=False),
        sa.Column("policy_id", BigId, nullable=True),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("customer_ids", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy.id"], name=op.f("fk_statement_run_policy_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_run")),
        sqlite_strict=True,
    )
    op.create_table(
        "access_grant",
        sa.Column("id", BigId, nullable=False),
        sa.Column("challenge_id", BigId, nullable=True),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("purpose", CodeText, nullable=False),
        sa.Column("subject", CodeText, nullable=False),
        sa.Column("token_hash", CodeText, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenge.id"], name=op.f("fk_access_grant_challenge_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_access_grant_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grant")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_grant_token_hash")),
        sqlite_strict=True,
    )
    op.create_table(
        "invoice",
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("terms_text", sa.Text(), nullable=True),
        sa.Column("terms_source", CodeText, nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=True),
        sa.Column("tax_invoice_no", sa.Text(), nullable=True),
        sa.Column("contract_code", sa.Text(), nullable=True),
        sa.Column("order_code", sa.Text(), nullable=True),
        sa.Column("shipped_on", sa.Date(), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("product", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_invoice_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_invoice")),
        sqlite_strict=True,
    )
    op.create_table(
        "invoice_line",
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("product_code", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("quantity", CodeText, nullable=False),
        sa.Column("unit_price", CodeText, nullable=False),
        sa.Column("tax_rate", CodeText, nullable=True),
        sa.Column("tax_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_invoice_line_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", "line", name=op.f("pk_invoice_line")),
        sqlite_strict=True,
    )
    op.create_table(
        "part",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("term_days", sa.SmallInteger(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_part_amount_above_zero")),
        sa.CheckConstraint("part >= 1", name=op.f("ck_part_counted_from_one")),
        sa.ForeignKeyConstraint(
            ["customer_id", "currency", "entry_id"],
            ["entry.customer_id", "entry.currency", "entry.id"],
            name="fk_part_entry",
        ),
        sa.PrimaryKeyConstraint("customer_id", "entry_id", "part", name=op.f("pk_part")),
        sa.UniqueConstraint(
            "customer_id",
            "currency",
            "entry_id",
            "part",
            name=op.f("uq_part_customer_id_currency_entry_id_part"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "payment",
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("payer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_payment_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_payment")),
        sqlite_strict=True,
    )
    op.create_table(
        "pending",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id", "currency", "entry_id"],
            ["entry.customer_id", "entry.currency", "entry.id"],
            name="fk_pending_entry",
        ),
        sa.PrimaryKeyConstraint("customer_id", "entry_id", name=op.f("pk_pending")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run_slice",
        sa.Column("run_id", BigId, nullable=False),
        sa.Column("lo", BigId, nullable=False),
        sa.Column("hi", BigId, nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["statement_run.id"], name=op.f("fk_run_slice_run_id")),
        sa.PrimaryKeyConstraint("run_id", "lo", name=op.f("pk_run_slice")),
        sqlite_strict=True,
    )
    op.create_table(
        "signatory_limit",
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_signatory_limit_not_negative")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_signatory_limit_contact_id")
        ),
        sa.PrimaryKeyConstraint("contact_id", "currency", name=op.f("pk_signatory_limit")),
        sqlite_strict=True,
    )
    op.create_table(
        "statement",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("in_force", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("prev_id", BigId, nullable=True),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("opening_minor", sa.BigInteger(), nullable=False),
        sa.Column("invoiced_minor", sa.BigInteger(), nullable=False),
        sa.Column("charged_minor", sa.BigInteger(), nullable=False),
        sa.Column("credited_minor", sa.BigInteger(), nullable=False),
        sa.Column("received_minor", sa.BigInteger(), nullable=False),
        sa.Column("discounted_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("adjusted_minor", sa.BigInteger(), nullable=False),
        sa.Column("closing_minor", sa.BigInteger(), nullable=False),
        sa.Column("open_minor", sa.BigInteger(), nullable=False),
        sa.Column("overdue_minor", sa.BigInteger(), nullable=False),
        sa.Column("unapplied_minor", sa.BigInteger(), nullable=False),
        sa.Column("disputed_minor", sa.BigInteger(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("sha256", CodeText, nullable=False),
        sa.Column("policy_id", BigId, nullable=True),
        sa.Column("run_id", BigId, nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirm_by", sa.Date(), nullable=False),
        sa.Column("state", CodeText, nullable=False),
        sa.CheckConstraint(
            "(state = 'replaced') = (in_force = 0)",
            name=op.f("ck_statement_replaced_is_out_of_force"),
        ),
        sa.CheckConstraint(
            "state in ('issued', 'viewed', 'prepared', 'confirmed', 'confirmed_with_differences', 'refused', 'withdrawn', 'replaced')",
            name=op.f("ck_statement_known_state"),
        ),
        sa.CheckConstraint(
            "closing_minor = opening_minor + invoiced_minor + charged_minor + refunded_minor + adjusted_minor - credited_minor - received_minor - discounted_minor",
            name=op.f("ck_statement_equation_holds"),
        ),
        sa.CheckConstraint(
            "open_minor - unapplied_minor = closing_minor",
            name=op.f("ck_statement_open_items_tie_out"),
        ),
        sa.CheckConstraint(
            "period_from <= period_to", name=op.f("ck_statement_period_runs_forward")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "currency", "prev_id", "opening_minor"],
            [
                "statement.customer_id",
                "statement.currency",
                "statement.id",
                "statement.closing_minor",
            ],
            name="fk_statement_opens_with_the_closing_before",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_statement_customer_id")
        ),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_statement_policy_id")),
        sa.ForeignKeyConstraint(["run_id"], ["statement_run.id"], name=op.f("fk_statement_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint(
            "customer_id",
            "currency",
            "id",
            "closing_minor",
            name=op.f("uq_statement_customer_id_currency_id_closing_minor"),
        ),
        sa.UniqueConstraint(
            "customer_id",
            "currency",
            "period_to",
            "version",
            name=op.f("uq_statement_customer_id_currency_period_to_version"),
        ),
        sa.UniqueConstraint("customer_id", "id", name=op.f("uq_statement_customer_id_id")),
        sa.UniqueConstraint("number", "version", name=op.f("uq_statement_number_version")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_statement_period_to_state", "statement", ["period_to", "state"], unique=False
    )
    op.create_index("ix_statement_run_id", "statement", ["run_id"], unique=False)
    op.create_index(
        "uq_statement_in_force",
        "statement",
        ["customer_id", "currency", "period_to"],
        unique=True,
        sqlite_where=sa.text("in_force = 1"),
        postgresql_where=sa.text("in_force = 1"),
    )
    op.create_table(
        "allocation",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("credit_id", sa.Integer(), nullable=False),
        sa.Column("nth", sa.SmallInteger(), nullable=False),
        sa.Column("currency", CurrencyCode, nullable=False),
        sa.Column("memo", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("source", CodeText, nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_allocation_amount_above_zero")),
        sa.CheckConstraint(
            "ended_on is null or ended_on >= effective_on",
            name=op.f("ck_allocation_ends_after_it_begins"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "currency", "credit_id"],
            ["entry.customer_id", "entry.currency", "entry.id"],
            name="fk_allocation_credit",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "currency", "entry_id", "part"],
            ["part.customer_id", "part.currency", "part.entry_id", "part.part"],
            name="fk_allocation_part",
        ),
        sa.PrimaryKeyConstraint(
            "customer_id", "entry_id", "part", "credit_id", "nth", name=op.f("pk_allocation")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_allocation_customer_id_credit_id",
        "allocation",
        ["customer_id", "credit_id"],
        unique=False,
    )
    op.create_table(
        "confirmation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("result", CodeText, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("evidence_sha256", CodeText, nullable=False),
        sa.Column("statement_sha256", CodeText, nullable=False),
        sa.Column("verify_code", CodeText, nullable=False),
        sa.Column("idempotency_key", CodeText, nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "result in ('confirmed', 'confirmed_with_differences', 'refused')",
            name=op.f("ck_confirmation_known_result"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_confirmation_statement",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_confirmation_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_confirmation_idempotency_key")),
        sa.UniqueConstraint("statement_id", name=op.f("uq_confirmation_statement_id")),
        sa.UniqueConstraint("verify_code", name=op.f("uq_confirmation_verify_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "difference",
        sa.Column("id", BigId, nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("reason", CodeText, nullable=False),
        sa.Column("own_amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_difference_statement",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_difference_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference")),
        sa.UniqueConstraint("statement_id", "seq", name=op.f("uq_difference_statement_id_seq")),
        sqlite_strict=True,
    )
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
    op.create_table(
        "statement_line",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("in_force", sa.SmallInteger(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_statement_line_statement",
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_statement_line_entry"),
        sa.PrimaryKeyConstraint(
            "customer_id", "statement_id", "seq", name=op.f("pk_statement_line")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_statement_line_in_force",
        "statement_line",
        ["customer_id", "entry_id"],
        unique=True,
        sqlite_where=sa.text("in_force = 1"),
        postgresql_where=sa.text("in_force = 1"),
    )
    op.create_table(
        "answer",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("mark", CodeText, nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("mark in ('agree', 'differ')", name=op.f("ck_answer_known_mark")),
        sa.ForeignKeyConstraint(
            ["customer_id", "statement_id", "seq"],
            ["statement_line.customer_id", "statement_line.statement_id", "statement_line.seq"],
            name="fk_answer_line",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_answer_user_id")),
        sa.PrimaryKeyConstraint("customer_id", "statement_id", "seq", name=op.f("pk_answer")),
        sqlite_strict=True,
    )
    op.create_table(
        "certificate",
        sa.Column("confirmation_id", BigId, autoincrement=False, nullable=False),
        sa.Column("file_sha256", CodeText, nullable=False),
        sa.Column("level", CodeText, nullable=False),
        sa.Column("key_fingerprint", CodeText, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmation_id"], ["confirmation.id"], name=op.f("fk_certificate_confirmation_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_certificate_file_sha256")
        ),
        sa.PrimaryKeyConstraint("confirmation_id", name=op.f("pk_certificate")),
        sqlite_strict=True,
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for guard in SQLITE_GUARDS if is_sqlite else POSTGRESQL_GUARDS:
        op.execute(guard.replace(":", "\\:"))


def downgrade() -> None:
    op.drop_table("certificate")
    op.drop_table("answer")
    op.drop_index(
        "uq_statement_line_in_force",
        table_name="statement_line",
        sqlite_where=sa.text("in_force = 1"),
        postgresql_where=sa.text("in_force = 1"),
    )
    op.drop_table("statement_line")
    op.drop_index(
        "uq_dispute_running",
        table_name="dispute",
        sqlite_where=sa.text("ended_on is null"),
        postgresql_where=sa.text("ended_on is null"),
    )
    op.drop_table("dispute")
    op.drop_table("difference")
    op.drop_table("confirmation")
    op.drop_index("ix_allocation_customer_id_credit_id", table_name="allocation")
    op.drop_table("allocation")
    op.drop_index(
        "uq_statement_in_force",
        table_name="statement",
        sqlite_where=sa.text("in_force = 1"),
        postgresql_where=sa.text("in_force = 1"),
    )
    op.drop_index("ix_statement_run_id", table_name="statement")
    op.drop_index("ix_statement_period_to_state", table_name="statement")
    op.drop_table("statement")
    op.drop_table("signatory_limit")
    op.drop_table("run_slice")
    op.drop_table("pending")
    op.drop_table("payment")
    op.drop_table("part")
    op.drop_table("invoice_line")
    op.drop_table("invoice")
    op.drop_table("access_grant")
    op.drop_table("statement_run")
    op.drop_index("ix_session_user_id", table_name="session")
    op.drop_table("session")
    op.drop_table("remembered_device")
    op.drop_table("recovery_code")
    op.drop_index("ix_membership_customer_id", table_name="membership")
    op.drop_table("membership")
    op.drop_index("ix_invitation_user_id", table_name="invitation")
    op.drop_table("invitation")
    op.drop_table("import_run")
    op.drop_index("ix_event_subject", table_name="event")
    op.drop_table("event")
    op.drop_index("ix_entry_customer_id_dated_on", table_name="entry")
    op.drop_table("entry")
    op.drop_table("download")
    op.drop_table("document")
    op.drop_index("ix_contact_customer_id", table_name="contact")
    op.drop_table("contact")
    op.drop_index("ix_challenge_user_id", table_name="challenge")
    op.drop_table("challenge")
    op.drop_table("user")
    op.drop_table("timetable")
    op.drop_table("throttle")
    op.drop_table("stored_file")
    op.drop_index("ix_policy_effective_on", table_name="policy")
    op.drop_table("policy")
    op.drop_index("ix_outbox_state", table_name="outbox")
    op.drop_index("ix_outbox_customer_id", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("idempotency_key")
    op.drop_table("declaration")
    op.drop_table("day_run")
    op.drop_index("ix_customer_parent_id", table_name="customer")
    op.drop_index("ix_customer_owner", table_name="customer")
    op.drop_table("customer")
    op.drop_table("company")
    op.drop_table("audit_head")
    op.drop_index("ix_audit_subject", table_name="audit")
    op.drop_index("ix_audit_customer_id", table_name="audit")
    op.drop_index("ix_audit_actor_id", table_name="audit")
    op.drop_table("audit")
    op.drop_index("ix_access_log_subject", table_name="access_log")
    op.drop_table("access_log")
    if op.get_bind().dialect.name == "postgresql":
        for function in POSTGRESQL_FUNCTIONS:
            op.execute(f"drop function {function}")
