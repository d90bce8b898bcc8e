"""The worker as a process: it sends what is queued, and another goes on where it was killed."""

import datetime as dt
import threading
from dataclasses import replace

import pytest
from sqlalchemy import update

from portal.base.clock import Clock
from portal.base.config import Config
from portal.base.installation import open_installation
from portal.base.mail import Recipient, queue_mail
from portal.base.outbox import LOST_TRACK
from portal.tables.journal import Outbox
from portal.worker import Worker
from tests.cli.conftest import Shell, wait_until
from tests.mail.conftest import MailServer, row_of, scripted_server

pytestmark = pytest.mark.slow
PAYLOAD = {
    "purpose": "sign_in",
    "code": "123456",
    "minutes": 15,
    "name": "Li",
    "path": "/login/link/abc",
}


@pytest.fixture
def mail_server():
    with scripted_server() as server:
        yield server


@pytest.fixture
def shell(tmp_path, mail_server: MailServer):
    """The command over a founded installation that mails through the server."""
    instance = str(tmp_path / "instance")
    with Shell({"ACCORD_INSTANCE": instance, "ACCORD_MAIL_URL": mail_server.url}) as shell:
        assert shell.run("init").returncode == 0
        yield shell


@pytest.fixture
def books(shell: Shell):
    """The same installation in this process."""
    config = Config(instance=shell.settings["ACCORD_INSTANCE"])
    opened = open_installation(config, Clock())
    yield opened
    opened.database.engine.dispose()


def queue_code(installation, number=1):
    with installation.work() as w:
        queue_mail(w, f"code/{number}", "code", Recipient("li@example.com", "Li"), PAYLOAD)


def pass_a_minute(installation):
    """As if the lease had run out."""
    with installation.work() as w:
        w.session.execute(update(Outbox).values(lease_until=w.now - dt.timedelta(seconds=1)))


def test_a_worker_sends_what_is_queued_while_it_runs(shell, books, mail_server):
    shell.start("worker")
    for number in range(3):
        queue_code(books, number)

    wait_until(lambda: len(mail_server.mails) == 3)
    wait_until(lambda: row_of(books, "code/2").state == "sent")


def test_a_mail_whose_worker_was_killed_goes_out_under_the_same_id(shell, books, mail_server):
    mail_server.script.answers = ["hold"]
    killed = shell.start("worker")
    queue_code(books)
    wait_until(lambda: mail_server.mails)
    killed.kill()
    killed.wait()
    pass_a_minute(books)
    shell.start("worker")
    wait_until(lambda: row_of(books, "code/1").state == "sent")
    first, second = mail_server.mails

    assert row_of(books, "code/1").problem == LOST_TRACK
    assert first.content == second.content


def test_a_worker_that_is_asked_to_stop_stops(shell):
    worker = shell.start("worker", "--timetable")
    wait_until(lambda: worker.poll() is None)
    worker.terminate()

    assert worker.wait(10) in {0, -15}


def test_a_timetable_alone_wakes_a_worker(shell, books):
    shell.start("schedule")
    shell.start("worker")
    books.engine.huey.flush()
    with books.work() as w:
        queue_mail(w, "code/1", "code", Recipient("li@example.com", "Li"), PAYLOAD)
        w.wakes = False

    wait_until(lambda: row_of(books, "code/1").state == "sent")


def test_after_the_mail_server_was_away_mails_rest_for_a_while(installation):
    config = replace(installation.config, mail_url="smtp://127.0.0.1:9", tasks_url="memory:")
    away = replace(installation, config=config)
    worker = Worker(away)
    queue_code(away)

    assert worker.work() == {"unreachable": 1}
    assert worker.work() == {}


def test_many_threads_of_one_worker_send_a_mail_once(installation, mail_server):
    config = replace(installation.config, mail_url=mail_server.url, tasks_url="memory:")
    posting = replace(installation, config=config)
    worker = Worker(posting)
    queue_code(posting)
    threads = [threading.Thread(target=worker.work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(mail_server.mails) == 1
