"""Plans from the first offer to both signatures, and what becomes of them."""

import json

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM, Denied, NotFound
from portal.base.installation import Installation
from portal.base.outbox import NotNeeded
from portal.core.errors import RuleBroken
from portal.core.promise_kept import State as PromiseState
from portal.invoices.open_items import everyone
from portal.promises.plans import answering, offering, signing
from portal.promises.plans.letters import plan_values
from portal.promises.plans.queries import get_plan_by_id
from portal.promises.plans.turns import to_be_signed, waiting_for_us
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter
from portal.tables.promises import PlanSignature, PromisedPart
from tests.promises.giving import pay
from tests.promises.planning import ASKED, COUNTER, ITEMS, Talk, a_talk, cny, rows


@pytest.fixture
def talk(installation: Installation) -> Talk:
    return a_talk(installation)


@pytest.fixture
def any_talk(any_installation: Installation) -> Talk:
    return a_talk(any_installation)


def refused(act, *given, **told) -> RuleBroken:
    with pytest.raises(RuleBroken) as broken:
        act(*given, **told)
    return broken.value


# ── Offered and offered again ────────────────────────────────────────────────


def test_what_a_customer_asks_for_is_with_the_supplier(any_talk: Talk):
    any_talk.ask()

    row = any_talk.view().row
    assert (row.number, row.state, row.waits_for) == ("PLN-1", "with_supplier", "house")
    assert row.total == cny(290_00)


def test_a_draft_is_its_own_sides(talk: Talk):
    talk.ask(is_draft=True)

    assert talk.view("chen").row.state == "draft"
    with pytest.raises(NotFound):
        talk.view("tom")


def test_a_plan_is_nobody_elses(talk: Talk):
    talk.ask()

    with pytest.raises(NotFound):
        talk.view("ada")
    with pytest.raises(NotFound):
        talk.act("ada", offering.withdraw_plan, offering.WithdrawPlan(talk.plan_id))


def test_a_payment_while_the_plan_is_built_is_told(talk: Talk):
    pay(talk.installation, 50, 50_00)

    broken = refused(talk.ask)
    assert broken.code == "plan.item.stale"
    assert broken.facts == {"number": "INV-2", "was": cny(250_00), "now": cny(200_00)}


def test_two_tabs_ask_once(talk: Talk):
    talk.ask()

    assert refused(talk.ask).code == "plan.already_done"


def test_sums_that_do_not_add_up_say_what_is_missing(talk: Talk):
    short = rows(("2026-12-01", 200_00), ("2027-01-04", 89_99))

    broken = refused(talk.ask, given=short)
    assert (broken.code, broken.facts["difference"]) == ("plan.sum_below", cny(1))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (rows(("2026-11-19", 290_00)), "plan.day_past"),
        (rows(("2026-11-21", 290_00)), "plan.day_off"),
        (rows(("2027-12-01", 290_00)), "plan.too_long"),
        (
            rows(
                *((f"2026-12-{n:02}", 10_00) for n in (1, 2, 3, 4, 7, 8, 9, 10, 11, 14, 15, 16)),
                ("2026-12-17", 170_00),
            ),
            "plan.too_many",
        ),
    ],
)
def test_what_the_policy_does_not_allow_is_refused(talk: Talk, given, code):
    assert refused(talk.ask, given=given).code == code


def test_the_house_may_offer_a_longer_plan(talk: Talk):
    talk.ask("tom", given=rows(("2027-12-01", 290_00)))

    row = talk.view().row
    assert (row.state, row.waits_for) == ("countered", "customer")
    assert len(talk.mails("plan", "offered")) == 2


def test_only_the_house_asks_for_interest(talk: Talk):
    assert refused(talk.ask, interest_bp=600).code == "plan.rate_out_of_reach"

    talk.ask("tom", interest_bp=600, penalty_bp=1800)

    offer = talk.view().row.offer
    assert offer.interest_total > cny(0)
    assert offer.penalty_bp == 1800


def test_a_counter_shows_what_changed(talk: Talk):
    talk.ask()
    talk.again()

    view = talk.view("chen")
    assert view.row.state == "countered"
    assert view.before is not None
    assert (view.before.rows, view.row.offer.rows) == (ASKED, COUNTER)


def test_an_older_page_offers_nothing(talk: Talk):
    talk.ask()
    talk.again()

    assert refused(talk.again, "chen", ASKED, row_version=1).code == "plan.replaced"


def test_a_withdrawn_plan_frees_its_invoices(talk: Talk):
    talk.ask()
    talk.act("chen", offering.withdraw_plan, offering.WithdrawPlan(talk.plan_id))
    before = talk.plan_id

    assert talk.ask() != before


# ── Approved and signed ──────────────────────────────────────────────────────


def test_a_second_person_approves_and_the_signatory_is_asked(talk: Talk):
    talk.ask()
    assert talk.accept()
    talk.approve()

    assert talk.state == "approved"
    assert [mail["user_id"] for mail in talk.mails("plan", "to_sign")] == [talk.ids["chen"]]


def test_who_has_signed_the_offer_before_its_approval_is_not_asked_to_again(talk: Talk):
    talk.ask()
    talk.again()
    talk.sign()
    talk.accept()
    talk.approve()
    [mail] = talk.mails("plan", "to_sign")

    with talk.installation.reading(SYSTEM) as r, pytest.raises(NotNeeded):
        plan_values(r, mail)


def test_who_made_the_offer_does_not_approve_it(talk: Talk):
    talk.ask("zhao")
    talk.accept("tom")

    assert refused(talk.approve, "zhao").code == "approval.own"


def test_without_approval_nobody_signs_what_the_customer_asked_for(talk: Talk):
    talk.ask()

    assert refused(talk.grant).code == "plan.not_in_this_state"
    assert refused(talk.sign_for_house).code == "plan.not_in_this_state"


def test_what_is_not_approved_stays_talked_about(talk: Talk):
    talk.ask()
    talk.accept()
    talk.disapprove()

    assert talk.state == "with_supplier"
    assert talk.accept()


def test_a_newer_offer_takes_back_what_waits_for_approval(talk: Talk):
    talk.ask()
    talk.accept()
    talk.again("chen", COUNTER)
    asked = talk.view().asked

    assert asked is not None
    assert asked.state == "withdrawn"
    assert talk.accept()


def test_a_payment_overtakes_what_waits_for_approval(talk: Talk):
    talk.ask()
    talk.accept()
    pay(talk.installation, 50, 50_00)

    assert refused(talk.approve).code == "approval.changed"


def test_a_payment_between_approval_and_signature_is_told(talk: Talk):
    talk.ask()
    talk.accept()
    talk.approve()
    pay(talk.installation, 50, 50_00)

    assert refused(talk.grant).code == "plan.item.stale"


def test_a_counter_while_the_old_offer_is_signed_is_told(talk: Talk):
    talk.ask("tom")
    old = talk.wish(grant=talk.grant())
    talk.again("tom", COUNTER)

    assert refused(talk.act, "chen", signing.sign_plan, old).code == "plan.replaced"


def test_a_first_day_that_is_over_is_told(talk: Talk):
    talk.ask()
    talk.accept()
    talk.approve()
    talk.go_to("2026-12-02")

    assert refused(talk.grant).code == "plan.day.stale"


def test_only_a_signatory_signs(talk: Talk):
    talk.ask("tom")

    with pytest.raises(Denied):
        talk.grant("wang")


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"typed_name": " "}, "plan.name_missing"), ({"agrees": False}, "plan.not_agreed_to")],
)
def test_what_is_missing_costs_no_code(talk: Talk, changes, code):
    talk.ask("tom")

    broken = refused(talk.act, "chen", signing.check_signable, talk.wish(**changes))
    assert broken.code == code


def test_a_code_of_another_offer_signs_nothing(talk: Talk):
    talk.ask("tom")
    grant = talk.grant()
    talk.again("tom", COUNTER)

    broken = refused(talk.act, "chen", signing.sign_plan, talk.wish(grant=grant))
    assert broken.code == "code.grant_used"


def test_the_customer_may_sign_the_counter_before_it_is_approved(talk: Talk):
    talk.ask()
    talk.again()
    talk.sign()
    assert talk.state == "with_supplier"
    talk.accept()
    talk.approve()
    talk.sign_for_house()

    assert talk.state == "agreed"


def test_signing_twice_signs_once(talk: Talk):
    talk.ask("tom")
    said = talk.wish(grant=talk.grant())
    talk.act("chen", signing.sign_plan, said)
    talk.act("chen", signing.sign_plan, said)

    with talk.installation.reading(SYSTEM) as r:
        assert len(r.session.scalars(select(PlanSignature)).all()) == 1


def test_whose_turn_it_is_is_asked_in_one_statement(any_talk: Talk):
    any_talk.ask()

    def turns() -> tuple[int, int]:
        with any_talk.installation.reading(any_talk.actor("tom")) as r:
            ours = r.session.execute(waiting_for_us(r)).all()
            theirs = r.session.execute(to_be_signed(everyone)).all()
        return sum(count for _currency, count, _minor in ours), len(theirs)

    assert turns() == (1, 0)
    any_talk.accept()
    assert turns() == (0, 0)
    any_talk.approve()
    assert turns() == (0, 1)
    any_talk.sign()
    assert turns() == (1, 0)


# ── Agreed ───────────────────────────────────────────────────────────────────


def test_an_agreed_plan_is_a_running_promise_for_each_instalment(any_talk: Talk):
    any_talk.agree()

    made = any_talk.promises()
    assert [(each.promised_on, each.amount_minor) for each in made] == [
        (row.due_on, row.amount.minor) for row in ASKED
    ]
    assert {(each.way, each.user_id) for each in made} == {("plan", any_talk.ids["chen"])}
    with any_talk.installation.reading(SYSTEM) as r:
        found = list_promises(r, PromiseFilter())
        assert {each.state for each in found} == {PromiseState.OPEN}


def test_the_oldest_invoice_is_paid_by_the_first_instalment(talk: Talk):
    talk.agree()

    with talk.installation.reading(SYSTEM) as r:
        shares = r.session.scalars(select(PromisedPart).order_by(PromisedPart.promise_id)).all()
        assert [(each.entry_id, each.amount_minor) for each in shares] == [
            (2, 60_00),
            (4, 40_00),
            (2, 100_00),
            (2, 90_00),
        ]


def test_the_evidence_of_both_signatures_says_what_was_signed(talk: Talk):
    talk.agree()

    with talk.installation.reading(SYSTEM) as r:
        [customer, house] = r.session.scalars(select(PlanSignature).order_by(PlanSignature.id))
        said, ours = json.loads(customer.evidence), json.loads(house.evidence)
    assert said["terms_sha256"] == ours["terms_sha256"]
    assert said["authentication"]["code"]["sent_to"] == "chen@example.com"
    assert said["items"][1]["cap"]["latest"] == "2026-12-12"
    assert ours["approval"]["by"] == "Zhao"


def test_an_agreed_plan_is_neither_countered_nor_withdrawn(talk: Talk):
    talk.agree()

    assert refused(talk.again).code == "plan.not_in_this_state"
    command = offering.WithdrawPlan(talk.plan_id)
    broken = refused(talk.act, "chen", offering.withdraw_plan, command)
    assert broken.code == "plan.not_in_this_state"


def test_a_plan_that_ends_lets_reminders_go_on(talk: Talk):
    talk.agree()
    talk.act("tom", answering.end_plan, answering.EndPlan(talk.plan_id, "missed"))

    assert talk.state == "ended"
    assert {each.ended_as for each in talk.promises()} == {"withdrawn"}


def test_the_house_says_why_it_refuses(talk: Talk):
    talk.ask()
    command = answering.RefusePlan(talk.plan_id, " ")
    assert refused(talk.act, "tom", answering.refuse_plan, command).code == ("plan.reason_missing")

    talk.act("tom", answering.refuse_plan, answering.RefusePlan(talk.plan_id, "too slow"))
    assert talk.state == "refused"


def test_the_house_withdraws_a_draft_of_its_own_without_a_word(talk: Talk):
    talk.ask("tom", is_draft=True)
    talk.act("tom", offering.withdraw_plan, offering.WithdrawPlan(talk.plan_id))

    with talk.installation.reading(talk.actor("tom")) as r:
        assert get_plan_by_id(r, talk.plan_id).row.state == "withdrawn"
    assert talk.mails("plan") == []


def test_the_house_withdraws_nothing_that_a_customer_asked_for(talk: Talk):
    talk.ask()

    command = offering.WithdrawPlan(talk.plan_id)
    broken = refused(talk.act, "tom", offering.withdraw_plan, command)
    assert broken.code == "plan.not_in_this_state"


def test_items_are_named_as_the_customer_knows_them(talk: Talk):
    talk.ask()

    assert [(item.number, item.amount) for item in talk.view().items] == [
        ("INV-4", cny(40_00)),
        ("INV-2", cny(250_00)),
    ]
    assert {item.entry_id for item in talk.view().items} == {chosen.entry_id for chosen in ITEMS}
