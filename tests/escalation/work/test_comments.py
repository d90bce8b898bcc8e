"""Comments of colleagues: who is called in has a task and a mail; no customer ever reads one."""

import json

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.outbox import drain
from portal.imports.export import export_books
from portal.tables.collecting import Comment, ContactLog
from portal.tables.journal import Audit, Outbox
from portal.tables.people import User
from portal.worker import REGISTRY
from tests.buyer import Buyer
from tests.disputes.test_notes_stay_inside import said_in
from tests.escalation.work.desk_work import WorkDesk, a_work_desk
from tests.walls.visiting import is_desk, paths, rules

INSIDE = "ZEBRA5518INSIDE"


@pytest.fixture
def desk(installation: Installation) -> WorkDesk:
    return a_work_desk(installation)


@pytest.fixture
def any_desk(any_installation: Installation) -> WorkDesk:
    return a_work_desk(any_installation)


def write(desk: WorkDesk, person, status: int = 303, code: str = "HUADONG", **told):
    given = {"csrf_token": person.token(), "words": "Look at this", **told}
    return person.send(desk.comments(code), status, data=given)


def mails(desk: WorkDesk) -> list[Outbox]:
    with desk.installation.reading(SYSTEM) as r:
        return list(r.session.scalars(select(Outbox).where(Outbox.kind == "mentioned")))


def test_a_comment_is_read_by_colleagues(any_desk: WorkDesk):
    clerk, other = any_desk.enter(), any_desk.enter("legal")

    write(any_desk, clerk, words="They merge in spring")

    page = other.visit(any_desk.comments())
    assert "They merge in spring" in page.text
    assert "The clerk" in page.text


def test_who_is_called_in_has_a_task_and_a_mail(any_desk: WorkDesk):
    clerk, other = any_desk.enter(), any_desk.enter("collector")

    write(any_desk, clerk, mentions=[str(other.user_id)])

    assert "The clerk calls you in" in other.visit("/desk/work?whose=mine").text
    assert [mail.user_id for mail in mails(any_desk)] == [other.user_id]
    assert "calls in The collector" in clerk.visit(any_desk.comments()).text


def test_a_name_behind_an_at_calls_its_bearer(desk: WorkDesk):
    clerk, other = desk.enter(), desk.enter("collector")

    write(desk, clerk, words="@The collector, please ring them")

    assert [mail.user_id for mail in mails(desk)] == [other.user_id]


def test_of_names_that_begin_alike_the_one_that_is_written_is_called(desk: WorkDesk):
    clerk, lead = desk.enter(), desk.enter("collections_lead")
    short = desk.enter("collector")
    with desk.installation.work(SYSTEM) as w:
        w.session.get_one(User, short.user_id).name = "The collect"
        w.session.get_one(User, lead.user_id).name = "The collections_lead"

    write(desk, clerk, words="@The collections_lead please")

    assert [mail.user_id for mail in mails(desk)] == [lead.user_id]


def test_the_mail_says_who_and_where_and_not_what(desk: WorkDesk):
    clerk, other = desk.enter(), desk.enter("collector")
    write(desk, clerk, words=INSIDE, mentions=[str(other.user_id)])

    drain(desk.installation, REGISTRY)

    body = mails(desk)[0].body_text or ""
    assert "The clerk wrote a comment about Huadong Trading" in body
    assert INSIDE not in body


def test_nobody_is_called_to_a_customer_that_they_do_not_see(desk: WorkDesk):
    clerk, sales = desk.enter(), desk.enter("sales")

    assert "Li Na" not in clerk.visit(desk.comments("BERGMANN")).text
    write(desk, clerk, 422, "BERGMANN", mentions=[str(sales.user_id)])

    assert mails(desk) == []


def test_the_same_page_sent_twice_is_one_comment(desk: WorkDesk):
    clerk = desk.enter()
    for _turn in range(2):
        write(desk, clerk, key="k1")

    with desk.installation.reading(SYSTEM) as r:
        assert len(r.session.scalars(select(Comment)).all()) == 1


@pytest.mark.parametrize("words", ["", "   ", "x" * 4001])
def test_an_empty_or_endless_comment_is_refused(desk: WorkDesk, words: str):
    write(desk, desk.enter(), 422, words=words)


def test_a_comment_on_a_task_stands_beside_it(desk: WorkDesk):
    task_id = desk.add("dunning/1")
    clerk = desk.enter()
    told = {"csrf_token": clerk.token(), "words": "Rang twice"}

    clerk.send(desk.path(task_id, "/comments"), data=told)

    assert "Rang twice" in clerk.visit(f"/desk/work?item={desk.ref('ta', task_id)}").text
    assert "Rang twice" in clerk.visit(desk.comments()).text


def test_an_auditor_reads_and_does_not_write(desk: WorkDesk):
    write(desk, desk.enter(), words="Ours")
    auditor = desk.enter("auditor")

    assert "Write the comment" not in auditor.visit(desk.comments()).text
    write(desk, auditor, 403)


def test_a_salesperson_comments_on_their_own_customers_alone(desk: WorkDesk):
    write(desk, desk.enter("sales"), 404, "BERGMANN")


def test_the_trail_does_not_say_what_was_said(desk: WorkDesk):
    write(desk, desk.enter(), words=INSIDE)

    with desk.installation.reading(SYSTEM) as r:
        told = [row.facts for row in r.session.scalars(select(Audit))]
    assert all(INSIDE not in facts for facts in told)


def test_no_page_mail_or_export_of_the_customer_has_a_word_of_it(desk: WorkDesk, tmp_path):
    clerk = desk.enter()
    chen = Buyer(desk.office, "HUADONG", role="customer_admin")
    write(desk, clerk, words=INSIDE)
    desk.add("dunning/1", facts={"amount": "9.00", "currency": "CNY", "on": "2026-10-01"})
    talk = {"csrf_token": clerk.token(), "result": "promised", "channel": "call", "note": INSIDE}
    clerk.send(desk.talks(), data=talk)
    drain(desk.installation, REGISTRY)

    refs = [desk.ref("cu", desk.customer_id())]
    asked = [
        path
        for rule in rules(desk.office.app)
        if "GET" in rule.methods and not is_desk(rule)
        for path in paths(desk.office.app, rule, refs)
    ]
    found = [path for path in asked if INSIDE.encode() in said_in(chen.client.get(path))]

    assert found == []
    with desk.installation.reading(SYSTEM) as r:
        export_books(r, tmp_path)
    assert all(INSIDE.encode() not in file.read_bytes() for file in tmp_path.rglob("*.csv"))
    with desk.installation.reading(SYSTEM) as r:
        assert r.session.scalars(select(ContactLog.note)).all() == [INSIDE]
        assert json.loads(r.session.scalars(select(Comment.mentions)).one()) == []
