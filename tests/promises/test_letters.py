"""The promise letter: sealed by our key, from the evidence alone; its mail leads to it."""

import json

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.documents.check import read_seal
from portal.base.mail import write_mail
from portal.promises.commands import WithdrawPromise, withdraw_promise
from portal.promises.sealed import letter_pdf, make_letter, promise_values
from portal.statements.certificate.checks import check_apart, check_document
from portal.tables.people import User
from portal.tables.promises import Promise, SealedLetter
from tests.promises.giving import an_account, give, somebody, wish


@pytest.fixture
def promised(installation):
    an_account(installation)
    give(installation, somebody(installation), wish(installation))
    return installation


def test_the_letter_is_sealed_and_carries_its_evidence(promised):
    found = read_seal(letter_pdf(promised, 1))
    with promised.reading(SYSTEM) as r:
        promise = r.session.get_one(Promise, 1)
    assert found.is_unchanged
    assert found.files["evidence.json"].decode() == promise.evidence


def test_the_letter_is_made_once(promised):
    make_letter(promised, {"promise_id": 1})
    first = letter_pdf(promised, 1)
    with promised.reading(SYSTEM) as r:
        assert len(r.session.scalars(select(SealedLetter)).all()) == 1
    assert letter_pdf(promised, 1) == first


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_mail_says_how_much_by_when_and_where_the_letter_is(promised, language):
    with promised.reading(SYSTEM) as r:
        user_id = r.session.scalars(select(User.id)).one()
        values = promise_values(r, {"promise_id": 1, "user_id": user_id})
        company = r.company
    absolute = "http://localhost:8000{}".format
    more = {"company": company, "to_name": "Chen Wei", "absolute": absolute, "zone": "UTC"}
    written = write_mail("promise_made", language, {**values, **more})
    assert "250.00" in written.subject
    assert f"{values['letter_path']}" in written.text


def test_the_evidence_says_how_the_limit_was_reckoned(promised):
    with promised.reading(SYSTEM) as r:
        rule = json.loads(r.session.get_one(Promise, 1).evidence)["rule"]
    assert (rule["due_on"], rule["term_days"], rule["fraction"]) == ("2026-11-25", 51, "1/3")
    assert (rule["days"], rule["latest"]) == (17, "2026-12-12")


def test_the_letter_is_known_as_ours_until_the_promise_is_taken_back(promised):
    pdf = letter_pdf(promised, 1)
    with promised.reading(SYSTEM) as r:
        assert check_document(r, pdf).ok
    assert check_apart(pdf, read_seal(pdf).fingerprint).ok
    with promised.work(SYSTEM) as w:
        withdraw_promise(w, WithdrawPromise(1))
    with promised.reading(SYSTEM) as r:
        wrong = [check.name for check in check_document(r, pdf).checks if not check.ok]
    assert wrong == ["document.in_force"]
