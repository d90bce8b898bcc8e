"""Charts: to scale, with their figures beside them, right where something is missing."""

from decimal import Decimal

import pytest
from flask import Flask, render_template_string

from portal.core.money import Money
from portal.web.charts import bar_pairs, spark


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def test_the_highest_bar_reaches_the_top_and_the_others_are_to_scale():
    drawn = bar_pairs([("w1", cny(10_000), cny(0)), ("w2", cny(2_500), cny(5_000))])

    heights = [bar.height for pair in drawn.pairs for bar in pair.bars]
    assert heights == ["76.00%", "0.00%", "19.00%", "38.00%"]


def test_bars_stand_side_by_side_within_the_drawing():
    drawn = bar_pairs([(str(week), cny(100), cny(100)) for week in range(13)])

    edges = [
        float(edge.rstrip("%"))
        for pair in drawn.pairs
        for bar in pair.bars
        for edge in (bar.x, bar.width)
    ]
    starts, widths = edges[::2], edges[1::2]
    ends = [start + width for start, width in zip(starts, widths, strict=True)]
    assert all(end <= start + 0.001 for end, start in zip(ends, starts[1:], strict=False))
    assert ends[-1] <= 100


def test_the_sums_are_those_of_the_rows():
    drawn = bar_pairs([("w1", cny(100), cny(40)), ("w2", cny(0), cny(60))])

    assert drawn.sums == (cny(100), cny(100))


def test_what_stands_apart_is_summed_and_not_drawn():
    drawn = bar_pairs([("w1", cny(100), cny(40))], [("later", cny(900), cny(960))])

    assert (len(drawn.pairs), drawn.highest) == (1, cny(100))
    assert drawn.sums == (cny(1_000), cny(1_000))


@pytest.mark.parametrize("rows", [[], [("w1", cny(0), cny(0))]])
def test_nothing_is_drawn_of_nothing(rows: list[tuple[str, Money, Money]]):
    assert bar_pairs(rows).pairs == ()


def test_what_is_little_is_still_seen():
    drawn = bar_pairs([("w1", cny(1_000_000), cny(1))])

    assert drawn.pairs[0].bars[1].height == "0.50%"


def test_a_line_goes_from_the_lowest_to_the_highest_figure():
    assert spark([("2024", 60), ("2025", 80)]).lines == ("3.0,21.0 97.0,3.0",)


def test_where_a_figure_is_not_known_the_line_is_broken():
    line = spark([("a", 1), ("b", 2), ("c", None), ("d", 3)])

    assert (len(line.lines), len(line.dots), line.text) == (1, 1, "a 1, b 2, c —, d 3")


def test_the_last_known_figure_stands_beside_the_line():
    assert spark([("a", Decimal("71.25")), ("b", None)]).last == "71.2"


def test_a_line_of_equal_figures_is_level():
    assert spark([("a", 5), ("b", 5)]).lines == ("3.0,12.0 97.0,12.0",)


def test_a_line_without_figures_says_so():
    line = spark([("a", None)])

    assert (line.lines, line.dots, line.last) == ((), (), "—")


def test_a_chart_has_its_figures_as_a_table(app: Flask):
    source = '{{ ui.bars_by_week("cash", "Cash in CNY", rows, ("As it is", "Changed")) }}'
    with app.test_request_context("/"):
        html = render_template_string(source, rows=[("23 Nov", cny(100_000), cny(40_000))])

    assert html.count("<rect") == 4
    assert "1,000.00" in html
    assert "−600.00" in html
