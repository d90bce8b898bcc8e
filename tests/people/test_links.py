"""Links of statement mails show one statement to one person."""

from portal.base.access import SYSTEM
from portal.people.links import read_link, statement_link_token
from portal.tables.people import User
from tests.people.cast import CHEN, Cast


def token(cast: Cast) -> str:
    with cast.installation.reading(SYSTEM) as r:
        return statement_link_token(r, 17, r.session.get_one(User, cast.ids[CHEN]))


def change(cast: Cast, **columns: object) -> None:
    with cast.installation.work() as w:
        for name, value in columns.items():
            setattr(w.session.get_one(User, cast.ids[CHEN]), name, value)


def test_a_link_tells_its_statement_and_its_person(cast: Cast):
    assert cast.read(read_link, token(cast)) == (17, cast.ids[CHEN])


def test_a_link_with_any_letter_changed_is_none(cast: Cast):
    good = token(cast)
    spoilt = [
        good[:at] + ("x" if good[at] != "x" else "y") + good[at + 1 :] for at in range(len(good))
    ]

    assert {cast.read(read_link, one) for one in spoilt} == {None}


def test_what_is_no_link_is_none(cast: Cast):
    odd = ["", ".", "..", "a.b.c.d", "é.é.é", token(cast)[:-1] + "é"]

    assert [cast.read(read_link, one) for one in odd] == [None] * 6


def test_links_are_revoked_together(cast: Cast):
    good = token(cast)
    change(cast, link_epoch=1)

    assert cast.read(read_link, good) is None


def test_a_disabled_persons_link_shows_nothing(cast: Cast):
    good = token(cast)
    change(cast, disabled_at=cast.installation.clock.now())

    assert cast.read(read_link, good) is None
