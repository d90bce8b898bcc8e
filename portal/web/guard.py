"""A route names its permission, here; the object's own check is the command's and the query's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar, cast

from flask import request
from werkzeug.exceptions import Unauthorized

from portal.base.access import CUSTOMER_ROLES, Denied, NotFound, Permission, allows, roles_holding
from portal.web import current

#: Where the staff's pages stand.
DESK = "/desk"

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)


class Guarded(Protocol[P, R_co]):
    """A route's function that carries the permission it asks for."""

    permission: Permission

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...


def guard(permission: str) -> Callable[[Callable[P, R_co]], Guarded[P, R_co]]:
    """Marks a route with the permission it needs, for the menu, the walls and the refusal."""
    needed = Permission(permission)

    def mark(view: Callable[P, R_co]) -> Guarded[P, R_co]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R_co:
            let_pass(needed)
            return view(*args, **kwargs)

        marked = cast("Guarded[P, R_co]", guarded)
        marked.permission = needed
        return marked

    return mark


def let_pass(permission: Permission) -> None:
    """Refuses who may not: a visitor signs in first, the other side sees nothing at all."""
    actor = current.actor()
    if actor.kind == "customer" and request.path.startswith(DESK):
        raise NotFound(permission)  # some permissions are held on both sides; pages are not
    if allows(actor, permission):
        return
    if actor.kind == "visitor":
        raise Unauthorized
    roles = set(roles_holding(permission))
    side = set(CUSTOMER_ROLES)
    if not roles & side if actor.kind == "customer" else not roles - side:
        raise NotFound(permission)
    raise Denied(permission)
