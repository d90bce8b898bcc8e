"""The audit chain: whatever is altered, removed or moved is found, at its exact place."""

import pytest
from sqlalchemy import text

from portal.base.access import SYSTEM
from portal.base.chain import check_chain

TRIGGERS = ("audit_no_update", "audit_no_delete")


@pytest.fixture
def chained(installation):
    """Six entries, and no guard against tampering: the tamperer owns the file."""
    for number in range(5):
        with installation.work() as w:
            w.audit("thing.done", f"thing/{number}", customer_id=None, amount="1.00")
    with installation.database.engine.begin() as connection:
        for trigger in TRIGGERS:
            connection.execute(text(f"drop trigger {trigger}"))
    return installation


def checked(installation):
    with installation.reading(SYSTEM) as r:
        return check_chain(r)


def tamper(installation, statement):
    with installation.database.engine.begin() as connection:
        connection.execute(text(statement))
    return checked(installation).detail


def test_an_untouched_chain_holds(chained):
    assert checked(chained) == type(checked(chained))("audit chain", ok=True, detail="6 entries")


@pytest.mark.parametrize("id_", [1, 4, 6])
@pytest.mark.parametrize(
    "change",
    ["facts = '[]'", "kind = 'x'", "subject = 'x'", "at = '2020-01-01 00:00:00'", "hash = 'x'"],
)
def test_an_altered_entry_is_named(chained, id_, change):
    found = tamper(chained, f"update audit set {change} where id = {id_}")

    assert found.startswith(f"entry {id_} (")


@pytest.mark.parametrize("id_", [1, 3])
def test_a_removed_entry_is_named(chained, id_):
    assert tamper(chained, f"delete from audit where id = {id_}") == f"entry {id_} is missing"


def test_a_cut_end_is_found(chained):
    found = tamper(chained, "delete from audit where id > 4")

    assert found == "entries after 4 are missing: there were 6"


def test_two_entries_that_changed_places_are_found(chained):
    tamper(chained, "update audit set id = 99 where id = 2")
    tamper(chained, "update audit set id = 2 where id = 3")

    assert tamper(chained, "update audit set id = 3 where id = 99").startswith("entry 2 (")


def test_the_chain_is_the_same_on_each_database(any_installation):
    with any_installation.work() as w:
        w.audit("thing.done", "thing/1", 数="华东", nested={"b": 1, "a": [1, 2]})

    assert checked(any_installation).ok
