"""The kinds of things that are approved; the roof fills them in, no feature is known here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from portal.base.work import Reader, Work
from portal.tables.approvals import Approval


@dataclass(frozen=True)
class Facts:
    """What a request stands on, as it is now."""

    #: Of the facts themselves; differing from the request's, it is overtaken.
    fingerprint: str
    #: `before` of the request as it would be told now: what is shown anew once it is overtaken.
    before: Mapping[str, str]
    #: Who made what is to be approved, besides the proposer: none of them decides it.
    makers: Collection[int] = ()


@dataclass(frozen=True)
class Kind:
    """What a decision on a request of this kind does, in the same transaction."""

    name: str
    facts: Callable[[Reader, Approval], Facts]
    approve: Callable[[Work, Approval], None]
    refuse: Callable[[Work, Approval], None]
    #: Where the page about it is, as an endpoint's name and its reference's prefix.
    page: tuple[str, str] = ("", "")
    #: The same where it depends on the word before the subject's number, such as `release`.
    pages: Mapping[str, tuple[str, str]] = field(default_factory=dict)


KINDS: dict[str, Kind] = {}


def know_kinds(kinds: Iterable[Kind]) -> None:
    """From here on requests of these kinds can be decided."""
    KINDS.update({kind.name: kind for kind in kinds})
