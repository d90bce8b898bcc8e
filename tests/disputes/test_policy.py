"""Reasons, root causes, days and limits as an admin decides them; what stays of older disputes."""

import pytest

from portal.base.access import SYSTEM
from portal.core import dispute
from portal.core.errors import RuleBroken
from portal.disputes.policy import ChangeDisputeRules, change_dispute_rules, written
from portal.disputes.reasons import reasons_of, root_causes_of
from tests.buyer import Buyer
from tests.desk import DeskBrowser, Office
from tests.disputes.test_pages_customer import new_path, raised

PAGE = "/desk/settings/disputes"


@pytest.fixture
def admin(office: Office) -> DeskBrowser:
    return office.enter("admin")


SHIPPED = {
    "reasons": "\n".join(dispute.REASONS),
    "root_causes": "\n".join(dispute.ROOT_CAUSES),
    "credit_alone": "CNY 5000.00\nEUR 600.00\nUSD 700.00",
}


def saved(admin: DeskBrowser, status: int = 303, **fields: str):
    return admin.fill(admin.visit(PAGE), PAGE, status, **(SHIPPED | fields))


def test_the_page_shows_what_is_shipped_and_saving_it_changes_nothing(admin: DeskBrowser):
    assert admin.visit(PAGE).form(PAGE)["answer_within_workdays"] == "10"
    assert "Nothing was changed." in admin.follow(saved(admin)).text


def test_a_reason_of_ones_own_is_offered_and_has_its_own_time(
    admin: DeskBrowser, chen: Buyer, office: Office
):
    saved(admin, reasons="price\npacking | Packing | 包装 | 2")
    path = new_path(office, "INV-2")
    page = chen.fill(chen.visit(path), path, reason="packing")
    shown = chen.follow(page).text

    assert "Huadong Trading: Packing." in shown
    assert "24 Nov 2026" in shown


def test_an_older_dispute_keeps_the_name_of_its_reason(
    admin: DeskBrowser, chen: Buyer, office: Office
):
    path = raised(chen, office)
    saved(admin, reasons="packing | Packing")

    assert "Another price than agreed" in chen.visit(path).text


def test_a_reason_that_is_gone_is_not_taken(admin: DeskBrowser, chen: Buyer, office: Office):
    path = new_path(office, "INV-2")
    page = chen.visit(path)
    saved(admin, reasons="packing | Packing")

    assert "Not a valid choice" in chen.fill(page, path, 422, reason="price").text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reasons": "no blanks"}, "is no name for a reason"),
        ({"reasons": "price | a | b | c"}, "is no name for a reason"),
        ({"reasons": "price\nprice"}, "stands in the list twice"),
        ({"root_causes": "x"}, "is no name for a reason"),
        ({"answer_within_workdays": "0"}, "Enter 1 to 60 workdays."),
        ({"credit_alone": "5000 CNY"}, "as a currency and an amount"),
        ({"credit_alone": "CNY much"}, "much"),
    ],
)
def test_what_has_no_sense_is_refused_and_stays_as_typed(
    admin: DeskBrowser, fields: dict[str, str], sentence: str
):
    page = saved(admin, 422, **fields)

    assert sentence in page.text
    [(name, typed)] = fields.items()
    assert typed.split() == page.form(PAGE)[name].split()


def test_the_shipped_lists_are_kept_as_none(office: Office):
    with office.installation.reading(SYSTEM) as r:
        reasons, causes = reasons_of(r.policy), root_causes_of(r.policy)
    same = ChangeDisputeRules(5, 14, written(reasons), written(causes), "EUR 600")
    with office.installation.work(SYSTEM) as w:
        assert change_dispute_rules(w, same)
    with office.installation.reading(SYSTEM) as r:
        assert r.policy.values["dispute_reasons"] == []
        assert tuple(reasons_of(r.policy)) == dispute.REASONS
        assert r.policy.values["dispute_credit_without_approval"] == {"EUR": "600.00"}


def test_days_out_of_reach_are_refused_whoever_asks(office: Office):
    with (
        pytest.raises(RuleBroken, match=r"policy\.deadline_out_of_reach"),
        office.installation.work(SYSTEM) as w,
    ):
        change_dispute_rules(w, ChangeDisputeRules(61, 14, "price", "other", ""))


def test_a_clerk_reads_the_rules_and_does_not_change_them(office: Office):
    clerk = office.enter("clerk")

    assert "Save settings" not in clerk.visit(PAGE).text
    clerk.send(PAGE, 403, data=clerk.visit(PAGE).form(PAGE))
