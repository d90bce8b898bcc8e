"""What a broken rule about texts and telephone numbers says to people: code → sentence."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_CHANNELS: dict[str, str] = {
    "notices.phone_missing": N_("Enter the number of your mobile phone, or untick the texts."),
    "phone.malformed": N_("This is no telephone number. Enter it as in +86 138 0013 8000."),
    "phone.no_country": N_("Begin with + and the code of the country, as in +86 138 0013 8000."),
}
