"""`accord interest`: the figures of the rules, with no database at all."""

import json

import pytest

BASE = ("--amount", "1000", "--due", "2025-01-31", "--until", "2025-03-02")


@pytest.fixture
def ask(accord):
    def asked(*words: str) -> dict:
        done = accord.ask("interest", *words, "--format", "json")
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    return asked


@pytest.mark.parametrize(
    ("words", "amount", "days"),
    [
        ("--amount 2000 --due 2026-03-31 --until 2026-05-15 --rate 12.25", "30.21", 45),
        (
            "--amount 1000 --due 2026-03-31 --until 2026-05-15 --rate 12.25 --paid 2026-04-20=400",
            "11.75",
            45,
        ),
        ("--amount 1000 --due 2025-01-31 --until 2025-03-02 --rate 10.15", "8.34", 30),
        ("--amount 100 --due 2025-05-27 --until 2025-06-16 --rate 0", "0.00", 20),
        ("--amount 100000 --due 2026-03-31 --until 2026-05-15 --rate 0.05 --daily", "2250.00", 45),
        ("--amount 100000 --due 2026-03-31 --until 2026-06-29 --rate 4.5", "1109.59", 90),
        (
            "--amount 100000 --due 2026-03-31 --until 2026-06-29 --rate 4.5 --day-count 360",
            "1125.00",
            90,
        ),
        ("--amount 1000 --due 2026-03-31 --until 2026-05-20 --rate 8.5", "11.64", 50),
        ("--amount 1000 --due 2026-03-31 --until 2026-05-20 --rate 8.5 --round-daily", "11.50", 50),
        ("--amount 1000 --due 2026-03-31 --until 2026-03-31 --rate 8.5", "0.00", 0),
        ("--amount 1000 --due 2026-03-31 --until 2026-01-31 --rate 8.5", "0.00", 0),
        (
            "--amount 365 --due 2026-03-31 --until 2026-04-10 --rate 10 --rate-from 2026-04-06=20",
            "1.50",
            10,
        ),
        (
            "--amount 365000 --due 2026-03-31 --until 2026-04-10 --rate 10 --currency JPY",
            "1000",
            10,
        ),
    ],
)
def test_the_figures_of_the_rules(ask, words, amount, days):
    told = ask(*words.split())

    assert (told["amount"], told["days"]) == (amount, days)


def test_it_says_how_it_was_worked_out_and_the_periods_sum_to_the_whole(ask):
    told = ask(*BASE, "--rate", "10", "--paid", "2025-02-10=400", "--rate-from", "2025-02-15=11")

    assert [(each["from"], each["to"], each["principal"]) for each in told["periods"]] == [
        ("2025-02-01", "2025-02-10", "1000.00"),
        ("2025-02-11", "2025-02-14", "600.00"),
        ("2025-02-15", "2025-03-02", "600.00"),
    ]
    cents = [int(each["interest"].replace(".", "")) for each in told["periods"]]
    assert sum(cents) == int(told["amount"].replace(".", ""))


def test_payments_may_be_told_in_any_order(ask):
    some = ("--paid", "2025-02-20=100", "--paid", "2025-02-10=400")

    assert ask(*BASE, "--rate", "10", *some)["amount"] == "5.75"


def test_a_law_gives_the_rate_and_the_fixed_sum(ask):
    told = ask(*BASE, "--law", "uk", "--currency", "gbp")

    assert (told["amount"], told["fixed_sum"], told["currency"]) == ("10.48", "70.00", "GBP")
    early = ask(*BASE[:4], "--until", "2025-01-31", "--law", "eu", "--currency", "EUR")
    assert (early["amount"], early["fixed_sum"]) == ("0.00", "0.00")


def test_the_table_shows_the_periods_and_the_csv_one_row(accord):
    table = accord.ask("interest", *BASE, "--rate", "10.15").stdout
    rows = accord.ask("interest", *BASE, "--rate", "10.15", "--format", "csv").stdout

    assert "2025-02-01  2025-03-02    30    1000.00  10.15        365      8.34" in table
    assert rows == "amount,days,currency\n8.34,30,CNY\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rate", "x"), "x is no rate"),
        (("--rate", "-1"), "-1 is no rate"),
        (("--rate", "1e2"), "1e2 is no rate"),
        (("--rate", "1000.01"), "1000.01 is no rate"),
        (("--rate", "8", "--amount", "12,5"), "12,5"),
        (("--rate", "8", "--amount", "-5"), "without a minus sign"),
        (("--rate", "8", "--amount", "1.005"), "1.005"),
        (("--rate", "8", "--currency", "XXX"), "XXX"),
        (("--rate", "8", "--due", "2025-02-30"), "2025-02-30"),
        (("--rate", "8", "--paid", "2025-02-01"), "2025-02-01"),
        (("--rate", "8", "--paid", "2025-02-01=1000.01"), "More was paid"),
        (("--rate", "8", "--paid", "2025-02-01=-1"), "without a minus sign"),
        (("--rate", "8", "--rate-from", "2025-02-01=a"), "a is no rate"),
        (
            ("--rate", "8", "--rate-from", "2025-02-01=1", "--rate-from", "2025-02-01=2"),
            "Two rates begin",
        ),
        (("--rate", "8", "--law", "eu"), "either a rate or a law"),
        ((), "either a rate or a law"),
        (("--rate", "8", "--day-count", "364"), "364"),
    ],
)
def test_wrong_use_is_one_sentence_and_status_2(accord, words, said):
    done = accord.ask("interest", *BASE, *words)

    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
