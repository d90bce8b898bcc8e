"""`accord credit score`: the scorecard of a customer, factor by factor, in three formats."""

import csv
import io
import json

import pytest

from portal.base.config import Config
from portal.base.installation import open_installation
from tests.ledgers import store
from tests.random_books import a_random_book


@pytest.fixture
def ask(accord):
    accord.ask("init")
    store(open_installation(Config(accord.settings["ACCORD_INSTANCE"])), a_random_book(1))
    return lambda *words: accord.ask("credit", "score", *words)


def test_json_tells_each_factor_and_the_whole(ask):
    told = json.loads(ask("C0", "--as-of", "2026-09-30", "--format", "json").stdout)

    assert told["as_of"] == "2026-09-30"
    assert sum(int(each["weight"]) for each in told["factors"]) == 100
    known = [each for each in told["factors"] if each["points"] is not None]
    weight = sum(int(each["weight"]) for each in known)
    total = sum(int(each["weight"]) * float(each["points"]) for each in known)
    assert float(told["score"]) == pytest.approx(total / weight, abs=0.005)
    assert float(told["coverage"]) == pytest.approx(weight / 100)
    assert told["provisional"] is (weight < 60)


def test_what_is_unknown_is_null_with_its_reason(ask):
    told = json.loads(ask("C0", "--format", "json").stdout)

    [factor] = [each for each in told["factors"] if each["name"] == "debt_ratio"]
    assert (factor["value"], factor["points"], factor["note"]) == (None, None, "Nobody has told it")


def test_csv_has_a_row_for_each_factor(ask):
    rows = list(csv.DictReader(io.StringIO(ask("C0", "--format", "csv").stdout)))

    assert len(rows) == 15
    assert list(rows[0]) == ["name", "value", "points", "weight", "source", "note"]


def test_the_table_ends_with_grade_and_suggestions(ask):
    lines = ask("C0").stdout.splitlines()

    assert [line.split()[0] for line in lines[-3:]] == ["Score", "Grade", "Suggested"]


def test_an_unknown_customer_is_one_sentence(ask):
    told = ask("NOBODY")

    assert (told.exit_code, told.stderr.strip()) == (2, "There is no customer NOBODY.")
