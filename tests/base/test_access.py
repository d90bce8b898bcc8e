"""Who may do what."""

import pytest

from portal.base.access import GRANTS, STAFF_ROLES, Actor, Permission, allows, roles_holding


class Thing:
    """Something that belongs to a customer."""

    customer_id = 7


def member(role, customer_id=7):
    return Actor("customer", 1, memberships={customer_id: frozenset({role})})


def test_every_permission_says_who_holds_it():
    assert set(GRANTS) == set(Permission)


def test_permissions_stand_in_alphabetical_order():
    assert list(Permission) == sorted(Permission)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("customer_viewer", False),
        ("customer_accountant", False),
        ("customer_signatory", True),
        ("customer_admin", False),
    ],
)
def test_only_a_signatory_signs(role, may):
    assert allows(member(role), "statement.confirm", Thing()) is may


def test_a_role_counts_at_its_own_customer_only():
    assert not allows(member("customer_signatory", customer_id=8), "statement.confirm", Thing())


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_no_staff_role_can_sign_for_a_customer(role):
    assert not allows(Actor("staff", 1, staff_role=role), "statement.confirm", Thing())


@pytest.mark.parametrize("permission", sorted(set(Permission) - {Permission.PUBLIC}))
def test_a_visitor_may_do_nothing_but_look_at_public_pages(permission):
    may = allows(Actor("visitor"), permission, None)

    assert may is (permission in {Permission.MAILBOX_VIEW, Permission.STYLEGUIDE_VIEW})


def test_the_sentence_about_who_can_names_the_roles():
    assert roles_holding(Permission.STATEMENT_CONFIRM) == ["customer_signatory"]
