"""Above a limit it takes two people, who sign the same answer, each with a code of their own."""

import json
import threading
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DatabaseError

from portal.base.access import SYSTEM
from portal.base.evidence import sha256_of_text
from portal.core.confirmation import Result
from portal.core.errors import RuleBroken
from portal.people.commands import NewUser, create_user_with_password
from portal.statements.commands import ReissueStatement, reissue_statement
from portal.statements.signing.confirming import check_confirmable, confirm_statement
from portal.tables.customers import Contact, SignatoryLimit
from portal.tables.journal import Audit, Event, Outbox
from portal.tables.people import Membership, User
from portal.tables.signing import Signature
from portal.tables.statements import Confirmation
from tests.people.cast import CHEN, PASSWORD, WANG
from tests.statements.stage import AMOUNTS, Stage

LUO = "luo@huadong.example"
CLOSING = sum(AMOUNTS)


def limit(stage: Stage, email: str, minor: int, currency: str = "CNY") -> None:
    with stage.installation.work() as w:
        contact = w.session.scalars(select(Contact).where(Contact.email == email)).first()
        if contact is None:
            contact = Contact(customer_id=stage.cast.customers["C1"], name=email, email=email)
            w.session.add(contact)
            w.session.flush()
        w.session.add(SignatoryLimit(contact_id=contact.id, currency=currency, amount_minor=minor))


def with_luo(stage: Stage) -> Stage:
    """A second signatory of Huadong."""
    person = NewUser(LUO, "Luo Min", PASSWORD, ("customer_signatory",), ("C1",))
    with stage.installation.work() as w:
        stage.cast.ids[LUO] = create_user_with_password(w, person).user_id
    return stage


@pytest.fixture
def two(any_stage: Stage) -> Stage:
    """Chen may sign one cent less than the balance; Luo has no limit at all."""
    limit(any_stage, CHEN, CLOSING - 1)
    return with_luo(any_stage)


def count(stage: Stage, table: Any, *kept: Any) -> int:
    with stage.installation.reading(SYSTEM) as r:
        return r.session.scalar(select(func.count()).select_from(table).where(*kept)) or 0


def first_of(stage: Stage) -> Signature:
    with stage.installation.reading(SYSTEM) as r:
        return r.session.scalars(select(Signature).order_by(Signature.id.desc())).first()


def sign(stage: Stage, email: str, result: Result = Result.CONFIRMED, **changes: Any) -> Any:
    """The way of one signer, who has seen the first signature where one stands."""
    given = {"key": email, "grant": stage.grant(email), "typed_name": email} | changes
    if "first_sha256" not in given:
        first = first_of(stage)
        standing = first is not None and first.ended_at is None
        given["first_sha256"] = first.evidence_sha256 if standing else ""
    return stage.act(confirm_statement, stage.wish(result, **given), email)


def refused(stage: Stage, email: str, **changes: Any) -> str:
    with pytest.raises(RuleBroken) as told:
        sign(stage, email, **changes)
    return told.value.code


def evidence(stage: Stage) -> dict[str, Any]:
    with stage.installation.reading(SYSTEM) as r:
        return json.loads(r.session.scalars(select(Confirmation.evidence)).one())


def test_up_to_the_limit_one_signs_alone(any_stage: Stage):
    limit(any_stage, CHEN, CLOSING)

    assert sign(any_stage, CHEN) is not None
    assert any_stage.statement.state == "confirmed"
    assert evidence(any_stage)["signed"] == "alone"


def test_one_cent_above_the_limit_the_signature_waits_for_another(two: Stage):
    assert sign(two, CHEN, remark="Checked.") is None

    assert two.statement.state == "prepared"
    assert count(two, Confirmation) == 0
    assert count(two, Audit, Audit.kind == "statement.signed_first") == 1
    assert [mail["user_id"] for mail in two.cast.mails("statement_prepared")] == [two.cast.ids[LUO]]


def test_the_second_completes_it_and_both_stand_in_the_evidence(two: Stage):
    sign(two, CHEN, remark="Checked.")
    kept = sign(two, LUO)

    told = evidence(two)
    first = told["first_signature"]
    assert two.statement.state == "confirmed"
    assert (first_of(two).ended_as, first_of(two).confirmation_id) == ("completed", kept)
    assert told["signed"] == "second"
    assert (told["signer"]["email"], first["evidence"]["signer"]["email"]) == (LUO, CHEN)
    assert first["evidence"]["authentication"]["code"]["sent_to"] == CHEN
    assert first["evidence"]["remark"] == "Checked."
    assert first["sha256"] == first_of(two).evidence_sha256
    assert len(two.cast.mails("confirmation")) == 2


def test_the_first_evidence_can_be_hashed_again(two: Stage):
    sign(two, CHEN)
    sign(two, LUO)

    inside = evidence(two)["first_signature"]
    text = json.dumps(inside["evidence"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert sha256_of_text(text) == inside["sha256"]


def test_the_same_person_does_not_sign_twice(two: Stage):
    sign(two, CHEN)

    assert refused(two, CHEN, key="again") == "confirmation.same_signer"
    assert two.statement.state == "prepared"


def test_the_same_page_sent_twice_is_one_first_signature(two: Stage):
    grant = two.grant(CHEN)
    wish = two.wish(grant=grant, key="same")

    assert two.act(confirm_statement, wish) is None
    assert two.act(check_confirmable, wish) is True
    assert two.act(confirm_statement, wish) is None
    assert count(two, Signature) == 1


def test_who_is_covered_signs_alone(two: Stage):
    limit(two, LUO, CLOSING)

    assert sign(two, LUO) is not None
    assert two.statement.state == "confirmed"


def test_no_limit_in_this_currency_takes_two(any_stage: Stage):
    limit(any_stage, CHEN, 10 * CLOSING, "USD")

    assert sign(any_stage, CHEN) is None
    assert any_stage.statement.state == "prepared"


def test_refusing_takes_one_and_voids_what_waited(two: Stage):
    sign(two, CHEN)
    sign(two, LUO, Result.REFUSED, remark="Not our account.")

    assert two.statement.state == "refused"
    assert first_of(two).ended_as == "refused"
    assert count(two, Event, Event.kind == "first_signature_void") == 1


def test_the_second_has_seen_what_was_signed_first(two: Stage):
    """Two below their limits at once: the slower one is told, and looks."""
    sign(two, CHEN)

    assert refused(two, LUO, first_sha256="") == "confirmation.first_signed"
    assert two.statement.state == "prepared"


def test_two_at_once_are_one_first_signature(two: Stage):
    grants = {email: two.grant(email) for email in (CHEN, LUO)}
    came_of_it: list[Any] = []

    def one(email: str) -> None:
        wish = two.wish(grant=grants[email], key=email)
        try:
            came_of_it.append(two.act(confirm_statement, wish, email))
        except RuleBroken as broken:
            came_of_it.append(broken.code)

    threads = [threading.Thread(target=one, args=(email,)) for email in grants]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, came_of_it)) == ["None", "confirmation.first_signed"]
    assert (count(two, Signature), count(two, Confirmation)) == (1, 0)


def test_a_signature_waits_only_while_its_signer_may_sign(two: Stage):
    sign(two, CHEN)
    with two.installation.work() as w:
        w.session.execute(
            update(User).where(User.id == two.cast.ids[CHEN]).values(disabled_at=w.now)
        )

    assert sign(two, LUO) is None  # Luo's is the first one now
    with two.installation.reading(SYSTEM) as r:
        ends = r.session.scalars(select(Signature.ended_as).order_by(Signature.id)).all()
    assert ends == ["right_lost", None]


def test_a_replaced_statement_takes_its_first_signature_along(two: Stage):
    sign(two, CHEN)
    with two.installation.work(SYSTEM) as w:
        reissue_statement(w, ReissueStatement(two.id))

    assert first_of(two).ended_as == "replaced"
    assert two.statement.state == "replaced"


def test_an_accountant_adds_no_second_signature(two: Stage):
    sign(two, CHEN)
    with two.installation.work() as w:
        w.session.execute(
            update(Membership)
            .where(Membership.user_id == two.cast.ids[LUO])
            .values(role="customer_accountant")
        )

    with pytest.raises(Exception, match=r"statement\.confirm"):
        two.request(WANG)


def test_a_first_signature_cannot_be_changed(two: Stage):
    sign(two, CHEN)

    for change in ({"remark": "other"}, {"evidence": "{}"}):
        with pytest.raises(DatabaseError), two.installation.work() as w:
            w.session.execute(update(Signature).values(**change))
    with pytest.raises(DatabaseError), two.installation.work() as w:
        w.session.execute(Signature.__table__.delete())


def test_it_ends_once(two: Stage):
    sign(two, CHEN)
    sign(two, LUO)

    with pytest.raises(DatabaseError), two.installation.work() as w:
        w.session.execute(update(Signature).values(ended_as="returned"))


def test_both_receipts_leave(two: Stage):
    sign(two, CHEN)
    sign(two, LUO)

    assert count(two, Outbox, Outbox.kind == "confirmation") == 2
    assert count(two, Outbox, Outbox.kind == "certificate") == 1
