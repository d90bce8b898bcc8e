"""The demo shows one of each: agreed and asked for, allowed, held, chased, sued and written off."""

import datetime as dt
from collections import Counter

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.config import read_config
from portal.base.installation import Installation, open_installation
from portal.core.limitation import Act
from portal.credit.exposure import exposure_of
from portal.credit.grades import list_grades
from portal.credit.limits import limit_of
from portal.escalation.planning import plan_day
from portal.interest.accruing import accrued
from portal.invoices.open_items import everyone
from portal.reports.limitation import AskLapses, list_lapses
from portal.tables.all import Base
from portal.tables.credit import CreditStanding, Rating
from portal.tables.customers import Customer
from tests.browser.company import BEGIN
from tests.demo import Demo, environment

TODAY = BEGIN.date()


@pytest.fixture(scope="module")
def demo_books(demo_company: Demo):
    """The demo as it was loaded, to be read."""
    settings = environment(demo_company.folder)
    told = {name: value for name, value in settings.items() if name.startswith("ACCORD_")}
    opened = open_installation(read_config(told))
    yield opened
    opened.database.engine.dispose()


def counted(installation: Installation, table: str, *columns: str) -> Counter[tuple]:
    """How many rows there are of each kind."""
    rows = Base.metadata.tables[table]
    with installation.reading(SYSTEM) as r:
        return Counter(
            tuple(row) for row in r.session.execute(select(*(rows.c[c] for c in columns)))
        )


def known(r, code: str) -> int:
    return r.session.scalars(select(Customer.id).where(Customer.code == code)).one()


def test_contracts_are_amended_expire_and_one_was_never_passed(demo_books: Installation):
    assert counted(demo_books, "contract_amendment", "state") == {("in_force",): 2, ("waiting",): 1}
    seals = counted(demo_books, "contract", "sealed_with", "reviewed_at")
    assert [seal for seal, reviewed_at in seals if reviewed_at is None] == ["private_seal"]


def test_invoices_that_differ_are_held_and_one_was_let_pass(demo_books: Installation):
    states = counted(demo_books, "invoice_check", "state")

    assert (states["held",], states["confirmed",]) == (2, 1)
    assert states["fits",] > 20


def test_changes_of_terms_are_at_every_stage(demo_books: Installation):
    states = counted(demo_books, "terms_change", "state", "scope")

    assert states == {
        ("approved", "customer"): 2,
        ("refused", "customer"): 1,
        ("waiting", "customer"): 1,
        ("waiting", "company"): 1,
        ("draft", "customer"): 1,
    }


def test_what_waits_was_handed_in_with_its_impact(demo_books: Installation):
    impacts = counted(demo_books, "terms_change", "state", "impact")

    assert all(impact.startswith("{") for state, impact in impacts if state == "waiting")


def test_limits_are_near_over_and_expired(demo_books: Installation):
    with demo_books.reading(SYSTEM) as r:
        near = exposure_of(r, known(r, "XINGHAI"), TODAY).total
        limit = limit_of(r, known(r, "XINGHAI"), TODAY).amount
        over = exposure_of(r, known(r, "BEIFANG"), TODAY).total
        passed = limit_of(r, known(r, "BEIFANG"), TODAY).amount
        expired = limit_of(r, known(r, "OAKLEY"), TODAY)

    assert 90 * limit.minor < 100 * near.minor <= 94 * limit.minor
    assert over > passed
    assert expired.is_over_on(TODAY)


def test_every_customer_is_scored_and_one_grade_is_by_hand(demo_books: Installation):
    with demo_books.reading(SYSTEM) as r:
        rated = set(r.session.scalars(select(Rating.customer_id).where(Rating.as_of == TODAY)))
        everybody = set(r.session.scalars(select(Customer.id)))
        by_hand = [each for each in list_grades(r, known(r, "MISTRAL")) if each.is_override]

    assert rated == everybody
    assert [each.until_on > TODAY for each in by_hand] == [True]


def test_orders_have_every_answer(demo_books: Installation):
    decisions = counted(demo_books, "sales_order", "decision")

    assert {each for (each,) in decisions} == {"allow", "hold", "released", "refuse"}
    assert counted(demo_books, "hold_release", "state") == {("approved",): 1, ("waiting",): 1}


def test_one_is_blacklisted_and_one_dealer_in_danger(demo_books: Installation):
    with demo_books.reading(SYSTEM) as r:
        barred = r.session.scalars(
            select(Customer.code)
            .join(CreditStanding, CreditStanding.customer_id == Customer.id)
            .where(CreditStanding.kind == "blacklisted")
        ).all()

    assert barred == ["LINHAI"]
    running = counted(demo_books, "warning_signal", "customer_id", "cleared_at")
    assert sum(count for (_whose, cleared), count in running.items() if cleared is None) == 3
    assert counted(demo_books, "task", "kind")["early_warning",] == 1


def test_applications_wait_and_are_answered_with_files(demo_books: Installation):
    states = counted(demo_books, "credit_application", "kind", "state", "side")

    assert states == {("limit", "partly", "customer"): 1, ("opening", "submitted", "customer"): 1}
    assert counted(demo_books, "kept_file", "kind")["balance_sheet",] == 2


def test_bills_are_held_honoured_and_not(demo_books: Installation):
    assert counted(demo_books, "bill", "state") == {
        ("held",): 1,
        ("honoured",): 1,
        ("dishonoured",): 1,
    }


def test_ladders_ran_the_first_run_was_looked_at_and_steps_come_next(demo_books: Installation):
    assert counted(demo_books, "ladder_run", "state", "why_held")["done", "first"] == 1
    assert counted(demo_books, "planned_step", "state")["left_out",] == 1
    steps = counted(demo_books, "dunning", "channel", "state")
    with demo_books.reading(SYSTEM) as r:
        ahead = plan_day(r, TODAY + dt.timedelta(days=2))

    assert steps["legal", "waiting"] == 1
    assert {channel for channel, state in steps if state == "done"} == {
        *("email", "letter", "registered_letter", "call")
    }
    assert {action.step.name for action in ahead.actions} == {"reminder", "call"}
    assert {left.reason for left in ahead.excluded} == {
        *("case", "disputed", "held", "planned", "set_off", "waiting")
    }


def test_notices_left_bounced_and_wait_for_the_printer(demo_books: Installation):
    states = counted(demo_books, "notice", "channel", "state")

    assert states["letter", "to_print"] == states["letter", "sent"] == 1
    assert states["registered_letter", "sent"] == 1
    assert states["email", "sent"] > 20
    assert counted(demo_books, "task", "kind")["notice_bounced",] == 2
    assert counted(demo_books, "dunning_hold", "ended_at")


def test_owners_answered_for_what_falls_due(demo_books: Installation):
    answers = counted(demo_books, "due_answer", "answer")

    assert min(answers[each,] for each in ("on_time", "later", "problem")) > 0
    assert counted(demo_books, "task", "kind")["due_unanswered",] == 1
    assert {outcome for (outcome,) in counted(demo_books, "contact_log", "outcome")} == {
        *("no_answer", "promised", "refuses")
    }


def test_a_debt_is_with_an_agency_one_before_a_court_and_one_written_off(demo_books: Installation):
    cases = counted(demo_books, "collection_case", "kind", "state", "stage")
    with demo_books.reading(SYSTEM) as r:
        standing = list_lapses(r, AskLapses(is_standing=True))

    assert cases == {
        ("agency", "open", "reporting"): 1,
        ("legal", "open", "hearing"): 1,
        ("legal", "proposed", "preparing"): 1,
    }
    assert {row.since.act for row in standing if row.since} == {Act.SUIT}
    assert counted(demo_books, "write_off", "state") == {("posted",): 1, ("waiting",): 1}
    assert counted(demo_books, "evidence_pack", "state") == {("ready",): 1}


def test_late_interest_accrues_and_was_charged_and_waived(demo_books: Installation):
    with demo_books.reading(SYSTEM) as r:
        late = [each for each in accrued(r, everyone, TODAY) if each.open]

    assert {each.late.currency for each in late} == {"CNY", "EUR", "GBP", "KWD", "USD"}
    assert counted(demo_books, "interest_charge", "state") == {("charged",): 1, ("waiting",): 1}
    assert counted(demo_books, "interest_waiver", "part")
