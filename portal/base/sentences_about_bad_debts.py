"""What broken rules about bad debts say to people."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_BAD_DEBTS: dict[str, str] = {
    "provision.as_of_in_future": N_("Choose a day that has come: the books of it are not known."),
    "provision.matrix_broken": N_(
        "Begin with the row until 0 days, let the days rise, and give the last row no end."
    ),
    "provision.older_than_last": N_(
        "A provision of %(on)s was posted already. Choose that day or a later one."
    ),
    "provision.percent_out_of_range": N_("Enter a rate from 0 to 100 per cent."),
    "provision.stands_already": N_(
        "This is provided for by itself already. End that first, then note the new rate."
    ),
    "write_off.above_open": N_(
        "Of %(number)s only %(open)s is still expected. Enter that or less."
    ),
    "write_off.changed": N_(
        "What is open has changed since this was proposed. Look at the new figures, and propose it "
        "again."
    ),
    "write_off.not_waiting": N_("This write-off is decided already; nothing was changed."),
    "write_off.nothing": N_("Choose at least one item, with an amount above zero."),
    "write_off.reason_missing": N_("Say why the debt is thought to be lost."),
    "write_off.waiting": N_(
        "A write-off of %(number)s waits for its approval already. Have that one decided first."
    ),
}
