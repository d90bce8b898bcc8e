"""What the mails of this feature say besides their payload."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from portal.base.outbox import Letter
from portal.base.work import Reader
from portal.people.notices import CHANGES


def notice_values(_r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The sentence that tells the change; the template speaks it in its reader's language."""
    return {
        "sentence": CHANGES[payload["change"]],
        "facts": {name: payload[name] for name in ("person", "by", "where")},
        "at": dt.datetime.fromisoformat(payload["at"]),
    }


LETTERS = {"security_notice": Letter(notice_values)}
