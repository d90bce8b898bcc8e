"""`accord user add`: a person, and where they get in."""

import json

from tests.cli.conftest import Shell


def test_our_own_person_is_invited_with_an_app(accord: Shell):
    accord.ask("init")
    told = accord.run(
        "user", "add", "li@northwind.example", "--role", "admin", "--totp", "--format", "json"
    )
    added = json.loads(told.stdout)

    assert added["email"] == "li@northwind.example"
    assert "/invites/" in added["invitation_url"]
    assert len(added["totp_secret"]) == 32


def test_the_same_person_again_keeps_the_app(accord: Shell):
    accord.ask("init")
    words = ("user", "add", "li@northwind.example", "--totp", "--format", "json", "--role")
    first, second = (json.loads(accord.ask(*words, role).stdout) for role in ("clerk", "admin"))

    assert first["totp_secret"] == second["totp_secret"]


def test_what_cannot_be_is_one_sentence(accord: Shell):
    accord.ask("init")
    told = [
        accord.ask("user", "add", "x@y.example", "--role", "customer_viewer"),
        accord.ask("user", "add", "x@y.example", "--role", "clerk", "--customer", "C1"),
        accord.ask("user", "add", "x@y.example", "--role", "customer_viewer", "--customer", "C1"),
        accord.ask("user", "add", "no address", "--role", "clerk"),
        accord.ask("user", "add", "x@y.example", "--role", "king"),
    ]

    assert [one.exit_code for one in told] == [2] * 5
    assert "Name it with --customer" in told[0].stderr
    assert "Leave --customer out" in told[1].stderr
    assert "no customer C1" in told[2].stderr
    assert "one e-mail address" in told[3].stderr
    assert "Traceback" not in "".join(one.stderr for one in told)
