"""Where pyHanko runs: in a thread of its own, and loaded by one thread at a time."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

#: Two threads that import its circular packages at once find them half made.
LIBRARY = ("pyhanko.keys", "pyhanko.sign.signers.pdf_signer", "pyhanko.sign.validation")
_loading = Lock()
#: What they find wrong with a file is in their results; a forged one must not fill the log.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


def apart(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """
    What the work gives, done in a thread that runs no event loop yet.

    pyHanko starts one of its own, which a thread that runs one already refuses.
    """
    with _loading:
        for module in LIBRARY:
            importlib.import_module(module)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work, *args, **kwargs).result()
