"""What the mails of this feature say besides their payload."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from portal.base.outbox import Letter
from portal.base.work import Reader
from portal.people.notices import CHANGES
from portal.tables.customers import Customer
from portal.tables.people import User
from portal.tables.signing import Delegation


def notice_values(_r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The sentence that tells the change; the template speaks it in its reader's language."""
    return {
        "sentence": CHANGES[payload["change"]],
        "facts": {name: payload[name] for name in ("person", "by", "where")},
        "at": dt.datetime.fromisoformat(payload["at"]),
    }


def delegation_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """Who signs for whom, where and how long."""
    delegation = r.session.get_one(Delegation, payload["delegation_id"])
    by, to = (r.session.get_one(User, each) for each in (delegation.by_id, delegation.to_id))
    customer = r.session.get_one(Customer, delegation.customer_id)
    return {
        "signatory": by.name or by.email,
        "delegate": to.name or to.email,
        "customer_name": customer.name,
        "from_on": delegation.from_on,
        "until_on": delegation.until_on,
        "note": delegation.note,
        "path": f"/account/delegations?customer={r.refs.of('cu', customer.id)}",
    }


LETTERS = {
    "delegation": Letter(delegation_values),
    "security_notice": Letter(notice_values),
}
