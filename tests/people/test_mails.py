"""What the mails of this feature say, in both languages."""

import datetime as dt

import pytest

from portal.base.mail import write_mail
from portal.people.letters import LETTERS
from portal.people.notices import CHANGES

NOW = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)


class Company:
    name = "Northwind"
    help_email = "ar@northwind.example"
    help_phone = "+86 21 5555 0100"


FRAME = {
    "company": Company(),
    "to_name": "Chen Wei",
    "zone": "Asia/Shanghai",
    "absolute": lambda path: f"https://ar.example{path}",
}


@pytest.mark.parametrize("purpose", ["sign_in", "statement.confirm", "security.change"])
def test_the_mail_of_a_code_shows_the_code(purpose: str):
    payload = {"purpose": purpose, "code": "012345", "minutes": 15, "path": ""}
    written = write_mail("code", "en", FRAME | payload)

    assert "012345" in written.text
    assert "012345" in written.html
    assert "012345" not in written.subject


def test_the_mail_of_a_sign_in_code_has_the_link():
    payload = {"purpose": "sign_in", "code": "012345", "minutes": 15, "path": "/login/link/x"}

    assert "https://ar.example/login/link/x" in write_mail("code", "en", FRAME | payload).text


def test_the_mail_of_a_confirmation_code_names_the_statement():
    payload = {
        "purpose": "statement.confirm",
        "code": "012345",
        "minutes": 15,
        "path": "",
        "statement": "ST-2026-10-0007",
        "period": "October 2026",
        "total": "CNY 1,535,782.00",
    }
    written = write_mail("code", "en", FRAME | payload)

    assert "ST-2026-10-0007, October 2026, CNY 1,535,782.00" in written.text


def test_the_invitation_has_the_link():
    payload = {"by": "Li Na", "where": "Huadong <Trading>", "path": "/invites/x", "days": 7}
    written = write_mail("invitation", "en", FRAME | payload)

    assert "https://ar.example/invites/x" in written.text
    assert "Huadong <Trading>" in written.text
    assert "Huadong &lt;Trading&gt;" in written.html


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_has_its_sentence(change: str):
    payload = {
        "change": change,
        "person": "Wang <Fang>",
        "by": "Li Na",
        "where": "Huadong",
        "at": NOW.isoformat(),
    }
    values = LETTERS["security_notice"].values(None, payload)
    written = write_mail("security_notice", "en", FRAME | payload | values)

    assert "Wang <Fang>" in written.text
    assert "20 Nov 2026, 16:00" in written.text
    assert "Wang &lt;Fang&gt;" in written.html
