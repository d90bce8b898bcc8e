"""The board of a run: it rests and goes on, counts answers by day, and reminds after a preview."""

import datetime as dt
import json

import pytest
from sqlalchemy import func, select, update

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.outbox import drain
from portal.core.period import Month
from portal.statements.daily import remind
from portal.statements.issuing import plan
from portal.statements.issuing.run import IssueStatements, work_run
from portal.statements.issuing.running import ActOnRun, pause_run, resume_run
from portal.statements.issuing.starting import start_run
from portal.tables.journal import Outbox
from portal.tables.people import User
from portal.tables.runs import Bounce, Chase, RunPlan
from portal.tables.statements import Confirmation, Statement
from portal.worker import REGISTRY
from tests.desk import OCTOBER, DeskBrowser, Office, an_office, rows_of
from tests.people.cast import CHEN

RUNS = "/desk/statement-runs"


@pytest.fixture
def office(installation: Installation) -> Office:
    return an_office(installation)


@pytest.fixture
def clerk(office: Office) -> DeskBrowser:
    return office.enter("clerk")


def count(office: Office, column) -> int:
    with office.installation.reading(SYSTEM) as r:
        return r.session.scalar(select(func.count(column))) or 0


def work_off(office: Office, *channels: str) -> None:
    drain(office.installation, REGISTRY, channels=channels or ("task",))


def start(clerk: DeskBrowser) -> str:
    page = clerk.follow(clerk.send(RUNS, data={"month": "2026-10"}))
    return str(page.response.request.path)


# ── It rests, goes on, and tells when it is done ─────────────────────────────


def test_a_run_that_rests_issues_nothing_until_it_goes_on(office: Office, clerk: DeskBrowser):
    path = start(clerk)
    paused = clerk.follow(clerk.fill(clerk.visit(path), f"{path}/pause"))
    work_off(office)
    assert "Paused" in paused.text
    assert count(office, Statement.id) == 0

    clerk.fill(clerk.visit(path), f"{path}/resumption")
    work_off(office)
    assert count(office, Statement.id) == 3


def test_a_rest_begins_at_the_next_slice(
    any_installation: Installation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(plan, "SLICE", 1)  # a slice for each customer
    an_office(any_installation)
    with any_installation.work(SYSTEM) as w:
        run_id = start_run(w, IssueStatements(OCTOBER))

    def act(act) -> None:
        with any_installation.work(SYSTEM) as w:
            act(w, ActOnRun(run_id))

    def rest_after_the_first(done: int, _of: int) -> None:
        if done == 1:
            act(pause_run)

    assert work_run(any_installation.work, run_id, rest_after_the_first) == 1
    assert work_run(any_installation.work, run_id) == 0
    act(resume_run)
    assert work_run(any_installation.work, run_id) == 2


def test_a_done_run_neither_rests_nor_goes_on(office: Office, clerk: DeskBrowser):
    path = start(clerk)
    work_off(office)
    page = clerk.follow(clerk.send(f"{path}/pause"))

    assert "This run is done" in page.text


def test_who_started_it_is_mailed_once_when_it_is_done(office: Office, clerk: DeskBrowser):
    start(clerk)
    work_off(office)
    work_off(office, "email", "task")
    with office.installation.reading(SYSTEM) as r:
        [mail] = r.session.scalars(select(Outbox).where(Outbox.kind == "run_done"))

    assert mail.to_address == "clerk@northwind.example"
    assert "3 statements for October 2026 are issued" in (mail.subject or "")
    assert "/desk/statement-runs/ru_" in (mail.body_text or "")


def test_how_far_it_is_is_said_in_words(clerk: DeskBrowser):
    path = start(clerk)

    assert "0 of 3" in clerk.visit(path).text


@pytest.mark.parametrize(("told", "said"), [("0", "3 statements are issued"), ("100", "")])
def test_tenths_are_announced_once(office: Office, clerk: DeskBrowser, told: str, said: str):
    path = start(clerk)
    first = clerk.region(f"{path}?told={told}", "run-progress").source
    assert "#live" not in first
    work_off(office)
    done = clerk.region(f"{path}?told={told}", "run-progress").source

    assert "every 2s" not in done
    assert said in done


# ── What the board counts ────────────────────────────────────────────────────


def answer(office: Office, code: str, result: str, days: int) -> None:
    """An answer of Chen's so many days after the first of the statements."""
    office.change(code, result)
    with office.installation.work(SYSTEM) as w:
        statement = w.session.scalars(
            select(Statement).where(Statement.number.contains(code))
        ).one()
        user = w.session.scalars(select(User.id).order_by(User.id)).first()
        w.session.add(
            Confirmation(
                customer_id=statement.customer_id,
                statement_id=statement.id,
                result=result,
                user_id=user,
                evidence="{}",
                evidence_sha256="",
                statement_sha256=statement.sha256,
                verify_code=f"{code}-{days}",
                idempotency_key=f"{code}-{days}",
                signed_at=w.now + dt.timedelta(days=days),
            )
        )


@pytest.fixture
def answered(office: Office) -> Office:
    """Huadong confirmed on the day, Bergmann disagreed two days later."""
    office.invite("HUADONG")
    office.issue()
    answer(office, "HUADONG", "confirmed", 0)
    answer(office, "BERGMANN", "refused", 2)
    office.pass_days(3)
    return office


def test_answers_are_counted_by_day(answered: Office, clerk: DeskBrowser):
    days = rows_of(clerk.visit(answered.run_path()), "days")

    assert days == [
        ["20 Nov 2026", "1", "0", "0", "1", "1", "33 %"],
        ["22 Nov 2026", "0", "0", "1", "1", "2", "66 %"],
    ]


def test_a_days_figure_opens_the_statements_that_it_counts(answered: Office, clerk: DeskBrowser):
    path = f"{answered.run_path()}?answered_on=2026-11-22"

    assert [row[1] for row in rows_of(clerk.visit(path), "board")] == ["Bergmann Antriebe"]


def test_every_figure_of_the_board_opens_as_many_statements(answered: Office, clerk: DeskBrowser):
    path = answered.run_path()
    board = clerk.visit(path)
    figures = next(one for one in board.everything() if one.get("class") == "figures")
    shown = [(link.text, link.get("href")) for link in figures.all("a")]
    assert len(shown) > 4

    for figure, url in shown:
        page = clerk.visit(url)
        rows = rows_of(page, "board") if "No statement matches" not in page.text else []
        assert len(rows) == int(figure.split()[0]), url


@pytest.mark.parametrize(
    ("state", "customers"),
    [
        ("prepared", ["Zhiyuan Automation"]),
        ("answered", ["Bergmann Antriebe", "Huadong Trading"]),
        ("opened", ["Bergmann Antriebe", "Huadong Trading", "Zhiyuan Automation"]),
        ("waiting", ["Zhiyuan Automation"]),
    ],
)
def test_the_board_is_narrowed_by_state(answered: Office, clerk: DeskBrowser, state, customers):
    answered.change("ZHIYUAN", "prepared")
    page = clerk.visit(f"{answered.run_path()}?state={state}")

    assert [row[1] for row in rows_of(page, "board")] == customers


def test_mails_that_came_back_stand_on_the_board_and_at_the_customer(
    office: Office, clerk: DeskBrowser
):
    office.invite("HUADONG")
    office.issue()
    with office.installation.work(SYSTEM) as w:
        [mail] = w.session.scalars(select(Outbox).where(Outbox.kind == "statement"))
        about = {"statement_id": json.loads(mail.payload)["statement_id"], "problem": "550 gone"}
        told = {"outbox_id": mail.id, "address": CHEN, "customer_id": mail.customer_id}
        w.session.add(Bounce(**told, **about, at=w.now))
    [row] = rows_of(clerk.visit(f"{office.run_path()}?state=bounced"), "board")
    assert row[1:4] == ["Huadong Trading", "202610-HUADONG-CNY", "Came back"]

    assert "1 address refuses mails" in clerk.visit(office.customer_path("HUADONG")).text
    contacts = office.customer_path("HUADONG", "/contacts")
    page = clerk.visit(contacts)
    assert "550 gone" in page.text
    clerk.fill(page, office.customer_path("HUADONG", "/addresses"))
    assert "refuses" not in clerk.visit(contacts).text


# ── Reminding by hand ────────────────────────────────────────────────────────


@pytest.fixture
def silent(office: Office) -> Office:
    office.invite("HUADONG")
    office.issue()
    office.pass_days(4)
    return office


def test_four_clicks_remind_all_who_are_silent(silent: Office, clerk: DeskBrowser):
    board = clerk.visit(silent.run_path())
    chosen = clerk.visit(board.links["Choose all 3"])
    preview = clerk.visit(f"{silent.run_path()}/reminders", query_string={"all": "1"})
    assert "Remind …" in chosen.text
    assert "Send reminders of 1 statement" in preview.text
    assert [row[:1] for row in rows_of(preview, "left-out")] == [
        ["Bergmann Antriebe"],
        ["Zhiyuan Automation"],
    ]

    [action] = [
        form.get("action") for form in preview.root.all("form") if "reminders" in form.get("action")
    ]
    assert "Reminders of 1 statement leave now" in clerk.follow(clerk.fill(preview, action)).text
    assert count(silent, Chase.id) == 1


def test_the_preview_changes_nothing(silent: Office, clerk: DeskBrowser):
    clerk.visit(f"{silent.run_path()}/reminders?all=1")

    assert (count(silent, Chase.id), count(silent, Outbox.id)) == (0, 1)


def test_a_letter_is_shown_exactly_as_it_will_leave(silent: Office, clerk: DeskBrowser):
    preview = clerk.visit(f"{silent.run_path()}/reminders?all=1")
    [link] = [url for text, url in preview.links.items() if text.startswith("Chen Wei")]
    shown = clerk.visit(link)
    clerk.send(f"{silent.run_path()}/reminders?all=1", data={"expected": "1"})
    work_off(silent, "email")
    with silent.installation.reading(SYSTEM) as r:
        mail = r.session.scalars(select(Outbox).where(Outbox.kind == "statement_reminder")).one()

    assert shown.heading == mail.subject
    body = [line for line in (mail.body_text or "").splitlines() if line and "://" not in line]
    words = " ".join(shown.text.split())
    assert [line for line in body if " ".join(line.split()) not in words] == []


def test_only_the_chosen_ones_are_reminded(silent: Office, clerk: DeskBrowser):
    with silent.installation.reading(SYSTEM) as r:
        other = r.session.scalars(
            select(Statement.id).where(Statement.number.contains("BERGMANN"))
        ).one()
        ref = r.refs.of("st", other)
    preview = clerk.visit(f"{silent.run_path()}/reminders?chosen={ref}")

    assert "Nobody of these can be reminded now" in preview.text
    assert [row[0] for row in rows_of(preview, "left-out")] == ["Bergmann Antriebe"]


def test_a_second_click_reminds_nobody_twice(silent: Office, clerk: DeskBrowser):
    path = f"{silent.run_path()}/reminders?all=1"
    clerk.send(path, data={"expected": "1"})
    again = clerk.follow(clerk.send(path, 303, data={"expected": "1"}))

    assert "What was sent is not sent twice." in again.text
    assert count(silent, Chase.id) == 1


def test_after_the_last_reminder_the_board_says_whom_to_call(silent: Office):
    remind(silent.installation, dt.date(2026, 12, 2))
    silent.pass_days(10)
    clerk = silent.enter("clerk")
    [row] = rows_of(clerk.visit(f"{silent.run_path()}?state=to_call"), "board")

    assert row[1] == "Huadong Trading"
    assert "Call them" in row[7]


@pytest.mark.parametrize("role", ["auditor", "sales", "support"])
def test_who_may_not_remind_is_told_so(silent: Office, role: str):
    visitor = silent.enter(role)
    visitor.visit(f"{silent.run_path()}/reminders", 403)

    assert "Remind …" not in visitor.visit(silent.run_path()).text


# ── The report of confirmations ──────────────────────────────────────────────


@pytest.mark.usefixtures("answered")
def test_the_report_counts_months_by_state_and_opens_each_figure(clerk: DeskBrowser):
    page = clerk.visit("/desk/reports/confirmations")
    [row] = rows_of(page, "confirmations")
    assert row[0:2] == ["October 2026", "3"]
    assert row[-2:] == ["2", "66 %"]

    for link in page.by_id("confirmations").all("a"):
        listed = clerk.visit(link.get("href"))
        assert len(rows_of(listed, "statements")) == int(link.text)


def test_the_report_is_written_out(answered: Office, clerk: DeskBrowser):
    assert answered.run_path()
    text = clerk.client.get("/desk/reports/confirmations.csv").text

    assert "October 2026,3" in text


def test_board_and_report_ask_as_much_of_many_as_of_few(answered: Office, clerk: DeskBrowser):
    paths = [
        answered.run_path(),
        f"{answered.run_path()}/reminders?all=1",
        "/desk/reports/confirmations",
    ]
    few = [clerk.count_statements(path) for path in paths]
    with answered.installation.work(SYSTEM) as w:
        w.session.execute(update(RunPlan).values(planned=3))
    answered.add_customers(30)
    answered.issue(Month(2026, 10))

    assert [clerk.count_statements(path) for path in paths] == few
    assert max(few) <= 12
