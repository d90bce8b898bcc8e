"""Contracts as files have them, the act that posts and updates them, and their export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text, update

from portal.base.batch import insert_rows, reserve_ids
from portal.base.lookup import found_by, plain_day, plain_moment, streamed
from portal.base.recording import note
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.terms_in_force import notation_of, written_out
from portal.imports.columns import Counts, Options, columns
from portal.imports.parties import Parties
from portal.imports.rows import LONGEST_TEXT, Findings, Rows
from portal.tables.contracts import Contract
from portal.tables.customers import Customer

CONTRACT_COLUMNS = columns(
    "contract_id customer_id starts_on",
    "ends_on payment_terms payment_method late_interest_rate breach_liability price_list",
)
#: What a row says besides its number and its customer, by the names of the table.
SAID = (
    *("starts_on", "ends_on", "payment_terms", "payment_method"),
    *("late_interest_rate", "breach_liability", "price_list"),
)
#: Nobody's rate is as high; a slip of the point is.
HIGHEST_RATE = Decimal(1000)
STANDING = """select k.*, c.code as customer_code from contract k
join customer c on c.id = k.customer_id where k.code in (:keys)"""
WRITTEN = """select k.*, c.code as customer_code from contract k
join customer c on c.id = k.customer_id order by k.code"""


class Contracts:
    """Adds contracts and updates known ones; what amendments changed since stays changed."""

    def __init__(self, w: Work, options: Options) -> None:
        self.counts = Counts()
        self._w = w
        self._parties = Parties(w, options)
        self._named = w.policy.named_terms
        #: What this file said of a contract first.
        self._said: dict[str, dict[str, Any]] = {}

    def take(self, rows: Rows) -> None:
        told = self._told(rows)
        good = {place: told[place] for place in rows.good()}
        codes = {each["code"] for each in good.values()}
        standing = {
            row.code: _as_told(row._asdict())
            for row in found_by(self._w.session, STANDING, sorted(codes))
        }
        fresh: dict[str, dict[str, Any]] = {}
        for place, each in good.items():
            before = standing.get(each["code"]) or fresh.get(each["code"])
            if not self._holds_together(each, before, place, rows):
                continue
            if self._said.get(each["code"], each) != each:
                rows.refuse(place, "contract_id", "row.twice", key=each["code"])
                continue
            self._said[each["code"]] = each
            if each["code"] in standing:
                self._update(each, standing[each["code"]])
            elif before is not None:
                self._count(is_same=all(before[name] == value for name, value in each.items()))
                before |= each
            else:
                fresh[each["code"]] = dict.fromkeys(SAID) | each
                self.counts.added += 1
        self._insert(list(fresh.values()))

    def finish(self, findings: Findings) -> None:
        """Every row was seen to as it came."""

    def _told(self, rows: Rows) -> list[dict[str, Any]]:
        """What each row says, by the names of the table; only of the columns that the file has."""
        told: dict[str, Sequence[Any]] = {"code": rows.keys("contract_id")}
        told["starts_on"] = rows.days("starts_on", is_required=True)
        if rows.has("ends_on"):
            told["ends_on"] = rows.days("ends_on")
        if rows.has("payment_terms"):
            told["payment_terms"] = self._terms(rows)
        if rows.has("late_interest_rate"):
            told["late_interest_rate"] = _rates(rows)
        if rows.has("breach_liability"):
            told["breach_liability"] = rows.texts("breach_liability", LONGEST_TEXT)
        if rows.has("payment_method"):
            told["payment_method"] = rows.texts("payment_method")
        if rows.has("price_list"):
            told["price_list"] = rows.optional_keys("price_list")
        told["customer_id"] = self._parties.ids(rows)
        return [dict(zip(told, row, strict=True)) for row in zip(*told.values(), strict=True)]

    def _terms(self, rows: Rows) -> Sequence[str | None]:
        texts = rows.texts("payment_terms")
        for place, terms in enumerate(texts):
            if terms is not None:
                try:
                    notation_of(terms, self._named)
                except RuleBroken as broken:
                    rows.refuse(place, "payment_terms", broken.code, **broken.facts)
        return texts

    def _holds_together(
        self, told: dict[str, Any], before: dict[str, Any] | None, place: int, rows: Rows
    ) -> bool:
        """Whether a contract stays its customer's and ends after it starts."""
        now = {**(before or {}), **told}
        if before is not None and told["customer_id"] != before["customer_id"]:
            owner = self._w.session.get_one(Customer, before["customer_id"])
            rows.refuse(place, "customer_id", "contract.of_another", customer=owner.code)
            return False
        ends_on = now.get("ends_on")
        if ends_on is not None and ends_on < now["starts_on"]:
            column = "ends_on" if rows.has("ends_on") else "starts_on"
            rows.refuse(place, column, "contract.ends_before_it_starts", starts_on=now["starts_on"])
            return False
        return True

    def _insert(self, told: list[dict[str, Any]]) -> None:
        ids = reserve_ids(self._w.session, Contract.__table__, len(told))
        at = plain_moment(self._w.session, self._w.now)
        names = ("id", "code", "customer_id", *SAID, "created_at")
        rows = [
            (row_id, each["code"], each["customer_id"], *map(each.get, SAID), at)
            for row_id, each in zip(ids, told, strict=True)
        ]
        insert_rows(self._w.session, Contract.__table__, names, rows, are_plain=True)

    def _update(self, told: dict[str, Any], standing: dict[str, Any]) -> None:
        changed = {
            name: value
            for name, value in told.items()
            if name in SAID and value not in {standing[name], self._written_out(name, standing)}
        }
        if changed:
            self._w.session.execute(
                update(Contract)
                .where(Contract.id == standing["id"])
                .values(**_as_kept(changed), row_version=Contract.row_version + 1)
            )
            standing |= changed
            note(self._w.session, "changed_contract", [standing["id"]])
        self._count(is_same=not changed)

    def _written_out(self, name: str, standing: dict[str, Any]) -> Any:
        """What an export tells of a contract: terms that have a name here in the notation."""
        value = standing[name]
        return written_out(value, self._named) if name == "payment_terms" and value else value

    def _count(self, *, is_same: bool) -> None:
        if is_same:
            self.counts.unchanged += 1
        else:
            self.counts.updated += 1


def _rates(rows: Rows) -> Sequence[str | None]:
    """Per cent a year, as plain text: kept as it is written."""
    rates = rows.decimals("late_interest_rate")
    for place, rate in enumerate(rates):
        if rate is not None and not 0 <= rate <= HIGHEST_RATE:
            rows.refuse(place, "late_interest_rate", "rate.out_of_range", most=HIGHEST_RATE)
    return [None if rate is None else format(rate, "f") for rate in rates]


def _as_told(row: dict[str, Any]) -> dict[str, Any]:
    """A kept contract as a file would tell it."""
    return {**row, "starts_on": plain_day(row["starts_on"]), "ends_on": plain_day(row["ends_on"])}


def _as_kept(told: dict[str, Any]) -> dict[str, Any]:
    """What a file tells as the table has it."""
    columns = Contract.__table__.c
    kept = {}
    for name, value in told.items():
        kind = columns[name].type.python_type
        is_plain = value is None or isinstance(value, kind)
        read = getattr(kind, "fromisoformat", kind)
        kept[name] = value if is_plain else read(value)
    return kept


def written_contracts(r: Reader) -> Iterator[tuple[object, ...]]:
    """The contracts as `contracts.csv` has them: as first agreed, amendments have no file."""
    named = r.policy.named_terms
    for row in streamed(r.session, text(WRITTEN)):
        yield (
            row.code,
            row.customer_code,
            plain_day(row.starts_on),
            plain_day(row.ends_on),
            # Who reads the file may not have our names of terms.
            row.payment_terms and written_out(row.payment_terms, named),
            row.payment_method,
            row.late_interest_rate,
            row.breach_liability,
            row.price_list,
        )
