"""What a database really holds, so that two ways of making a schema can be compared."""

import re

from sqlalchemy import Connection

Schema = dict[str, str]

SQLITE = "select type || ' ' || name, sql from sqlite_master where sql is not null"

POSTGRESQL = """
select 'column ' || c.relname || '.' || a.attname,
       format_type(a.atttypid, a.atttypmod) || coalesce(' collate ' || l.collname, '')
       || case when a.attnotnull then ' not null' else '' end
       || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
       || coalesce(' identity ' || nullif(cast(a.attidentity as text), ''), '')
  from pg_attribute a join pg_class c on c.oid = a.attrelid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  left join pg_collation l on l.oid = a.attcollation
 where c.relnamespace = current_schema::regnamespace and c.relkind = 'r'
   and a.attnum > 0 and not a.attisdropped
union all
select 'constraint ' || conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid)
  from pg_constraint where connamespace = current_schema::regnamespace
union all
select 'index ' || indexname, indexdef from pg_indexes where schemaname = current_schema
union all
select 'trigger ' || tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
   and tgrelid in (select oid from pg_class where relnamespace = current_schema::regnamespace)
union all
select 'function ' || proname, pg_get_functiondef(oid) from pg_proc
 where pronamespace = current_schema::regnamespace
"""


def schema_of(connection: Connection) -> Schema:
    """Every table, constraint, index and trigger with its definition; Alembic's own left out."""
    if connection.dialect.name == "sqlite":
        rows = [(name, clauses(sql)) for name, sql in connection.exec_driver_sql(SQLITE)]
    else:
        own = connection.exec_driver_sql("select current_schema").scalar_one()
        rows = [
            (name, definition.replace(f"{own}.", "").strip())
            for name, definition in connection.exec_driver_sql(POSTGRESQL)
        ]
    return {name: definition for name, definition in rows if "alembic_version" not in name}


def clauses(sql: str) -> str:
    """A definition of SQLite in its parts, whatever their order, case and blanks."""
    flat = re.sub(r"\s+", " ", sql.replace('"', "")).strip().lower()
    flat = re.sub(r"\bkey \(", "key(", flat)
    if not flat.startswith("create table"):
        return flat
    head, _, rest = flat.partition("(")
    inside, _, options = rest.rpartition(")")
    parts, depth = [""], 0
    for letter in inside:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return "\n".join([head.strip(), options.strip(), *sorted(part.strip() for part in parts)])
