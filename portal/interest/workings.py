"""How late interest of items was worked out, as it is shown, printed and kept with a charge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from portal.base.access import NotFound, visible_to
from portal.base.work import Reader
from portal.core.interest import Accrual, at_most, worked_out
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.interest.accruing import AccruedPart, accrued, claim_of
from portal.invoices.open_items import Scope, both, one, seen_by
from portal.tables.invoices import Entry

#: The amounts of an item that a charge keeps.
AMOUNTS = ("interest", "fixed", "charged", "waived", "open")


@dataclass(frozen=True, slots=True)
class Period:
    """Days on which neither the rate nor what is owed changes, and their share of the interest."""

    from_on: dt.date
    to_on: dt.date
    days: int
    principal: Money
    #: Per cent, of days of 365 or 360 a year, or a day where the basis is 1.
    percent: str
    basis: int
    interest: Money


@dataclass(frozen=True, slots=True)
class Capped:
    """What kept late interest lower than was agreed; empty and nought: nothing did."""

    #: The law that lowered the rate, and the rate that was agreed.
    law: str = ""
    percent: str = ""
    basis: int = 365
    #: More than so many per cent of what was owed is not asked for: so many minor units.
    most_percent: int = 0
    above: int = 0


@dataclass(frozen=True, slots=True)
class Worked:
    """Late interest of one due part: by whose terms, period by period, and what is asked of it."""

    entry_id: int
    part: int
    number: str
    due_on: dt.date
    periods: tuple[Period, ...]
    interest: Money
    #: What the law adds once.
    fixed: Money
    charged: Money
    waived: Money
    open: Money
    #: What is added once what is disputed of it is rejected.
    silent: Money
    #: Who said the rate: contract, customer, company …; the law, where it is one's.
    source: str
    law: str
    grace_days: int
    customer_id: int = 0
    capped: Capped = Capped()

    @property
    def currency(self) -> str:
        """The currency of its account."""
        return self.interest.currency

    @property
    def total(self) -> Money:
        """All that has accrued."""
        return self.interest + self.fixed


def worked_of(
    r: Reader, customer_id: int, currency: str, as_of: dt.date, entry_id: int | None = None
) -> list[Worked]:
    """The late parts of an account, or of one invoice, that bear interest, due first first."""
    found = worked_among(r, one(customer_id), as_of, entry_id)
    return [each for each in found if each.currency == currency]


def worked_among(
    r: Reader, whose: Scope, as_of: dt.date, entry_id: int | None = None
) -> list[Worked]:
    """The same of all accounts of a scope that the reader sees."""
    parts = [
        each
        for each in accrued(r, both(seen_by(r.actor), whose), as_of)
        if entry_id in (None, each.late.entry_id) and each.held.tariff is not None
    ]
    numbers = _numbers(r, {each.late.entry_id for each in parts})
    rules = Rules.of(r, as_of)
    found = (_worked(each, numbers, rules) for each in parts)
    kept = [each for each in found if each.total.minor or each.silent.minor]
    return sorted(kept, key=lambda each: (each.due_on, each.number, each.part))


def worked_of_invoice(r: Reader, ref: str) -> tuple[str, list[Worked]]:
    """An invoice's number and its late parts; `NotFound` where it is not the reader's."""
    named = select(Entry.id, Entry.number, Entry.customer_id, Entry.currency)
    found = r.session.execute(
        visible_to(named, r.actor, Entry.customer_id).where(
            Entry.id == r.id_of("iv", ref), Entry.kind == Kind.INVOICE, Entry.dated_on <= r.today
        )
    ).first()
    if found is None:
        raise NotFound(ref)
    worked = worked_of(r, found.customer_id, found.currency, r.today, found.id)
    return found.number, worked


def _numbers(r: Reader, entry_ids: Iterable[int]) -> Mapping[int, str]:
    rows = r.session.execute(select(Entry.id, Entry.number).where(Entry.id.in_(list(entry_ids))))
    return {row.id: row.number for row in rows}


@dataclass(frozen=True, slots=True)
class Rules:
    """How interest is worked out up to a day, by the policy of the reader's."""

    as_of: dt.date
    round_daily: bool
    most_percent: int | None

    @classmethod
    def of(cls, r: Reader, as_of: dt.date) -> Rules:
        """Those of a reader."""
        values = r.policy.values
        rounds = bool(values["late_interest_round_daily"])
        return cls(as_of, rounds, values["late_interest_most_percent"])

    def accrual(self, part: AccruedPart, *, with_disputed: bool = False) -> Accrual:
        """How the interest of a part comes about; with what is disputed as if it were rejected."""
        assert part.held.tariff is not None
        claim = claim_of(part.late, part.held, with_disputed=with_disputed)
        rates = part.held.tariff.rates
        return worked_out(claim, rates, self.as_of, round_daily=self.round_daily)

    def above(self, part: AccruedPart, found: Accrual) -> int:
        """What of it is above the most that may be asked for."""
        if self.most_percent is None:
            return 0
        total = found.total.minor
        return total - at_most(total, part.late.owed, self.most_percent)


def _worked(part: AccruedPart, numbers: Mapping[int, str], rules: Rules) -> Worked:
    late, held, currency = part.late, part.held, part.late.currency
    found, silent = rules.accrual(part), 0
    if late.disputed:
        all_of_it = rules.accrual(part, with_disputed=True)
        asked = all_of_it.total.minor - rules.above(part, all_of_it)
        silent = max(asked - part.interest, 0)
    return Worked(
        late.entry_id,
        late.part,
        numbers[late.entry_id],
        late.due_on,
        periods_of(found),
        Money(part.interest, currency),
        Money(part.fixed, currency),
        Money(part.charged, currency),
        Money(part.waived, currency),
        Money(part.open, currency),
        Money(silent, currency),
        held.terms.late_source.value,
        held.terms.late_interest.statute or "" if held.terms.late_interest else "",
        held.terms.grace_days,
        late.customer_id,
        _capped(part, rules, rules.above(part, found)),
    )


def _capped(part: AccruedPart, rules: Rules, above: int) -> Capped:
    """What kept the interest of a part lower."""
    tariff = part.held.tariff
    assert tariff is not None
    most = (rules.most_percent or 0, above) if above else (0, 0)
    if tariff.agreed is None:
        return Capped("", "", 365, *most)
    return Capped(tariff.cap, _plain(tariff.agreed.percent), tariff.agreed.basis, *most)


def _plain(percent: Decimal) -> str:
    return f"{percent.normalize():f}"


def periods_of(found: Accrual) -> tuple[Period, ...]:
    """The periods of an accrual."""
    return tuple(
        Period(
            *(each.from_on, each.to_on, each.days, each.principal),
            _plain(each.rate.percent),
            each.rate.basis,
            share,
        )
        for each, share in zip(found.segments, found.shares, strict=True)
    )


# ── Kept with a charge ───────────────────────────────────────────────────────


def facts_of(worked: Sequence[Worked]) -> list[dict[str, Any]]:
    """How items were worked out, as a charge keeps it: plain texts and figures."""
    return [
        {
            "entry_id": each.entry_id,
            "part": each.part,
            "number": each.number,
            "due_on": each.due_on.isoformat(),
            "periods": [
                [
                    *(period.from_on.isoformat(), period.to_on.isoformat(), period.days),
                    *(period.principal.minor, period.percent, period.basis),
                    period.interest.minor,
                ]
                for period in each.periods
            ],
            **{name: getattr(each, name).minor for name in AMOUNTS},
            "source": each.source,
            "law": each.law,
            "grace_days": each.grace_days,
            **({"capped": asdict(each.capped)} if each.capped != Capped() else {}),
        }
        for each in worked
    ]


def read_facts(told: Iterable[Mapping[str, Any]], currency: str) -> list[Worked]:
    """What a charge kept of how its items were worked out."""

    def money(minor: int) -> Money:
        return Money(minor, currency)

    def period(row: Sequence[Any]) -> Period:
        from_on, to_on, days, principal, percent, basis, interest = row
        first, last = dt.date.fromisoformat(from_on), dt.date.fromisoformat(to_on)
        return Period(first, last, days, money(principal), percent, basis, money(interest))

    return [
        Worked(
            entry_id=each["entry_id"],
            part=each["part"],
            number=each["number"],
            due_on=dt.date.fromisoformat(each["due_on"]),
            periods=tuple(period(row) for row in each["periods"]),
            interest=money(each["interest"]),
            fixed=money(each["fixed"]),
            charged=money(each["charged"]),
            waived=money(each["waived"]),
            open=money(each["open"]),
            silent=money(0),
            source=each["source"],
            law=each["law"],
            grace_days=each["grace_days"],
            capped=Capped(**each.get("capped", {})),
        )
        for each in told
    ]
