"""R158 over the policy's versions: changes that begin on different days hold beside each other."""

import datetime as dt
import json

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.policies import decide
from portal.base.policy import policy_on
from portal.tables.journal import Audit
from portal.tables.settings import Policy

TODAY = dt.date(2026, 11, 20)
DECEMBER, JANUARY = dt.date(2026, 12, 1), dt.date(2027, 1, 1)


def decided(installation, on=None, **values):
    with installation.work(SYSTEM) as w:
        return decide(w, values, on)


def held(installation, on, *names):
    with installation.reading(SYSTEM) as r:
        values = policy_on(r.session, on).values
        return tuple(values[name] for name in names)


def test_a_version_holds_from_its_day_on(any_installation):
    decided(any_installation, JANUARY, grace_days=5)

    assert held(any_installation, JANUARY - dt.timedelta(days=1), "grace_days") == (0,)
    assert held(any_installation, JANUARY, "grace_days") == (5,)


def test_what_begins_later_keeps_what_is_decided_in_between(any_installation):
    decided(any_installation, JANUARY, grace_days=5)
    decided(any_installation, DECEMBER, default_terms="net 30")
    decided(any_installation, None, promise_max_broken=4)

    names = ("grace_days", "default_terms", "promise_max_broken")
    assert held(any_installation, TODAY, *names) == (0, "", 4)
    assert held(any_installation, DECEMBER, *names) == (0, "net 30", 4)
    assert held(any_installation, JANUARY, *names) == (5, "net 30", 4)


def test_of_two_changes_of_one_value_the_later_day_holds_from_its_day(any_installation):
    decided(any_installation, JANUARY, grace_days=5)
    decided(any_installation, DECEMBER, grace_days=3)

    assert held(any_installation, DECEMBER, "grace_days") == (3,)
    assert held(any_installation, JANUARY, "grace_days") == (5,)


def test_named_terms_of_both_changes_are_there_in_the_end(any_installation):
    standard = {"name": "standard", "text": "net 30"}
    decided(any_installation, None, terms=[standard])
    decided(any_installation, JANUARY, terms=[{**standard, "text": "net 45"}])
    decided(any_installation, DECEMBER, terms=[standard, {"name": "key", "text": "net 90"}])

    ((terms,),) = [held(any_installation, JANUARY, "terms")]
    assert {each["name"]: each["text"] for each in terms} == {"standard": "net 45", "key": "net 90"}


def test_what_holds_already_makes_no_version(any_installation):
    decided(any_installation, DECEMBER, grace_days=5)

    assert decided(any_installation, JANUARY, grace_days=5) is None
    with any_installation.reading(SYSTEM) as r:
        assert len(list(r.session.scalars(select(Policy)))) == 1


def test_every_version_is_audited_with_its_day(any_installation):
    decided(any_installation, JANUARY, grace_days=5)
    decided(any_installation, DECEMBER, default_terms="net 30")

    with any_installation.reading(SYSTEM) as r:
        facts = [
            json.loads(told)
            for told in r.session.scalars(
                select(Audit.facts).where(Audit.kind == "policy.changed").order_by(Audit.id)
            )
        ]
    assert facts == [
        {"changed": {"grace_days": 5}, "from": "2027-01-01"},
        {"changed": {"default_terms": "net 30"}, "from": "2026-12-01"},
        {"changed": {"default_terms": "net 30"}, "from": "2027-01-01"},
    ]
