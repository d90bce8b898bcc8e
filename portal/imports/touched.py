"""What stands in the way of taking an import back: whatever was done with its rows since."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.base.recording import ranges_of
from portal.core.errors import RuleBroken

#: The entries that an import posted; those of customers that it made.
OWN = "import_range g join entry e on g.kind = 'entry' and e.id between g.first_id and g.last_id"
MADE = (
    "import_range g join customer c on g.kind = 'customer'"
    " and c.id between g.first_id and g.last_id"
)

#: Where something that was done about a document or its parts stands: whoever collects has begun.
COLLECTED = (
    *("item_step", "dunned_part", "reminded_part", "due_answer", "case_part", "write_off_part"),
    *("interest_line", "interest_waiver", "dunning_hold", "specific_provision"),
)
_BEGUN = " or ".join(
    f"exists (select 1 from {table} b where b.customer_id = e.customer_id and b.entry_id = e.id)"  # noqa: S608 - our own names
    for table in COLLECTED
)

#: code of the rule → the first row that breaks it, with the facts of its sentence
IN_THE_WAY = {
    "import.undo_stated": """select e.number, s.number as statement from own_entries
      join statement_line l on l.customer_id = e.customer_id and l.entry_id = e.id
      join statement s on s.customer_id = l.customer_id and s.id = l.statement_id
      where g.run_id = :run order by e.id limit 1""",
    "import.undo_credited": """select e.number, c.dispute_id as dispute from own_entries
      join credit_request c on c.credit_id = e.id where g.run_id = :run order by e.id limit 1""",
    "import.undo_disputed": """select e.number, d.id as dispute from own_entries
      join dispute d on d.customer_id = e.customer_id and d.entry_id = e.id
      where g.run_id = :run order by e.id limit 1""",
    "import.undo_collected": f"""select e.number from own_entries
      where g.run_id = :run and ({_BEGUN}) order by e.id limit 1""",  # noqa: S608 - own names
    "import.undo_promised": """select e.number, coalesce(q.code, 'PRM-' || q.id) as promise
      from own_entries
      join promised_part d on d.customer_id = e.customer_id and d.entry_id = e.id
      join promise q on q.id = d.promise_id
      where g.run_id = :run order by e.id limit 1""",
    "import.undo_delivery_stated": """select d.number, s.number as statement
      from import_range g join delivery d on g.kind = 'delivery'
        and d.id between g.first_id and g.last_id
      join statement s on s.customer_id = d.customer_id and s.issued_at >= :began
        and s.period_to >= d.delivered_on
      where g.run_id = :run order by d.id limit 1""",
    "import.undo_paid": """select e.number, k.number as other from own_entries
      join allocation a on a.customer_id = e.customer_id and a.entry_id = e.id
      join entry k on k.id = a.credit_id
      where g.run_id = :run and a.source <> :source order by e.id limit 1""",
    "import.undo_applied": """select e.number, k.number as other from own_entries
      join allocation a on a.customer_id = e.customer_id and a.credit_id = e.id
      join entry k on k.id = a.entry_id
      where g.run_id = :run and a.source <> :source order by e.id limit 1""",
    "import.undo_by_hand": """select e.number from hand_act h join entry e on e.id = h.credit_id
      where h.at >= :began and (exists (select 1 from allocation a
          where a.customer_id = h.customer_id and a.credit_id = h.credit_id
          and a.source = :source)
        or exists (select 1 from import_range g where g.run_id = :run and g.kind = 'entry'
          and h.credit_id between g.first_id and g.last_id))
      order by h.id limit 1""",
    "import.undo_changed": """select r.file_name as file from import_range x
      join import_run r on r.id = x.run_id
      join import_range g on g.run_id = :run and x.first_id <= g.last_id
        and x.last_id >= g.first_id
        and (x.kind = 'changed_' || g.kind
          or (g.kind = 'entry' and x.kind in ('invoice_line', 'further_line', 'replaced_part')))
      where x.run_id <> :run and not exists (
        select 1 from import_undo u where u.run_id = x.run_id) order by x.run_id limit 1""",
    "import.undo_ended_since": """select r.file_name as file from import_range x
      join import_run r on r.id = x.run_id
      join allocation a on a.credit_id between x.first_id and x.last_id and a.source = :source
      where x.kind = 'ended' and x.run_id > :run order by x.run_id limit 1""",
    "import.undo_named": """select e.number, n.number as other from own_entries
      join entry n on n.about_id = e.id
      where g.run_id = :run and not exists (select 1 from import_range o where o.run_id = :run
        and o.kind = 'entry' and n.id between o.first_id and o.last_id)
      order by e.id limit 1""",
    "import.undo_customer_used": """select c.code as customer from made_customers
      where g.run_id = :run and (
        exists (select 1 from entry e where e.customer_id = c.id and not exists (
          select 1 from import_range o where o.run_id = :run and o.kind = 'entry'
          and e.id between o.first_id and o.last_id))
        or exists (select 1 from contact k where k.customer_id = c.id and not exists (
          select 1 from import_range o where o.run_id = :run and o.kind = 'contact'
          and k.id between o.first_id and o.last_id))
        or exists (select 1 from membership m where m.customer_id = c.id)
        or exists (select 1 from audit w where w.customer_id = c.id))
      order by c.id limit 1""",
    "import.undo_contract_used": """select k.code as contract
      from import_range g join contract k on g.kind = 'contract'
        and k.id between g.first_id and g.last_id
      where g.run_id = :run and (k.row_version > 1
        or exists (select 1 from contract_amendment a where a.contract_id = k.id)
        or exists (select 1 from contract_note n where n.contract_id = k.id)
        or exists (select 1 from kept_file f where f.subject = 'contract/' || k.id)
        or exists (select 1 from invoice_check i where i.contract_id = k.id and not exists (
          select 1 from import_range o where o.run_id = :run and o.kind = 'entry'
          and i.entry_id between o.first_id and o.last_id)))
      order by k.id limit 1""",
    "import.undo_order_asked": """select o.code as "order"
      from import_range g join sales_order o on g.kind = 'sales_order'
        and o.id between g.first_id and g.last_id
      where g.run_id = :run and (o.row_version > 1 or o.decision is not null)
      order by o.id limit 1""",
    "import.undo_rates": """select g.run_id as run from import_range g
      where g.run_id = :run and g.kind = 'rates' limit 1""",
    "import.undo_contact_changed": """select k.name as contact
      from import_range g join contact k on g.kind = 'contact'
        and k.id between g.first_id and g.last_id
      join audit w on w.subject = 'contact/' || k.id and w.at >= :began
      where g.run_id = :run order by k.id limit 1""",
}


def check_untouched(session: Session, run_id: int, source: str, began: str) -> None:
    """
    Nothing, while nothing was done with what an import added.

    Raises: import.undo_*, each with the facts that name what stands in the way.
    """
    for code in _undoable(ranges_of(session, run_id)):
        raise RuleBroken(code)
    told = {"run": run_id, "source": source, "began": began}
    for code, asked in IN_THE_WAY.items():
        statement = asked.replace("own_entries", OWN).replace("made_customers", MADE)
        names = {name: value for name, value in told.items() if f":{name}" in statement}
        row = session.execute(text(statement), names).first()
        if row is not None:
            raise RuleBroken(code, **row._asdict())


def _undoable(ranges: dict[str, list[tuple[int, int]]]) -> Iterable[str]:
    """What the import did that no rows can tell how to take back."""
    if "ended" in ranges:
        yield "import.undo_ended"
    if "promise" in ranges:
        yield "import.undo_promises"
    own = ranges.get("entry", [])
    for first, last in ranges.get("replaced_part", []):
        if not any(low <= first and last <= high for low, high in own):
            yield "import.undo_parts"
    if "further_line" in ranges:
        yield "import.undo_lines"
