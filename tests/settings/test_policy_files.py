"""The policy as a file: taken over from a day on, in versions, by an author; and back out."""

import csv
import dataclasses
import json
import os
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM, Actor, Denied
from portal.core import policy_kinds as kinds
from portal.core.errors import RuleBroken
from portal.core.period import Month
from portal.core.policy_canon import canonical
from portal.core.policy_text import write_policy
from portal.core.terms_in_force import key_of_name
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.tables.customers import Customer
from portal.tables.journal import Audit, Outbox
from portal.tables.people import User
from portal.tables.settings import Policy
from portal.tables.statements import Statement
from portal.tables.terms import CustomerTerms
from tests.conftest import NOW
from tests.core.books import Ledger, day
from tests.core.policies import SAMPLE, is_no_notation
from tests.desk import books
from tests.ledgers import store
from tests.machine import absent
from tests.settings.policies import exported, refused, take, values_on

DATA = Path(os.environ.get("ACCORD_DATA") or Path(__file__).parents[3] / "shared" / "data")
STRINGS = DATA / "strings"
BUCKETS = "[ageing]\nbuckets = [{}]\n"


def count_versions(installation):
    with installation.reading(SYSTEM) as r:
        return r.session.scalar(select(func.count()).select_from(Policy))


def test_the_example_of_the_specification_becomes_a_version(any_installation):
    done = take(any_installation, SAMPLE)

    with any_installation.reading(SYSTEM) as r:
        row = r.session.get_one(Policy, done.version)
        kinds = r.session.scalars(select(Audit.kind).order_by(Audit.id)).all()
        assert (row.author, row.effective_on, r.policy.id) == ("wang", r.today, done.version)
        assert r.policy.named_terms["standard"].text == "2/10 net 30"
        assert r.policy.grade("A").cap("EUR").major() == "250000.00"
        assert kinds[-1] == "policy.changed"


def test_what_is_in_force_already_makes_no_version(any_installation):
    take(any_installation, SAMPLE)
    for text in (SAMPLE, exported(any_installation), "", "[scorecard]\n"):
        again = take(any_installation, text)

        assert (again.compared.changes, count_versions(any_installation)) == ([], 1)


def test_an_exported_policy_is_the_same_in_an_empty_installation(
    installation, postgresql_installation
):
    take(
        installation, SAMPLE.replace("[calendar]", 'name = "北方 Ltd"\n[calendar]\ncountry = "CN"')
    )
    text = exported(installation)
    take(postgresql_installation, text)

    assert exported(postgresql_installation) == text
    with installation.reading(SYSTEM) as one, postgresql_installation.reading(SYSTEM) as other:
        assert canonical(one.policy.values) == canonical(other.policy.values)
        assert other.company.name == "北方 Ltd"


def test_sections_that_a_file_lacks_stay_in_force(installation):
    take(installation, SAMPLE)
    before = exported(installation)
    done = take(installation, BUCKETS.format("10, 20"))

    assert [(each.section, each.key) for each in done.compared.changes] == [("ageing", "buckets")]
    assert exported(installation) == before.replace("buckets = [30, 60, 90]", "buckets = [10, 20]")


# ── Days ─────────────────────────────────────────────────────────────────────


def test_a_statement_run_on_a_day_uses_the_version_in_force_on_it(any_installation):
    store(any_installation, books())
    take(any_installation, "[statement]\nconfirm_within_workdays = 1\n", "2026-11-05")
    answers = {}
    for month, on in ((9, "11-04"), (10, "11-05")):
        run = IssueStatements(Month(2026, month))
        issue_statements(lambda on=on: any_installation.work(SYSTEM, day(on)), run)
        with any_installation.reading(SYSTEM) as r:
            found = select(Statement.confirm_by).where(
                Statement.period_to == Month(2026, month).last_on
            )
            answers[month] = set(r.session.scalars(found))

    assert answers == {9: {day("11-18")}, 10: {day("11-06")}}


def test_a_version_of_an_earlier_day_is_carried_into_those_decided_before(any_installation):
    take(any_installation, BUCKETS.format("45"), "2026-12-01")
    take(any_installation, "[promise]\nmax_broken = 5\n", "2026-06-01")

    assert values_on(any_installation, "2026-05-31")["promise_max_broken"] == 2
    assert values_on(any_installation, "2026-11-30")["ageing_buckets"] == [30, 60, 90]
    later = values_on(any_installation, "2026-12-01")
    assert (later["ageing_buckets"], later["promise_max_broken"]) == ([45], 5)


def test_of_two_versions_on_one_day_the_later_decided_counts(any_installation):
    for bound in (10, 20, 30):
        take(any_installation, BUCKETS.format(bound), "2026-01-01")

    assert values_on(any_installation, "2026-01-01")["ageing_buckets"] == [30]
    assert values_on(any_installation, "2025-12-31")["ageing_buckets"] == [30, 60, 90]


def test_what_would_break_a_version_of_a_later_day_is_refused(any_installation):
    named = '[[terms]]\nname = "ours"\ntext = "30d"\n'
    take(any_installation, named)
    take(any_installation, '[company]\ndefault_terms = "ours"\n', "2026-12-01")
    other = named.replace("ours", "others")

    with pytest.raises(RuleBroken, match="breaks_later") as broken:
        take(any_installation, other)
    assert broken.value.facts == {"on": day("12-01")}
    assert count_versions(any_installation) == 2
    take(any_installation, named + other)


def test_the_difference_is_with_the_day_it_is_for(installation):
    take(installation, BUCKETS.format("45"), "2026-12-01")

    again = take(installation, BUCKETS.format("45"), "2026-12-01")
    assert again.compared.changes == []
    assert take(installation, BUCKETS.format("45")).compared.changes[0].before == [30, 60, 90]


@pytest.mark.parametrize("kind", ["installation", "postgresql_installation"])
def test_two_who_take_over_at_once_build_on_each_other(request, kind):
    installation = request.getfixturevalue(kind)
    texts = [BUCKETS.format("7"), "[promise]\nmax_broken = 9\n", "[plan]\nmax_months = 3\n"]
    ready = threading.Barrier(len(texts))

    def run(text):
        ready.wait()
        take(installation, text)

    threads = [threading.Thread(target=run, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    values = values_on(installation, NOW.date().isoformat())
    assert count_versions(installation) == 3
    assert values["ageing_buckets"] == [7]
    assert (values["promise_max_broken"], values["plan_max_months"]) == (9, 3)


# ── The company's own record ─────────────────────────────────────────────────


def test_the_company_is_changed_at_once_and_its_new_account_mailed(any_installation):
    with any_installation.work() as w:
        w.session.add(
            User(
                email="anna@supplier.example",
                name="Anna",
                language="en",
                staff_role="admin",
                created_at=w.now,
            )
        )
    done = take(any_installation, '[company]\nlegal_name = "North"\nbank_account = "DE02"\n')

    with any_installation.reading(SYSTEM) as r:
        mails = r.session.scalars(select(Outbox.kind)).all()
        facts = r.session.scalars(select(Audit.facts).order_by(Audit.id.desc())).first()
        assert (r.company.legal_name, r.company.bank_account) == ("North", "DE02")
        assert (done.version, r.policy.id) == (None, None)
        assert mails == ["bank_changed"]
        assert json.loads(facts)["after"] == {"legal_name": "North", "bank_account": "DE02"}


def test_currency_and_zone_change_only_while_nothing_is_posted(any_installation):
    text = '[company]\ncurrency = "EUR"\ntimezone = "Europe/Berlin"\n'
    take(any_installation, text)
    with any_installation.reading(SYSTEM) as r:
        assert (r.company.currency, r.company.timezone) == ("EUR", "Europe/Berlin")
    store(any_installation, books())

    back = '[company]\ncurrency = "CNY"\n\ntimezone = "Asia/Shanghai"\n'
    assert refused(any_installation, back) == [
        (2, "company.currency", "policy.currency_fixed"),
        (4, "company.timezone", "policy.timezone_fixed"),
    ]
    assert take(any_installation, text).compared.changes == []


# ── What is refused ──────────────────────────────────────────────────────────


def test_a_text_with_faults_changes_nothing_at_all(any_installation):
    text = '[company]\nname = "New"\n[ageing]\nbuckets = [3, 2]\n[nonsense]\n'

    assert [line for line, _key, _code in refused(any_installation, text)] == [4, 5]
    with any_installation.reading(SYSTEM) as r:
        assert (r.company.name, r.policy.id) == ("Your company", None)


@pytest.mark.parametrize("whose", ["customer", "dated"])
def test_a_name_of_terms_that_somebody_has_stays(any_installation, whose):
    take(any_installation, '[[terms]]\nname = "ours"\ntext = "30d"\n')
    told = Ledger()
    told.invoice("I1", day("05-05"), "1.00")
    store(any_installation, told.book)
    with any_installation.work() as w:
        customer = w.session.scalars(select(Customer)).one()
        if whose == "customer":
            customer.payment_terms = "OURS"
        else:
            w.session.add(
                CustomerTerms(
                    customer_id=customer.id,
                    effective_on=w.today,
                    terms="ours",
                    source="decision",
                    reason="",
                    author="",
                    at=w.now,
                )
            )

    dropped = '\n[[terms]]\nname = "others"\ntext = "30d"\n'
    assert refused(any_installation, dropped) == [(2, "terms", "policy.terms_in_use")]
    take(any_installation, dropped + '[[terms]]\nname = "ours"\ntext = "60d"\n')


def test_only_an_admin_or_the_operator_takes_over(installation):
    clerk = Actor("staff", 2, "Wang Fang", "wang@supplier.example", staff_role="clerk")
    with pytest.raises(Denied):
        take(installation, SAMPLE, actor=clerk)


def test_names_of_any_script_survive_the_database(any_installation, naughty):
    assert len(naughty) == 200
    rows = [{"name": name, "text": "30d"} for name in naughty]
    take(
        any_installation, write_policy({**values_on(any_installation, "2026-01-01"), "terms": rows})
    )

    with any_installation.reading(SYSTEM) as r:
        assert list(r.policy.named_terms) == naughty
    assert take(any_installation, exported(any_installation)).compared.changes == []


@pytest.fixture
def naughty():
    """Strings that break programs: quotes, brackets, marks, commands, scripts of the world."""
    if not STRINGS.is_dir():
        absent(f"no {STRINGS}: set ACCORD_DATA")
    found = json.loads((STRINGS / "blns.json").read_text("utf-8"))
    with (STRINGS / "names_multiscript.csv").open(encoding="utf-8", newline="") as file:
        found += [cell for row in csv.reader(file) for cell in row]
    names = {key_of_name(text): text for text in found if is_a_name(text)}
    return list(names.values())[:200]


def is_a_name(text):
    try:
        return kinds.name(text) == text and is_no_notation(text)
    except RuleBroken:
        return False


def test_a_version_says_who_decided_it(installation):
    take(installation, BUCKETS.format("5"), actor=Actor("system", name="李娜"))

    with installation.reading(SYSTEM) as r:
        assert r.session.scalars(select(Policy.author)).all() == ["李娜"]


def test_what_was_compared_is_told_key_by_key(installation):
    done = take(installation, SAMPLE).compared

    assert dataclasses.astuple(done.changes[0]) == (
        "company",
        "",
        "default_terms",
        "",
        "standard",
    )
    assert ("grade", "D", "name", "D", None) in [dataclasses.astuple(each) for each in done.changes]
