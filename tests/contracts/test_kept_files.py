"""Files of contracts, applications and securities: who gets them, how much fits, never twice."""

from typing import Any

import pytest

from portal.base import kept_files
from portal.base.access import SYSTEM, Actor
from portal.base.attaching import AttachedFile
from portal.base.kept_files import Files, files_of, keep_files
from portal.core.errors import RuleBroken
from portal.people.recognising import actor_of
from portal.tables.files import KeptFile
from portal.tables.journal import AccessLog, Audit
from tests.buyer import Buyer
from tests.desk import DeskBrowser, Office

PDF = b"%PDF-1.7 a contract"


def actor(office: Office, browser: DeskBrowser) -> Actor:
    with office.installation.reading(SYSTEM) as r:
        return actor_of(r, browser.user_id)


def kept(office: Office, who: DeskBrowser, side: str = "customer", **told: Any) -> list[str]:
    """The references of what lies with contract 1 after these files were added."""
    given = [
        AttachedFile(name, "application/pdf", content)
        for name, content in told.pop("files", [("frame.pdf", PDF)])
    ]
    with office.installation.work(actor(office, who)) as w:
        customer_id = customer_id_of(w, "HUADONG")
        files = Files(office.installation.storage, tuple(given))
        keep_files(w, "contract/1", customer_id, told.get("kind", "contract"), side, files)
        return [row.ref for row in files_of(w, "contract/1")]


def customer_id_of(r: Any, code: str) -> int:
    return (
        r.session.connection()
        .exec_driver_sql(f"select id from customer where code = '{code}'")
        .scalar_one()
    )


def test_a_file_leaves_as_a_download_that_cannot_run(office: Office, clerk: DeskBrowser):
    [ref] = kept(office, clerk)
    answer = clerk.client.get(f"/files/{ref}")

    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="frame.pdf"')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_that_it_was_fetched_is_noted(office: Office, clerk: DeskBrowser):
    [ref] = kept(office, clerk)
    clerk.client.get(f"/files/{ref}")

    with office.installation.reading(SYSTEM) as r:
        [noted] = r.session.query(AccessLog).filter_by(act="downloaded").all()
    assert (noted.subject, noted.user_id) == ("file/1", clerk.user_id)


def test_a_customer_gets_its_own_side_and_never_the_houses(
    office: Office, clerk: DeskBrowser, chen: Buyer
):
    [own, house] = [kept(office, clerk), kept(office, clerk, "house", kind="credit_report")]

    assert chen.client.get(f"/files/{own[0]}").status_code == 200
    assert chen.client.get(f"/files/{house[-1]}").status_code == 404


def test_a_stranger_and_a_made_up_reference_get_nothing(office: Office, clerk: DeskBrowser):
    [ref] = kept(office, clerk)
    stranger = Buyer(office, "BERGMANN")

    assert stranger.client.get(f"/files/{ref}").status_code == 404
    assert clerk.client.get("/files/fl_0000000000000").status_code == 404


def test_sales_get_the_files_of_their_own_customers_alone(office: Office, clerk: DeskBrowser):
    [ref] = kept(office, clerk)
    sales = office.enter("sales")
    assert sales.client.get(f"/files/{ref}").status_code == 200
    with office.installation.work() as w:
        w.session.connection().exec_driver_sql("update customer set owner = 'Somebody else'")

    assert sales.client.get(f"/files/{ref}").status_code == 404


def test_the_same_file_sent_twice_lies_there_once(office: Office, clerk: DeskBrowser):
    assert kept(office, clerk) == kept(office, clerk)
    with office.installation.reading(SYSTEM) as r:
        assert r.session.query(Audit).filter_by(kind="file.kept").count() == 1


@pytest.mark.parametrize("limit", ["LARGEST_SUBJECT", "LARGEST_CUSTOMER"])
def test_there_is_room_for_so_much_and_no_more(
    office: Office, clerk: DeskBrowser, monkeypatch: pytest.MonkeyPatch, limit: str
):
    monkeypatch.setattr(kept_files, limit, len(PDF))
    kept(office, clerk)

    with pytest.raises(RuleBroken, match=r"attachment\.quota_"):
        kept(office, clerk, files=[("second.pdf", PDF + b"!")])
    with office.installation.reading(SYSTEM) as r:
        assert r.session.query(KeptFile).count() == 1
