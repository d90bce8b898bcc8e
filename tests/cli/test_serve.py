"""The server: says when it cannot start, keeps its worker alive, and stops quickly."""

import os
import signal
import socket
import time
import urllib.request
from pathlib import Path

import pytest

from tests.cli.conftest import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def serving(accord, port):
    accord.settings["PORT"] = str(port)
    accord.ask("init")
    server = accord.start("serve")
    wait_until(lambda: answers(port))
    return server


def answers(port):
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/readyz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def worker_of(server):
    """The process id of the worker beside a server; None while there is none."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    for child in children:
        if b"worker" in Path(f"/proc/{child}/cmdline").read_bytes():
            return int(child)
    return None


def is_alive(pid):
    return Path(f"/proc/{pid}").exists()


def test_a_busy_port_is_told_at_once(accord, port):
    accord.ask("init")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = accord.run("serve", "--port", str(port))

    assert done.returncode == 2
    assert done.stderr == f"port {port} is in use, try PORT={port + 1} or --port\n"


def test_a_public_address_without_encryption_is_refused(accord):
    accord.settings["ACCORD_PUBLIC_URL"] = "http://portal.example.com"
    accord.ask("init")
    done = accord.ask("serve")

    assert done.exit_code == 2
    assert "https://" in done.stderr


def test_the_server_answers_and_stops_within_ten_seconds(serving):
    started = time.monotonic()
    wait_until(lambda: worker_of(serving))
    worker = worker_of(serving)
    serving.send_signal(signal.SIGTERM)

    assert serving.wait(10) == 0
    assert time.monotonic() - started < 10
    assert not is_alive(worker)


def test_a_worker_that_dies_is_started_again(serving):
    wait_until(lambda: worker_of(serving))
    first = worker_of(serving)
    os.kill(first, signal.SIGKILL)

    wait_until(lambda: worker_of(serving) not in {None, first})


def test_a_worker_does_not_outlive_a_server_that_was_killed(serving):
    wait_until(lambda: worker_of(serving))
    worker = worker_of(serving)
    serving.kill()
    serving.wait()

    wait_until(lambda: not is_alive(worker))
