"""The wording of statements: chosen by law, edited, refused where it takes the demand back."""

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.documents.printer import Job
from portal.base.installation import Installation
from portal.core.errors import RuleBroken
from portal.core.period import Month
from portal.core.statement import read_statement
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.statements.sheet import statement_job
from portal.statements.wording.rewording import ChangeWording, change_wording
from portal.statements.wording.wording import texts_of
from portal.tables.journal import Audit
from portal.tables.settings import Policy
from portal.tables.statements import Statement
from tests.core.books import Ledger, day
from tests.desk import Office, an_office
from tests.ledgers import store

PATH = "/desk/settings/statements/wording"
NOT_A_DEMAND = "本函仅为复核账目之用，并非催款结算。"


def wording(law="cn", *, checking=False, reserved=True, deliveries="beside", **changes):
    texts = texts_of(law, {})
    for name, text in changes.items():
        language, _, clause = name.partition("_")
        texts[{"en": "en", "zh": "zh-CN"}[language]][clause] = text
    return ChangeWording(law, checking, reserved, deliveries, texts)


def decide(installation, command):
    with installation.work(SYSTEM) as w:
        return change_wording(w, command)


def issued(installation, month):
    with installation.reading(SYSTEM) as r:
        rows = r.session.scalars(
            select(Statement.payload).where(Statement.period_to == Month(2026, month).last_on)
        )
        return rows.one()


def issue(installation, month):
    issue_statements(lambda: installation.work(SYSTEM), IssueStatements(Month(2026, month)))


def said(payload, language="en"):
    job: Job = statement_job(payload, language, "http://localhost/s")
    return job.html


def test_the_sentence_is_refused_by_name_and_nothing_is_saved(any_installation):
    with pytest.raises(RuleBroken, match="for_checking_only") as told:
        decide(any_installation, wording(zh_demand=f"请付款。{NOT_A_DEMAND}"))

    assert (told.value.field, told.value.facts["phrase"]) == ("zh_cn_demand", NOT_A_DEMAND)
    with any_installation.reading(SYSTEM) as r:
        assert r.session.scalars(select(Policy)).all() == []


def test_ticked_deliberately_it_stands_in_place_of_the_demand(any_installation):
    decide(any_installation, wording(checking=True))
    told = Ledger()
    told.invoice("I1", day("05-05"), "100.00")
    store(any_installation, told.book)
    issue(any_installation, 5)
    payload = issued(any_installation, 5)

    assert NOT_A_DEMAND in said(payload, "zh-CN")
    assert "立即支付已到期款项" not in said(payload, "zh-CN")


def test_a_statement_keeps_the_words_it_was_issued_with(any_installation):
    told = Ledger()
    told.invoice("I1", day("05-05"), "100.00")
    store(any_installation, told.book)
    issue(any_installation, 5)
    before = said(issued(any_installation, 5))
    decide(any_installation, wording("uk", reserved=False, en_demand="Pay by {deadline}."))
    told.invoice("I2", day("06-05"), "1.00")
    store(any_installation, told.book)
    issue(any_installation, 6)
    after = issued(any_installation, 6)

    assert said(issued(any_installation, 5)) == before
    assert "We hereby demand payment" in before
    assert "Our rights to late interest" in before
    assert "Pay by 4 Dec 2026." in said(after)
    assert "Late Payment of Commercial Debts" not in said(after)
    assert read_statement(after).head.wording.law == "uk"


def test_who_owes_nothing_is_asked_for_nothing(any_installation):
    told = Ledger()
    told.pay("P1", day("05-05"), "100.00")
    store(any_installation, told.book)
    issue(any_installation, 5)
    html = said(issued(any_installation, 5))

    assert "is the balance of your account" in html
    assert "demand payment" not in html


def test_a_change_is_a_version_in_the_audit_and_the_same_again_is_none(any_installation):
    first = decide(any_installation, wording("us", deliveries="inside"))
    again = decide(any_installation, wording("us", deliveries="inside"))
    with any_installation.reading(SYSTEM) as r:
        audited = r.session.scalars(select(Audit.kind).where(Audit.kind == "policy.changed")).all()

    assert first
    assert again is None
    assert len(audited) == 1


@pytest.fixture
def office(installation: Installation) -> Office:
    return an_office(installation)


def test_only_an_admin_decides(office: Office):
    clerk = office.enter("clerk")

    assert "Save the wording" not in clerk.visit(PATH).text
    clerk.send(PATH, 403, data={"csrf_token": clerk.token()})


def test_the_page_refuses_the_sentence_beside_its_field_and_keeps_what_was_typed(office: Office):
    admin = office.enter("admin")
    typed = "This letter is for checking only."
    page = admin.fill(admin.visit(PATH), PATH, 422, en_demand=typed)

    assert "may not interrupt the limitation period" in page.by_id("error-summary").text
    assert page.by_id("en_demand").text == typed


def test_every_law_has_its_page_and_saving_puts_it_in_force(office: Office):
    admin = office.enter("admin")
    page = admin.visit(f"{PATH}?law=uk")
    assert "In force is the wording for China" in page.text
    saved = admin.follow(admin.fill(page, PATH, deliveries="inside"))

    assert "Saved. It counts from today on." in saved.text
    with office.installation.reading(SYSTEM) as r:
        assert r.policy.values["statement_wording_law"] == "uk"
        assert r.policy.values["statement_deliveries"] == "inside"
        assert r.policy.values["statement_clauses"] == {}


def test_the_preview_shows_the_unsaved_words_in_both_languages(office: Office):
    admin = office.enter("admin")
    fields = admin.visit(PATH).form(PATH) | {"en_demand": "Pay us now."}
    shown = admin.send(f"{PATH}/preview", 200, data=fields).text

    assert "Pay us now." in shown
    assert "特此要求贵方立即支付已到期款项" in shown


def test_a_sample_is_printed_without_saving(office: Office):
    admin = office.enter("admin")
    fields = admin.visit(PATH).form(PATH)
    answer = admin.client.post(f"{PATH}/sample.pdf", data=fields)

    assert (answer.status_code, answer.data[:5]) == (200, b"%PDF-")
    with office.installation.reading(SYSTEM) as r:
        assert r.policy.id is None
