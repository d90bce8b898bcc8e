"""Jinja without Flask, for mails and printed documents: strict, escaped, the pages' filters."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from portal.base import formats
from portal.base.config import ROOT
from portal.base.language import current_language, gettext, ngettext, pgettext


@cache
def environment() -> Environment:
    """The environment of everything that is written outside a request."""
    jinja = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    jinja.filters.update(
        amount=formats.amount,
        day=formats.day,
        moment=formats.moment,
        money=formats.money,
        month=formats.month,
        number=formats.number,
        period=formats.period,
        short_day=formats.short_day,
        whole=formats.whole,
    )
    jinja.globals.update(
        _=gettext,
        gettext=gettext,
        ngettext=ngettext,
        pgettext=pgettext,
        language=current_language,
    )
    return jinja
