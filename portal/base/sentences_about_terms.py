"""What a broken rule about changes of terms says: code → sentence."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_TERMS: dict[str, str] = {
    "terms.begins_in_the_past": N_(
        "This day is over, and what was agreed for it stays. Choose %(today)s or a later day."
    ),
    "terms.name_is_notation": N_(
        "“%(part)s” is a terms text already. Choose a name that says whose terms they are."
    ),
    "terms.name_missing": N_("Give the terms a name of at most %(longest)s characters."),
    "terms.not_in_this_state": N_(
        "This change is not a draft any more, so nothing was changed. Look at it again."
    ),
    "terms.nothing_changes": N_("This is how it is already. Change something first."),
    "terms.out_of_bounds": N_("Enter a number from %(least)s to %(most)s."),
    "terms.overlaps": N_(
        "Another change of the same from %(begins)s on waits for its approval. Have it decided or "
        "taken back first, or let this one begin later."
    ),
    "terms.rate_out_of_bounds": N_("Enter a rate from 0 to 100 per cent, such as 12.25."),
    "terms.reason_missing": N_("Write why the terms change; who approves them reads it."),
    "terms.stale": N_(
        "Somebody has changed this meanwhile, so nothing was changed. Look at it again."
    ),
}
