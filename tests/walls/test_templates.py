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


@pytest.mark.parametrize("path", HTML, ids=shown)
def test_a_template_compiles(path: Path):
    JINJA.parse(path.read_text("utf-8"))


@pytest.mark.parametrize("path", HTML, ids=shown)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_template_has_no(path: Path, what: str):
    if "print" in path.parts and what == "an inline style":
        pytest.skip("a PDF carries its style sheet with it")
    text = without_comments(path.read_text("utf-8"))

    assert FORBIDDEN[what].findall(text) == []


@pytest.mark.parametrize("path", HTML, ids=shown)
def test_htmx_is_written_in_one_file(path: Path):
    text = without_comments(path.read_text("utf-8"))

    assert path == HTMX_FILE or re.findall(r"\shx-[a-z:-]+", text) == []


def plain_text(path: Path) -> str:
    """What a template says by itself: text outside of tags, and attributes that are read out."""
    source = without_comments(path.read_text("utf-8"))
    tokens = Lexer(JINJA).tokeniter(source, shown(path))
    data = "".join(text if kind == "data" else "\0" for _, kind, text in tokens)
    return "\n".join([TAG.sub("\n", ATTRIBUTE.sub("", data)), *READ_OUT.findall(data)])


@pytest.mark.parametrize("path", sorted(set(HTML) - NOT_TRANSLATED), ids=shown)
def test_every_word_can_be_translated(path: Path):
    assert set(WORDS.findall(plain_text(path))) - SAME_EVERYWHERE == set()


@pytest.mark.parametrize("path", HTML, ids=shown)
def test_a_macro_takes_seven_values_at_most(path: Path):
    tree = JINJA.parse(path.read_text("utf-8"))

    assert [macro.name for macro in tree.find_all(nodes.Macro) if len(macro.args) > 7] == []
