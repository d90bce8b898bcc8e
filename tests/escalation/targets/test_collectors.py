"""What collectors reached in a month, from the books and their talks, beside their targets."""

import datetime as dt

import pytest

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.period import Month
from portal.escalation.targets.doubtful import list_doubtful
from portal.escalation.targets.measuring import Report, report_of
from portal.escalation.targets.setting import SetTargets, set_targets
from portal.tables.collecting import ContactLog
from tests.bad_debts.writing_off import pay
from tests.credit.limiting import actor, customer_id
from tests.desk import DeskBrowser, Office, an_office
from tests.ledgers import count_on

NOVEMBER = Month(2026, 11)


@pytest.fixture
def office(any_installation: Installation) -> Office:
    made = an_office(any_installation)
    count_on(any_installation)
    return made


def report(office: Office) -> Report:
    with office.installation.reading(SYSTEM) as r:
        return report_of(r, NOVEMBER, "CNY")


def talk(office: Office, user_id: int, outcome: str) -> None:
    with office.installation.work(SYSTEM) as w:
        w.session.add(
            ContactLog(
                customer_id=customer_id(office, "HUADONG"),
                on=dt.date(2026, 11, 10),
                channel="call",
                direction="out",
                outcome=outcome,
                reason="",
                spoke_with="",
                decides=False,
                note="",
                user_id=user_id,
                at=w.now,
                idempotency_key=f"{outcome}-{user_id}-{w.now}-{len(w.session.new)}",
            )
        )


def test_recovered_is_what_was_paid_of_what_was_overdue_when_the_month_began(office: Office):
    """S-181, S-203: for the team, and for each collector who answers for it."""
    clerk = office.enter("clerk").user_id
    pay(office, clerk, "INV-4", 25_00)

    found = report(office)

    # INV-1 70.00 and INV-4 40.00 were overdue on the first; INV-2 falls due later.
    assert found.team.recovered.overdue.major() == "110.00"
    assert (found.team.recovered.came.major(), found.team.recovered.rate) == ("25.00", 22)
    assert [(row.name, row.recovered.came.minor) for row in found.rows] == [("Li Na", 25_00)]


def test_a_collectors_overdue_rate_is_told_beside_what_was_recovered(office: Office):
    """S-202: INV-1 70.00 and INV-4 40.00 of 360.00 are overdue."""
    [row] = report(office).rows

    assert (row.standing.open.major(), row.standing.overdue.major()) == ("360.00", "110.00")
    assert row.standing.overdue_rate == 30


def test_talks_count_for_whoever_had_them(office: Office):
    """S-119, S-175, S-186."""
    lead = office.enter("collections_lead").user_id
    for outcome in ("promised", "no_answer", "refuses"):
        talk(office, lead, outcome)

    (row,) = [row for row in report(office).rows if row.user_id == lead]

    assert (row.contacts.made, row.contacts.reached, row.contacts.won) == (3, 2, 1)
    assert row.contacts.success == 50


def test_targets_hold_until_they_are_set_anew(office: Office):
    lead = office.enter("collections_lead").user_id
    for value in (100_00, 200_00, None):
        with office.installation.work(actor(office.installation, lead)) as w:
            told = {"recovered": value, "contacts": 5, "success_percent": None, "cost": 3_00}
            set_targets(w, SetTargets(NOVEMBER.first_on, None, "CNY", told))

    assert report(office).team.targets == {"contacts": 5, "cost": 3_00}


def test_doubtful_is_what_was_shipped_more_than_sixty_days_ago(office: Office):
    """S-107, S-168."""
    with office.installation.reading(SYSTEM) as r:
        found = list_doubtful(r, 1, 50)

    assert [(row.number, row.basis, row.days) for row in found.rows] == [
        ("INV-4", "invoiced", 172),
        ("INV-1", "invoiced", 80),
    ]


def test_the_lead_sets_targets_on_a_page(office: Office):
    """S-181, S-184: whoever is responsible sets what is to be reached, and reads what was."""
    lead: DeskBrowser = office.enter("collections_lead")
    path = "/desk/reports/collectors/targets"
    page = lead.visit(path)

    lead.fill(page, path, recovered="1000", contacts="40")

    assert report(office).team.targets == {"recovered": 1000_00, "contacts": 40}
    assert "Collectors" in lead.visit("/desk/reports/collectors").text
    assert "INV-4" in lead.visit("/desk/reports/doubtful").text
    assert lead.client.get("/desk/reports/collectors.csv").status_code == 200
    assert lead.client.get("/desk/reports/doubtful.xlsx").status_code == 200


def test_only_leads_set_targets(office: Office):
    assert office.enter("sales").client.get("/desk/reports/collectors/targets").status_code == 403
