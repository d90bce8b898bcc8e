"""An auditor's seat: from the first day until the last one, and read-only all the while."""

import datetime as dt

import pytest
from sqlalchemy import select

from portal.audit.daily import run
from portal.audit.seats import ChangeSeat, InviteAuditor, SeatTerms, change_seat, invite_auditor
from portal.base.access import SYSTEM, Actor, NotFound, Permission, allows
from portal.base.installation import Installation
from portal.core.errors import RuleBroken
from portal.people.recognising import actor_of, find_person_who_may_enter
from portal.tables.audits import AuditorSeat
from portal.tables.people import Session, User
from tests.desk import DeskBrowser, Office
from tests.kept import app_over
from tests.walls.visiting import FILES, methods

TODAY = dt.date(2026, 11, 20)
MAYA = "maya@auditors.example"


def terms(first: int = 0, last: int = 30) -> SeatTerms:
    day = dt.timedelta(days=1)
    return SeatTerms(TODAY + first * day, TODAY + last * day, "Audit of 2026")


def invited(installation: Installation, **days: int) -> int:
    with installation.work(SYSTEM) as w:
        wish = InviteAuditor(MAYA, "Maya Ruiz", "en", terms(**days))
        user_id = invite_auditor(w, wish).user_id
        w.session.get_one(User, user_id).password_hash = "known"
        return user_id


def may_enter(installation: Installation) -> bool:
    with installation.reading(SYSTEM) as r:
        return find_person_who_may_enter(r, MAYA) is not None


@pytest.mark.parametrize(
    ("first", "last", "is_open"),
    [(0, 0, True), (-5, 5, True), (1, 5, False), (0, 30, True)],
)
def test_nobody_gets_in_outside_of_the_seats_days(any_office: Office, first, last, is_open):
    user_id = invited(any_office.installation, first=first, last=last)

    assert may_enter(any_office.installation) is is_open
    with any_office.installation.reading(SYSTEM) as r:
        if is_open:
            assert actor_of(r, user_id).staff_role == "auditor"
        else:
            with pytest.raises(NotFound):
                actor_of(r, user_id)


def test_an_open_session_ends_with_the_seat(any_office: Office):
    user_id = invited(any_office.installation, last=0)
    browser = DeskBrowser(any_office.app, any_office.installation, "auditor")
    with any_office.installation.work(SYSTEM) as w:
        w.session.get_one(AuditorSeat, user_id)
        w.session.add(AuditorSeat(**seat_of(w)))
    assert browser.client.get("/desk/audit").status_code == 200
    any_office.pass_days(1)

    assert browser.client.get("/desk/audit").status_code == 303


def seat_of(w) -> dict[str, object]:
    """The seat of whoever sits in front of the browser, until today."""
    user = w.session.scalars(
        select(User.id).where(User.staff_role == "auditor", User.email != MAYA)
    )
    return {
        "user_id": user.one(),
        "from_on": TODAY,
        "until_on": TODAY,
        "purpose": "x",
        "set_at": w.now,
    }


def test_the_daily_run_ends_the_sessions_for_good(any_office: Office):
    any_office.enter("auditor")
    with any_office.installation.work(SYSTEM) as w:
        w.session.add(AuditorSeat(**seat_of(w)))
    result = run(any_office.installation, TODAY + dt.timedelta(days=1))
    with any_office.installation.reading(SYSTEM) as r:
        ended = list(r.session.scalars(select(Session.ended_at)))

    assert result["seats_over"] == 1
    assert None not in ended


def test_a_seat_is_moved_and_ended_early(any_office: Office):
    user_id = invited(any_office.installation)
    with any_office.installation.work(SYSTEM) as w:
        change_seat(w, ChangeSeat(user_id, terms(first=3, last=9)))

    assert not may_enter(any_office.installation)


@pytest.mark.parametrize(
    ("days", "code"), [((5, 4), "seat.days"), ((-9, -1), "seat.days"), ((0, 999), "seat.too_long")]
)
def test_days_that_make_no_seat_are_refused(office: Office, days, code):
    with pytest.raises(RuleBroken, match=code), office.installation.work(SYSTEM) as w:
        invite_auditor(w, InviteAuditor(MAYA, "Maya", "en", terms(*days)))


def test_a_colleague_is_not_made_an_auditor_by_mistake(office: Office):
    office.enter("clerk")
    with office.installation.reading(SYSTEM) as r:
        email = r.session.scalars(select(User.email).where(User.staff_role == "clerk")).one()
    with pytest.raises(RuleBroken, match="is_colleague"), office.installation.work(SYSTEM) as w:
        invite_auditor(w, InviteAuditor(email, "X", "en", terms()))


def test_an_admin_invites_an_auditor_on_a_page_and_sees_the_seat(admin: DeskBrowser):
    page = admin.visit("/desk/auditors/new")
    fields = {"email": MAYA, "name": "Maya Ruiz", "from_on": "2026-11-20", "purpose": "Year 2026"}
    admin.fill(page, "/desk/auditors/new", 422, **fields, until_on="2026-11-01")
    admin.fill(page, "/desk/auditors/new", **fields, until_on="2026-12-31")
    users = admin.visit("/desk/users")
    link = users.links["Change the seat of Maya Ruiz"]
    admin.fill(admin.visit(link), link, until_on="2027-01-31")

    assert "31 Jan 2027" in admin.visit("/desk/users").text


def test_an_auditor_without_an_end_is_given_one(office: Office, admin: DeskBrowser):
    office.enter("auditor")
    users = admin.visit("/desk/users")
    link = users.links["Change the seat of The auditor"]
    days = {"from_on": "2026-11-01", "until_on": "2026-12-31", "purpose": "Year 2026"}

    assert "without an end" in users.text
    admin.fill(admin.visit(link), link, **days)
    assert "without an end" not in admin.visit("/desk/users").text


# ── Read-only, everywhere ────────────────────────────────────────────────────

#: What an auditor may post: their own account, and the audit itself.
OWN = {
    Permission.PUBLIC,
    Permission.HOME_VIEW,
    Permission.SECURITY_OWN,
    Permission.CALENDAR_OWN,
    Permission.NOTIFICATION_OWN,
    Permission.AUDIT_VIEW,
    Permission.AUDIT_REQUEST,
}
#: An archive of invoices is made for who asked for it; nothing in the books knows of it.
MAKES_A_FILE = {"/downloads"}
AUDITOR = Actor("staff", 1, "Maya", MAYA, staff_role="auditor")


def test_no_form_that_changes_the_books_is_an_auditors(installation: Installation):
    app = app_over(installation)
    allowed = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in FILES and set(methods(rule)) - {"GET"}
        if rule.rule not in MAKES_A_FILE
        for permission in [app.view_functions[rule.endpoint].permission]
        if permission not in OWN and allows(AUDITOR, permission)
    ]

    assert allowed == []
