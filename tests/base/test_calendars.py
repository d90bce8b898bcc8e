"""Calendar files keep to RFC 5545: folded, escaped, and the same bytes for the same facts."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from portal.base.calendars import calendar, event
from tests.almanac import events_of, read_calendar

AT = dt.datetime(2026, 11, 20, 2, 15, tzinfo=dt.UTC)
ON = dt.date(2026, 12, 1)


def test_an_event_is_read_as_it_was_written():
    written = event("promise-17@a.example", ON, "Pay 1,200.00; all", "One\nTwo \\ 3", at=AT)

    [read] = events_of(read_calendar(calendar("Accord", [written])))

    assert (read.on, read.text("SUMMARY"), read.text("DESCRIPTION")) == (
        ON,
        "Pay 1,200.00; all",
        "One\nTwo \\ 3",
    )


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=200))
def test_no_text_breaks_the_file(told):
    [read] = events_of(read_calendar(calendar(told, [event("x@a", ON, told, told, at=AT)])))

    assert read.text("SUMMARY") == "\n".join(told.splitlines())


def test_what_is_no_text_is_left_out():
    written = event("x@a", ON, "Pay\x00 now\r\nEND:VEVENT\x1b", url="https://a\r\nX:1", at=AT)

    [read] = events_of(read_calendar(calendar("Accord", [written])))

    assert (read.text("SUMMARY"), read.values["URL"]) == ("Pay now\nEND:VEVENT", "https://aX:1")


def test_long_chinese_lines_are_folded_between_letters():
    told = "付款承诺:请在到期日前付款。" * 20

    [read] = events_of(read_calendar(calendar("Accord", [event("x@a", ON, told, at=AT)])))

    assert read.text("SUMMARY") == told


def test_a_calendar_without_events_is_a_calendar():
    assert events_of(read_calendar(calendar("Accord", []))) == []


def test_the_same_facts_give_the_same_bytes():
    one = event("x@a", ON, "Pay", at=AT)

    assert calendar("Accord", [one]) == calendar("Accord", [one])
