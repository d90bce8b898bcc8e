"""Invitations: random, once, a week; whoever invites and whoever is invited is told."""

import datetime as dt

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM, Denied, NotFound
from portal.core.errors import RuleBroken
from portal.people.commands import AddUser, Invite, add_user, invite, resend_invitation
from portal.people.recognising import actor_of
from portal.tables.people import Invitation, Membership, User
from tests.people.cast import ADA, CHEN, LI, TOM, WANG, Browser, Cast

ZOE = "zoe@huadong.example"


def asked(cast: Cast, email: str = ZOE, role: str = "customer_viewer", code: str = "C1") -> Invite:
    return Invite(email, "Zoe", role, cast.customers[code])


def path_to(cast: Cast, email: str = ZOE) -> str:
    return str(cast.mails("invitation", email)[-1]["path"])


def roles_of(cast: Cast, email: str) -> set[tuple[int, str]]:
    with cast.installation.reading(SYSTEM) as r:
        rows = select(Membership.customer_id, Membership.role).join(
            User, User.id == Membership.user_id
        )
        return {(*row,) for row in r.session.execute(rows.where(User.email == email))}


def test_an_invited_person_chooses_a_password_and_is_in(visitor: Browser, cast: Cast):
    cast.do(invite, asked(cast))
    path = path_to(cast)
    visitor.fill(visitor.visit(path), path, password="a sentence of my own")

    visitor.visit("/account/people")
    visitor.send("/logout")
    visitor.sign_in(ZOE, "a sentence of my own")


def test_an_invited_person_may_do_without_a_password(visitor: Browser, cast: Cast):
    cast.do(invite, asked(cast))
    path = path_to(cast)
    visitor.fill(visitor.visit(path), path)
    visitor.send("/logout")

    page = visitor.begin(ZOE)
    visitor.fill(page, "/login/code", code=cast.code(ZOE))
    visitor.visit("/account/people")


def test_our_own_people_choose_a_password_and_then_an_app(visitor: Browser, cast: Cast):
    cast.do(invite, Invite("new@northwind.example", "New", "clerk"))
    path = path_to(cast, "new@northwind.example")
    visitor.fill(visitor.visit(path), path, 422)
    page = visitor.fill(visitor.visit(path), path, password="a sentence of my own")

    assert "Set up your second factor" in visitor.follow(page).text


def test_an_invitation_works_once(visitor: Browser, cast: Cast):
    cast.do(invite, asked(cast))
    path = path_to(cast)
    visitor.fill(visitor.visit(path), path)

    visitor.visit(path, 410)


def test_looking_at_an_invitation_uses_nothing_up(visitor: Browser, cast: Cast):
    cast.do(invite, asked(cast))
    for _ in range(5):
        visitor.client.head(path_to(cast))

    visitor.visit(path_to(cast))


def test_an_invitation_runs_out_and_leaves_no_other_way_in(visitor: Browser, cast: Cast):
    cast.do(invite, asked(cast))
    cast.at(minutes=7 * 24 * 60)

    visitor.visit(path_to(cast), 410)
    visitor.begin(ZOE)
    assert cast.mails("code", ZOE) == []


def test_an_invitation_sent_again_replaces_the_one_before(visitor: Browser, cast: Cast):
    invited = cast.do(invite, asked(cast))
    cast.do(resend_invitation, invited.user_id, cast.customers["C1"])

    visitor.visit(invited.path, 410)
    visitor.visit(path_to(cast))


def test_the_token_is_not_kept(cast: Cast):
    invited = cast.do(invite, asked(cast))

    with cast.installation.reading(SYSTEM) as r:
        assert r.session.scalar(select(Invitation.token_hash)) not in {None, invited.token}


@pytest.mark.parametrize("password", ["short", "Password1!", "password2026", "zoe@huadong.example"])
def test_passwords_that_strangers_try_first_are_refused(
    visitor: Browser, cast: Cast, password: str
):
    cast.do(invite, asked(cast))
    path = path_to(cast)

    visitor.fill(visitor.visit(path), path, 422, password=password)
    visitor.visit(path)


def test_inviting_somebody_who_is_here_gives_the_role_and_tells_them(cast: Cast):
    cast.do(invite, asked(cast, ADA, "customer_accountant", "C1"))

    assert (cast.customers["C1"], "customer_accountant") in roles_of(cast, ADA)
    assert cast.mails("invitation") == []
    assert cast.mails("security_notice", ADA)[-1]["change"] == "roles_changed"


def test_the_customers_administrators_are_told(cast: Cast):
    cast.do(invite, asked(cast))

    assert cast.mails("security_notice", CHEN)[-1]["change"] == "invited"


def test_who_administers_a_customer_invites_there_only(cast: Cast):
    chen = cast.read(actor_of, cast.ids[CHEN])
    cast.do(invite, asked(cast), actor=chen)

    with pytest.raises(NotFound):
        cast.do(invite, asked(cast, "other@x.example", code="C2"), actor=chen)
    with pytest.raises(Denied):
        cast.do(invite, Invite("x@x.example", "X", "admin"), actor=chen)


def test_an_accountant_invites_nobody(cast: Cast):
    with pytest.raises(Denied):
        cast.do(invite, asked(cast), actor=cast.read(actor_of, cast.ids[WANG]))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"email": "no address"}, "person.bad_address"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "person.bad_address"),
        ({"email": f"{'x' * 250}@b.example"}, "person.bad_address"),
        ({"role": "admin"}, "person.bad_role"),
        ({"email": TOM}, "person.is_staff"),
        ({"email": CHEN, "role": "clerk", "customer_id": None}, "person.is_customers"),
    ],
)
def test_invitations_that_make_no_sense_are_refused(cast: Cast, change: dict, code: str):
    wish = Invite(**{**vars(asked(cast)), **change})

    with pytest.raises(RuleBroken) as refused:
        cast.do(invite, wish)
    assert refused.value.code == code


def test_adding_a_person_at_three_customers_mails_one_invitation(cast: Cast):
    added = cast.do(add_user, AddUser(ZOE, "customer_viewer", ("C1", "C2", "C1"), "Zoe"))

    assert [mail["path"] for mail in cast.mails("invitation", ZOE)] == [added.invitation_path]
    assert {customer for customer, _ in roles_of(cast, ZOE)} == set(cast.customers.values())


def test_adding_the_same_person_again_adds_the_role(cast: Cast):
    cast.do(add_user, AddUser(ZOE, "customer_viewer", ("C1",)))
    again = cast.do(add_user, AddUser(ZOE, "customer_signatory", ("C1",), has_totp=True))

    assert len(roles_of(cast, ZOE)) == 2
    assert again.invitation_path
    assert again.totp_secret


def test_the_administrators_page_invites(chen: Browser, cast: Cast):
    page = chen.visit("/account/people")
    chen.fill(page, "/account/people", email=ZOE, name="Zoe", roles="customer_signatory")

    assert "Zoe" in chen.visit("/account/people").text
    assert roles_of(cast, ZOE) == {(cast.customers["C1"], "customer_signatory")}


def test_our_page_invites_a_customers_contacts(visitor: Browser, cast: Cast):
    visitor.sign_in_fully(LI, cast)
    with cast.installation.work() as w:
        ref = w.refs.of("cu", cast.customers["C2"])
    page = visitor.visit(f"/desk/customers/{ref}/people")
    visitor.fill(page, f"/desk/customers/{ref}/people", email=ZOE, name="Zoe")

    assert roles_of(cast, ZOE) == {(cast.customers["C2"], "customer_accountant")}


def test_the_mail_expires_with_its_invitation(cast: Cast):
    cast.do(invite, asked(cast))
    until = dt.datetime.fromisoformat(cast.mails("invitation", ZOE)[0]["expires_at"])

    assert until - cast.installation.clock.now() == dt.timedelta(days=7)
