"""The settings, as pages: what is in force, what is refused, who may change it."""

import pytest

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from tests.desk import DeskBrowser, Office, an_office

COMPANY, STATEMENTS = "/desk/settings/company", "/desk/settings/statements"


@pytest.fixture
def office(installation: Installation) -> Office:
    return an_office(installation)


@pytest.fixture
def admin(office: Office) -> DeskBrowser:
    return office.enter("admin")


def test_an_admin_changes_the_company(office: Office, admin: DeskBrowser):
    page = admin.fill(admin.visit(COMPANY), COMPANY, name="Lindqvist", bank_account="DE02 1203")

    assert "Saved." in admin.follow(page).text
    with office.installation.reading(SYSTEM) as r:
        assert (r.company.name, r.company.bank_account) == ("Lindqvist", "DE02 1203")


def test_saving_what_stands_there_says_that_nothing_changed(admin: DeskBrowser):
    page = admin.fill(admin.visit(COMPANY), COMPANY)

    assert "Nothing was changed." in admin.follow(page).text


def test_an_empty_name_is_refused_at_its_field(admin: DeskBrowser):
    page = admin.fill(admin.visit(COMPANY), COMPANY, 422, name=" ")

    assert "Enter the name that customers know you by." in page.by_id("error-summary").text
    assert page.by_id("name").get("aria-invalid") == "true"


def test_a_new_version_of_the_policy_counts_from_today(office: Office, admin: DeskBrowser):
    changed = {"ageing_buckets": "15, 45"}
    page = admin.follow(admin.fill(admin.visit(STATEMENTS), STATEMENTS, **changed))

    assert "1 version" in page.text
    with office.installation.reading(SYSTEM) as r:
        assert r.policy.scheme.names == ("not_due", "1-15", "16-45", "46+")


def test_terms_are_changed_where_a_second_person_approves_them(admin: DeskBrowser):
    page = admin.visit(STATEMENTS)

    assert "/desk/terms" in page.links.values()
    gone = ("default_terms", "statement_issue_on_workday", "statement_confirm_within_workdays")
    assert not set(gone) & set(page.form(STATEMENTS))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ageing_buckets", "60, 30"),
        ("ageing_buckets", "a few"),
        ("statement_remind_after_workdays", "three, five"),
        ("statement_remind_after_workdays", "8, 5"),
    ],
)
def test_what_could_not_be_lived_with_is_refused(admin: DeskBrowser, field: str, value: str):
    page = admin.fill(admin.visit(STATEMENTS), STATEMENTS, 422, **{field: value})

    assert page.by_id(field).get("aria-invalid") == "true"


@pytest.mark.parametrize("path", [COMPANY, STATEMENTS])
def test_others_look_and_do_not_change(office: Office, path: str):
    clerk = office.enter("clerk")

    assert "Save" not in clerk.visit(path).by_id("main").text
    clerk.send(path, 403)
