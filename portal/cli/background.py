"""The commands of what happens by itself: outbox, daily run, and who keeps them going."""

from __future__ import annotations

import datetime as dt
import signal
import threading
from collections.abc import Callable
from typing import Any, BinaryIO

import click

from portal.base.access import SYSTEM
from portal.base.messages import Message, list_messages
from portal.base.outbox import drain
from portal.base.returned import read_returned
from portal.cli.opening import opened
from portal.cli.output import format_option, show
from portal.cli.params import DAY
from portal.day import run_day
from portal.statements.chasing.bounces import Bounced, ReportReturned, report_returned
from portal.worker import REGISTRY, Worker, end_with, keep_timetable

BOUNCE_COLUMNS = ["to", "customer_id", "number", "resent_to", "new", "message_id"]
MESSAGE_COLUMNS = ["created_at", "kind", "to", "subject", "state", "customer_id", "problem"]


@click.group()
def outbox() -> None:
    """Messages waiting, sent, failed."""


@outbox.command("list")
@click.option(
    "--state",
    type=click.Choice(["pending", "sent", "failed", "cancelled"]),
    help="Only the messages in this state.",
)
@format_option
def list_outbox(state: str | None, output: str) -> None:
    """List the messages, oldest first."""
    with opened().reading(SYSTEM) as r:
        rows = [as_json(message) for message in list_messages(r, state or "")]
    show(output, {"messages": rows}, rows, MESSAGE_COLUMNS)


@outbox.command()
@format_option
def send(output: str) -> None:
    """Send what is due now and do the tasks that wait, once, and say what came of it."""
    counted = drain(opened(), REGISTRY)
    states = ("sent", "failed", "cancelled", "waiting", "unreachable")
    result = {state: counted[state] for state in states}
    show(output, result, [result], list(result))
    if counted["failed"] or counted["unreachable"]:
        raise click.exceptions.Exit(1)


@outbox.command()
@click.argument("files", nargs=-1, required=True, type=click.File("rb"), metavar="FILE…")
@format_option
def bounce(files: tuple[BinaryIO, ...], output: str) -> None:
    """Read what a mail server sent back (RFC 3464) from files; - is standard input."""
    returned = [found for each in files for found in read_returned(each.read())]
    with opened().work(SYSTEM) as w:
        told = report_returned(w, ReportReturned(tuple(returned)))
    rows = [bounced_json(each) for each in told]
    show(output, {"bounces": rows, "unknown": len(returned) - len(rows)}, rows, BOUNCE_COLUMNS)


def bounced_json(each: Bounced) -> dict[str, object]:
    """A mail that came back: whose, about which statement, where it was sent instead."""
    return {
        "message_id": each.message_id,
        "to": each.address,
        "customer_id": each.customer_code,
        "number": each.number,
        "resent_to": each.resent_to or None,
        "new": each.is_new,
    }


@click.command()
@click.option("--on", type=DAY, help="The day; today in the company's time zone by default.")
@format_option
def day(on: dt.date | None, output: str) -> None:
    """Do the whole daily run; doing it again does nothing, a missed day is caught up."""
    installation = opened()
    with installation.reading(SYSTEM) as r:
        on = on or r.today
    acts = [
        {"act": done.act, "on": done.on.isoformat(), "state": done.state, "result": done.result}
        for done in run_day(installation, on)
    ]
    show(output, {"on": on.isoformat(), "acts": acts}, acts, ["act", "on", "state", "result"])
    if any(act["state"] == "failed" for act in acts):
        raise click.exceptions.Exit(1)


@click.command()
@click.option(
    "--timetable", is_flag=True, help="Keep the timetable too, as `accord schedule` does."
)
@click.option("--beside", type=int, hidden=True, help="End when this process has ended.")
def worker(*, timetable: bool, beside: int | None) -> None:
    """Send mails and do tasks in the background, until stopped."""
    installation = opened()
    background = Worker(installation)
    threads: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
    if timetable:
        threads.append((keep_timetable, (installation, background.is_over)))
    if beside is not None:
        threads.append((end_with, (beside, background.is_over)))
    for target, arguments in threads:
        threading.Thread(target=target, args=arguments, daemon=True).start()
    background.run()


@click.command()
def schedule() -> None:
    """Keep the timetable: wake the workers, begin the daily run; any number may run."""
    installation, is_over = opened(), threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: is_over.set())
    keep_timetable(installation, is_over)


def as_json(message: Message) -> dict[str, object]:
    """A message as INTERFACES has it, and how often it was tried with what problem."""
    return {
        "key": message.key,
        "kind": message.kind,
        "channel": message.channel,
        "to": message.to,
        "subject": message.subject,
        "state": message.state,
        "created_at": message.created_at.isoformat(),
        "on": message.on.isoformat(),
        "customer_id": message.customer_code,
        "documents": message.documents,
        "tries": message.tries,
        "problem": message.problem,
    }
