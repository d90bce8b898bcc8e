"""
The production server: gunicorn, with a worker for mails and tasks beside it.

The worker is a process of its own, started again when it dies, so that the portal needs no
second service; `accord worker` and `accord schedule` run the same elsewhere.
"""

from __future__ import annotations

import errno
import gc
import os
import socket
import subprocess
import sys
import time
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from sqlalchemy.orm import configure_mappers

from portal.base.config import ConfigError
from portal.base.installation import Installation
from portal.web.current import EXTENSION

#: After this many seconds what still runs is stopped; its lease runs out and another takes it up.
GRACE_SECONDS = 5
THREADS = 4
MOST_PROCESSES = 8
RESTART_SECONDS = 2.0
PATIENCE_SECONDS = 1.5
#: Templates of what everybody sees, and of what many open on the same morning.
AWAITED = ("components/", "errors/", "home/", "layouts/", "statements/")
#: A page makes thousands of objects and few circles: looked through less often, all at once.
GARBAGE = (20_000, 20, 20)
WORKER = (sys.executable, "-m", "portal.cli", "worker", "--timetable")


def processes() -> int:
    """As many as this process may use cores, two at least, so that one busy page blocks nobody."""
    return min(max(2, len(os.sched_getaffinity(0))), MOST_PROCESSES)


def check_port(host: str, port: int) -> None:
    """Says that the port is taken; a server that was just killed gets a moment to let go of it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (problem := _problem_with(host, port)) is not None:
        if problem.errno != errno.EADDRINUSE:
            raise ConfigError(f"Accord cannot listen on {host}:{port}: {problem.strerror}.")
        if time.monotonic() > end:
            raise ConfigError(f"port {port} is in use, try PORT={port % 65535 + 1} or --port")
        time.sleep(0.1)


def _problem_with(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


class Companion:
    """The worker process that lives as long as the server does."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0

    def keep(self) -> None:
        """Starts it where it does not run; not more often than every two seconds."""
        is_running = self._process is not None and self._process.poll() is None
        if is_running or time.monotonic() - self._started_at < RESTART_SECONDS:
            return
        self._started_at = time.monotonic()
        self._process = subprocess.Popen([*WORKER, "--beside", str(os.getpid())])  # noqa: S603 - our own words

    def ask_to_stop(self) -> None:
        """Lets it finish what it does."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def stop(self) -> None:
        """Waits for it, not forever."""
        if self._process is None:
            return
        self.ask_to_stop()
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()


class _Arbiter(Arbiter):  # type: ignore[misc]  # the library ships no types
    """Gunicorn's first process, which looks after the companion as after its own workers."""

    companion = Companion()

    def manage_workers(self) -> None:
        super().manage_workers()
        self.companion.keep()

    def stop(self, graceful: bool = True) -> None:  # noqa: FBT001, FBT002 - gunicorn's
        self.companion.ask_to_stop()
        super().stop(graceful)
        self.companion.stop()


def prepare(app: Flask) -> None:
    """
    Makes once what every process would make, and leaves nothing that two of them would share.

    What is loaded by then is never looked through for garbage: the first requests would wait.
    """
    configure_mappers()
    for name in app.jinja_env.list_templates(extensions=["html"]):
        if name.startswith(AWAITED):
            app.jinja_env.get_template(name)
    installation: Installation = app.extensions[EXTENSION]
    installation.database.engine.dispose()  # a connection may have one process
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


class Server(BaseApplication):  # type: ignore[misc]  # the library ships no types
    """An application with what gunicorn needs to know."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self._app = app
        self._bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": self._bind,
            "workers": processes(),
            "threads": THREADS,
            "worker_class": "gthread",
            "graceful_timeout": GRACE_SECONDS,
            "timeout": 120,
            "preload_app": True,
            "loglevel": "warning",
            "control_socket_disable": True,
            "forwarded_allow_ips": "",
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, which the processes that serve it are forked from."""
        prepare(self._app)
        return self._app

    def run(self) -> None:
        _Arbiter(self).run()
