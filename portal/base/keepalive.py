"""Says from time to time, in a thread, that something is still being done."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)


@contextmanager
def kept_alive(renew: Callable[[], None], every: dt.timedelta) -> Iterator[None]:
    """Calls `renew` at that interval until the block ends."""
    is_over = threading.Event()

    def beat() -> None:
        while not is_over.wait(every.total_seconds()):
            try:
                renew()
            except SQLAlchemyError:
                log.warning("a lease could not be renewed", exc_info=True)

    heart = threading.Thread(target=beat, name="heart", daemon=True)
    heart.start()
    try:
        yield
    finally:
        is_over.set()
        heart.join()
