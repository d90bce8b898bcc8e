"""
The roof's background: what every outbox row means, the worker that does it, and the timetable.

Any number of workers and timetables may run: rows are leased, slots of the timetable are unique.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from portal.approvals.letters import LETTERS as APPROVALS
from portal.audit.answering import TASKS as ANSWERS
from portal.audit.chain import TASKS as CHAIN
from portal.audit.pack import TASKS as PACKS
from portal.audit.requests import LETTERS as REQUESTS
from portal.base.access import SYSTEM
from portal.base.engine import open_engine
from portal.base.installation import Installation
from portal.base.outbox import Registry, drain, log
from portal.base.work import Work
from portal.credit.answering import LETTERS as APPLICATIONS
from portal.credit.signals import LETTERS as SIGNALS
from portal.day import is_day_done, run_day
from portal.disputes.decision_letters import LETTERS as DECISIONS
from portal.disputes.telling import LETTERS as DISPUTES
from portal.escalation.cases.pack.making import TASKS as EVIDENCE
from portal.escalation.cases.pack.proofs import know_limitation
from portal.escalation.due.letters import LETTERS as ROUND
from portal.escalation.notices.printing import TASKS as NOTICE_LETTERS
from portal.escalation.notices.returned import notice_returned
from portal.escalation.notices.sample import LETTERS as NOTICE_TESTS
from portal.escalation.notices.sending import LETTERS as NOTICES
from portal.escalation.running import doors
from portal.escalation.running import work_run as work_ladders
from portal.escalation.runs.commands import TASK as LADDER_RUN
from portal.escalation.runs.queries import day_to_work_on
from portal.escalation.work.comments import LETTERS as COMMENTS
from portal.imports.background import run_import
from portal.invoices.downloads import LETTERS as INVOICES
from portal.invoices.downloads import TASKS as DOWNLOADS
from portal.people.digest import digest_letter
from portal.people.letters import LETTERS as PEOPLE
from portal.people.recognising import actor_of
from portal.promises.eve import LETTERS as EVE
from portal.promises.owners import LETTERS as OWNERS
from portal.promises.plans.letters import LETTERS as PLANS
from portal.promises.plans.sheet import TASKS as PLAN_LETTERS
from portal.promises.sealed import LETTERS as PROMISES
from portal.promises.sealed import TASKS as PROMISE_LETTERS
from portal.reports.claims import clocks_of
from portal.statements.certificate.sealed import make_certificate
from portal.statements.chasing.bounces import SENT_ON
from portal.statements.chasing.reminding import LETTERS as REMINDERS
from portal.statements.comparison.working import run as run_comparison
from portal.statements.issuing.run import LETTERS as RUNS
from portal.statements.issuing.run import work_run
from portal.statements.letters import LETTERS as STATEMENTS
from portal.statements.signing.letters import LETTERS as SIGNING
from portal.statements.versions.letters import LETTERS as VERSIONS
from portal.tables.journal import ImportRun, Timetable

#: Threads of one worker: one long task must not hold up the mails.
THREADS = 3
#: A worker that is asked to stop gives its rows this long; then their leases run out.
GRACE_SECONDS = 5
SLOT = dt.timedelta(seconds=10)
#: The daily run begins at this hour in the company's zone.
DAY_BEGINS_AT = 6
HEALTH_SECONDS = 10
#: How long no mail is tried after the mail server was away.
MAIL_RESTS = dt.timedelta(seconds=10)


class DayError(Exception):
    """An act of the daily run failed; the row is tried again."""


def do_day(installation: Installation, payload: dict[str, Any]) -> None:
    """The daily run as a task."""
    failed = [
        done.act
        for done in run_day(installation, dt.date.fromisoformat(payload["on"]))
        if done.state == "failed"
    ]
    if failed:
        raise DayError(", ".join(failed))


def do_statement_run(installation: Installation, payload: dict[str, Any]) -> None:
    """A statement run that somebody started from a page, in their name."""
    with installation.reading(SYSTEM) as r:
        actor = actor_of(r, payload["user_id"])
    work_run(lambda: installation.work(actor), payload["run_id"])


def do_ladder_run(installation: Installation, payload: dict[str, Any]) -> None:
    """A run of the ladders that somebody approved, in their name; it stops where it shall rest."""
    with installation.reading(SYSTEM) as r:
        actor, on = actor_of(r, payload["user_id"]), day_to_work_on(r, payload["run_id"])
    if on is not None:
        work_ladders(doors(installation, actor, on), payload["run_id"], told=False)


def do_comparison(installation: Installation, payload: dict[str, Any]) -> None:
    """A large ledger compared with its statement, in the name of who uploaded it."""
    with installation.reading(SYSTEM) as r:
        actor = actor_of(r, payload["user_id"])
    run_comparison(installation, payload["comparison_id"], actor)


def do_import(installation: Installation, payload: dict[str, Any]) -> None:
    """An upload checked or imported, in the name of who uploaded it."""
    with installation.reading(SYSTEM) as r:
        actor = actor_of(r, r.session.get_one(ImportRun, payload["run_id"]).user_id or 0)
    run_import(installation, payload["run_id"], actor)


SENT_ON |= dict.fromkeys(NOTICES, notice_returned)
know_limitation(clocks_of)

LETTERS = {
    **APPROVALS,
    **APPLICATIONS,
    **COMMENTS,
    **SIGNALS,
    **REQUESTS,
    **INVOICES,
    **DECISIONS,
    **NOTICES,
    **NOTICE_TESTS,
    **DISPUTES,
    **PEOPLE,
    **EVE,
    **OWNERS,
    **ROUND,
    **PLANS,
    **PROMISES,
    **STATEMENTS,
    **RUNS,
    **REMINDERS,
    **SIGNING,
    **VERSIONS,
}
REGISTRY = Registry(
    tasks={
        "certificate": make_certificate,
        "comparison": do_comparison,
        "day": do_day,
        "import": do_import,
        LADDER_RUN: do_ladder_run,
        "statement_run": do_statement_run,
        **DOWNLOADS,
        **NOTICE_LETTERS,
        **PLAN_LETTERS,
        **PROMISE_LETTERS,
        **ANSWERS,
        **CHAIN,
        **PACKS,
        **EVIDENCE,
    },
    letters={**LETTERS, "digest": digest_letter(LETTERS)},
)


class Worker:
    """Works off the outbox whenever it is woken, in a few threads, until it is told to stop."""

    def __init__(self, installation: Installation, registry: Registry = REGISTRY) -> None:
        """Open the engine whose calls wake this worker."""
        self.is_over = threading.Event()
        self._installation = installation
        self._registry = registry
        self._mail_rests_until = dt.datetime.min.replace(tzinfo=dt.UTC)
        self._engine = open_engine(installation.config.tasks, self.work)
        self._consumer = self._engine.huey.create_consumer(
            workers=THREADS, periodic=False, max_delay=1.0, shutdown_timeout=GRACE_SECONDS
        )

    def work(self) -> Counter[str]:
        """Works off what is due; leaves the mails alone for a while after their server was away."""
        now = self._installation.clock.now()
        mails = [] if now < self._mail_rests_until else ["email"]
        counted = drain(
            self._installation,
            self._registry,
            channels=[*mails, "sms", "task"],
            stopping=self.is_over.is_set,
        )
        if counted["unreachable"]:
            self._mail_rests_until = now + MAIL_RESTS
        return counted

    def run(self) -> None:
        """Works until SIGTERM or Ctrl-C; what is being done then gets a few seconds."""
        self._consumer.start()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: self.is_over.set())
        self._engine.wake()
        while not self.is_over.wait(HEALTH_SECONDS):
            self._consumer.check_worker_health()
        self._consumer.stop(graceful=True)


def keep_timetable(installation: Installation, is_over: threading.Event) -> None:
    """Serves every slot of the timetable until it is over."""
    while not is_over.is_set():
        try:
            serve_slot(installation)
        except SQLAlchemyError:
            log.warning("the timetable could not be served", exc_info=True)
        now = installation.clock.now()
        is_over.wait((slot_of(now) + SLOT - now).total_seconds())


def serve_slot(installation: Installation) -> bool:
    """Wakes the workers and begins the day where it is due; False where another did it."""
    try:
        with installation.work(SYSTEM) as w:
            if not _take_slot(w):
                return False
            if _is_morning(w) and not is_day_done(installation, w.today):
                w.later(f"day/{w.today.isoformat()}", "day", {"on": w.today.isoformat()})
    except IntegrityError:
        return False  # two were the first ever
    installation.engine.wake()
    return True


def _is_morning(w: Work) -> bool:
    return w.now.astimezone(ZoneInfo(w.company.timezone)).hour >= DAY_BEGINS_AT


def _take_slot(w: Work) -> bool:
    slot = slot_of(w.now)
    row = w.session.get(Timetable, "outbox", with_for_update=True)
    if row is None:
        w.session.add(Timetable(name="outbox", slot_at=slot))
        return True
    if row.slot_at >= slot:
        return False
    row.slot_at = slot
    return True


def slot_of(moment: dt.datetime) -> dt.datetime:
    """
    The slot of the timetable that a moment belongs to.

    >>> slot_of(dt.datetime(2026, 11, 20, 8, 0, 17, tzinfo=dt.UTC)).second
    10
    """
    seconds = int(SLOT.total_seconds())
    return moment.replace(second=moment.second // seconds * seconds, microsecond=0)


def end_with(pid: int, is_over: threading.Event) -> None:
    """Tells this process to stop when the one that started it has died, however it died."""
    while not is_over.wait(1.0):
        if os.getppid() != pid:
            is_over.set()
