"""What kinds and states of bills are called."""

from __future__ import annotations

from portal.base.language import N_
from portal.base.language import gettext as _

KINDS = {
    "bank_acceptance": N_("Bank acceptance bill"),
    "commercial_acceptance": N_("Commercial acceptance bill"),
    "promissory_note": N_("Promissory note"),
    "cheque": N_("Post-dated cheque"),
}
#: state → its word and tone
STATES = {
    "held": (N_("Held"), "info"),
    "discounted": (N_("Discounted"), "info"),
    "endorsed": (N_("Endorsed"), "info"),
    "honoured": (N_("Honoured"), "ok"),
    "dishonoured": (N_("Dishonoured"), "bad"),
}
STATE_FILTERS = {
    "running": N_("Not matured or not honoured yet"),
    "all": N_("All"),
    **{name: word for name, (word, _tone) in STATES.items()},
}


def kind_name(kind: str) -> str:
    """What a kind of bill is called."""
    return _(KINDS[kind])


def state_of(state: str) -> tuple[str, str]:
    """A state's word and tone."""
    word, tone = STATES[state]
    return _(word), tone


def state_filters() -> dict[str, str]:
    """What the list can be narrowed to."""
    return {name: _(word) for name, word in STATE_FILTERS.items()}
