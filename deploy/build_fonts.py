"""
Builds the fonts under static/fonts from their published originals.

They are subsets: small enough to ship with the source and to embed in every PDF. Hinting is left
out, as PDFs are printed and screens that need the CJK fonts have their own.
static/fonts/README.md tells how.
"""

import argparse
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent.parent / "static" / "fonts"
SIMPLIFIED_CHINESE = 2  # the place of SC in the Noto Sans CJK collection

LATIN_RANGES = (
    (0x0020, 0x024F),  # Latin with every European accent
    (0x0300, 0x036F),  # marks that combine
    (0x0370, 0x052F),  # Greek, Cyrillic
    (0x1E00, 0x1EFF),  # Vietnamese and more accents
    (0x2000, 0x206F),  # punctuation
    (0x20A0, 0x20BF),  # currencies
    (0x2100, 0x214F),  # № ™
    (0x2190, 0x2193),  # arrows
    (0x2200, 0x22FF),  # minus, ≤, ≥
)

# Names of people and places that GB 2312 lacks, and the ideographic zero of dates.
BEYOND_GB2312 = "〇垟镕喆堃頔珺祎旸玥垚翀赟昇曌芃炘烜彧珣堉婳琤淏皛瑀燊頫"


def latin() -> set[int]:
    return {point for first, last in LATIN_RANGES for point in range(first, last + 1)}


def gb2312(rows: range) -> Iterator[int]:
    for row in rows:
        for cell in range(0xA1, 0xFF):
            try:
                yield ord(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue


def chinese_regular() -> set[int]:
    return {*range(0x20, 0x7F), *gb2312(range(0xA1, 0xF8)), *map(ord, BEYOND_GB2312)}


def chinese_bold() -> set[int]:
    """Level 1 of GB 2312, its 3,755 common characters; a PDF emboldens the rarer ones itself."""
    return {*range(0x20, 0x7F), *gb2312(range(0xA1, 0xD8))}


def reduced(original: Path, points: set[int], number: int = -1) -> TTFont:
    """`original` with nothing but `points`; no ligatures, as they spoil text copied from PDFs."""
    options = subset.Options(
        hinting=False,
        layout_features=["ccmp", "kern", "locl", "mark", "mkmk"],
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
        notdef_outline=True,
        recalc_timestamp=False,
    )
    font = TTFont(original, fontNumber=number, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(font)
    return font


def renamed(font: TTFont, family: str, style: str) -> TTFont:
    """Under another name, as the licence reserves the original's for the original."""
    names = font["name"]
    for place, text in ((1, family), (2, style), (4, f"{family} {style}")):
        names.setName(text, place, 3, 1, 0x409)
    names.setName(f"{family.replace(' ', '')}-{style}", 6, 3, 1, 0x409)
    names.setName(f"{family} {style}, a subset", 3, 3, 1, 0x409)
    names.names = [record for record in names.names if record.platformID == 3]
    return font


def told(path: Path) -> str:
    font = TTFont(path)
    points = font.getBestCmap()
    hanzi = sum(unicodedata.name(chr(point), "").startswith("CJK UNIFIED") for point in points)
    size = path.stat().st_size
    return f"{path.name}: {size:,} bytes, {len(points):,} characters, {hanzi:,} hanzi"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--source-sans", type=Path, required=True, help="folder of SourceSans3-*.ttf"
    )
    parser.add_argument("--noto", type=Path, required=True, help="folder of NotoSansCJK-*.ttc")
    given = parser.parse_args()
    for style in ("Regular", "Semibold"):
        font = reduced(given.source_sans / f"SourceSans3-{style}.ttf", latin())
        renamed(font, "Accord Sans", style).save(FONTS / f"AccordSans-{style}.ttf")
    for style, points in (("Regular", chinese_regular()), ("Bold", chinese_bold())):
        font = reduced(given.noto / f"NotoSansCJK-{style}.ttc", points, SIMPLIFIED_CHINESE)
        font.save(FONTS / f"NotoSansSC-{style}.otf")
    for path in sorted(FONTS.glob("*.[ot]tf")):
        print(told(path))


if __name__ == "__main__":
    main()
