"""The company's record and its policy."""

import json

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM, Actor, Denied
from portal.core.errors import RuleBroken
from portal.settings.commands import ChangeCompany, ChangePolicy, change_company, change_policy
from portal.settings.queries import list_policy_versions
from portal.tables.journal import Audit, Outbox
from portal.tables.people import User
from portal.tables.settings import Company

ADMIN = Actor("staff", 1, "Anna Berg", "anna@supplier.example", staff_role="admin")
CLERK = Actor("staff", 2, "Wang Fang", "wang@supplier.example", staff_role="clerk")

COMPANY = ChangeCompany(
    name="Lindqvist",
    legal_name="Lindqvist Instruments Ltd",
    tax_id="",
    address="",
    country="CN",
    language="en",
    help_email="",
    help_phone="",
    bank_name="",
    bank_holder="",
    bank_account="",
)
POLICY = ChangePolicy("CN", (30, 60, 90))


def changed(c, **values):
    return type(c)(**{**vars(c), **values})


def test_a_change_of_the_company_is_audited_with_before_and_after(installation):
    with installation.work(ADMIN) as w:
        assert change_company(w, COMPANY) == ["name", "legal_name", "country"]

    with installation.reading(SYSTEM) as r:
        facts = r.session.scalars(select(Audit.facts).order_by(Audit.id.desc())).first()
        assert json.loads(facts)["after"]["name"] == "Lindqvist"


def test_saving_the_same_again_changes_nothing(installation):
    for expected in (True, False):
        with installation.work(ADMIN) as w:
            assert bool(change_company(w, COMPANY)) is expected


def test_a_new_payee_account_is_mailed_to_every_admin(installation):
    with installation.work() as w:
        for name, role in (("anna", "admin"), ("otto", "admin"), ("wang", "clerk")):
            w.session.add(
                User(
                    email=f"{name}@supplier.example",
                    name=name,
                    language="en",
                    staff_role=role,
                    created_at=w.now,
                )
            )
    with installation.work(ADMIN) as w:
        change_company(w, changed(COMPANY, bank_account="DE02120300000000202051"))

    with installation.reading(SYSTEM) as r:
        rows = r.session.scalars(select(Outbox).order_by(Outbox.id)).all()
        assert [row.to_address for row in rows] == [
            "anna@supplier.example",
            "otto@supplier.example",
        ]
        assert "DE02120300000000202051" not in rows[0].payload


@pytest.mark.parametrize("act", [(change_company, COMPANY), (change_policy, POLICY)])
def test_a_clerk_may_look_but_not_change(installation, act):
    command, values = act
    with pytest.raises(Denied), installation.work(CLERK) as w:
        command(w, values)


def test_every_change_of_the_policy_is_a_version(installation):
    with installation.work(ADMIN) as w:
        first = change_policy(w, POLICY)
    with installation.work(ADMIN) as w:
        assert change_policy(w, POLICY) is None
    with installation.work(ADMIN) as w:
        second = change_policy(w, changed(POLICY, ageing_buckets=(15, 45)))

    with installation.reading(SYSTEM) as r:
        assert [version.id for version in list_policy_versions(r)] == [second, first]
        assert r.policy.scheme.bounds == (15, 45)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ageing_buckets": (60, 30)}, "ageing_buckets"),
        ({"statement_remind_after_workdays": (5, 3)}, "statement_remind_after_workdays"),
        ({"statement_silence_after_workdays": 0}, "statement_silence_after_workdays"),
    ],
)
def test_what_could_not_be_lived_with_is_refused_on_its_field(installation, values, field):
    with pytest.raises(RuleBroken) as broken, installation.work(ADMIN) as w:
        change_policy(w, changed(POLICY, **values))

    assert broken.value.field == field


def test_the_holidays_of_china_and_its_made_up_workdays_count(installation):
    with installation.work(ADMIN) as w:
        change_policy(w, POLICY)
    with installation.reading(SYSTEM) as r:
        calendar = r.calendar()

        assert not calendar.is_workday(r.today.replace(month=10, day=1))
        assert calendar.is_workday(r.today.replace(month=10, day=10))


def test_the_company_row_is_the_only_one(installation):
    with installation.reading(SYSTEM) as r:
        assert r.session.scalars(select(Company.id)).all() == [1]
