"""pyHanko among threads."""

import subprocess
import sys

EIGHT_AT_ONCE = """
import threading
from portal.base.documents.check import read_seal

problems = []
threads = [
    threading.Thread(target=lambda: problems.append(read_seal(b"no PDF").problem))
    for _ in range(8)
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(problems), *sorted(set(problems)))
"""


def test_the_first_documents_may_come_at_once():
    done = subprocess.run(
        [sys.executable, "-c", EIGHT_AT_ONCE], capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
    assert done.stdout.startswith("8 unreadable")
