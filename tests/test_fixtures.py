"""The fixtures themselves: what every other test takes for granted."""

import pytest
from sqlalchemy import func, select

from portal.base.installation import Installation
from portal.tables.settings import Company
from tests.page import faults_of, parsed


def test_an_installation_has_one_company_and_today_is_friday(any_installation: Installation):
    with any_installation.work() as w:
        companies = w.session.scalar(select(func.count()).select_from(Company))

        assert (companies, f"{w.today:%A}") == (1, "Friday")


@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_one_test_changes_the_next_one_does_not_see(any_installation: Installation, turn: str):
    with any_installation.work() as w:
        assert w.company.help_email == ""

        w.company.help_email = f"{turn}@example.com"


def test_a_page_that_is_broken_is_found_behind_sound_ones():
    sound = "<p>One <b>word</b></p><p title='5 > 3'>Two</p>"
    broken = ("<p>One <b>word</p>", "<p title='a' title='b'>Two</p>", "<p>One < two</p>", "<b/>")

    assert [faults_of(sound, is_whole=False) for _ in range(2)] == [[], []]
    assert [text for text in broken if not faults_of(text, is_whole=False)] == []
    assert faults_of(sound.replace("word", "words"), is_whole=False) == []


def test_a_part_of_a_page_is_read_as_a_browser_reads_it():
    root = parsed("<ul><li>One <b>and</b> more</li></ul> rest", is_whole=False)

    assert root.text == "One and more rest"
    assert [(one.tag, one.text) for one in root.everything[1:]] == [
        *(("ul", "One and more"), ("li", "One and more"), ("b", "and"))
    ]
