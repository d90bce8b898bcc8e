"""What reasons and states of write-offs, and buckets of provisions, are called."""

from __future__ import annotations

from decimal import Decimal

from portal.base import formats
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.roll_rate import Rolled, percent

REASONS = {
    "bankrupt": N_("The customer is bankrupt or was wound up"),
    "court": N_("A court decided so"),
    "lapsed": N_("The claim has lapsed"),
    "lost_contact": N_("The customer cannot be found"),
    "settlement": N_("Settled for less"),
    "uneconomic": N_("Collecting would cost more than it brings"),
    "other": N_("Another reason"),
}
#: state → its word and tone
STATES = {
    "waiting": (N_("Waiting for approval"), "warn"),
    "posted": (N_("Written off"), "neutral"),
    "refused": (N_("Refused"), "bad"),
    "withdrawn": (N_("Withdrawn"), "neutral"),
}


#: Per cent of what the history says that is expected of the time to come.
FACTORS = ("80", "90", "100", "110", "125", "150", "200")


def share_said(rolled: Rolled, minor: int) -> str:
    """A part of what stood in a bucket, in per cent; nothing where nothing stood in it."""
    if not rolled.stood:
        return ""
    return _("%(rate)s %%", rate=formats.number(Decimal(percent(rolled.share(minor)))))


def reason_name(reason: str) -> str:
    """Why a debt is thought to be lost."""
    return _(REASONS[reason])


def state_of(state: str) -> tuple[str, str]:
    """A state's word and tone."""
    word, tone = STATES[state]
    return _(word), tone


def state_filters() -> dict[str, str]:
    """What the list can be narrowed to."""
    return {"all": _("All"), **{name: _(word) for name, (word, _tone) in STATES.items()}}


def bucket_name(name: str) -> str:
    """A bucket of the matrix in words."""
    if name == "not_due":
        return _("Not due")
    if name.endswith("+"):
        return _("%(from)s days late and more", **{"from": name.removesuffix("+")})
    return _("%(days)s days late", days=name.replace("-", "–"))
