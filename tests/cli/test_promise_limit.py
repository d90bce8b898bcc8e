"""`accord promise-limit`: the cap's table, with no database at all."""

import json

import pytest


@pytest.fixture
def ask(accord):
    def latest(due: str, term_days: int) -> tuple[str | None, str]:
        words = ("promise-limit", "--due", due, "--term-days", str(term_days))
        told = json.loads(accord.ask(*words, "--format", "json").stdout)
        return told["latest"], told["reason"]

    return latest


@pytest.mark.parametrize(
    ("term_days", "latest"),
    [(30, "2026-04-10"), (60, "2026-04-20"), (45, "2026-04-15"), (31, "2026-04-10")],
)
def test_the_limit_is_a_third_of_the_term_after_the_due_date(ask, term_days, latest):
    assert ask("2026-03-31", term_days) == (latest, "fraction_of_term")


def test_cash_terms_allow_none(ask):
    assert ask("2026-03-31", 0) == (None, "cash_terms")


def test_the_last_day_of_the_calendar_is_no_obstacle(ask):
    assert ask("9999-12-31", 30) == ("9999-12-31", "fraction_of_term")


@pytest.mark.parametrize("wrong", [("2026-02-30", "30"), ("2026-03-31", "-1"), ("2026-03-31", "x")])
def test_wrong_use_is_one_sentence_and_status_2(accord, wrong):
    done = accord.ask("promise-limit", "--due", wrong[0], "--term-days", wrong[1])
    assert done.exit_code == 2
