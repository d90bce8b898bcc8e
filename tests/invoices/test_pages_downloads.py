"""Archives of invoices: a few at once, many by a worker, for whom they belong to, for a week."""

import io
import json
import zipfile

import pytest
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from portal.base.access import SYSTEM
from portal.base.mail import write_mail
from portal.base.outbox import drain
from portal.core.ledger import Book
from portal.invoices import commands, daily, downloads
from portal.tables.files import Download, StoredFile
from portal.tables.journal import Outbox
from portal.tables.people import Membership
from portal.worker import REGISTRY
from tests.buyer import Buyer, ref_of
from tests.desk import Office, invoice
from tests.ledgers import store
from tests.page import Page


@pytest.fixture(autouse=True)
def printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing an invoice takes a while, and has a test of its own."""

    def print_it(_installation, _customer_id, ref, language) -> bytes:
        return f"%PDF {ref} {language}".encode()

    monkeypatch.setattr(downloads, "invoice_pdf", print_it)


@pytest.fixture
def many(office: Office) -> int:
    """More invoices than are packed at once."""
    count = downloads.AT_ONCE + 5
    made = [invoice(300 + n, "HUADONG", "10-01", "10-31", 1_00) for n in range(count)]
    entries, parts = zip(*made, strict=True)
    store(office.installation, Book(entries, parts))
    return count


def names_in(body: bytes) -> list[str]:
    return sorted(zipfile.ZipFile(io.BytesIO(body)).namelist())


def fetch(chen: Buyer, path: str, **data: object) -> TestResponse:
    answer = chen.client.post(path, data={"csrf_token": chen.token(), **data})
    assert answer.status_code == 200
    return answer


def order_all(chen: Buyer, query: str = "q=INV-3") -> Page:
    return chen.send(f"/downloads?{query}", data={"all": "1"})


def work_off(office: Office) -> None:
    drain(office.installation, REGISTRY, channels=["task"])


def test_a_few_chosen_invoices_come_at_once(chen: Buyer, office: Office):
    chosen = [ref_of(office, "INV-1"), ref_of(office, "INV-2")]
    answer = fetch(chen, "/downloads", chosen=chosen)

    assert names_in(answer.get_data()) == ["INV-1.pdf", "INV-2.pdf"]
    assert answer.headers["Content-Disposition"].endswith("invoices-2026-11-20.zip")


def test_all_that_match_a_filter_come(chen: Buyer):
    answer = fetch(chen, "/downloads?state=overdue", all="1")

    assert names_in(answer.get_data()) == ["INV-1.pdf", "INV-4.pdf"]


def test_what_is_anothers_is_in_no_archive(chen: Buyer, office: Office):
    foreign = ref_of(office, "INV-3")
    chen.send("/downloads", 404, data={"chosen": [foreign]})
    answer = fetch(chen, "/downloads", chosen=[foreign, ref_of(office, "INV-1")])

    assert names_in(answer.get_data()) == ["INV-1.pdf"]


def test_choosing_nothing_is_told_on_the_same_list(chen: Buyer):
    page = chen.follow(chen.send("/downloads?state=open", data={"chosen": ["iv_nonsense"]}))

    assert "Choose at least one invoice." in page.text
    assert page.response.request.full_path == "/invoices?state=open"


def test_many_are_packed_by_a_worker_and_wait_for_a_week(chen: Buyer, office: Office, many: int):
    ordered = order_all(chen)
    waiting = chen.follow(ordered)
    work_off(office)
    ready = chen.follow(ordered)
    path = ready.links["Download invoices-2026-11-20.zip"]

    assert f"0 of {many} are packed" in waiting.text
    assert "until 27 Nov 2026, 16:00" in ready.text
    assert len(names_in(chen.client.get(path).get_data())) == many


def test_how_far_it_is_can_be_asked_for_alone(chen: Buyer, office: Office, many: int):
    path = order_all(chen).response.headers["Location"]
    waiting = chen.region(path, "download-part")
    work_off(office)
    ready = chen.region(path, "download-part")

    assert ("every 2s" in waiting.source, "every 2s" in ready.source) == (True, False)
    assert f"The archive of {many} invoices is ready" in ready.text


@pytest.mark.usefixtures("many")
def test_a_second_click_is_the_same_download(chen: Buyer, office: Office):
    first, second = (order_all(chen).response.headers["Location"] for _ in range(2))
    with office.installation.reading(SYSTEM) as r:
        tasks = r.session.scalars(select(Outbox.kind).where(Outbox.kind == "download")).all()

    assert (first == second, len(tasks)) == (True, 1)


def test_a_mail_says_that_it_is_ready(chen: Buyer, office: Office, many: int):
    path = order_all(chen).response.headers["Location"]
    work_off(office)
    with office.installation.reading(SYSTEM) as r:
        mail = r.session.scalars(select(Outbox).where(Outbox.channel == "email")).one()
        payload = json.loads(mail.payload)
        values = downloads.download_values(r, payload)
        frame = {"company": r.company, "to_name": "Chen Wei", "zone": "Asia/Shanghai"}
    written = write_mail("download", "en", {**values, **frame, "absolute": str})

    assert written.subject == f"Your archive of {many} invoices is ready"
    assert path in written.text


def test_more_than_one_archive_holds_is_refused_in_words(
    chen: Buyer, many: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(commands, "MOST", many - 1)
    page = chen.follow(order_all(chen))

    assert f"One download holds {many - 1} invoices at most." in page.text


@pytest.mark.usefixtures("many")
def test_anothers_download_is_not_found(chen: Buyer, office: Office):
    path = order_all(chen).response.headers["Location"]
    work_off(office)
    other = Buyer(office, "BERGMANN")

    for ending in ("", ".zip"):
        other.visit(f"{path}{ending}", 404)
    assert "No downloads" in other.visit("/downloads").text


@pytest.mark.usefixtures("many")
def test_who_no_longer_belongs_to_the_customer_has_it_no_more(treasury: Buyer, office: Office):
    path = order_all(treasury).response.headers["Location"]
    work_off(office)
    treasury.visit(path)
    with office.installation.work(SYSTEM) as w:
        left = w.session.scalars(select(Membership.customer_id)).first()
        w.session.execute(delete(Membership).where(Membership.customer_id == left))

    treasury.visit(path, 404)
    treasury.visit(f"{path}.zip", 404)


@pytest.mark.usefixtures("many")
def test_after_its_week_it_is_gone_and_its_file_too(chen: Buyer, office: Office):
    path = order_all(chen).response.headers["Location"]
    work_off(office)
    with office.installation.reading(SYSTEM) as r:
        digest = r.session.scalars(select(StoredFile.sha256)).one()
    again = Buyer(office, "HUADONG", role="customer_viewer")
    office.pass_days(7)
    swept = daily.run(office.installation, office.installation.clock.now().date())

    assert swept == {"downloads": 1}
    with pytest.raises(FileNotFoundError):
        office.installation.storage.get(digest)
    with office.installation.reading(SYSTEM) as r:
        assert r.session.scalars(select(Download)).all() == []
    assert again.client.get(path).status_code in {303, 401, 404}


@pytest.mark.usefixtures("many")
def test_a_worker_that_was_killed_begins_anew(
    chen: Buyer, office: Office, monkeypatch: pytest.MonkeyPatch
):
    order_all(chen)
    with office.installation.reading(SYSTEM) as r:
        payload = json.loads(r.session.scalars(select(Outbox.payload)).one())
    with monkeypatch.context() as broken:
        broken.setattr(downloads, "keep_file", no_space)
        with pytest.raises(OSError, match="full"):
            downloads.make_download(office.installation, payload)
    downloads.make_download(office.installation, payload)
    downloads.make_download(office.installation, payload)

    with office.installation.reading(SYSTEM) as r:
        assert r.session.scalars(select(Download.state)).one() == "ready"
        assert len(r.session.scalars(select(Outbox).where(Outbox.channel == "email")).all()) == 1


def no_space(*_: object) -> str:
    raise OSError("the disk is full")
