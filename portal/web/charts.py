"""Charts drawn to scale by the server: what their macros print as SVG, every length in per cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from portal.base import formats
from portal.core.money import Money
from portal.web.controls import WHOLE, percent

#: Of the height: what stands above the bars, and where their foot is; below it are the names.
TOP, FOOT = 1_000, 8_600

#: The drawing of a sparkline, in units of its own.
LINE_WIDTH, LINE_HEIGHT, MARGIN = 100, 24, 3

Value = int | Decimal | Fraction
#: A name, and an amount before and after.
Row = tuple[str, Money, Money]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it stands, and how high it is."""

    x: str
    y: str
    width: str
    height: str
    is_after: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """The bars of one stretch of time, before and after, with its name and figures."""

    name: str
    middle: str
    bars: tuple[Bar, ...]
    before: Money
    after: Money


@dataclass(frozen=True, slots=True)
class Pairs:
    """Bars in pairs, drawn to one scale; `highest` is the amount of the highest one."""

    pairs: tuple[Pair, ...]
    highest: Money | None
    #: Before and after; None where there is no row.
    sums: tuple[Money, Money] | None = None
    top: str = percent(TOP)
    foot: str = percent(FOOT)


def bar_pairs(rows: Sequence[Row], apart: Sequence[Row] = ()) -> Pairs:
    """
    Two bars for each row, (name, before, after), of one currency; below nothing is no bar.

    What stands apart is not drawn, and counts in the sums.
    """
    told = [*rows, *apart]
    if not told:
        return Pairs((), None)
    sums = _sum([before for _name, before, _after in told]), _sum([after for *_, after in told])
    most = max((amount for _name, *both in rows for amount in both), default=None)
    if most is None or most.minor <= 0:
        return Pairs((), None, sums)
    step = WHOLE // len(rows)
    pairs = []
    for place, (name, before, after) in enumerate(rows):
        left = place * step + step // 8
        width = step * 3 // 8
        bars = tuple(
            _bar(left + turn * width, width, amount, most, is_after=bool(turn))
            for turn, amount in enumerate((before, after))
        )
        pairs.append(Pair(name, percent(place * step + step // 2), bars, before, after))
    return Pairs(tuple(pairs), most, sums)


def _sum(amounts: list[Money]) -> Money:
    return Money.total(amounts, amounts[0].currency)


def _bar(left: int, width: int, amount: Money, most: Money, *, is_after: bool) -> Bar:
    height = max(amount.minor, 0) * (FOOT - TOP) // most.minor
    if amount.minor > 0:
        height = max(height, WHOLE // 200)
    return Bar(percent(left), percent(FOOT - height), percent(width), percent(height), is_after)


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A line through a row of figures; where one is not known the line is broken."""

    lines: tuple[str, ...]
    dots: tuple[tuple[str, str], ...]
    #: The last figure that is known.
    last: str
    text: str
    box: str = f"0 0 {LINE_WIDTH} {LINE_HEIGHT}"


def spark(points: Sequence[tuple[str, Value | None]]) -> Sparkline:
    """The line through (name, figure) points in their order; what it says is in `text` as well."""
    known = [value for _name, value in points if value is not None]
    least, most = min(known, default=0), max(known, default=0)
    stretches: list[list[tuple[str, str]]] = [[]]
    for place, (_name, value) in enumerate(points):
        if value is None:
            stretches.append([])
            continue
        x = MARGIN + Fraction(place * (LINE_WIDTH - 2 * MARGIN), max(len(points) - 1, 1))
        stretches[-1].append((_tenths(x), _tenths(_height(value, least, most))))
    return Sparkline(
        lines=tuple(" ".join(map(",".join, each)) for each in stretches if len(each) > 1),
        dots=tuple(each[0] for each in stretches if len(each) == 1),
        last=_said(known[-1]) if known else "—",
        text=", ".join(f"{name} {_said(value)}" for name, value in points),
    )


def _height(value: Value, least: Value, most: Value) -> Fraction:
    room = LINE_HEIGHT - 2 * MARGIN
    if most == least:
        return Fraction(LINE_HEIGHT, 2)
    share = (Fraction(value) - Fraction(least)) / (Fraction(most) - Fraction(least))
    return LINE_HEIGHT - MARGIN - share * room


def _tenths(length: Fraction) -> str:
    tenths = round(length * 10)
    return f"{tenths // 10}.{tenths % 10}"


def _said(value: Value | None) -> str:
    if value is None:
        return "—"
    if isinstance(value, int):
        return formats.whole(value)
    tenths = round(Fraction(value) * 10)
    sign = "−" if tenths < 0 else ""
    return formats.number(f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}")
