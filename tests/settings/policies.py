"""Taking policies over, for tests."""

import datetime as dt

from portal.base.access import SYSTEM, Actor
from portal.base.policy import policy_on
from portal.settings.policy_files import ImportPolicy, PolicyRefused, export_policy, import_policy

OPERATOR = Actor("system", name="wang")


def take(installation, text, on=None, actor=OPERATOR):
    """Takes a text over from a day on."""
    effective_on = dt.date.fromisoformat(on) if on else None
    with installation.work(actor) as w:
        return import_policy(w, ImportPolicy(text, effective_on))


def refused(installation, text, on=None):
    """The faults for which a text is refused: line, key, code."""
    try:
        take(installation, text, on)
    except PolicyRefused as found:
        return [(each.line, each.key, each.broken.code) for each in found.faults]
    raise AssertionError("it was taken over")


def exported(installation, on=None):
    """The text of the policy in force on a day."""
    with installation.reading(SYSTEM) as r:
        day = dt.date.fromisoformat(on) if on else r.today
        return export_policy(r, policy_on(r.session, day))


def values_on(installation, on):
    with installation.reading(SYSTEM) as r:
        return policy_on(r.session, dt.date.fromisoformat(on)).values
