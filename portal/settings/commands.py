"""Changing the company's own record and its policy: every change audited, policy in versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields

from sqlalchemy import select

from portal.base.language import LANGUAGES
from portal.base.mail import queue_mail
from portal.base.policies import decide
from portal.base.work import Work
from portal.core.ageing import Scheme
from portal.core.errors import RuleBroken
from portal.tables.people import User
from portal.tables.settings import Company

BANK_FIELDS = ("bank_name", "bank_holder", "bank_account")


@dataclass(frozen=True)
class ChangeCompany:
    """The company as it prints on documents and speaks to customers."""

    name: str
    legal_name: str
    tax_id: str
    address: str
    country: str
    language: str
    help_email: str
    help_phone: str
    bank_name: str
    bank_holder: str
    bank_account: str


@dataclass(frozen=True)
class ChangePolicy:
    """
    How workdays are counted, ages made and answers asked for, from today on.

    What was agreed with customers about paying and answering is changed as terms are.
    """

    calendar_country: str
    ageing_buckets: tuple[int, ...]
    statement_remind_after_workdays: tuple[int, ...] = (3, 5, 8)
    #: Where a customer agreed that silence counts: after so many workdays past the answer day.
    statement_silence_after_workdays: int = 10
    #: What is delivered has its invoice within so many days.
    invoice_within_days: int = 7
    retention_years: int = 10


def change_company(w: Work, c: ChangeCompany) -> list[str]:
    """
    The names of the fields that now read otherwise.

    A change of the payee account is mailed to every admin, since swapping it is how invoices are
    stolen.
    """
    w.require("company.change")
    if c.language not in LANGUAGES:
        raise RuleBroken("company.language_unknown", field="language")
    return keep_record(w, vars(c))


def keep_record(w: Work, told: Mapping[str, str]) -> list[str]:
    """The names of the fields of the company's record that now read otherwise; audited, mailed."""
    company = w.session.get_one(Company, 1, with_for_update=True)
    changed = [name for name, value in told.items() if getattr(company, name) != value]
    if not changed:
        return changed
    before = {name: getattr(company, name) for name in changed}
    for name in changed:
        setattr(company, name, told[name])
    after = {name: getattr(company, name) for name in changed}
    w.audit("company.changed", "company/1", before=before, after=after)
    if any(name in BANK_FIELDS for name in changed):
        _warn_admins(w, company)
    return changed


def _warn_admins(w: Work, company: Company) -> None:
    admins = select(User).where(User.staff_role == "admin", User.disabled_at.is_(None))
    for admin in w.session.scalars(admins.order_by(User.id)):
        queue_mail(
            w,
            f"bank_changed/{w.now.isoformat()}/{admin.id}",
            "bank_changed",
            admin,
            {
                "by": w.actor.name,
                "account_end": company.bank_account[-4:],
                "holder": company.bank_holder,
            },
        )


def change_policy(w: Work, c: ChangePolicy) -> int | None:
    """The id of the new version of the policy; None when it says what is in force already."""
    w.require("company.change")
    _check_policy(c)
    values = {f.name: getattr(c, f.name) for f in fields(c)}
    values["ageing_buckets"] = list(c.ageing_buckets)
    values["statement_remind_after_workdays"] = list(c.statement_remind_after_workdays)
    return decide(w, values)


@contextmanager
def _blaming(field: str) -> Iterator[None]:
    """Puts a rule of core that breaks inside onto a field of the form."""
    try:
        yield
    except RuleBroken as broken:
        raise RuleBroken(broken.code, field=field, **broken.facts) from broken


def _check_policy(c: ChangePolicy) -> None:
    """Refuses what could not be lived with: bounds that do not rise, deadlines out of reach."""
    with _blaming("ageing_buckets"):
        Scheme(bounds=c.ageing_buckets)
    if not 1 <= c.statement_silence_after_workdays <= 60:
        raise RuleBroken("policy.deadline_out_of_reach", field="statement_silence_after_workdays")
    days = c.statement_remind_after_workdays
    if len(days) > 10 or list(days) != sorted(set(days)) or not all(0 < day <= 60 for day in days):
        raise RuleBroken("policy.reminders_out_of_order", field="statement_remind_after_workdays")
