"""Triggers: what columns and constraints cannot say, held by both databases themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, MetaData, event, text

from portal.tables.base import Base

#: Tables whose rows are never changed nor deleted.
APPEND_ONLY = (
    "entry",
    "audit",
    "event",
    "audit_answer",
    "seal_stage",
    "deemed",
    "reissue",
    "resolution",
    "import_range",
    "dispute_message",
    "dispute_note",
    "dispute_decision",
    "attachment",
    "extension",
    "plan_offer",
    "instalment",
    "plan_signature",
    "remittance_line",
    "sealed_letter",
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

#: Table → the only columns that may change; rows are never deleted, but for parts as said below.
MOSTLY_FROZEN = {
    "agreement": ("ended_at", "ended_by"),
    "allocation": ("ended_on",),
    "approval": ("state", "decided_by", "decided_for", "decided_at", "comment"),
    "bill": ("state", "state_on", "note", "row_version"),
    "collateral": ("ended_at", "ended_by"),
    "confirmation": ("withdrawn_at",),
    "contract_amendment": ("state", "approval_id"),
    "credit_standing": ("ended_on", "ended_by", "end_reason"),
    "grade_override": ("state", "approval_id"),
    "hold_release": ("state", "approval_id"),
    "hand_act": ("undone_at", "undone_by"),
    "import_undo": ("counts", "open_as"),
    "limit_proposal": ("state", "approval_id"),
    "delegation": ("ended_at", "ended_by_id"),
    "delivery": ("invoice_code", "received_by"),
    "part": ("due_on", "term_days"),
    "remittance_advice": ("payment_id", "ended_as", "ended_at"),
    "promise": ("ended_on", "ended_as", "replaced_by_id"),
    "passing": ("answer", "ended_as", "ended_at", "ended_by_id"),
    "signature": ("confirmation_id", "ended_as", "ended_at"),
    "statement": ("in_force", "state"),
    "statement_line": ("in_force",),
    "warning_signal": ("cleared_at", "cleared_by", "clear_note"),
    "dunning": ("state", "done_on", "approval_id", "task_id", "fee_entry_id"),
    "dunning_hold": ("ended_at", "ended_by"),
    "interest_charge": ("state", "approval_id", "entry_id"),
    "specific_provision": ("ended_on", "ended_at", "ended_by"),
    "write_off": (
        "state",
        "approval_id",
        "second_approval_id",
        "posted_on",
        "entry_id",
        "look_on",
    ),
}

#: What has ended stays ended, and as it ended.
ENDED_ONCE = ("agreement", "delegation", "passing", "signature")

#: A part may be replaced while its entry waits for its first statement; its foreign keys hold it
#: once something was applied to it.
#: An entry or an application goes only with the whole import that made it, while that is undone:
#: see tables/hand.py.
UNDONE_ENTRY = (
    "select 1 from import_undo u join import_range g on g.run_id = u.run_id"
    " where u.open_as is not null and g.kind = 'entry'"
    " and old.id between g.first_id and g.last_id"
)
UNDONE_DELIVERY = UNDONE_ENTRY.replace("'entry'", "'delivery'")
UNDONE_ALLOCATION = (
    "select 1 from import_undo u where u.open_as is not null and old.source = 'import/' || u.run_id"
)
_STATED = dict.fromkeys((*APPEND_ONLY, *MOSTLY_FROZEN), "") | {
    "allocation": f"when not exists ({UNDONE_ALLOCATION}) ",
    "delivery": f"when not exists ({UNDONE_DELIVERY}) ",
    "entry": f"when not exists ({UNDONE_ENTRY}) ",
    "part": "when not exists (select 1 from pending p"
    " where p.customer_id = old.customer_id and p.entry_id = old.entry_id) ",
}


#: PostgreSQL checks the sums once a statement, over its new rows.
OVER_ALLOCATION = """create function refuse_over_allocation() returns trigger language plpgsql as $$
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
end $$"""


#: PostgreSQL's: a part goes only while its entry stands on no statement yet.
STATED_PART = """create function refuse_stated_part() returns trigger language plpgsql as $$
begin
  if exists (select 1 from pending p
    where p.customer_id = old.customer_id and p.entry_id = old.entry_id) then
    return old;
  end if;
  raise exception 'part.append_only' using errcode = 'integrity_constraint_violation';
end $$"""


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


#: An invoice says its terms as it was posted; only that its parts came to be told is noted.
#: {differs} is how a database compares what may be null.
OTHER_TERMS = (
    "old.terms_text {differs} new.terms_text or old.terms_version {differs} new.terms_version"
    " or old.terms_source <> new.terms_source and new.terms_source <> 'parts'"
)


def _frozen_columns(table: str) -> list[str]:
    """The columns of a mostly frozen table that may not change."""
    columns = Base.metadata.tables[table].columns
    return [column.name for column in columns if column.name not in MOSTLY_FROZEN[table]]


def _sqlite_freezing() -> Iterable[str]:
    """What keeps rows as they were posted."""
    for table in APPEND_ONLY:
        for act in ("update", "delete"):
            yield (
                f"create trigger {table}_no_{act} before {act} on {table} "
                f"{_STATED[table] if act == 'delete' else ''}"
                f"begin select raise(abort, '{table}.append_only'); end"
            )
    for table in MOSTLY_FROZEN:
        columns = ", ".join(_frozen_columns(table))
        yield (
            f"create trigger {table}_frozen before update of {columns} on {table} "
            f"begin select raise(abort, '{table}.frozen'); end"
        )
        yield (
            f"create trigger {table}_no_delete before delete on {table} {_STATED[table]}"
            f"begin select raise(abort, '{table}.append_only'); end"
        )
    for table in ENDED_ONCE:
        yield (
            f"create trigger {table}_stays_ended before update on {table} "
            f"when old.ended_at is not null "
            f"begin select raise(abort, '{table}.frozen'); end"
        )


def _sqlite_sums() -> Iterable[str]:
    """What keeps applications within the part and the credit, on SQLite."""
    yield (
        "create trigger allocation_within_part after insert on allocation "
        "when (select coalesce(sum(a.amount_minor), 0) from allocation a"
        " where a.customer_id = new.customer_id and a.entry_id = new.entry_id"
        " and a.part = new.part and a.memo = new.memo and a.ended_on is null)"
        " > (select p.amount_minor from part p where p.customer_id = new.customer_id"
        " and p.entry_id = new.entry_id and p.part = new.part) "
        "begin select raise(abort, 'allocation.exceeds_part'); end"
    )
    yield (
        "create trigger allocation_within_credit after insert on allocation "
        "when (select coalesce(sum(a.amount_minor), 0) from allocation a"
        " where a.customer_id = new.customer_id and a.credit_id = new.credit_id"
        " and a.ended_on is null)"
        " > (select -e.amount_minor from entry e where e.id = new.credit_id) "
        "begin select raise(abort, 'allocation.exceeds_credit'); end"
    )


def sqlite_guards() -> Iterable[str]:
    """The triggers as SQLite has them."""
    yield from _sqlite_freezing()
    yield from _sqlite_sums()
    yield (
        "create trigger part_stays_due before update of due_on, term_days on part "
        f"when old.due_on is not null and not exists ({APPROVED_MOVE}) "
        "begin select raise(abort, 'part.frozen'); end"
    )
    yield (
        "create trigger invoice_keeps_terms "
        "before update of terms_text, terms_source, terms_version on invoice "
        f"when {OTHER_TERMS.format(differs='is not')} "
        "begin select raise(abort, 'invoice.frozen'); end"
    )
    yield (
        "create trigger confirmation_stays_withdrawn before update of withdrawn_at on confirmation "
        "when old.withdrawn_at is not null "
        "begin select raise(abort, 'confirmation.frozen'); end"
    )
    yield (
        "create trigger delivery_stays_known "
        "before update of invoice_code, received_by on delivery "
        "when old.invoice_code is not null and old.invoice_code is not new.invoice_code "
        "or old.received_by is not null and old.received_by is not new.received_by "
        "begin select raise(abort, 'delivery.frozen'); end"
    )
    yield (
        "create trigger allocation_stays_ended before update of ended_on on allocation "
        "when old.ended_on is not null and old.ended_on is not new.ended_on "
        "begin select raise(abort, 'allocation.stays_ended'); end"
    )
    yield (
        "create trigger import_undo_stays_closed before update of open_as on import_undo "
        "when new.open_as is not null begin select raise(abort, 'import_undo.frozen'); end"
    )


def _postgresql_freezing() -> Iterable[str]:
    """What keeps rows as they were posted."""
    yield (
        "create function refuse_change() returns trigger language plpgsql as $$ "
        "begin raise exception '%', tg_argv[0] using errcode = 'integrity_constraint_violation'; "
        "end $$"
    )
    for table in APPEND_ONLY:
        acts = "update" if table == "entry" else "update or delete"
        yield (
            f"create trigger {table}_append_only before {acts} on {table} "
            f"for each row execute function refuse_change('{table}.append_only')"
        )
    for table in MOSTLY_FROZEN:
        columns = ", ".join(_frozen_columns(table))
        yield (
            f"create trigger {table}_frozen before update of {columns} on {table} "
            f"for each row execute function refuse_change('{table}.frozen')"
        )
        if table not in {"allocation", "delivery", "part"}:
            yield (
                f"create trigger {table}_no_delete before delete on {table} "
                f"for each row execute function refuse_change('{table}.append_only')"
            )


def _postgresql_undoing() -> Iterable[str]:
    """What lets entries and applications go with the import that made them."""
    for table, is_undone in (
        ("entry", UNDONE_ENTRY),
        ("delivery", UNDONE_DELIVERY),
        ("allocation", UNDONE_ALLOCATION),
    ):
        yield (
            f"create function refuse_{table}_delete() returns trigger language plpgsql as $$ "
            f"begin if exists ({is_undone}) then return old; end if; "
            f"raise exception '{table}.append_only' "
            "using errcode = 'integrity_constraint_violation'; end $$"
        )
        yield (
            f"create trigger {table}_no_delete before delete on {table} "
            f"for each row execute function refuse_{table}_delete()"
        )
    yield (
        "create trigger import_undo_stays_closed before update of open_as on import_undo "
        "for each row when (new.open_as is not null) "
        "execute function refuse_change('import_undo.frozen')"
    )


def _postgresql_invoicing() -> Iterator[str]:
    """What an invoice and its parts keep once they are posted."""
    yield STATED_PART
    yield (
        "create trigger part_no_delete before delete on part "
        "for each row execute function refuse_stated_part()"
    )
    yield MOVED_PART
    yield (
        "create trigger part_stays_due before update of due_on, term_days on part "
        "for each row when (old.due_on is not null) execute function refuse_moved_part()"
    )
    yield (
        "create trigger invoice_keeps_terms "
        "before update of terms_text, terms_source, terms_version on invoice "
        f"for each row when ({OTHER_TERMS.format(differs='is distinct from')}) "
        "execute function refuse_change('invoice.frozen')"
    )


def postgresql_guards() -> Iterable[str]:
    """The triggers as PostgreSQL has them; sums are checked once a statement, over its new rows."""
    yield from _postgresql_freezing()
    for table in ENDED_ONCE:
        yield (
            f"create trigger {table}_stays_ended before update on {table} "
            f"for each row when (old.ended_at is not null) "
            f"execute function refuse_change('{table}.frozen')"
        )
    yield from _postgresql_undoing()
    yield from _postgresql_invoicing()
    yield (
        "create trigger confirmation_stays_withdrawn before update of withdrawn_at on confirmation "
        "for each row when (old.withdrawn_at is not null) "
        "execute function refuse_change('confirmation.frozen')"
    )
    yield (
        "create trigger delivery_stays_known "
        "before update of invoice_code, received_by on delivery "
        "for each row when (old.invoice_code is not null "
        "and old.invoice_code is distinct from new.invoice_code "
        "or old.received_by is not null "
        "and old.received_by is distinct from new.received_by) "
        "execute function refuse_change('delivery.frozen')"
    )
    yield (
        "create trigger allocation_stays_ended before update of ended_on on allocation "
        "for each row "
        "when (old.ended_on is not null and old.ended_on is distinct from new.ended_on) "
        "execute function refuse_change('allocation.stays_ended')"
    )
    yield OVER_ALLOCATION
    yield (
        "create trigger allocation_within after insert on allocation "
        "referencing new table as fresh for each statement "
        "execute function refuse_over_allocation()"
    )


def guards(dialect: str) -> list[str]:
    """Every trigger of the schema, in the order in which it can be created."""
    return list(sqlite_guards() if dialect == "sqlite" else postgresql_guards())


@event.listens_for(Base.metadata, "after_create")
def _create_guards(_target: MetaData, connection: Connection, **_options: object) -> None:
    for statement in guards(connection.dialect.name):
        connection.execute(text(statement.replace(":", "\\:")))
