"""The menus of both sides: lists from the roof, of which each person sees what they may open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import current_app, request, url_for

from portal.base.access import Actor, allows
from portal.base.language import gettext

#: Its words, its address, and whether it is the present one.
Tab = tuple[str, str, bool]


@dataclass(frozen=True)
class MenuItem:
    """A place to go: its route and its name, marked with N_."""

    endpoint: str
    label: str
    #: The blueprints of the pages below it, besides its own.
    covers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Navigation:
    """Where the two sides begin, and what stands in their menus; empty names are left out."""

    customer: Sequence[MenuItem] = ()
    staff: Sequence[MenuItem] = ()
    customer_own: Sequence[MenuItem] = ()
    staff_own: Sequence[MenuItem] = ()
    home: dict[str, str] = field(default_factory=dict)
    """actor kind → endpoint of the first page"""
    demo: Sequence[MenuItem] = ()
    """on every page of the demo, for whoever looks around"""
    sign_in: str = ""
    sign_out: str = ""
    stay: str = ""
    """where a page says that its reader is still there"""
    search: dict[str, str] = field(default_factory=dict)
    """actor kind → endpoint that a 404 offers to search in"""
    tabs: dict[str, Sequence[MenuItem]] = field(default_factory=dict)
    """name → the pages that stand beside each other under one entry of the menu"""


@dataclass(frozen=True)
class ShownItem:
    """A menu item as it is shown."""

    url: str
    label: str
    current: str


def shown_items(items: Sequence[MenuItem], actor: Actor) -> list[ShownItem]:
    """The items that the actor may open, the present one marked."""
    return [
        ShownItem(url_for(item.endpoint), gettext(item.label), _mark(item))
        for item in items
        if allows(actor, _permission(item.endpoint))
    ]


def shown_tabs(items: Sequence[MenuItem], current: str, actor: Actor) -> list[Tab]:
    """The tabs that the actor may open, as `ui.tabs` takes them; `current` is an endpoint."""
    return [
        (gettext(item.label), url_for(item.endpoint), item.endpoint == current)
        for item in items
        if item.endpoint in current_app.view_functions and allows(actor, _permission(item.endpoint))
    ]


def _permission(endpoint: str) -> str:
    permission: str = getattr(current_app.view_functions[endpoint], "permission", "")
    return permission


def _mark(item: MenuItem) -> str:
    if request.endpoint == item.endpoint:
        return "page"
    places = (item.endpoint.rpartition(".")[0], *item.covers)
    return "true" if request.blueprint in places else ""
