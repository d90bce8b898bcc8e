"""The language of the moment, for pages, documents and mails: gettext over Babel's catalogues."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TypeAlias

from babel import Locale
from babel.support import NullTranslations, Translations

from portal.base.config import HERE

LANGUAGES = ("en", "zh-CN")
_LOCALES = {"en": "en", "zh-CN": "zh_Hans_CN", "en-XA": "en"}
_current: ContextVar[str] = ContextVar("accord_language", default="en")

Catalogue: TypeAlias = Translations | NullTranslations


@cache
def _catalogue(language: str) -> Catalogue:
    if language == "en":
        return NullTranslations()
    return Translations.load(HERE / "translations", [_LOCALES[language]])


def current_language() -> str:
    """The language spoken now: `en` or `zh-CN`."""
    return _current.get()


def current_locale() -> Locale:
    """Babel's locale of the language spoken now."""
    return Locale.parse(_LOCALES[_current.get()])


def set_language(language: str) -> None:
    """Speaks a language for the rest of this context (a request, a task)."""
    _current.set(language if language in _LOCALES else "en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speaks a language inside the block: a mail in its reader's, a PDF in its customer's."""
    token = _current.set(language if language in _LOCALES else "en")
    try:
        yield
    finally:
        _current.reset(token)


def gettext(message: str, **values: object) -> str:
    """The sentence in the language of the moment, its named placeholders filled."""
    text = _catalogue(_current.get()).gettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    """The sentence for a number; `%(num)s` is the number."""
    text = _catalogue(_current.get()).ngettext(singular, plural, num)
    return text % {"num": num, **values}


def pgettext(context: str, message: str, **values: object) -> str:
    """The sentence where the same English word means two things."""
    text = _catalogue(_current.get()).pgettext(context, message)
    return str(text) % values if values else str(text)


def N_(message: str) -> str:  # noqa: N802 - the name translators' tools look for
    """Marks a sentence for the catalogue; it is translated where it is shown."""
    return message
