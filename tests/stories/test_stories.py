"""The awkward month-ends, each played on both databases."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from portal.base.installation import Installation
from tests.stories import answering, chasing, handing_on, people, posting, promising, settling
from tests.stories.house import newest_mail
from tests.stories.reader import read_story
from tests.stories.teller import World, tell

FOLDER = Path(__file__).parent
STORIES = sorted(FOLDER.glob("*.story"))
#: Taught by being imported.
VOCABULARY = (answering, chasing, handing_on, people, posting, promising, settling)


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_the_story_goes_as_it_is_told(any_installation: Installation, path: Path):
    with any_installation.work() as w:
        zone = ZoneInfo(w.company.timezone)

    tell(read_story(path, zone), World(any_installation), newest_mail)


def test_a_month_end_can_be_awkward_in_twelve_ways():
    assert len(STORIES) >= 12
