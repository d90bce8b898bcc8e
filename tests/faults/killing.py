"""A copy of this process that kills itself at the n-th passing of any point."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from itertools import count

from portal.base import failpoints


def killed_at(nth: int, work: Callable[[], object]) -> bool:
    """Does the work in a forked process that dies at the n-th point; False once it came through."""
    return was_killed(start(nth, work))


def start(nth: int, work: Callable[[], object]) -> int:
    """Begins the work in a forked process that dies at the n-th point; tells its number."""
    child = os.fork()
    if child == 0:
        _do_and_die(nth, work)
    return child


def was_killed(child: int) -> bool:
    """Waits for a process that was started; whether it was killed rather than came through."""
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the work failed by itself"
    return False


def _do_and_die(nth: int, work: Callable[[], object]) -> None:
    passed = count(1)

    def reached(_name: str) -> None:
        if next(passed) == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    failpoints.reached = reached
    try:
        work()
    except BaseException:  # noqa: BLE001 - told to the parent by the exit status
        traceback.print_exc(file=sys.stderr)
        os._exit(1)
    os._exit(0)
