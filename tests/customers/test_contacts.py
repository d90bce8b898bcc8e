"""Contacts: whom to write to, and who may sign up to how much."""

import json

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM, Actor, Denied, NotFound
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.customers.commands import KeepContact, RemoveContact, keep_contact, remove_contact
from portal.customers.queries import get_customer, list_contacts
from portal.tables.customers import Customer
from portal.tables.journal import Audit
from tests.desk import Office

CLERK = Actor("staff", 1, "Tom", "tom@northwind.example", staff_role="clerk")
SUPPORT = Actor("staff", 2, "Su", "su@northwind.example", staff_role="support")


@pytest.fixture
def huadong(office: Office) -> int:
    with office.installation.reading(SYSTEM) as r:
        return r.session.scalars(select(Customer.id).where(Customer.code == "HUADONG")).one()


def keep(office: Office, customer_id: int, actor: Actor = CLERK, **said) -> int:
    given = {"name": "Chen Wei", "email": "Chen@Huadong.example", **said}
    with office.installation.work(actor) as w:
        return keep_contact(w, KeepContact(customer_id, **given))


def contacts(office: Office, customer_id: int):
    with office.installation.reading(SYSTEM) as r:
        return list_contacts(r, customer_id)


def test_a_contact_is_kept_with_limits_by_currency(office: Office, huadong: int):
    keep(office, huadong, limits=(Money(500_00, "CNY"), Money(20_00, "EUR")))

    [contact] = contacts(office, huadong)
    assert contact.email == "chen@huadong.example"
    assert [limit.major() for limit in contact.limits] == ["500.00", "20.00"]


def test_a_change_replaces_the_limits_and_is_audited(office: Office, huadong: int):
    known = keep(office, huadong, limits=(Money(500_00, "CNY"),))
    keep(office, huadong, contact_id=known, name="Chen W.", limits=(Money(1_00, "EUR"),))

    [contact] = contacts(office, huadong)
    assert (contact.name, contact.limits) == ("Chen W.", (Money(1_00, "EUR"),))
    with office.installation.reading(SYSTEM) as r:
        facts = r.session.scalars(select(Audit.facts).where(Audit.kind == "contact.changed")).one()
        assert json.loads(facts)["changed"] == {"name": "Chen W."}


def test_saving_the_same_again_is_no_change(office: Office, huadong: int):
    known = keep(office, huadong)
    keep(office, huadong, contact_id=known)

    with office.installation.reading(SYSTEM) as r:
        kinds = r.session.scalars(select(Audit.kind).where(Audit.kind.startswith("contact."))).all()
        assert kinds == ["contact.added"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"email": "chen"}, "person.bad_address"),
        ({"email": "a@b.c, d@e.f"}, "person.bad_address"),
        ({"role": "admin"}, "person.bad_role"),
        ({"language": "fr"}, "company.language_unknown"),
        ({"limits": (Money(-1, "CNY"),)}, "contact.negative_limit"),
    ],
)
def test_what_makes_no_sense_is_refused(office: Office, huadong: int, said: dict, code: str):
    with pytest.raises(RuleBroken) as broken:
        keep(office, huadong, **said)

    assert broken.value.code == code


def test_an_address_belongs_to_one_contact(office: Office, huadong: int):
    keep(office, huadong)
    with pytest.raises(RuleBroken) as broken:
        keep(office, huadong + 1 if huadong == 1 else 1)

    assert broken.value.code == "contact.known_elsewhere"


def test_who_may_not_change_people_may_not_change_contacts(office: Office, huadong: int):
    with pytest.raises(Denied):
        keep(office, huadong, SUPPORT)


def test_a_contact_of_another_customer_is_not_found(office: Office, huadong: int):
    known = keep(office, huadong)
    with pytest.raises(NotFound), office.installation.work(CLERK) as w:
        remove_contact(w, RemoveContact(huadong + 1 if huadong == 1 else 1, known))


def test_a_removed_contact_is_gone_with_their_limits(office: Office, huadong: int):
    known = keep(office, huadong, limits=(Money(1, "CNY"),))
    with office.installation.work(CLERK) as w:
        remove_contact(w, RemoveContact(huadong, known))

    assert contacts(office, huadong) == []


def test_a_clerk_adds_changes_and_removes_one_on_the_page(office: Office):
    clerk, path = office.enter(), office.customer_path("HUADONG", "/contacts")
    form = clerk.visit(f"{path}/new")
    saved = clerk.fill(
        form, f"{path}/new", name="Chen Wei", email="chen@h.example", limit_CNY="¥ 1,500.00"
    )
    listed = clerk.follow(saved)
    assert "CNY\N{NO-BREAK SPACE}1,500.00" in listed.source

    edit = listed.links["Chen Wei"]
    clerk.fill(clerk.visit(edit), edit, title="Chief accountant")
    assert "Chief accountant" in clerk.visit(path).text

    clerk.fill(clerk.visit(edit), f"{edit}/removal")
    assert "No contacts yet" in clerk.visit(path).text


def test_a_wrong_amount_is_told_at_its_field_and_kept(office: Office):
    clerk, path = office.enter(), office.customer_path("HUADONG", "/contacts/new")
    page = clerk.fill(
        clerk.visit(path), path, 422, name="Chen", email="c@h.example", limit_CNY="1,5"
    )

    assert page.by_id("limit_CNY").get("aria-invalid") == "true"
    assert page.by_id("limit_CNY").get("value") == "1,5"


def test_the_file_of_a_customer_tells_parent_branches_and_limit(office: Office, huadong: int):
    with office.installation.work() as w:
        branch = w.session.scalars(select(Customer).where(Customer.code == "ZHIYUAN")).one()
        branch.parent_id = huadong
        head = w.session.get_one(Customer, huadong)
        head.credit_limit_minor, head.currency = 2_000_00, "CNY"
        ref = w.refs.of("cu", huadong)
    with office.installation.reading(SYSTEM) as r:
        found = get_customer(r, ref)

    assert [row.code for row in found.branches] == ["ZHIYUAN"]
    assert found.credit_limit == Money(2_000_00, "CNY")
