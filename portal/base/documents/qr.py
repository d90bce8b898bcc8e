"""QR codes as inline SVG, which prints sharply and needs no image file."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_svg(text: str, title: str) -> Markup:
    """The QR code of a text, to be scaled by its style sheet; `title` is read out in its place."""
    svg = segno.make(text, error="m", micro=False).svg_inline(
        scale=1, border=2, title=title, omitsize=True, svgclass="qr", lineclass=None
    )
    return Markup(svg).replace("<svg ", Markup('<svg xmlns="http://www.w3.org/2000/svg" '), 1)  # noqa: S704 - segno's own, title escaped
