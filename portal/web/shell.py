"""Dresses an application: templates, languages, headers, tokens, errors, every page's frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, request, url_for
from jinja2 import StrictUndefined

import portal
from portal.base.access import Permission
from portal.base.config import LOOPBACK, ROOT
from portal.base.installation import Installation
from portal.base.language import current_language, gettext, ngettext, pgettext
from portal.base.language import gettext as _
from portal.web import (
    assets,
    charts,
    components,
    controls,
    csp,
    csrf,
    current,
    errors,
    filters,
    i18n,
)
from portal.web.htmx import htmx, vary_on_htmx
from portal.web.navigation import MenuItem, Navigation, ShownItem, Tab, shown_items, shown_tabs
from portal.web.styleguide import styleguide

LANGUAGE_NAMES = (("en", "English"), ("zh-CN", "中文"))
LARGEST_UPLOAD = 50 * 1024 * 1024


@dataclass(frozen=True)
class Frame:
    """What stands around the content of every page."""

    company: str
    help_email: str
    help_phone: str
    person: str
    menu: list[ShownItem]
    own_menu: list[ShownItem]
    demo_menu: list[ShownItem]
    home_url: str
    sign_out_url: str
    stay_url: str
    idle_seconds: int
    here: str
    printed: str
    theme: str
    has_keys: bool
    #: For pages that both sides read: `{% extends frame.layout %}`.
    layout: str
    version: str = portal.__version__
    languages: tuple[tuple[str, str], ...] = LANGUAGE_NAMES

    @property
    def themes(self) -> list[tuple[str, str]]:
        """The choices of light and dark."""
        return [("", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))]


def frame_of(navigation: Navigation) -> Frame:
    """The frame of this request's page."""
    actor, company = current.actor(), current.reader().company
    is_staff = actor.kind == "staff"
    menu: tuple[MenuItem, ...] = tuple(navigation.staff if is_staff else navigation.customer)
    own = navigation.staff_own if is_staff else navigation.customer_own
    home = navigation.home.get(actor.kind, "")
    name = actor.name or actor.email
    is_known = actor.user_id is not None
    return Frame(
        company=company.name,
        help_email=company.help_email,
        help_phone=company.help_phone,
        person=name,
        menu=shown_items(menu, actor) if is_known else [],
        own_menu=shown_items(own, actor) if is_known else [],
        demo_menu=shown_items(navigation.demo, actor) if _is_demo() else [],
        home_url=url_for(home) if home else "/",
        sign_out_url=url_for(navigation.sign_out) if navigation.sign_out else "",
        stay_url=url_for(navigation.stay) if navigation.stay else "",
        idle_seconds=current.idle_seconds(),
        here=request.full_path.rstrip("?") if request.method == "GET" else htmx.current_path,
        printed=" · ".join(filter(None, [request.url, filters.moment(current.reader().now), name])),
        theme=i18n.chosen_theme(),
        has_keys=i18n.are_keys_on(),
        layout=f"layouts/{'desk' if is_staff else 'customer'}.html",
    )


def _is_demo() -> bool:
    return current.installation().config.is_demo


def furnish(app: Flask, installation: Installation, navigation: Navigation) -> None:
    """
    Binds everything that pages stand on to an application.

    The session's own hook has to be registered before: language and tokens ask who is signed in.
    """
    app.extensions[current.EXTENSION] = installation
    _configure(app, installation)
    _teach_templates(app, navigation)
    htmx.init_app(app)
    csp.protect(app, is_https=installation.config.is_https)
    assets.serve_assets(app)
    csrf.demand_tokens(app)
    i18n.listen(app)
    errors.Errors(navigation).answer_to(app)
    app.after_request(vary_on_htmx)
    app.teardown_request(current.close_reader)
    app.register_blueprint(styleguide)


def new_app() -> Flask:
    """A bare application that finds the templates and static files wherever Accord is installed."""
    return Flask("portal", template_folder=ROOT / "templates", static_folder=ROOT / "static")


def _configure(app: Flask, installation: Installation) -> None:
    host = urlsplit(installation.config.public_url).hostname or "localhost"
    app.config.update(
        SECRET_KEY=installation.secret,
        SESSION_COOKIE_NAME="accord_notice",
        SESSION_COOKIE_SECURE=installation.config.is_https,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=LARGEST_UPLOAD,
        TRUSTED_HOSTS=sorted(LOOPBACK | {host}) if host in LOOPBACK else [host],
    )
    vars(app.view_functions["static"])["permission"] = Permission.PUBLIC


def _tabs_of(navigation: Navigation) -> Callable[[str, str], list[Tab]]:
    """For templates: the tabs of that name, the present page's endpoint marked."""

    def tabs_of(name: str, current_endpoint: str) -> list[Tab]:
        return shown_tabs(navigation.tabs[name], current_endpoint, current.actor())

    return tabs_of


def _teach_templates(app: Flask, navigation: Navigation) -> None:
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.globals.update(
        _=gettext,
        ngettext=ngettext,
        pgettext=pgettext,
        current_language=current_language,
        csp_nonce=csp.csp_nonce,
        csrf_token=csrf.csrf_token,
        here=controls.here,
        field_attributes=controls.field_attributes,
        described_by=controls.described_by,
        bar_parts=controls.bar_parts,
        bar_pairs=charts.bar_pairs,
        spark=charts.spark,
        share_of=controls.share_of,
        yes_or_no=controls.yes_or_no,
        tabs_of=_tabs_of(navigation),
    )
    filters.bind_filters(app)
    components.bind_components(app)
    app.context_processor(lambda: {"frame": frame_of(navigation)})
