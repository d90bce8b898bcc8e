"""
A mapping file: which column of a foreign file is which field, kept for the next time.

    kind = "invoices"
    date_format = "mdy"

    [map]
    invoice_id = "invoiceNumber"

    [set]
    currency = "USD"

Fields may also stand at the top, without `[map]`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from portal.core.errors import RuleBroken
from portal.imports.columns import Kind, Options
from portal.imports.days import can_read
from portal.imports.kinds import KINDS, find_kind


def with_mapping_file(options: Options, path: Path) -> Options:
    """
    The options, with what the file says beneath them.

    Raises: import.mapping_malformed.
    """
    try:
        told = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleBroken("import.mapping_malformed", file=path.name, problem=str(error)) from error
    at_top = {name: value for name, value in told.items() if name not in _WORDS}
    return replace(
        options,
        kind=options.kind or _word(told, "kind", path),
        date_format=options.date_format or _word(told, "date_format", path),
        map=_words(at_top, path) | _words(told.get("map", {}), path) | dict(options.map),
        set=_words(told.get("set", {}), path) | dict(options.set),
    )


_WORDS = {"kind", "date_format", "map", "set"}


def _word(told: Mapping[str, Any], name: str, path: Path) -> str | None:
    return _words({name: told[name]}, path)[name] if name in told else None


def _words(told: Any, path: Path) -> dict[str, str]:
    if not isinstance(told, dict):
        raise RuleBroken("import.mapping_malformed", file=path.name, problem=repr(told))
    for name, value in told.items():
        if not isinstance(value, str):
            problem = f"{name} = {value!r}"
            raise RuleBroken("import.mapping_malformed", file=path.name, problem=problem)
    return dict(told)


def checked(options: Options) -> Options:
    """
    The options with the kind's own name, if they can be meant.

    Raises: import.unknown_kind, import.unknown_field, import.unknown_date_format.
    """
    kinds: Sequence[Kind] = KINDS
    if options.kind is not None:
        kind = find_kind(options.kind)
        if kind is None:
            known = ", ".join(each.name for each in KINDS)
            raise RuleBroken("import.unknown_kind", kind=options.kind, kinds=known)
        kinds = (kind,)
        options = replace(options, kind=kind.name)
    for name in (*options.map, *options.set):
        if not any(kind.column(name) for kind in kinds):
            fields = ", ".join(column.name for kind in kinds for column in kind.columns)
            raise RuleBroken("import.unknown_field", name=name, fields=fields)
    if options.date_format is not None and not can_read(options.date_format):
        raise RuleBroken("import.unknown_date_format", format=options.date_format)
    return options
