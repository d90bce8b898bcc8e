"""The transaction: all or nothing, audited, and told politely when a race is lost."""

import json
from itertools import pairwise
from threading import Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import InvalidRequestError, OperationalError

from portal.base import access, database
from portal.base.access import SYSTEM, Actor
from portal.base.work import audit_entry, chained_hash
from portal.core.errors import RuleBroken
from portal.tables.customers import Customer
from portal.tables.journal import Audit, AuditHead, Outbox
from portal.tables.people import User


def add_customer(w, code="C1"):
    customer = Customer(code=code, name=code, statement_cycle="monthly", created_at=w.now)
    w.session.add(customer)
    w.session.flush()
    return customer


def test_what_fails_halfway_leaves_nothing(installation):
    def add_and_fail():
        with installation.work() as w:
            add_customer(w)
            w.audit("customer.added", "customer/1")
            w.later("k", "task", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()

    with installation.reading(SYSTEM) as r:
        assert r.session.scalar(select(func.count(Customer.id))) == 0
        assert r.session.scalar(select(func.count(Outbox.id))) == 0


def test_every_audit_entry_hangs_on_the_one_before(installation):
    for number in range(3):
        with installation.work() as w:
            w.audit("thing.done", f"thing/{number}", number=number)
            w.audit("thing.seen", f"thing/{number}")

    with installation.reading(SYSTEM) as r:
        rows = r.session.scalars(select(Audit).order_by(Audit.id)).all()
        head = r.session.scalars(select(AuditHead)).one()
        for before, row in pairwise(rows):
            assert row.prev_hash == before.hash
            assert row.id == before.id + 1
            assert row.hash == chained_hash(before.hash, audit_entry(row))
        assert (head.last_id, head.hash) == (rows[-1].id, rows[-1].hash)


def test_the_outbox_takes_a_key_once(installation):
    with installation.work() as w:
        assert w.later("statement/1", "statement", {"id": 1}) is True
    with installation.work() as w:
        assert w.later("statement/1", "statement", {"id": 2}) is False

    with installation.reading(SYSTEM) as r:
        assert json.loads(r.session.scalars(select(Outbox.payload)).one()) == {"id": 1}


def test_a_lost_race_is_a_broken_rule_not_a_crash(installation):
    def add_user(w):
        w.session.add(User(email="a@b.example", name="A", language="en", created_at=w.now))

    with installation.work() as w:
        add_user(w)
    with pytest.raises(RuleBroken) as broken, installation.work() as w:
        add_user(w)

    assert broken.value.code == "person.already_here"


def test_a_stranger_finds_nothing_where_a_viewer_is_refused(installation):
    with installation.work() as w:
        customer_id = add_customer(w).id
    viewer = Actor("customer", 1, memberships={customer_id: frozenset({"customer_viewer"})})
    stranger = Actor("customer", 2, memberships={customer_id + 1: frozenset({"customer_viewer"})})

    for actor, answer in ((viewer, access.Denied), (stranger, access.NotFound)):
        with pytest.raises(answer), installation.work(actor) as w:
            w.require("statement.confirm", w.session.get(Customer, customer_id))


def test_a_rehearsal_keeps_nothing_and_waits_for_nobody(installation):
    with installation.work() as busy:
        add_customer(busy)
        with installation.rehearsal(SYSTEM) as w:
            assert w.session.scalar(select(func.count(Customer.id))) == 0
    with installation.rehearsal(SYSTEM) as w:
        add_customer(w, "C2")

    with installation.reading(SYSTEM) as r:
        assert r.session.scalars(select(Customer.code)).all() == ["C1"]


def test_a_writer_begins_as_soon_as_the_one_before_has_ended(installation):
    begun = []

    def write():
        with installation.work() as w:
            add_customer(w, "C2")
            begun.append(w)

    with installation.work() as w:
        add_customer(w)
        waiting = Thread(target=write)
        waiting.start()
        waiting.join(0.05)
        assert begun == []
    waiting.join()

    with installation.reading(SYSTEM) as r:
        assert r.session.scalars(select(Customer.code).order_by(Customer.id)).all() == ["C1", "C2"]


def test_a_writer_that_waits_too_long_is_told(installation, monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 20)

    def write_too():
        with installation.work() as w:
            add_customer(w, "C2")

    with installation.work() as w:
        add_customer(w)
        with pytest.raises(OperationalError, match="locked"):
            write_too()


def test_who_asks_after_the_end_is_refused_and_keeps_no_connection(any_installation):
    with any_installation.work() as w:
        add_customer(w)
    with any_installation.reading(SYSTEM) as r:
        assert r.session.scalar(select(func.count()).select_from(Customer)) == 1

    for ended in (w, r):
        with pytest.raises(InvalidRequestError):
            ended.session.scalar(select(Customer.id))
    assert any_installation.database.engine.pool.checkedout() == 0
