"""A confirmation may be withdrawn by its signer, so that a statement can be answered again."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMNS = (
    "id, customer_id, statement_id, result, user_id, evidence, evidence_sha256, statement_sha256,"
    " verify_code, idempotency_key, signed_at"
)
ONE_STANDING = (
    "create unique index uq_confirmation_standing on confirmation (statement_id)"
    " where withdrawn_at is null"
)
ONE_A_STATEMENT = "constraint uq_confirmation_statement_id unique (statement_id),"
WITHDRAWN_AT = "withdrawn_at text,"

# SQLite drops no constraint of a table: it is made anew and filled again, its certificates with it.
CONFIRMATION = """create table confirmation_new (
    id integer not null,
    customer_id integer not null,
    statement_id integer not null,
    result text not null,
    user_id integer not null,
    evidence text not null,
    evidence_sha256 text not null,
    statement_sha256 text not null,
    verify_code text not null,
    idempotency_key text not null,
    signed_at text not null,
    {more}
    constraint pk_confirmation primary key (id),
    constraint ck_confirmation_known_result
        check (result in ('confirmed', 'confirmed_with_differences', 'refused')),
    constraint fk_confirmation_statement foreign key (customer_id, statement_id)
        references statement (customer_id, id),
    constraint fk_confirmation_user_id foreign key (user_id) references user (id),
    constraint uq_confirmation_idempotency_key unique (idempotency_key),
    constraint uq_confirmation_verify_code unique (verify_code)
) strict"""
CERTIFICATE = """create table certificate (
    confirmation_id integer not null,
    file_sha256 text not null,
    level text not null,
    key_fingerprint text not null,
    sealed_at text not null,
    constraint pk_certificate primary key (confirmation_id),
    constraint fk_certificate_confirmation_id foreign key (confirmation_id)
        references confirmation (id),
    constraint fk_certificate_file_sha256 foreign key (file_sha256)
        references stored_file (sha256)
) strict"""
NO_UPDATE = (
    "create trigger confirmation_no_update before update on confirmation"
    " begin select raise(abort, 'confirmation.append_only'); end"
)
NO_DELETE = (
    "create trigger confirmation_no_delete before delete on confirmation"
    " begin select raise(abort, 'confirmation.append_only'); end"
)
SQLITE_GUARDS = (
    f"create trigger confirmation_frozen before update of {COLUMNS} on confirmation"
    " begin select raise(abort, 'confirmation.frozen'); end",
    "create trigger confirmation_stays_withdrawn before update of withdrawn_at on confirmation"
    " when old.withdrawn_at is not null"
    " begin select raise(abort, 'confirmation.frozen'); end",
)
POSTGRESQL_GUARDS = (
    f"create trigger confirmation_frozen before update of {COLUMNS} on confirmation"
    " for each row execute function refuse_change('confirmation.frozen')",
    "create trigger confirmation_no_delete before delete on confirmation"
    " for each row execute function refuse_change('confirmation.append_only')",
    "create trigger confirmation_stays_withdrawn before update of withdrawn_at on confirmation"
    " for each row when (old.withdrawn_at is not null)"
    " execute function refuse_change('confirmation.frozen')",
)
APPEND_ONLY = (
    "create trigger confirmation_append_only before update or delete on confirmation"
    " for each row execute function refuse_change('confirmation.append_only')"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _remake(WITHDRAWN_AT)
        for guard in (NO_DELETE, *SQLITE_GUARDS):
            op.execute(guard)
    else:
        op.execute("drop trigger confirmation_append_only on confirmation")
        op.execute("alter table confirmation drop constraint uq_confirmation_statement_id")
        op.execute("alter table confirmation add column withdrawn_at timestamp with time zone")
        for guard in POSTGRESQL_GUARDS:
            op.execute(guard)
    op.execute(ONE_STANDING)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _remake(ONE_A_STATEMENT)
        for guard in (NO_UPDATE, NO_DELETE):
            op.execute(guard)
        return
    for name in ("frozen", "no_delete", "stays_withdrawn"):
        op.execute(f"drop trigger confirmation_{name} on confirmation")
    op.execute("drop index uq_confirmation_standing")
    op.execute("alter table confirmation drop column withdrawn_at")
    op.execute(
        "alter table confirmation add constraint uq_confirmation_statement_id unique (statement_id)"
    )
    op.execute(APPEND_ONLY)


def _remake(more: str) -> None:
    """The table with other columns or constraints, and what refers to it, on SQLite."""
    op.execute("create table kept_certificate as select * from certificate")
    op.execute("drop table certificate")
    op.execute(CONFIRMATION.format(more=more))
    op.execute(f"insert into confirmation_new ({COLUMNS}) select {COLUMNS} from confirmation")
    op.execute("drop table confirmation")
    op.execute("alter table confirmation_new rename to confirmation")
    op.execute(CERTIFICATE)
    op.execute("insert into certificate select * from kept_certificate")
    op.execute("drop table kept_certificate")
