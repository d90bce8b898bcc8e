"""Codes by mail: counted, bound to one act, good for once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.base.access import Actor
from portal.core.errors import RuleBroken
from portal.people.commands import AnswerChallenge, answer_challenge, send_challenge, use_grant
from tests.people.cast import CHEN, WANG, Cast

PURPOSE, SHA = "statement.confirm", "5f" * 32


def answer(cast: Cast, code: str, email: str = CHEN, subject: str = SHA):
    return cast.do(answer_challenge, AnswerChallenge(cast.ids[email], PURPOSE, subject, code))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


@pytest.fixture
def code(cast: Cast) -> str:
    cast.do(send_challenge, cast.ids[CHEN], PURPOSE, SHA)
    return cast.code(CHEN)


def test_a_right_code_gives_a_grant_that_works_once(cast: Cast, code: str):
    grant = answer(cast, code).grant

    assert cast.do(use_grant, grant, PURPOSE, SHA) == cast.ids[CHEN]
    with pytest.raises(RuleBroken, match=r"code\.grant_used"):
        cast.do(use_grant, grant, PURPOSE, SHA)


def test_a_code_works_once(cast: Cast, code: str):
    answer(cast, code)

    assert answer(cast, code).problem.code == "code.expired"


def test_a_grant_that_its_act_did_not_commit_can_be_used_again(cast: Cast, code: str):
    grant = answer(cast, code).grant

    def failing(w, token):
        use_grant(w, token, PURPOSE, SHA)
        raise RuleBroken("act.already_done")

    with pytest.raises(RuleBroken):
        cast.do(failing, grant)

    assert cast.do(use_grant, grant, PURPOSE, SHA) == cast.ids[CHEN]


@pytest.mark.parametrize(
    ("purpose", "subject"), [("security.change", SHA), (PURPOSE, "60" * 32), (PURPOSE, "")]
)
def test_a_grant_permits_nothing_else(cast: Cast, code: str, purpose: str, subject: str):
    grant = answer(cast, code).grant

    with pytest.raises(RuleBroken, match=r"code\.grant_used"):
        cast.do(use_grant, grant, purpose, subject)


def test_a_grant_is_nobody_elses(cast: Cast, code: str):
    grant = answer(cast, code).grant

    with pytest.raises(RuleBroken, match=r"code\.grant_used"):
        cast.do(use_grant, grant, PURPOSE, SHA, actor=Actor("customer", cast.ids[WANG]))


def test_a_grant_runs_out(cast: Cast, code: str):
    grant = answer(cast, code).grant

    with pytest.raises(RuleBroken, match=r"code\.grant_used"):
        cast.at(minutes=10).do(use_grant, grant, PURPOSE, SHA)


def test_a_code_is_for_its_subject_only(cast: Cast, code: str):
    assert answer(cast, code, subject="60" * 32).problem.code == "code.expired"


def test_somebody_elses_code_is_not_known(cast: Cast, code: str):
    assert answer(cast, code, email=WANG).problem.code == "code.expired"


def test_a_code_runs_out_after_a_quarter_of_an_hour(cast: Cast, code: str):
    assert (
        cast.at(minutes=15)
        .do(answer_challenge, AnswerChallenge(cast.ids[CHEN], PURPOSE, SHA, code))
        .problem.code
        == "code.expired"
    )


def test_a_newer_code_replaces_the_older_one(cast: Cast, code: str):
    cast.do(send_challenge, cast.ids[CHEN], PURPOSE, SHA)

    assert answer(cast, code).problem is not None
    assert answer(cast, cast.code(CHEN)).grant


def test_wrong_codes_are_counted_though_they_are_refused(cast: Cast, code: str):
    told = [answer(cast, wrong(code)).problem for _ in range(5)]

    assert [problem.facts.get("left") for problem in told] == [4, 3, 2, 1, None]
    assert answer(cast, code).problem.code == "code.expired"


def test_wrong_codes_are_counted_over_all_codes(cast: Cast):
    for _ in range(2):
        cast.do(send_challenge, cast.ids[CHEN], PURPOSE, SHA)
        for _ in range(5):
            answer(cast, wrong(cast.code(CHEN)))
    cast.do(send_challenge, cast.ids[CHEN], PURPOSE, SHA)

    assert answer(cast, cast.code(CHEN)).problem.code == "code.too_many_tries"
    assert cast.at(minutes=60).do(send_challenge, cast.ids[CHEN], PURPOSE, SHA)


def test_no_more_than_ten_codes_are_sent_in_a_quarter_of_an_hour(cast: Cast):
    for _ in range(10):
        cast.do(send_challenge, cast.ids[CHEN], PURPOSE, SHA)

    with pytest.raises(RuleBroken, match=r"code\.sent_too_often"):
        cast.do(send_challenge, cast.ids[CHEN], PURPOSE, SHA)


def test_twenty_threads_with_one_code_get_one_grant(any_cast: Cast):
    any_cast.do(send_challenge, any_cast.ids[CHEN], PURPOSE, SHA)
    code = any_cast.code(CHEN)

    with ThreadPoolExecutor(20) as threads:
        told = list(threads.map(lambda _: answer(any_cast, code), range(20)))

    assert len([one for one in told if one.grant]) == 1


def test_twenty_threads_use_one_grant_once(any_cast: Cast):
    any_cast.do(send_challenge, any_cast.ids[CHEN], PURPOSE, SHA)
    grant = answer(any_cast, any_cast.code(CHEN)).grant

    def use(_: int) -> bool:
        try:
            return bool(any_cast.do(use_grant, grant, PURPOSE, SHA))
        except RuleBroken:
            return False

    with ThreadPoolExecutor(20) as threads:
        assert sum(threads.map(use, range(20))) == 1


def test_no_code_stands_in_the_database_in_clear(cast: Cast, code: str):
    with cast.installation.reading(Actor("system")) as r:
        rows = r.session.connection().exec_driver_sql("select * from challenge").all()

    assert code not in str(rows)


def test_the_mail_masks_whom_it_went_to(cast: Cast):
    assert cast.do(send_challenge, cast.ids[CHEN], PURPOSE, SHA).sent_to == "c…n@huadong.example"
