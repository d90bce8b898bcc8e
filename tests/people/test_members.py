"""What people may do ends and changes at once; somebody always can let others in."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.base.access import SYSTEM, NotFound, visible_to
from portal.core.errors import RuleBroken
from portal.people.commands import (
    AtCustomer,
    ChangeRoles,
    ChangeStaffRole,
    Invite,
    change_roles,
    change_staff_role,
    disable_user,
    enable_user,
    invite,
    suspend_person,
    unsuspend_person,
)
from portal.people.recognising import actor_of
from portal.tables.customers import Customer
from portal.tables.people import User
from tests.people.cast import ADA, CHEN, LI, PASSWORD, TOM, WANG, Browser, Cast


def at(cast: Cast, email: str, code: str = "C1") -> AtCustomer:
    return AtCustomer(cast.ids[email], cast.customers[code])


def ref_of(cast: Cast, email: str) -> str:
    with cast.installation.reading(SYSTEM) as r:
        return r.refs.of("us", cast.ids[email])


def test_a_suspended_person_sees_the_other_customer_only(cast: Cast):
    cast.do(suspend_person, at(cast, WANG))

    assert cast.read(actor_of, cast.ids[WANG]).customer_ids == [cast.customers["C2"]]


def test_who_is_suspended_everywhere_is_out_at_once(visitor: Browser, cast: Cast):
    visitor.sign_in(ADA)
    cast.do(suspend_person, at(cast, ADA, "C2"))

    visitor.visit("/account/security", 303)
    visitor.sign_in(ADA, PASSWORD, 422)


def test_who_comes_back_has_the_roles_from_before(cast: Cast):
    before = cast.read(actor_of, cast.ids[WANG]).memberships
    cast.do(suspend_person, at(cast, WANG))
    cast.do(unsuspend_person, at(cast, WANG))

    assert cast.read(actor_of, cast.ids[WANG]).memberships == before


def test_the_last_administrator_cannot_be_suspended_by_the_customer(cast: Cast):
    chen = cast.read(actor_of, cast.ids[CHEN])

    with pytest.raises(RuleBroken, match=r"person\.last_admin"):
        cast.do(suspend_person, at(cast, CHEN), actor=chen)
    wish = ChangeRoles(cast.ids[CHEN], cast.customers["C1"], frozenset({"customer_viewer"}))
    with pytest.raises(RuleBroken, match=r"person\.last_admin"):
        cast.do(change_roles, wish, actor=chen)


def test_changed_roles_count_from_the_next_request_on(visitor: Browser, cast: Cast):
    visitor.sign_in(WANG)
    with cast.installation.reading(SYSTEM) as r:
        c1 = r.refs.of("cu", cast.customers["C1"])
    assert "Send the invitation" not in visitor.visit(f"/account/people?customer={c1}").text
    roles = frozenset({"customer_admin"})
    cast.do(change_roles, ChangeRoles(cast.ids[WANG], cast.customers["C1"], roles))

    assert "Send the invitation" in visitor.visit(f"/account/people?customer={c1}").text


def test_the_page_changes_roles(chen: Browser, cast: Cast):
    path = f"/account/people/{ref_of(cast, WANG)}"
    page = chen.visit(path)
    roles = ["customer_viewer", "customer_signatory"]
    with cast.installation.reading(SYSTEM) as r:
        here = r.refs.of("cu", cast.customers["C1"])
    chen.fill(page, path, **{here: roles})

    held = cast.read(actor_of, cast.ids[WANG]).memberships[cast.customers["C1"]]
    assert held == set(roles)


def test_the_page_suspends_and_says_why_not(chen: Browser, cast: Cast):
    path = f"/account/people/{ref_of(cast, CHEN)}"
    page = chen.follow(chen.fill(chen.visit(path), f"{path}/suspension"))

    assert "last administrator" in page.text
    path = f"/account/people/{ref_of(cast, WANG)}"
    page = chen.follow(chen.fill(chen.visit(path), f"{path}/suspension"))
    assert "Wang Fang is suspended" in page.text
    page = chen.follow(chen.fill(chen.visit(path), f"{path}/return"))
    assert "can sign in again" in page.text


def test_strangers_are_not_found(chen: Browser, cast: Cast):
    path = f"/account/people/{ref_of(cast, ADA)}"

    chen.visit(path, 404)
    for act in ("suspension", "return", "invitation"):
        chen.send(f"{path}/{act}", 404)
    with cast.installation.reading(SYSTEM) as r:
        c2 = r.refs.of("cu", cast.customers["C2"])
    chen.visit(f"/account/people?customer={c2}", 404)


def test_everybody_concerned_is_told(cast: Cast):
    cast.do(suspend_person, at(cast, WANG))

    told = {mail["to"] for mail in notices(cast, "suspended")}
    assert told == {CHEN, WANG}


def notices(cast: Cast, change: str) -> list[dict[str, str]]:
    return [
        {"to": email}
        for email in (CHEN, WANG, ADA, LI, TOM)
        for mail in cast.mails("security_notice", email)
        if mail["change"] == change
    ]


def test_the_last_of_our_administrators_stays(cast: Cast):
    tom = cast.read(actor_of, cast.ids[LI])
    with cast.installation.work() as w:
        w.session.get_one(User, cast.ids[TOM]).staff_role = "admin"
    tom = cast.read(actor_of, cast.ids[TOM])
    cast.do(disable_user, cast.ids[LI], actor=tom)

    with pytest.raises(RuleBroken, match=r"person\.last_admin"):
        cast.do(change_staff_role, ChangeStaffRole(cast.ids[TOM], "clerk"), actor=tom)
    with pytest.raises(RuleBroken, match=r"person\.not_oneself"):
        cast.do(disable_user, cast.ids[TOM], actor=tom)


def test_a_closed_account_can_be_opened_again(visitor: Browser, cast: Cast):
    cast.do(disable_user, cast.ids[TOM])
    visitor.sign_in(TOM, PASSWORD, 422)
    cast.do(enable_user, cast.ids[TOM])

    visitor.sign_in(TOM)


def test_customers_people_are_no_colleagues(cast: Cast):
    with pytest.raises(NotFound):
        cast.do(disable_user, cast.ids[CHEN])


def test_our_page_of_users_changes_and_closes(visitor: Browser, cast: Cast):
    visitor.sign_in_fully(LI, cast)
    path = f"/desk/users/{ref_of(cast, TOM)}"
    visitor.fill(visitor.visit(path), path, role="auditor")
    visitor.fill(visitor.visit(path), f"{path}/closing")
    page = visitor.follow(visitor.fill(visitor.visit(path), f"{path}/opening"))

    assert "Auditor" in visitor.visit("/desk/users").text
    assert "open again" in page.text


def test_removing_a_second_factor_asks_for_a_new_one(visitor: Browser, cast: Cast):
    with cast.installation.work() as w:
        w.session.get_one(User, cast.ids[TOM]).totp_secret = w.session.get_one(
            User, cast.ids[LI]
        ).totp_secret
    visitor.sign_in_fully(LI, cast)
    path = f"/desk/users/{ref_of(cast, TOM)}"
    visitor.fill(visitor.visit(path), f"{path}/second-factor/removal")
    visitor.send("/logout")

    assert "Set up your second factor" in visitor.follow(visitor.sign_in(TOM)).text


def test_clerks_do_not_see_the_users(visitor: Browser, cast: Cast):
    with cast.installation.work() as w:
        w.session.get_one(User, cast.ids[LI]).staff_role = "clerk"
    visitor.sign_in_fully(LI, cast)

    visitor.visit("/desk/users", 403)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["invite", "suspend", "unsuspend"]),
        st.sampled_from([CHEN, WANG, ADA]),
        st.sampled_from(["C1", "C2"]),
    ),
    max_size=12,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_people_reach_the_rows_of_their_customers_and_no_others(cast: Cast, steps):
    """Rule: I-50 — for any sequence of grants and revokes, also with none left."""
    reach = {email: set(cast.read(actor_of, cast.ids[email]).customer_ids) for email in cast.ids}
    acts = {"suspend": suspend_person, "unsuspend": unsuspend_person}
    for step, email, code in steps:
        customer_id = cast.customers[code]
        try:
            if step == "invite":
                cast.do(invite, Invite(email, "", "customer_viewer", customer_id))
            else:
                cast.do(acts[step], at(cast, email, code))
        except NotFound:
            continue
        reach[email] = (
            reach[email] - {customer_id} if step == "suspend" else reach[email] | {customer_id}
        )

    for email in (CHEN, WANG, ADA):
        actor = cast.read(actor_of, cast.ids[email])
        with cast.installation.reading(actor) as r:
            rows = visible_to(select(Customer.id), r.actor, Customer.id)
            assert set(r.session.scalars(rows)) == reach[email]
