"""The filter by branch, for lists that somebody of several customers reads."""

from __future__ import annotations

from portal.base.access import NotFound
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.people.queries import list_customers_of
from portal.web import lists

Branches = list[tuple[int, str, str]]


def branches_of(r: Reader) -> Branches:
    """The customers that somebody of a customer can choose between: id, reference, name."""
    return list_customers_of(r) if r.actor.kind == "customer" else []


def branch_choices(branches: Branches) -> list[tuple[str, str]]:
    """The options of the filter by branch; none where there is nothing to choose."""
    chosen = [(ref, name) for _id, ref, name in branches]
    return [("", _("All")), *chosen] if len(chosen) > 1 else []


def asked_branch(r: Reader, branches: Branches) -> int | None:
    """The branch in the address."""
    ref = lists.asked("branch")
    if not ref:
        return None
    customer_id = r.id_of("cu", ref)
    if branches and customer_id not in {known for known, _ref, _name in branches}:
        raise NotFound(ref)
    return customer_id
