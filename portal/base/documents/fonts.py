"""The fonts of printed documents, and what stands for a character that no font here has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from portal.base.config import ROOT

FOLDER = ROOT / "static" / "fonts"
#: Where the style sheet finds a font; nothing else can be fetched (printer.py).
SCHEME = "accord:"


@dataclass(frozen=True)
class Face:
    """A font file, and the family and weight under which the style sheet knows it."""

    family: str
    weight: int
    file: str


FACES = (
    Face("Accord Sans", 400, "AccordSans-Regular.ttf"),
    Face("Accord Sans", 600, "AccordSans-Semibold.ttf"),
    Face("Noto Sans SC", 400, "NotoSansSC-Regular.otf"),
    # A family of its own: it lacks rare characters, so that fontconfig, which asks for the language
    # before it asks for the weight, would never take it for Chinese.
    Face("Noto Sans SC Bold", 600, "NotoSansSC-Bold.otf"),
)


def face_rules() -> str:
    """The style sheet's rules that name our fonts."""
    return "\n".join(
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight};'
        f' src: url("{SCHEME}{face.file}"); }}'
        for face in FACES
    )


@cache
def covered() -> frozenset[int]:
    """The code points that the fonts we ship can draw."""
    from fontTools.ttLib import TTFont

    points: set[int] = set()
    for face in FACES:
        with TTFont(FOLDER / face.file, lazy=True) as font:
            points.update(font.getBestCmap())
    return frozenset(points)


@cache
def _fontconfig() -> tuple[Any, Any, Any]:
    """What asks the machine for its fonts: foreign functions, the library, its configuration."""
    from cffi import FFI

    ffi = FFI()
    ffi.cdef("""
        typedef struct { int nfont; int sfont; void **fonts; } FcFontSet;
        void *FcInitLoadConfigAndFonts(void);
        FcFontSet *FcConfigGetFonts(void *config, int set);
        int FcPatternGetCharSet(void *pattern, const char *object, int n, void **charset);
        int FcCharSetHasChar(void *charset, unsigned int point);
    """)
    library = ffi.dlopen("libfontconfig.so.1")
    return ffi, library, library.FcInitLoadConfigAndFonts()


@cache
def machine_has(point: int) -> bool:
    """Whether some font of this machine can draw the code point."""
    ffi, library, config = _fontconfig()
    fonts = library.FcConfigGetFonts(config, 0)
    charset = ffi.new("void **")
    return any(
        library.FcPatternGetCharSet(fonts.fonts[i], b"charset", 0, charset) == 0
        and library.FcCharSetHasChar(charset[0], point)
        for i in range(fonts.nfont)
    )


def missing_in(text: str, other: Callable[[int], bool] = machine_has) -> list[str]:
    """The characters of a text that neither our fonts nor the machine's can draw, in code order."""
    unknown = {ord(letter) for letter in set(text)} - covered()
    return [
        chr(point) for point in sorted(unknown) if not chr(point).isspace() and not other(point)
    ]


def spelled_out(text: str, missing: Iterable[str]) -> str:
    """
    The text with each missing character as its code point, so that no empty box is printed.

    >>> spelled_out("林垟", ["垟"])
    '林[U+579F]'
    """
    return text.translate({ord(letter): f"[U+{ord(letter):04X}]" for letter in missing})
