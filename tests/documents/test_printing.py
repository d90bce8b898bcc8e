"""PDFs are tagged, archival, the same twice, fetch nothing, and end when their time is over."""

import io
import subprocess
import sys

import pikepdf
import pytest

from portal.base.documents.fonts import covered, missing_in, spelled_out
from portal.base.documents.printer import Attachment, Job
from portal.base.documents.render import UNPRINTABLE, DocumentError, Press, press
from portal.base.templates import environment

HELLO = "<p>Balance 1,234.50 对账单</p>"


def page(body: str, lang: str = "en") -> str:
    return f'<html lang="{lang}"><head><title>T</title></head><body>{body}</body></html>'


def job(body: str = HELLO, **changes) -> Job:
    return Job(**({"html": page(body), "sheet": "statement", "identifier": "x"} | changes))


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


@pytest.fixture(scope="module")
def pdf() -> bytes:
    carried = Attachment("a.json", b"{}", "what it is made from", "2026-11-04T00:00:00+00:00")
    return press.print(job(attachments=(carried,)))


def test_it_is_pdf_a_3a_and_tagged(pdf: bytes):
    with opened(pdf) as found:
        assert found.open_metadata().pdfa_status == "3A"
        assert found.Root.MarkInfo.Marked
        assert str(found.Root.Lang) == "en"


def test_every_font_is_inside(pdf: bytes):
    said = subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True).stdout
    fonts = said.decode().splitlines()[2:]

    assert fonts
    assert all(" yes yes yes " in font for font in fonts)
    assert all("Accord" in font or "Noto-Sans-SC" in font for font in fonts)


def test_it_carries_what_it_was_made_from(pdf: bytes):
    with opened(pdf) as found:
        assert found.attachments["a.json"].get_file().read_bytes() == b"{}"


def test_the_same_job_gives_the_same_bytes(pdf: bytes):
    carried = Attachment("a.json", b"{}", "what it is made from", "2026-11-04T00:00:00+00:00")
    script = (
        "import sys; from portal.base.documents.printer import draw, read_job;"
        "sys.stdout.buffer.write(draw(read_job(sys.stdin.buffer.readline())))"
    )
    line = job(attachments=(carried,)).line()
    elsewhere = subprocess.run(
        [sys.executable, "-c", script], input=line, capture_output=True, check=True
    ).stdout

    assert press.print(job(attachments=(carried,))) == pdf
    assert elsewhere == pdf


@pytest.mark.parametrize(
    "body",
    [
        '<img src="http://127.0.0.1:9/a.png" alt="x"/>',
        '<img src="file:///etc/passwd" alt="x"/>',
        '<link rel="attachment" href="file:///etc/passwd"/>',
        '<p style="background: url(http://127.0.0.1:9/b)">x</p>',
        '<img src="data:image/png;base64,AAAA" alt="x"/>',
        '<object data="file:///etc/passwd">x</object>',
    ],
)
def test_a_document_that_asks_for_anything_is_not_printed(body: str):
    with pytest.raises(DocumentError):
        press.print(job(body))


def test_the_press_goes_on_after_a_refusal():
    with pytest.raises(DocumentError):
        press.print(job("<p>not closed"))

    assert press.print(job()).startswith(b"%PDF-1.7")


def test_a_press_that_hangs_is_replaced():
    slow = Press(seconds=0)
    try:
        with pytest.raises(DocumentError, match="too long"):
            slow.print(job())
        slow.seconds = 60

        assert slow.print(job()).startswith(b"%PDF-1.7")
    finally:
        slow.close()


def test_a_press_that_died_is_replaced():
    mine = Press()
    try:
        mine.print(job())
        mine._process.kill()
        mine._process.wait()

        assert mine.print(job()).startswith(b"%PDF-1.7")
    finally:
        mine.close()


def test_text_from_outside_stays_text_and_prints():
    names = "<script>alert(1)</script> & \x00\x08 ]]> {{ 7 * 7 }} \ud800"
    template = environment().from_string("<p>{{ name }}</p>")
    html = template.render(name=names)

    assert "<script>" not in html
    assert press.print(job(html.translate(UNPRINTABLE))).startswith(b"%PDF-1.7")


def test_our_fonts_have_the_common_characters():
    wanted = "对账单确认人民币壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整零账龄ÄÖÜßéèçñŁžΑЖ€¥£−–—…“”√"

    assert {letter for letter in wanted if ord(letter) not in covered()} <= {"√"}


def test_a_character_that_no_font_has_is_spelled_out():
    text = "林\U0002f81a垟"
    missing = missing_in(text, other=lambda point: point == ord("垟"))

    assert spelled_out(text, missing) == "林[U+2F81A]垟"


def test_a_rare_character_comes_from_the_machine_or_is_spelled_out():
    printed = press.print(job("<p>林\U000e0fff</p>"))
    said = subprocess.run(
        ["pdftotext", "-", "-"], input=printed, capture_output=True, check=True
    ).stdout.decode()

    assert "[U+E0FFF]" in said
