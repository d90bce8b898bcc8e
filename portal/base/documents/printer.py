"""
Draws PDFs with WeasyPrint, as a program of its own: jobs come in on standard input, PDFs go out.

A job is one line of JSON; the answer is one line of JSON and then the bytes of the PDF. It fetches
nothing but our fonts, has an end to its memory, and is killed when it takes too long (render.py).

The pages are read as XML and styled by `base.css` alone, instead of an HTML parser and a browser's
style sheet of 250 rules: the same PDF in 60 % of the time.
"""

from __future__ import annotations

import base64
import datetime as dt
import gc
import json
import os
import resource
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree import ElementTree as ET

from portal.base.config import ROOT
from portal.base.documents.fonts import FOLDER, SCHEME, face_rules, missing_in, spelled_out

MEMORY = 3 * 1024**3
#: Laying out a page is all reckoning: where it is busy, who waits for an answer goes first.
NICE = 10
STYLES = ROOT / "templates" / "print"
VARIANT = "pdf/a-3a"


@dataclass(frozen=True)
class Attachment:
    """A file inside the PDF: what the document was made from."""

    name: str
    content: bytes
    description: str
    made_at: str


@dataclass(frozen=True)
class Job:
    """A document to print: XHTML, the style sheet of its kind, what names it, what it carries."""

    html: str
    sheet: str
    identifier: str
    attachments: tuple[Attachment, ...] = field(default=())

    def line(self) -> bytes:
        """The job as it goes over the wire."""
        carried = [
            [each.name, base64.b64encode(each.content).decode(), each.description, each.made_at]
            for each in self.attachments
        ]
        return json.dumps([self.html, self.sheet, self.identifier, carried]).encode() + b"\n"


def read_job(line: bytes) -> Job:
    """The job on a line."""
    html, sheet, identifier, carried = json.loads(line)
    attachments = tuple(
        Attachment(name, base64.b64decode(content), description, made_at)
        for name, content, description, made_at in carried
    )
    return Job(html, sheet, identifier, attachments)


@cache
def _fetcher() -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    fonts = {f"{SCHEME}{path.name}": path for path in FOLDER.glob("*.[to]tf")}

    class OnlyOurFonts(URLFetcher):  # type: ignore[misc]  # the library ships no types
        """Serves our font files; a page that asks for anything else is not printed at all."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url not in fonts:
                raise FatalURLFetchingError(f"a document asked for {url[:80]}")
            return URLFetcherResponse(url, fonts[url].read_bytes())

    return OnlyOurFonts()


@cache
def _page_type() -> Any:
    import cssselect2
    import weasyprint

    base = weasyprint.CSS(string=(STYLES / "base.css").read_text("utf-8"))

    class Page(weasyprint.HTML):  # type: ignore[misc]  # the library ships no types
        """A page whose tree is there already."""

        def __init__(self, tree: ET.Element) -> None:
            self.base_url = None
            self.url_fetcher = _fetcher()
            self.media_type = "print"
            self.wrapper_element = cssselect2.ElementWrapper.from_html_root(
                tree, content_language=None
            )
            self.etree_element = self.wrapper_element.etree_element

        def _ua_stylesheets(self, forms: bool = False) -> list[Any]:  # noqa: FBT001, FBT002 - the library's signature
            return [base]

        def _ph_stylesheets(self) -> list[Any]:
            return []

    return Page


@cache
def _fonts() -> Any:
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


@cache
def _styles(sheet: str) -> list[Any]:
    import weasyprint

    text = "\n".join([face_rules(), *(_sheet(name) for name in ("letter", sheet))])
    return [weasyprint.CSS(string=text, font_config=_fonts(), url_fetcher=_fetcher())]


def _sheet(name: str) -> str:
    path: Path = STYLES / f"{name}.css"
    return path.read_text("utf-8")


def draw(job: Job) -> bytes:
    """The PDF/A-3a of a job, tagged; the same job gives the same bytes."""
    # A page makes some hundred thousand objects that all live until it is written: looking for
    # garbage among them time and again takes a sixth of the time and finds none.
    gc.disable()
    try:
        return _drawn(job)
    finally:
        gc.enable()


def _drawn(job: Job) -> bytes:
    html = spelled_out(job.html, missing_in(job.html))
    document = _page_type()(ET.fromstring(html)).render(  # noqa: S314 - our own template, without entities
        font_config=_fonts(), stylesheets=_styles(job.sheet), pdf_variant=VARIANT, pdf_tags=True
    )
    document.metadata.attachments.extend(map(_carried, job.attachments))
    pdf: bytes = document.write_pdf(
        pdf_variant=VARIANT, pdf_tags=True, pdf_identifier=job.identifier.encode()
    )
    return pdf


def _carried(each: Attachment) -> Any:
    import weasyprint

    made = dt.datetime.fromisoformat(each.made_at)
    return weasyprint.Attachment(
        string=each.content,
        name=each.name,
        description=each.description,
        relationship="Data",
        created=made,
        modified=made,
    )


def _answer(out: BinaryIO, pdf: bytes, problem: str = "") -> None:
    out.write(json.dumps({"size": len(pdf), "problem": problem}).encode() + b"\n" + pdf)
    out.flush()


def serve(jobs: BinaryIO, out: BinaryIO) -> None:
    """Prints one job after the other until there are no more."""
    from weasyprint.urls import FatalURLFetchingError

    for line in jobs:
        try:
            _answer(out, draw(read_job(line)))
        except (Exception, FatalURLFetchingError) as error:  # noqa: BLE001 - told to whoever waits
            _answer(out, b"", f"{type(error).__name__}: {error}")


def main() -> None:
    """Serves the process that started this one."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.nice(NICE)
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
