"""What a broken rule about late interest says: code → sentence."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_INTEREST: dict[str, str] = {
    "interest.amount_below_zero": N_("Enter the amount that is late without a minus sign."),
    "interest.changed": N_(
        "Less has accrued by now than this charge asks for, since something was paid, disputed or "
        "waived. Refuse it, and let it be proposed anew."
    ),
    "interest.day_in_future": N_(
        "Interest is charged for days that are over. Choose %(today)s at the latest."
    ),
    "interest.not_in_this_state": N_("This charge does not wait any more."),
    "interest.nothing_to_charge": N_("Up to this day there is nothing that was not asked for yet."),
    "interest.nothing_to_waive": N_("There is nothing to waive on it."),
    "interest.paid_too_much": N_(
        "More was paid than was owed. Enter payments that come to the amount at most."
    ),
    "interest.rate_malformed": N_(
        "%(value)s is no rate. Write per cent as a plain decimal from 0 to 1000, such as 12.25."
    ),
    "interest.rate_twice": N_("Two rates begin on %(on)s. Give each day one rate."),
    "interest.reason_missing": N_("Say why it is waived; it is kept with it."),
    "interest.waiting": N_(
        "A charge for this account waits for its approval. Withdraw it first to propose another."
    ),
    "interest.which_rate": N_("Give either a rate or a law."),
}
