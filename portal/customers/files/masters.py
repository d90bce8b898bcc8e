"""Customers and contacts as files have them, and the acts that post and write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import aliased

from portal.base.batch import insert_rows, reserve_ids
from portal.base.lookup import found_by, plain_moment, streamed
from portal.base.recording import note
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.terms_in_force import written_out
from portal.customers.files.cells import (
    EMAIL,
    check_shapes,
    languages_told,
    limits_told,
    terms_told,
)
from portal.customers.files.limits import StandingLimits
from portal.customers.files.own_terms import StandingTerms
from portal.customers.limits import limits_on
from portal.customers.own_terms import terms_on
from portal.imports.columns import Counts, Kind, Options, columns
from portal.imports.parties import Parties
from portal.imports.rows import LONGEST_TEXT, Findings, Rows
from portal.tables.customers import Contact, Customer, SignatoryLimit

CYCLES = {word: word for word in ("monthly", "quarterly", "half_yearly")}
CUSTOMER_COLUMNS = columns(
    "customer_id",
    "name legal_name tax_id email phone address country region industry owner collector"
    " currency language payment_terms credit_limit parent_id customer_type statement_cycle",
    name="customer_name",
    country="country_code",
    owner="account_manager",
)
CONTACT_COLUMNS = columns("customer_id name email", "phone title role language limit")
#: Columns that are kept as they are written.
PLAIN = (
    *("legal_name", "tax_id", "email", "phone", "country", "region", "industry"),
    *("owner", "collector", "language", "customer_type"),
)
KEPT = [
    column.name
    for column in Customer.__table__.columns
    if column.name not in {"id", "code", "created_at", "parent_id"}
]

STANDING_CUSTOMERS = (
    "select c.*, p.code as parent from customer c left join customer p on p.id = c.parent_id"
    " where c.code in (:keys)"
)
STANDING_CONTACTS = "select * from contact where email in (:keys)"


class Customers:
    """Adds customers and updates known ones; who names a parent waits until all are known."""

    def __init__(self, w: Work, options: Options) -> None:
        self.counts = Counts()
        self._w = w
        self._held: list[dict[str, Any]] = []
        self._limits_standing = StandingLimits(w)
        self._terms_standing = StandingTerms(w)

    def take(self, rows: Rows) -> None:
        told = self._told(rows)
        good = [told[place] for place in rows.good()]
        self._held += [each for each in good if each.get("parent")]
        self._post([each for each in good if not each.get("parent")], rows.findings)

    def finish(self, findings: Findings) -> None:
        known = set(self._w.session.scalars(select(Customer.code)))
        held = self._held
        while held:
            ready = [each for each in held if each["parent"] in known]
            if not ready:
                break
            self._post(ready, findings)
            known |= {each["code"] for each in ready}
            held = [each for each in held if each["parent"] not in known]
        codes = {each["code"] for each in held}
        for each in held:
            code = "parent.circle" if each["parent"] in codes else "customer.unknown"
            findings.refuse(
                each["line"], "parent_id", each["parent"], code, customer=each["parent"]
            )

    def _told(self, rows: Rows) -> list[dict[str, Any]]:
        """What each row says, by the names of the table; only of the columns that the file has."""
        told: dict[str, Sequence[Any]] = {"line": rows.lines, "code": rows.keys("customer_id")}
        told |= {name: rows.texts(name) for name in PLAIN if rows.has(name)}
        check_shapes(rows, told)
        if rows.has("name"):
            told["name"] = [
                name or code for name, code in zip(rows.texts("name"), told["code"], strict=True)
            ]
        if rows.has("address"):
            told["address"] = rows.texts("address", LONGEST_TEXT)
        if rows.has("currency"):
            told["currency"] = rows.optional_currencies()
        if rows.has("statement_cycle"):
            cycles = rows.choices("statement_cycle", CYCLES)
            told["statement_cycle"] = [cycle or "monthly" for cycle in cycles]
        if rows.has("payment_terms"):
            told["payment_terms"] = terms_told(rows, self._w.policy.named_terms)
        if rows.has("parent_id"):
            told["parent"] = rows.optional_keys("parent_id")
        if rows.has("credit_limit"):
            told |= self._limits(rows, told)
        return [dict(zip(told, row, strict=True)) for row in zip(*told.values(), strict=True)]

    def _limits(self, rows: Rows, told: dict[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
        """The limits in the customer's currency, else the company's."""
        currencies = told.get("currency")
        if currencies is None:
            standing = found_by(self._w.session, STANDING_CUSTOMERS, told["code"])
            by_code = {row.code: row.currency for row in standing}
            currencies = [by_code.get(code) for code in told["code"]]
        in_force = [currency or self._w.company.currency for currency in currencies]
        limits = rows.optional_amounts("credit_limit", in_force)
        for place, limit in enumerate(limits):
            if limit is not None and limit < 0:
                rows.refuse(place, "credit_limit", "amount.negative")
        held = [None if limit is None else in_force[place] for place, limit in enumerate(limits)]
        return {"credit_limit_minor": limits, "credit_limit_currency": held}

    def _post(self, told: list[dict[str, Any]], findings: Findings) -> None:
        standing = {
            row.code: row._asdict()
            for row in found_by(
                self._w.session, STANDING_CUSTOMERS, [each["code"] for each in told]
            )
        }
        self._limits_standing.read(standing.values())
        self._terms_standing.read(standing.values())
        parents = self._parent_ids(told)
        fresh: dict[str, dict[str, Any]] = {}
        for each in told:
            each["parent_id"] = parents.get(each.get("parent") or "")
            code = each["code"]
            if code in standing:
                self._update(each, standing[code], findings)
            elif code in fresh:
                before = dict(fresh[code])
                fresh[code] |= each
                same = all(before.get(key) == value for key, value in each.items() if key != "line")
                self._count(is_same=same)
            else:
                fresh[code] = each
                self.counts.added += 1
        self._insert(list(fresh.values()))

    def _parent_ids(self, told: list[dict[str, Any]]) -> dict[str, int]:
        codes = {parent for each in told if (parent := each.get("parent"))}
        found = found_by(
            self._w.session, "select id, code from customer where code in (:keys)", codes
        )
        return {row.code: row.id for row in found}

    def _insert(self, told: list[dict[str, Any]]) -> None:
        ids = reserve_ids(self._w.session, Customer.__table__, len(told))
        at = plain_moment(self._w.session, self._w.now)
        for each in told:
            each.setdefault("name", each["code"])
            each.setdefault("statement_cycle", "monthly")
        insert_rows(
            self._w.session,
            Customer.__table__,
            ("id", "code", *KEPT, "parent_id", "created_at"),
            [
                (row_id, each["code"], *map(each.get, KEPT), each["parent_id"], at)
                for row_id, each in zip(ids, told, strict=True)
            ],
            are_plain=True,
        )

    def _update(self, told: dict[str, Any], standing: dict[str, Any], findings: Findings) -> None:
        changed = {
            name: told[name] for name in KEPT if name in told and told[name] != standing[name]
        }
        if "parent" in told and told["parent_id"] != standing["parent_id"]:
            changed["parent_id"] = told["parent_id"]
            if told["parent_id"] and self._is_below(standing["id"], told["parent_id"]):
                findings.refuse(
                    told["line"],
                    "parent_id",
                    told["parent"],
                    "parent.circle",
                    customer=told["code"],
                )
                return
        if self._strands_the_limit(told, standing, changed):
            findings.refuse(told["line"], "currency", told["currency"], "limit.currency_changes")
            return
        is_dated = self._limits_standing.settle(standing, told, changed)
        is_dated |= self._terms_standing.settle(standing, told, changed)
        if changed:
            self._w.session.execute(
                update(Customer.__table__)  # type: ignore[arg-type]
                .where(Customer.id == standing["id"])
                .values(changed)
            )
            standing |= changed
        if changed or is_dated:
            note(self._w.session, "changed_customer", [standing["id"]])
        self._count(is_same=not (changed or is_dated))

    def _strands_the_limit(
        self, told: dict[str, Any], standing: dict[str, Any], changed: dict[str, Any]
    ) -> bool:
        """Whether a limit would stay behind in a currency that is no longer the customer's."""
        if "currency" not in changed or "credit_limit_minor" in told:
            return False
        currency = told["currency"] or self._w.company.currency
        held = self._limits_standing.in_force(standing)
        return held is not None and held[1] != currency

    def _is_below(self, customer_id: int, parent_id: int | None) -> bool:
        while parent_id is not None:
            if parent_id == customer_id:
                return True
            parent_id = self._w.session.scalar(
                select(Customer.parent_id).where(Customer.id == parent_id)
            )
        return False

    def _count(self, *, is_same: bool) -> None:
        if is_same:
            self.counts.unchanged += 1
        else:
            self.counts.updated += 1


class Contacts:
    """Adds contacts and updates known ones, by their e-mail address."""

    def __init__(self, w: Work, options: Options) -> None:
        self.counts = Counts()
        self._w = w
        self._parties = Parties(w, options)
        self._currencies: dict[int, str | None] = {}

    def take(self, rows: Rows) -> None:
        told = self._told(rows)
        emails = [told[place]["email"] for place in rows.good()]
        standing = {
            row.email: row._asdict() for row in found_by(self._w.session, STANDING_CONTACTS, emails)
        }
        for place in rows.good():
            self._take(told[place], standing)

    def finish(self, findings: Findings) -> None:
        """Every row was seen to as it came."""

    def _told(self, rows: Rows) -> list[dict[str, Any]]:
        emails = [email.lower() for email in rows.keys("email")]
        for place, email in enumerate(emails):
            if email and EMAIL.fullmatch(email) is None:
                rows.refuse(place, "email", "email.malformed")
        names = rows.texts("name")
        rows.required("name", names)
        told: dict[str, Sequence[Any]] = {"email": emails, "name": names}
        told |= {
            name: rows.texts(name)
            for name in ("phone", "title", "role", "language")
            if rows.has(name)
        }
        if "language" in told:
            told["language"] = languages_told(rows, told["language"])
        told["customer_id"] = self._parties.ids(rows)
        if rows.has("limit"):
            told["limits"] = self._limits(rows, told["customer_id"])
        return [dict(zip(told, row, strict=True)) for row in zip(*told.values(), strict=True)]

    def _limits(self, rows: Rows, customer_ids: Sequence[int | None]) -> list[dict[str, int]]:
        if not self._currencies:
            known = self._w.session.execute(select(Customer.id, Customer.currency))
            self._currencies = dict(known.all())
        limits = []
        for place, customer_id in enumerate(customer_ids):
            currency = self._currencies.get(customer_id or 0) or self._w.company.currency
            try:
                limits.append(limits_told(rows.cells["limit"][place].strip(), currency))
            except RuleBroken as broken:
                rows.refuse(place, "limit", broken.code, **broken.facts)
                limits.append({})
        return limits

    def _take(self, told: dict[str, Any], standing: dict[str, dict[str, Any]]) -> None:
        limits = told.pop("limits", None)
        known = standing.get(told["email"])
        if known is None:
            made = self._w.session.scalar(insert(Contact).returning(Contact.id), told)
            assert made is not None
            known = standing[told["email"]] = {**told, "id": made}
            note(self._w.session, "contact", [made])
            self._keep_limits(known["id"], limits or {})
            self.counts.added += 1
            return
        changed = {name: value for name, value in told.items() if known[name] != value}
        if changed:
            self._w.session.execute(
                update(Contact).where(Contact.id == known["id"]).values(changed)
            )
            known |= changed
        is_new_limit = limits is not None and self._keep_limits(known["id"], limits)
        if changed or is_new_limit:
            note(self._w.session, "changed_contact", [known["id"]])
            self.counts.updated += 1
        else:
            self.counts.unchanged += 1

    def _keep_limits(self, contact_id: int, limits: dict[str, int]) -> bool:
        """Makes these the limits of a signatory; says whether that changed anything."""
        of_contact = SignatoryLimit.contact_id == contact_id
        held = select(SignatoryLimit.currency, SignatoryLimit.amount_minor).where(of_contact)
        if dict(self._w.session.execute(held).all()) == limits:
            return False
        self._w.session.execute(delete(SignatoryLimit).where(of_contact))
        for currency, amount in limits.items():
            self._w.session.execute(
                insert(SignatoryLimit),
                {"contact_id": contact_id, "currency": currency, "amount_minor": amount},
            )
        return True


def written_customers(r: Reader) -> Iterator[tuple[object, ...]]:
    """The customers as `customers.csv` has them."""
    parent = aliased(Customer)
    found = (
        select(Customer, parent.code)
        .outerjoin(parent, parent.id == Customer.parent_id)
        .order_by(Customer.code)
    )
    limits, terms, named = limits_on(r, r.today), terms_on(r, r.today), r.policy.named_terms
    for row in streamed(r.session, found):
        customer = row.Customer
        held = limits.get(customer.id)
        own = terms.get(customer.id, customer.payment_terms)
        told = {
            "customer_id": customer.code,
            "credit_limit": held.amount.major() if held and held.amount else None,
            "parent_id": row.code,
            # Who reads the file may not have our names of terms.
            "payment_terms": written_out(own, named) if own else None,
        }
        yield tuple(
            told[column.name] if column.name in told else getattr(customer, column.name)
            for column in CUSTOMER_COLUMNS
        )
        r.session.expunge(customer)


def written_contacts(r: Reader) -> Iterator[tuple[object, ...]]:
    """The contacts as `contacts.csv` has them."""
    held = r.session.execute(
        select(SignatoryLimit).order_by(SignatoryLimit.contact_id, SignatoryLimit.currency)
    ).scalars()
    limits: dict[int, list[Money]] = {}
    for limit in held:
        limits.setdefault(limit.contact_id, []).append(Money(limit.amount_minor, limit.currency))
    found = text(
        "select k.*, c.code, c.currency from contact k join customer c on c.id = k.customer_id"
        " order by k.email"
    )
    for row in streamed(r.session, found):
        told = limits.get(row.id, [])
        own = row.currency or r.company.currency
        if [limit.currency for limit in told] == [own]:
            limit_text = told[0].major()
        else:
            limit_text = "; ".join(f"{limit.currency} {limit.major()}" for limit in told)
        yield (
            row.code,
            row.name,
            row.email,
            row.phone,
            row.title,
            row.role,
            row.language,
            limit_text,
        )


CUSTOMERS = Kind("customers", ("customer_id",), CUSTOMER_COLUMNS, Customers)
CONTACTS = Kind("contacts", ("email",), CONTACT_COLUMNS, Contacts)
