"""The words of escalation: reasons, channels, states, as people read them."""

from __future__ import annotations

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.ledger import LATE_FEE

#: How the numbers of charges begin that are the fees of steps; what is one, its finer word tells.
FEES = "FEE-"
#: The finer word of charges that are late interest.
INTEREST = "interest"
#: The charges that are asked for along with what they are about, never alone.
ALONG = frozenset({INTEREST, LATE_FEE})

#: Why an item is left out of a run.
REASONS: dict[str, str] = {
    "disputed": N_("disputed"),
    "promised": N_("promised"),
    "planned": N_("in an instalment plan"),
    "held": N_("on hold"),
    "contract_check": N_("differs from its contract"),
    "case": N_("with an agency or at law"),
    "set_off": N_("covered by money not applied yet"),
    "below_minimum": N_("below the smallest amount"),
    "min_gap": N_("the last message was too recent"),
    "waiting": N_("a step waits for approval"),
    "left_out": N_("left out of this run by hand"),
}

#: How a step reaches its customer, or who does it.
CHANNELS: dict[str, str] = {
    "email": N_("E-mail"),
    "sms": N_("Text message"),
    "letter": N_("Letter"),
    "registered_letter": N_("Registered letter"),
    "call": N_("Call"),
    "visit": N_("Visit"),
    "agency": N_("Collection agency"),
    "legal": N_("Legal action"),
}

#: What became of a step for an item.
WAYS: dict[str, str] = {
    "done": N_("done"),
    "along": N_("told along with an older item"),
    "passed": N_("passed over"),
    "refused": N_("not approved"),
}

#: The states of a run.
RUN_STATES: dict[str, str] = {
    "held": N_("Waits for approval"),
    "approved": N_("Approved"),
    "running": N_("Running"),
    "paused": N_("Paused"),
    "done": N_("Done"),
    "overtaken": N_("Overtaken by a later day"),
}

#: The states of a step about an account.
STEP_STATES: dict[str, str] = {
    "waiting": N_("waits for approval"),
    "done": N_("done"),
    "refused": N_("not approved"),
    "cancelled": N_("settled meanwhile"),
}


def reason_name(reason: str) -> str:
    """Why an item is left out, in the language of the moment."""
    return _(REASONS[reason])


def channel_name(channel: str) -> str:
    """A channel, in the language of the moment."""
    return _(CHANNELS[channel])


def step_state_name(state: str) -> str:
    """How a step about an account stands, in the language of the moment."""
    return _(STEP_STATES[state])
