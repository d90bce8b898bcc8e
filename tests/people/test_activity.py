"""One's own record: acts, what was done to the account, and what one looked at."""

from portal.people.activity import list_activity
from portal.people.commands import AtCustomer, suspend_person, unsuspend_person
from portal.people.recognising import actor_of
from portal.tables.journal import AccessLog
from tests.people.cast import CHEN, WANG, Browser, Cast


def record(cast: Cast, email: str) -> list[tuple[str, str]]:
    actor = cast.read(actor_of, cast.ids[email])
    return [(row.what, row.who) for row in cast.read(list_activity, actor=actor)]


def test_what_others_did_to_the_account_names_them(any_cast: Cast):
    at = AtCustomer(any_cast.ids[WANG], any_cast.customers["C1"])
    any_cast.do(suspend_person, at, actor=any_cast.read(actor_of, any_cast.ids[CHEN]))
    any_cast.do(unsuspend_person, at)

    assert record(any_cast, WANG)[:2] == [
        ("Access was given back", "Your company"),
        ("Access was suspended", "Chen Wei"),
    ]


def test_what_somebody_looked_at_is_in_it_too(any_cast: Cast):
    with any_cast.installation.work() as w:
        w.session.add(
            AccessLog(
                at=w.now,
                user_id=any_cast.ids[WANG],
                customer_id=None,
                act="exported",
                subject="people",
                address="127.0.0.1",
            )
        )

    assert ("A list was exported", "") in record(any_cast, WANG)
    assert ("A list was exported", "") not in record(any_cast, CHEN)


def test_the_record_is_a_file_too(chen: Browser):
    chen.visit("/account/people")
    answer = chen.client.get("/account/activity.csv")

    assert answer.mimetype == "text/csv"
    assert "Signed in,,at the sign-in page,127.0.0.1" in answer.text
    assert "A list was exported" in chen.visit("/account/activity").text
