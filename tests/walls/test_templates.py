"""
Templates compile, escape everything, hold no style or script, and can be translated.
"""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes
from jinja2.lexer import Lexer

from tests.walls.source import ROOT, templates

HTML = [path for path in templates() if path.suffix == ".html"]
HTMX_FILE = ROOT / "templates" / "components" / "htmx.html"
JINJA = Environment(extensions=["jinja2.ext.do"], autoescape=True)

FORBIDDEN = {
    "an unescaped value": re.compile(r"\|\s*safe\b|{%-?\s*autoescape"),
    "an inline style": re.compile(r"\sstyle\s*=|<style\b", re.IGNORECASE),
    "an inline handler": re.compile(r"<[^>{]*\son[a-z]+\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "a foreign address": re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//"),
}
#: Said aloud or shown, unlike other attributes.
READ_OUT = re.compile(r"\s(?:alt|aria-label|placeholder|title)=\"([^\"]+)\"")
ATTRIBUTE = re.compile(r"[\w:@.-]+=(?:\"[^\"]*\"|'[^']*')")
TAG = re.compile(r"<[^<>]*>|&[a-z0-9#]+;")
#: A sentence or a title; a lone word in small letters is the value of an attribute's block.
WORDS = re.compile(r"[A-Z][a-z]+|[^\W\d_]{2,} +[^\W\d_]{2,}|[\u4e00-\u9fff]+")
SAME_EVERYWHERE = {"Accord", "English", "中文"}
#: Shown in both languages at once when nothing works any more; samples for those who build pages.
NOT_TRANSLATED = {ROOT / "templates" / name for name in ("errors/broken.html", "styleguide.html")}


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def without_comments(text: str) -> str:
    return re.sub(r"{#.*?#}", "", text, flags=re.DOTALL)


def source_of(path: Path) -> str:
    return without_comments(path.read_text("utf-8"))


def test_every_template_compiles():
    for path in HTML:
        JINJA.parse(path.read_text("utf-8"), filename=shown(path))


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_has(what: str):
    """A PDF alone carries its style sheet with it."""
    asked = [path for path in HTML if not ("print" in path.parts and what == "an inline style")]

    assert [shown(path) for path in asked if FORBIDDEN[what].search(source_of(path))] == []


def test_htmx_is_written_in_one_file():
    asked = [path for path in HTML if path != HTMX_FILE]

    assert [shown(path) for path in asked if re.search(r"\shx-[a-z:-]+", source_of(path))] == []


def plain_text(path: Path) -> str:
    """What a template says by itself: text outside of tags, and attributes that are read out."""
    tokens = Lexer(JINJA).tokeniter(source_of(path), shown(path))
    data = "".join(text if kind == "data" else "\0" for _, kind, text in tokens)
    return "\n".join([TAG.sub("\n", ATTRIBUTE.sub("", data)), *READ_OUT.findall(data)])


def test_every_word_can_be_translated():
    untold = {
        shown(path): set(WORDS.findall(plain_text(path))) - SAME_EVERYWHERE
        for path in set(HTML) - NOT_TRANSLATED
    }

    assert {path: words for path, words in untold.items() if words} == {}


def test_a_macro_takes_seven_values_at_most():
    macros = (
        (shown(path), macro)
        for path in HTML
        for macro in JINJA.parse(path.read_text("utf-8")).find_all(nodes.Macro)
    )

    assert [(path, macro.name) for path, macro in macros if len(macro.args) > 7] == []
