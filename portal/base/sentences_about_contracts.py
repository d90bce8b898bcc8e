"""What a broken rule about contracts, price lists and bills says: code → sentence, alphabetically."""

from __future__ import annotations

from portal.base.language import N_

ABOUT_CONTRACTS: dict[str, str] = {
    "attachment.quota_subject": N_(
        "%(file)s does not fit: all files here together may have %(most)s MB. Choose smaller files."
    ),
}
