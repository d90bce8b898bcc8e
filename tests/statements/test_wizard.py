"""The wizard of a statement run: drafts, checks, samples, and issuing what was looked at."""

import datetime as dt

import pytest
from sqlalchemy import func, select, update

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.outbox import drain
from portal.core.errors import RuleBroken
from portal.core.period import Month
from portal.people.commands import NewUser, create_user_with_password
from portal.statements.issuing.drafts import (
    KeepScope,
    RunScope,
    StartDraft,
    keep_scope,
    start_draft,
)
from portal.statements.issuing.run import RunTerms
from portal.tables.customers import Contact, Customer
from portal.tables.journal import Outbox
from portal.tables.runs import RunDraft, RunPlan
from portal.tables.statements import Statement, StatementRun
from portal.worker import REGISTRY
from tests.desk import DeskBrowser, Office, an_office, rows_of

RUNS, NEW = "/desk/statement-runs", "/desk/statement-runs/new"


@pytest.fixture
def office(installation: Installation) -> Office:
    return an_office(installation)


@pytest.fixture
def clerk(office: Office) -> DeskBrowser:
    return office.enter("clerk")


def all_of(office: Office, table):
    with office.installation.reading(SYSTEM) as r:
        return list(r.session.scalars(select(table).order_by(table.id)))


def count(office: Office, column) -> int:
    with office.installation.reading(SYSTEM) as r:
        return r.session.scalar(select(func.count(column))) or 0


def prepare(clerk: DeskBrowser, **fields: str):
    """The second page of a draft for October."""
    page = clerk.visit(NEW)
    return clerk.follow(clerk.fill(page, NEW, **{"month": "2026-10", **fields}))


def base_of(page) -> str:
    return str(page.response.request.path).removesuffix("/check")


def sending(clerk: DeskBrowser, page, status: int = 303, **fields: str):
    path = f"{base_of(page)}/sending"
    return clerk.fill(clerk.visit(path), path, status, **fields)


def work_off(office: Office) -> None:
    drain(office.installation, REGISTRY, channels=["task"])


def test_the_newest_closed_month_is_offered_first(clerk: DeskBrowser):
    assert clerk.visit(NEW).form(NEW)["month"] == "2026-10"


def test_looking_keeps_nothing(office: Office, clerk: DeskBrowser):
    clerk.visit(NEW)
    clerk.visit(f"{NEW}?month=2026-09&customers=HUADONG")

    assert (count(office, RunDraft.id), count(office, Statement.id)) == (0, 0)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"month": "2026-11"}, "Not a valid choice"),
        ({"customers": "NOBODY"}, "There is no customer with the code NOBODY"),
        ({"excluded": "NOBODY"}, "There is no customer with the code NOBODY"),
    ],
)
def test_a_wrong_question_is_answered_in_words(clerk: DeskBrowser, fields, said: str):
    assert said in clerk.fill(clerk.visit(NEW), NEW, 422, **fields).text


def test_a_month_that_is_not_over_is_refused(office: Office):
    with pytest.raises(RuleBroken, match="month_not_over"), office.installation.work(SYSTEM) as w:
        keep_scope(w, KeepScope(RunScope(Month(2026, 11))))


def test_the_way_through_the_pages_issues_what_was_looked_at(office: Office, clerk: DeskBrowser):
    check = prepare(clerk)
    assert "New statements" in check.text
    samples = clerk.visit(f"{base_of(check)}/samples")
    assert len(rows_of(samples, "samples")) == 3
    send = clerk.visit(f"{base_of(check)}/sending")
    assert "Issue 3 statements" in send.text

    board = clerk.follow(sending(clerk, check, confirm_by="2026-12-01"))
    work_off(office)
    assert board.heading == "Statements for October 2026"
    assert {each.confirm_by for each in all_of(office, Statement)} == {dt.date(2026, 12, 1)}
    assert count(office, Statement.id) == 3


def test_a_second_click_leads_to_the_same_run(office: Office, clerk: DeskBrowser):
    check = prepare(clerk)
    path = f"{base_of(check)}/sending"
    page = clerk.visit(path)
    first, second = clerk.fill(page, path), clerk.fill(page, path)

    assert first.response.headers["Location"] == second.response.headers["Location"]
    assert count(office, StatementRun.id) == 1


def test_a_draft_that_was_started_leads_to_its_run(clerk: DeskBrowser):
    check = prepare(clerk)
    sending(clerk, check)

    for page in ("", "/check", "/samples", "/sending"):
        assert clerk.follow(clerk.visit(base_of(check) + page, 303)).heading.startswith(
            "Statements"
        )


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"customers": "HUADONG, ZHIYUAN"}, ["HUADONG", "ZHIYUAN"]),
        ({"excluded": "HUADONG"}, ["BERGMANN", "ZHIYUAN"]),
        ({"currency": "EUR"}, ["BERGMANN"]),
        ({"region": "East"}, ["HUADONG", "ZHIYUAN"]),
        ({"owner": "Marta Klein"}, ["BERGMANN"]),
        ({"owner": "Li Na", "excluded": "ZHIYUAN"}, ["HUADONG"]),
    ],
    ids=str,
)
def test_a_narrowed_run_issues_to_these_and_nobody_else(
    office: Office, clerk: DeskBrowser, fields, codes: list[str]
):
    sending(clerk, prepare(clerk, **fields))
    work_off(office)

    assert sorted(each.number.split("-")[1] for each in all_of(office, Statement)) == codes


def test_a_narrowed_run_does_not_stand_for_everybodys(office: Office, clerk: DeskBrowser):
    sending(clerk, prepare(clerk, currency="EUR"))
    work_off(office)
    [run] = all_of(office, StatementRun)

    assert run.customer_ids is not None


def test_the_books_that_moved_on_are_looked_at_again(office: Office, clerk: DeskBrowser):
    check = prepare(clerk)
    path = f"{base_of(check)}/sending"
    page = clerk.visit(path)
    office.add_customers(2)
    again = clerk.fill(page, path, 409)

    assert "5 statements are due by now" in again.text
    assert "Issue 5 statements" in again.text
    assert count(office, StatementRun.id) == 0


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"confirm_by": "2026-11-20"}, "Choose a day after today"),
        ({"confirm_by": ""}, "Enter the day by which to answer"),
        ({"remind_after": "5, 3"}, "in rising order"),
        ({"remind_after": "soon"}, "Enter workdays, such as 3, 5, 8"),
    ],
    ids=str,
)
def test_days_that_make_no_sense_are_refused(clerk: DeskBrowser, fields, said: str):
    assert said in sending(clerk, prepare(clerk), 422, **fields).text


def test_the_timetable_of_a_run_is_its_own(office: Office, clerk: DeskBrowser):
    sending(clerk, prepare(clerk), remind_after="2，4")

    with office.installation.reading(SYSTEM) as r:
        assert [plan.remind_after for plan in r.session.scalars(select(RunPlan))] == ["[2, 4]"]


def test_a_draft_is_kept_listed_and_taken_up_again(office: Office, clerk: DeskBrowser):
    check = prepare(clerk, customers="HUADONG")
    sending(clerk, check, keep="1", remind_after="2, 4", confirm_by="2026-12-03")
    colleague = office.enter("collections_lead")
    [row] = rows_of(colleague.visit(RUNS), "drafts-table")
    assert row[:3] == ["October 2026", "HUADONG", "The clerk"]

    taken_up = colleague.visit(f"{base_of(check)}/sending").form(f"{base_of(check)}/sending")
    assert (taken_up["remind_after"], taken_up["confirm_by"]) == ("2, 4", "2026-12-03")


def test_two_who_change_a_draft_notice_each_other(clerk: DeskBrowser):
    check = prepare(clerk)
    page = clerk.visit(base_of(check))
    clerk.fill(page, base_of(check), currency="EUR")
    other = clerk.fill(page, base_of(check), 409, currency="CNY")

    assert "Somebody changed this draft meanwhile" in other.text


def test_a_draft_is_deleted_after_a_question(office: Office, clerk: DeskBrowser):
    check = prepare(clerk)
    path = f"{base_of(check)}/deletion"
    asked = clerk.visit(path)
    assert count(office, RunDraft.id) == 1
    clerk.fill(asked, path)

    assert count(office, RunDraft.id) == 0
    clerk.visit(path, 404)


def test_a_run_that_goes_on_blocks_another(clerk: DeskBrowser):
    first, second = prepare(clerk), prepare(clerk)
    sending(clerk, first)

    assert "A run of this month goes on already" in clerk.visit(f"{base_of(second)}/check").text
    assert "goes on already" in sending(clerk, second, 422).text


def test_the_check_names_what_is_to_be_mended(clerk: DeskBrowser):
    text = prepare(clerk).text

    assert "3 customers have nobody to write to" in text
    assert "1 customer has money that is not applied" in text
    assert "CNY 500.00" in text
    assert "The bank's last day may not be in" in text
    assert "Our bank account is not known" in text


def test_what_was_mended_is_not_found_again(office: Office, clerk: DeskBrowser):
    office.invite("HUADONG")
    with office.installation.work(SYSTEM) as w:
        w.session.execute(update(Customer).values(language="en"))
        w.company.bank_account = "6222 0200 1234 5678"
        bergmann, zhiyuan = (
            w.session.scalars(select(Customer.id).where(Customer.code == code)).one()
            for code in ("BERGMANN", "ZHIYUAN")
        )
        w.session.add(Contact(customer_id=bergmann, name="Jo", email="jo@bergmann.example"))
        viewer = NewUser("z@zhiyuan.example", "Z", "", ("customer_accountant",), ("ZHIYUAN",))
        create_user_with_password(w, viewer)
    text = prepare(clerk).text

    assert "nobody to write to" not in text
    assert "At 1 customer nobody has been invited" in text
    assert "1 customer has nobody who may sign" in text
    assert "bank account" not in text
    assert "language" not in text
    assert zhiyuan


def test_who_gets_none_is_told_with_the_reason(clerk: DeskBrowser):
    check = prepare(clerk, month="2026-09")

    assert rows_of(check, "left-out") == [
        ["Nothing was posted and nothing is owed", "Bergmann Antriebe, Zhiyuan Automation", "2"]
    ]


def test_cycles_say_who_is_due(office: Office, clerk: DeskBrowser):
    with office.installation.work(SYSTEM) as w:
        quarterly = update(Customer).where(Customer.code == "HUADONG")
        w.session.execute(quarterly.values(statement_cycle="quarterly"))
    check = prepare(clerk)

    assert rows_of(check, "cycles") == [["Every month", "2", "2"], ["Every quarter", "0", "1"]]
    assert "Their cycle does not end in this month" in check.text


def test_a_sample_is_shown_as_it_would_be_issued(office: Office, clerk: DeskBrowser):
    check = prepare(clerk)
    samples = clerk.visit(f"{base_of(check)}/samples")
    sample = clerk.visit(samples.links["Huadong Trading"])
    sending(clerk, check)
    work_off(office)
    [issued] = [each for each in all_of(office, Statement) if "HUADONG" in each.number]

    assert issued.number in sample.text
    assert "360.00" in sample.text
    assert issued.closing_minor == 360_00
    assert [row[1] for row in rows_of(sample, "lines")] == ["Payment RCT-10", "Invoice INV-2"]


def test_a_sample_is_printed(clerk: DeskBrowser):
    samples = clerk.visit(f"{base_of(prepare(clerk))}/samples")
    path = samples.links["Huadong Trading"]
    answer = clerk.client.get(f"{path}.pdf")

    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF")


def test_held_mails_leave_when_they_are_let_go(office: Office, clerk: DeskBrowser):
    office.invite("HUADONG")
    sending(clerk, prepare(clerk), mails="hold")
    work_off(office)
    drain(office.installation, REGISTRY, channels=["email"])

    def states() -> list[str]:
        return [each.state for each in all_of(office, Outbox) if each.kind == "statement"]

    assert states() == ["pending"]
    run = office.run_path()
    clerk.fill(clerk.visit(run), f"{run}/mails")
    drain(office.installation, REGISTRY, channels=["email"])
    assert states() == ["sent"]


@pytest.mark.parametrize("role", ["auditor", "sales", "support"])
def test_who_may_not_issue_is_told_so(office: Office, role: str):
    office.enter(role).visit(NEW, 403)


def test_the_pages_ask_as_much_of_many_customers_as_of_few(office: Office, clerk: DeskBrowser):
    base = base_of(prepare(clerk))
    paths = [NEW, base, *(f"{base}/{page}" for page in ("check", "samples", "sending"))]
    few = [clerk.count_statements(path) for path in paths]
    office.add_customers(30)

    assert [clerk.count_statements(path) for path in paths] == few
    assert max(few) <= 12


def test_two_who_start_a_draft_at_once_start_one_run(any_installation: Installation):
    office = an_office(any_installation)
    actor = office.enter("clerk").user_id
    assert actor
    with any_installation.work(SYSTEM) as w:
        w.session.add(
            RunDraft(
                user_id=actor,
                period_to=dt.date(2026, 10, 31),
                chosen="[]",
                excluded="[]",
                currency="",
                region="",
                owner="",
                created_at=w.now,
                changed_at=w.now,
            )
        )
    runs = []
    for _person in range(2):
        with any_installation.work(SYSTEM) as w:
            runs.append(start_draft(w, StartDraft(1, 1, 3, RunTerms())))

    assert len(set(runs)) == 1
