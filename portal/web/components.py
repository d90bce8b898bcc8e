"""The macros of templates/components/ as `ui` and `hx`, in every template and every block."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from typing import Any

from flask import Flask
from jinja2 import Environment

from portal.base.language import current_language

UI = ("page", "figures", "charts", "lists", "filters", "forms")
#: Macros that say the same for the same words in the same language. A list prints each hundreds of
#: times, and a macro is the dearest thing in it.
SAME_EVERY_TIME = frozenset({"badge", "cell", "icon", "stamp"})


class Components:
    """
    `ui.badge(…)` is the macro `badge` of the one component file that holds it.

    A block rendered alone does not run its template's imports, so imports would have to be repeated
    in every block; a global needs none.
    """

    def __init__(self, env: Environment, files: Iterable[str]) -> None:
        """Keep the files; they are read when first needed."""
        self._env = env
        self._files = [f"components/{file}.html" for file in files]
        self._found: dict[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        """The macro of that name; `AttributeError` where no file holds one."""
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._found:
            self._found = {
                macro: file
                for file in self._files
                for macro in vars(self._env.get_template(file).module)
                if not macro.startswith("_")
            }
        if name not in self._found:
            raise AttributeError(f"no component file has a macro {name}")
        macro = getattr(self._env.get_template(self._found[name]).module, name)
        if self._env.auto_reload:
            return macro
        kept = remembered(macro) if name in SAME_EVERY_TIME else macro
        vars(self)[name] = kept
        return kept


def remembered(macro: Callable[..., Any]) -> Callable[..., Any]:
    """The macro, asked once for the same words in the same language."""

    @lru_cache(maxsize=4_096)
    def said(_language: str, words: tuple[Any, ...], named: tuple[tuple[str, Any], ...]) -> Any:
        return macro(*words, **dict(named))

    @wraps(macro)
    def ask(*words: Any, **named: Any) -> Any:
        return said(current_language(), words, tuple(named.items()))

    return ask


def bind_components(app: Flask) -> None:
    """Makes the macros known everywhere."""
    env = app.jinja_env
    env.globals.update(ui=Components(env, UI), hx=Components(env, ["htmx"]))
