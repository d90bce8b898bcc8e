"""
What the catalogues are made of; run as a script it brings them up to date.

`python -m tests.walls.catalogue` extracts every sentence of portal/ and templates/, keeps the
translations that still fit, lists what has none, and compiles the rest.
"""

import datetime as dt
import io
import re
import sys
import tomllib
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "portal" / "translations" / "zh_Hans_CN" / "LC_MESSAGES"
PO, MO = FOLDER / "messages.po", FOLDER / "messages.mo"
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
#: The header wants one; a true one would change the file each time.
NO_MOMENT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HOLES = re.compile(r"%\((\w+)\)s")
#: Lines of the header that change with every run and say nothing.
RESTLESS = re.compile(
    rb'"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By'
    rb"|Report-Msgid-Bugs-To):.*\n"
)

Key = tuple[str | None, str | tuple[str, ...]]


@cache
def said() -> Catalog:
    """Every sentence that the source says to people."""
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods = [(table["pattern"], table["method"]) for table in tables]
    options = {table["pattern"]: {"trimmed": "true", "silent": "false"} for table in tables}
    catalogue = Catalog()
    for folder in ("portal", "templates"):
        here = [
            (pattern.removeprefix(f"{folder}/"), method)
            for pattern, method in methods
            if pattern.startswith(folder)
        ]
        there = {pattern.removeprefix(f"{folder}/"): value for pattern, value in options.items()}
        for _, _, message, _, context in extract_from_dir(
            ROOT / folder, here, options_map=there, keywords=KEYWORDS
        ):
            catalogue.add(message, context=context)
    return catalogue


def key_of(message) -> Key:
    return message.context, tuple(message.id) if not isinstance(message.id, str) else message.id


def translated() -> Catalog:
    """The Chinese catalogue as it is written."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh_Hans_CN")


def compiled(catalogue: Catalog) -> bytes:
    catalogue.creation_date = catalogue.revision_date = NO_MOMENT
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def brought_up_to_date() -> tuple[bytes, list[str]]:
    """The catalogue's text with what is said now, and the sentences without a translation."""
    known = {key_of(message): message.string for message in translated() if message.id}
    fresh = Catalog(
        locale="zh_Hans_CN",
        project="Accord",
        version="1",
        header_comment="# Simplified Chinese of Accord.",
    )
    missing = []
    for message in said():
        if not message.id:
            continue
        text = known.get(key_of(message))
        if not text or not text[0]:
            missing.append(str(message.id))
        fresh.add(message.id, text or "", context=message.context, flags=message.flags)
    out = io.BytesIO()
    write_po(out, fresh, sort_output=True, width=100)
    return RESTLESS.sub(b"", out.getvalue()), missing


if __name__ == "__main__":
    text, missing = brought_up_to_date()
    PO.write_bytes(text)
    MO.write_bytes(compiled(translated()))
    for sentence in missing:
        sys.stdout.write(f"no translation: {sentence}\n")
    sys.exit(bool(missing))
