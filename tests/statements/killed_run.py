"""A statement run in a process of its own that is killed at the n-th passing of a point."""

import os
import signal
import sys
from functools import partial
from itertools import count
from pathlib import Path

from portal.base import failpoints
from portal.base.access import SYSTEM
from portal.base.clock import Clock
from portal.base.installation import open_installation
from portal.core.period import Month
from portal.statements.issuing import plan
from portal.statements.issuing.run import IssueStatements, issue_statements
from tests.conftest import NOW, config_in


def main(folder: str, url: str, point: str, nth: str) -> None:
    passed = count(1)

    def reached(name: str) -> None:
        if name == point and next(passed) == int(nth):
            os.kill(os.getpid(), signal.SIGKILL)

    failpoints.reached = reached
    plan.SLICE = 40  # many small slices
    installation = open_installation(config_in(Path(folder), url), Clock(fixed_at=NOW))
    issued = issue_statements(partial(installation.work, SYSTEM), IssueStatements(Month(2026, 6)))
    sys.stdout.write(f"{issued.issued}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
