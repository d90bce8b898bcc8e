"""
A test client that looks at every answer: what nobody asks about is right on every page too.

`visit` answers with a `Page`, whose `text`, `links` and `forms` tests read; checks can be left out
by name where a page means to differ.
"""

import re
from collections import Counter
from functools import cached_property
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from html5lib.treebuilders import getTreeBuilder
from selectolax.lexbor import LexborHTMLParser, LexborNode
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
#: What a template prints when a value was forgotten.
LEAKS = re.compile(r"\b(None|Undefined|True|False)\b|\{\{|\}\}|<[a-z]+\.[A-Za-z.]+ object")
#: The parser is stricter than browsers about what they agree on.
PARDONED = {"expected-doctype-but-got-start-tag"}
TYPED = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button", "image", "reset"}


class Element:
    """An element of a page, without its parser's ceremony."""

    def __init__(self, tag: str, attributes: dict[str, str], words: list[str]) -> None:
        self.tag = tag
        self.attributes = attributes
        #: What is directly within it; and itself and all that is within it, in the page's order.
        self.inside: list[Element] = []
        self.everything: list[Element] = [self]
        #: All texts of the page, and where those within it begin and end.
        self._words, self._begins, self.ends = words, len(words), len(words)

    def __repr__(self) -> str:
        return f"<{self.tag} {self.attributes}>"

    @cached_property
    def text(self) -> str:
        return " ".join("".join(self._words[self._begins : self.ends]).split())

    def all(self, *tags: str) -> list["Element"]:
        return [one for one in self.everything if one.tag in tags]

    def get(self, name: str, otherwise: str = "") -> str:
        return self.attributes.get(name, otherwise)


def parsed(source: str, *, is_whole: bool) -> Element:
    """What a browser makes of a page, or of a part of one."""
    root = element("", {}, LexborHTMLParser(source, is_fragment=not is_whole).root, [])
    return root.inside[0] if is_whole else root


def element(
    tag: str, attributes: dict[str, str], first: LexborNode | None, words: list[str]
) -> Element:
    """An element with a first node and those after it within; its texts go to the page's."""
    one = Element(tag, attributes, words)
    node = first
    while node is not None:
        if node.is_text_node:
            words.append(node.text_content or "")
        elif node.is_element_node:
            told = {name: value or "" for name, value in node.attributes.items()}
            inner = element(node.tag or "", told, node.first_child, words)
            one.inside.append(inner)
            one.everything += inner.everything
        node = node.next
    one.ends = len(words)
    return one


#: Pairs of tags that stood behind each other, with their attributes, on pages without a fault.
_sound: set[tuple[str, str]] = set()
_TAG = re.compile(r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>?")
_VALUE = re.compile(r"=\s*(?:\"[^\"]*\"|'[^']*')")


def faults_of(source: str, *, is_whole: bool) -> list[str]:
    """
    Where HTML is broken, by a parser that is slow and tells it.

    A page whose every tag stood behind the same tag on a sound page before is not parsed again.
    """
    tags = [_VALUE.sub("=", tag) for tag in _TAG.findall(source)]
    pairs = set(pairwise(["", *tags]))
    if pairs <= _sound:
        return []
    parser = html5lib.HTMLParser(tree=getTreeBuilder("etree"))
    (parser.parse if is_whole else parser.parseFragment)(source)
    found = [code for _, code, _ in parser.errors if code not in PARDONED]
    if not found:
        _sound.update(pairs)
    return found


class Page:
    """What a browser would make of an answer."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.source = response.get_data(as_text=True)
        self.is_whole = self.source.lstrip().lower().startswith("<!doctype")
        self.root = parsed(self.source, is_whole=self.is_whole)

    @property
    def faults(self) -> list[str]:
        return faults_of(self.source, is_whole=self.is_whole)

    @property
    def text(self) -> str:
        return self.root.text

    @property
    def title(self) -> str:
        return self.root.all("title")[0].text

    @property
    def heading(self) -> str:
        return self.root.all("h1")[0].text

    @property
    def links(self) -> dict[str, str]:
        return {link.text: link.get("href") for link in self.root.all("a")}

    def by_id(self, name: str) -> Element:
        return next(one for one in self.everything() if one.get("id") == name)

    def everything(self) -> list[Element]:
        return self.root.everything

    def form(self, action: str) -> dict[str, str]:
        """The values that the form with this action would send as it stands."""
        form = next(one for one in self.root.all("form") if one.get("action") == action)
        return values_of(form)


def values_of(form: Element) -> dict[str, str]:
    sent: dict[str, str] = {}
    for one in form.all("input", "textarea", "select"):
        name, kind = one.get("name"), one.get("type", "text")
        if not name or (kind in {"radio", "checkbox"} and "checked" not in one.attributes):
            continue
        if one.tag == "select":
            chosen = [option for option in one.all("option") if "selected" in option.attributes]
            sent[name] = (chosen or one.all("option"))[0].get("value") if one.inside else ""
        else:
            sent[name] = one.text if one.tag == "textarea" else one.get("value")
    return sent


class Checks:
    """Everything that holds for every page; each gives sentences about what does not."""

    def __init__(self, page: Page, app: Flask) -> None:
        self.page, self.app = page, app

    def parses(self) -> list[str]:
        return [f"HTML: {fault}" for fault in self.page.faults]

    def headers(self) -> list[str]:
        told = self.page.response.headers
        wrong = [
            f"{name}: {told.get(name)}"
            for name, value in HEADERS.items()
            if told.get(name) != value
        ]
        policy = told.get("Content-Security-Policy", "")
        unsafe = "unsafe" in policy or "frame-ancestors 'none'" not in policy
        return wrong + ([f"policy: {policy}"] if unsafe else [])

    def heading(self) -> list[str]:
        if not self.page.is_whole:
            return []
        headings = self.page.root.all("h1")
        if len(headings) != 1:
            return [f"{len(headings)} h1"]
        agrees = self.page.title.startswith(headings[0].text)
        return [] if agrees else [f"title {self.page.title!r}, h1 {headings[0].text!r}"]

    def ids(self) -> list[str]:
        counted = Counter(one.get("id") for one in self.page.everything() if one.get("id"))
        return [f"id {name} × {times}" for name, times in counted.items() if times > 1]

    def references(self) -> list[str]:
        known = {one.get("id") for one in self.page.everything()}
        pointers = ("for", "aria-labelledby", "aria-describedby", "aria-controls")
        named = {
            (pointer, name)
            for one in self.page.everything()
            for pointer in pointers
            for name in one.get(pointer).split()
        }
        return [
            f"{pointer} {name} leads nowhere" for pointer, name in named if name not in known
        ] * self.page.is_whole

    def labels(self) -> list[str]:
        labelled = {one.get("for") for one in self.page.root.all("label")}
        wrapped = {id(inner) for one in self.page.root.all("label") for inner in one.all(*TYPED)}
        return [
            f"no label: {one.tag} {one.get('name')}"
            for one in self.page.root.all(*TYPED)
            if one.get("type") not in UNLABELLED
            and one.get("id", "?") not in labelled
            and id(one) not in wrapped
            and not one.get("aria-label")
        ]

    def forms(self) -> list[str]:
        wrong = []
        for form in self.page.root.all("form"):
            method, action = form.get("method").lower(), form.get("action")
            if method not in {"get", "post"} or not action:
                wrong.append(f"form {method!r} {action!r}")
            names = [one.get("name") for one in form.all("input")]
            if method == "post" and "csrf_token" not in names:
                wrong.append(f"no token: {action}")
        return wrong

    def links(self) -> list[str]:
        targets = [one.get("href") for one in self.page.root.all("a")]
        targets += [one.get("action") for one in self.page.root.all("form")]
        return [f"link {target!r} leads nowhere" for target in targets if not self.leads(target)]

    def leads(self, target: str) -> bool:
        """Whether there is a page behind a link; most links stand on every page."""
        key = (self.app, target)
        if key not in _led:
            _led[key] = leads(self.app, target)
        return _led[key]

    def leaks(self) -> list[str]:
        return [f"says {found[0]!r}" for found in [LEAKS.search(self.page.text)] if found]

    def buttons(self) -> list[str]:
        silent = [one for one in self.page.root.all("button", "a") if not named(one)]
        return [f"no words: {one.attributes}" for one in silent]


_led: dict[tuple[Flask, str], bool] = {}


def leads(app: Flask, target: str) -> bool:
    parts = urlsplit(target)
    if parts.scheme in {"mailto", "tel"} or target.startswith("#"):
        return True
    if parts.netloc or not parts.path.startswith("/"):
        return bool(parts.query) and not parts.path
    adapter = app.url_map.bind("localhost")
    for method in ("GET", "POST"):
        try:
            adapter.match(parts.path, method=method)
        except RequestRedirect:
            return True
        except HTTPException:
            continue
        return True
    return False


def named(one: Element) -> bool:
    return bool(one.text or one.get("aria-label"))


ALL_CHECKS = [name for name in vars(Checks) if not name.startswith("_") and name != "leads"]


def faults(page: Page, app: Flask, but: set[str] | None = None) -> list[str]:
    """What is wrong with a page, in sentences."""
    checks = Checks(page, app)
    return [
        fault
        for name in ALL_CHECKS
        if name not in (but or set())
        for fault in getattr(checks, name)()
    ]


class Visitor:
    """A browser without scripts: follows links, fills in forms, and complains about every page."""

    def __init__(self, app: Flask, but: set[str] | None = None) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.but = but or set()

    def visit(self, path: str, status: int = 200, **options: Any) -> Page:
        return self.look(self.client.get(path, **options), status)

    def send(self, path: str, status: int = 303, **options: Any) -> Page:
        """Posts fields with the token of this visitor's session."""
        data = {"csrf_token": self.token(), **options.pop("data", {})}
        return self.look(self.client.post(path, data=data, **options), status)

    def fill(self, page: Page, action: str, status: int = 303, **fields: Any) -> Page:
        """Sends a form of a page with some of its fields changed."""
        data = page.form(action) | fields
        return self.look(self.client.post(action, data=data), status)

    def follow(self, page: Page, status: int = 200) -> Page:
        """Goes where a 303 leads."""
        assert page.status == 303, page.text
        parts = urlsplit(page.response.headers["Location"])
        return self.visit(parts.path, status, query_string=dict(parse_qsl(parts.query)))

    def region(self, path: str, target: str, status: int = 200) -> Page:
        """What htmx would get for one region of a page."""
        headers = {
            "HX-Request": "true",
            "HX-Request-Type": "partial",
            "HX-Target": f"div#{target}",
        }
        return self.look(self.client.get(path, headers=headers), status)

    def token(self) -> str:
        """What every form of this session carries; a page that does not exist has one too."""
        found = re.search(r'name="csrf_token" value="(\w+)"', self.client.get("/no-such-page").text)
        assert found, "no page with a form"
        return found[1]

    def look(self, response: TestResponse, status: int) -> Page:
        page = Page(response)
        assert page.status == status, page.text
        if response.mimetype == "text/html" and page.source:
            found = faults(page, self.app, self.but)
            assert not found, "\n".join([response.request.path, *found])
        return page
