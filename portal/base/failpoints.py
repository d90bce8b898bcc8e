"""Named points at which the fault tests kill a process; nothing happens there otherwise."""

from __future__ import annotations


def reached(point: str) -> None:
    """Does nothing; called through the module, so that a fault test can put a kill here."""
