"""How the demo's customers write and sign: in their own language, from an office of their own."""

from __future__ import annotations

from portal.base.evidence import Surroundings
from portal.base.work import Reader
from portal.tables.people import User

#: By language, what is said of an invoice, and of a statement that is refused.
NEVER_CAME = {"en": "We never received this invoice.", "zh-CN": "未收到发票"}
NOT_OURS = {"en": "The opening balance is not ours.", "zh-CN": "期初余额与我方账面不符"}


def acting(r: Reader) -> User:
    """The person who acts."""
    assert r.actor.user_id is not None
    return r.session.get_one(User, r.actor.user_id)


def surroundings_of(person: User) -> Surroundings:
    """Where a person's request would have come from."""
    return Surroundings("203.0.113.7", "Mozilla/5.0", person.language, signed_in_by="password")
