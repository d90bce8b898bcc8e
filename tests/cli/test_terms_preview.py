"""R11–R15 and R19 at the command: `accord terms preview` gives what INTERFACES section 4 says."""

import json

import pytest

from portal.base.access import SYSTEM
from portal.base.config import Config
from portal.base.installation import open_installation
from portal.base.policies import decide

MONDAY = "2025-06-16"


def preview(accord, text, *more, amount="100.00"):
    asked = ("terms", "preview", text, "--issued", MONDAY, "--amount", amount, *more)
    return accord.ask(*asked)


def told(accord, text, *more, **named):
    answer = preview(accord, text, "--currency", "EUR", "--format", "json", *more, **named)
    assert answer.exit_code == 0, answer.stderr
    return json.loads(answer.stdout)


@pytest.mark.parametrize(
    ("text", "parts", "days", "discount"),
    [
        ("net 30", ["2025-07-16 100.00"], 30, None),
        ("30d", ["2025-07-16 100.00"], 30, None),
        ("net 30 eom", ["2025-07-31 100.00"], 45, None),
        ("eom net 45", ["2025-08-14 100.00"], 59, None),
        ("1m day 25", ["2025-07-25 100.00"], 39, None),
        ("30d eom 1d day 30", ["2025-08-30 100.00"], 75, None),
        ("30% 15d, balance 45d", ["2025-07-01 30.00", "2025-07-31 70.00"], 45, None),
        (
            "70% 0d, 10.00 0d, balance 0d",
            [f"{MONDAY} 70.00", f"{MONDAY} 10.00", f"{MONDAY} 20.00"],
            0,
            None,
        ),
        ("2/10 net 30", ["2025-07-16 100.00"], 30, "2025-06-26 2.00"),
        ("30d; discount 50.00 10d", ["2025-07-16 100.00"], 30, "2025-06-26 50.00"),
        ("10d; discount 2% 20d", ["2025-06-26 100.00"], 10, "2025-07-06 2.00"),
        ("from acceptance 30d", ["2025-07-16 100.00"], 30, None),
        ("prepaid", [f"{MONDAY} 100.00"], 0, None),
        ("cod", [f"{MONDAY} 100.00"], 0, None),
        ("NET  30   Eom", ["2025-07-31 100.00"], 45, None),
    ],
)
def test_every_row_of_the_notations_table(accord, text, parts, days, discount):
    answer = told(accord, text)

    assert [f"{part['due_on']} {part['amount']}" for part in answer["parts"]] == parts
    assert answer["term_days"] == days
    found = answer["discount"]
    assert (found and f"{found['until']} {found['amount']}") == discount
    assert set(answer) == {"parts", "discount", "term_days"}


def test_a_negative_total_turns_every_sign(accord):
    answer = told(accord, "40.00 0d, balance 30d", amount="-100.00")

    assert [part["amount"] for part in answer["parts"]] == ["-40.00", "-60.00"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("net soon", "soon"),
        ("30% 15d, 60% 45d", "60% 45d"),
        ("30% 15d, premium 45d", "premium 45d"),
        ("200.00 0d, 50% 30d", "200.00 0d"),
        ("from moon 30d", "from moon"),
        ("", "Write the terms"),
    ],
)
def test_terms_that_make_no_sense_are_one_sentence_that_points_at_the_part(accord, text, part):
    answer = preview(accord, text)

    assert answer.exit_code == 2
    assert part in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1
    assert answer.stdout == ""


def test_the_companys_calendar_and_the_names_of_its_terms_count(accord):
    accord.ask("init")
    installation = open_installation(Config(accord.settings["ACCORD_INSTANCE"]))
    with installation.work(SYSTEM) as w:
        named = [{"name": "standard", "text": "2/10 net 30 bd"}]
        decide(w, {"terms": named, "calendar_days_off": ["2025-07-16"]})

    answer = told(accord, "Standard")

    assert answer["parts"] == [{"due_on": "2025-07-17", "amount": "100.00"}]


def test_the_table_tells_the_discount_beside_it(accord):
    answer = preview(accord, "2/10 net 30", "--currency", "EUR")

    assert "2025-07-16" in answer.stdout
    assert "2.00 EUR less if paid by 2025-06-26." in answer.stderr
