"""The policy as one text: written out, compared with what is in force, taken over as a version."""

from __future__ import annotations

import datetime as dt
import json
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import holidays
from sqlalchemy import exists, select

from portal.base.access import STAFF_ROLES
from portal.base.language import LANGUAGES
from portal.base.policies import decide
from portal.base.policy import DEFAULTS, PolicyInForce, policy_on
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.policy_canon import canonical
from portal.core.policy_difference import Change, company_differences, differences
from portal.core.policy_rules import complaints
from portal.core.policy_sections import COMPANY
from portal.core.policy_text import Fault, Known, PolicyText, read_policy, write_policy
from portal.core.terms_in_force import key_of_name
from portal.settings.commands import keep_record
from portal.settings.terms_in_use import names_in_use
from portal.tables.invoices import Entry
from portal.tables.settings import Company, Policy

#: What figures were reckoned with; it stays once there are any.
FIXED = ("currency", "timezone")


class PolicyRefused(Exception):  # noqa: N818 - it is an answer, not a fault
    """A text that cannot be taken over, with everything that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


@dataclass(frozen=True)
class Compared:
    """What a text would change from a day on."""

    effective_on: dt.date
    #: The version in force on that day; None: the shipped policy.
    version: int | None
    #: The policy's values that read otherwise then, and all that differs, the company's record too.
    after: Mapping[str, Any]
    record: Mapping[str, str]
    changes: Sequence[Change]


@dataclass(frozen=True)
class ImportPolicy:
    """A text to take over, from a day on that may lie in the past; none: today."""

    text: str
    effective_on: dt.date | None = None


@dataclass(frozen=True)
class Imported:
    """What was compared, and the version that now says so."""

    compared: Compared
    version: int | None


@cache
def known() -> Known:
    """Which countries, zones, languages and roles there are."""
    countries = (code for code in holidays.list_supported_countries() if len(code) == 2)
    zones = frozenset(zoneinfo.available_timezones())
    return Known(frozenset(countries), zones, tuple(LANGUAGES), tuple(STAFF_ROLES))


def export_policy(r: Reader, policy: PolicyInForce | None = None) -> str:
    """A policy as text, the one in force today where none is given; with the company's record."""
    r_policy = policy or r.policy
    return write_policy(r_policy.values, record_of(r.company))


def record_of(company: Company) -> dict[str, str]:
    """The company's record as the text tells it."""
    return {key.name: str(getattr(company, key.name)) for key in COMPANY}


def compare_policy(r: Reader, text: str, effective_on: dt.date | None = None) -> Compared:
    """
    What a text would change from a day on, today where none is named.

    Raises: PolicyRefused, with every fault by its line.
    """
    on = effective_on or r.today
    policy = policy_on(r.session, on)
    told = read_policy(text, policy.values, known())
    faults = [*told.faults, *_fixed(r, told), *_still_in_use(r, policy, told)]
    if faults:
        raise PolicyRefused(sorted(faults, key=lambda fault: fault.line or 0))
    before = canonical(policy.values)
    after = {name: value for name, value in told.values.items() if before[name] != value}
    changed = company_differences(record_of(r.company), told.company)
    return Compared(
        on,
        policy.id,
        after,
        {each.key: told.company[each.key] for each in changed},
        [*changed, *differences(before, {**before, **after})],
    )


def _fixed(r: Reader, told: PolicyText) -> list[Fault]:
    """Currency and zone that would change under documents that are there."""
    record = record_of(r.company)
    others = [name for name in FIXED if told.company.get(name, record[name]) != record[name]]
    if not others or not r.session.scalar(select(exists().where(Entry.id.is_not(None)))):
        return []
    return [
        told.blamed("company", name, RuleBroken(f"policy.{name}_fixed", **{name: record[name]}))
        for name in others
    ]


def _still_in_use(r: Reader, policy: PolicyInForce, told: PolicyText) -> list[Fault]:
    """Names of terms that go although customers or contracts have them."""
    if "terms" not in told.values:
        return []
    stay = {key_of_name(each["name"]) for each in told.values["terms"]}
    had = {each["name"] for each in policy.values["terms"]}
    used = names_in_use(r, {name for name in had if key_of_name(name) not in stay})
    if not used:
        return []
    broken = RuleBroken("policy.terms_in_use", names=", ".join(used))
    return [Fault(told.lines.get(("terms",)), "terms", broken)]


def import_policy(w: Work, c: ImportPolicy) -> Imported:
    """
    A text is taken over: the policy's part as a version of a day, the company's record at once.

    What is in force already makes no version. Raises: PolicyRefused, policy.breaks_later.
    """
    w.require("company.change")
    # Nobody else decides between the comparison and what is made of it.
    w.session.get_one(Company, 1, with_for_update=True, populate_existing=True)
    found = compare_policy(w, c.text, c.effective_on)
    version = found.version
    if found.record:
        keep_record(w, found.record)
    if found.after:
        before = _wrong_later(w, found.effective_on)
        version = decide(w, found.after, found.effective_on)
        for day, wrong in _wrong_later(w, found.effective_on).items():
            if wrong - before[day]:
                raise RuleBroken("policy.breaks_later", on=day)
    return Imported(found, version)


def _wrong_later(r: Reader, on: dt.date) -> dict[dt.date, set[tuple[str, str]]]:
    """By each later day on which a version begins: what does not fit together in it."""
    later = select(Policy).where(Policy.effective_on > on)
    last = {
        row.effective_on: row
        for row in r.session.scalars(later.order_by(Policy.effective_on, Policy.id))
    }
    return {
        day: {
            (each.value, str(each.broken))
            for each in complaints({**DEFAULTS, **json.loads(row.body)})
        }
        for day, row in last.items()
    }
