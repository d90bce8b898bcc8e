"""What reasons and states of write-offs, and buckets of provisions, are called."""

from __future__ import annotations

from portal.base.language import N_
from portal.base.language import gettext as _

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
