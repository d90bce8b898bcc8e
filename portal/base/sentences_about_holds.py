"""What a broken rule about leaving a customer alone says: code → sentence."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_HOLDS: dict[str, str] = {
    "dunning_hold.day_over": N_("This day is over. Choose today or a later one."),
    "dunning_hold.reason_missing": N_("Say why the customer is left alone."),
    "dunning_hold.too_far": N_(
        "Nobody is left alone for so long unseen. Choose %(farthest)s at the latest, and set it "
        "again then."
    ),
}
