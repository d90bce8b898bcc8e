"""The fixtures themselves: what every other test takes for granted."""

import pytest
from sqlalchemy import func, select

from portal.base.installation import Installation
from portal.tables.settings import Company


def test_an_installation_has_one_company_and_today_is_friday(any_installation: Installation):
    with any_installation.work() as w:
        companies = w.session.scalar(select(func.count()).select_from(Company))

        assert (companies, f"{w.today:%A}") == (1, "Friday")


@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_one_test_changes_the_next_one_does_not_see(any_installation: Installation, turn: str):
    with any_installation.work() as w:
        assert w.company.help_email == ""

        w.company.help_email = f"{turn}@example.com"
