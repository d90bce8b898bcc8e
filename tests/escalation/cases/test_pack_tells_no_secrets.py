"""
What the house notes for itself is in no evidence pack, and what both sides signed and said is.

One word stands in a dispute's note, in its file and in a contract's file that proves nothing; every
file of the pack is unpacked and searched for it.
"""

import io
import subprocess
import zipfile
from urllib.parse import urlsplit

import pytest

from portal.base.access import SYSTEM
from portal.base.outbox import drain
from portal.tables.cases import EvidencePack
from portal.tables.customers import Customer
from portal.worker import REGISTRY
from tests.buyer import Buyer, ref_of
from tests.desk import DeskBrowser, Office
from tests.escalation.cases.test_pages import opened

INSIDE, OUTSIDE = "ZEBRA7731INSIDE", "HERON4402OUTSIDE"
PDF = f"%PDF-1.7\n{INSIDE}\n".encode()


def text_of(body: bytes) -> bytes:
    if not body.startswith(b"%PDF"):
        return body
    command = ["pdftotext", "-layout", "-", "-"]
    return body + subprocess.run(command, input=body, capture_output=True, check=False).stdout


@pytest.fixture
def lawyer(office: Office) -> DeskBrowser:
    return office.enter("legal")


def talked_about(office: Office, clerk: DeskBrowser) -> None:
    """A dispute of INV-4 with a note of the house, its file and an answer."""
    buyer = Buyer(office, "HUADONG", role="customer_admin")
    raised = f"/disputes/new?invoice={ref_of(office, 'INV-4')}"
    page = buyer.fill(buyer.visit(raised), raised, reason="price", said=OUTSIDE, amount="10")
    path = "/desk" + urlsplit(page.response.headers["Location"]).path
    told = {
        "csrf_token": clerk.token(),
        "note-body": f"{INSIDE} they are right",
        "note-files": (io.BytesIO(PDF), f"{INSIDE}.pdf"),
    }
    clerk.send(f"{path}/notes", data=told, content_type="multipart/form-data")
    page = clerk.visit(f"{path}?verdict=reject")
    clerk.fill(page, f"{path}/decisions/reject", root_cause="other")


def pack_of(office: Office, lawyer: DeskBrowser, path: str) -> dict[str, bytes]:
    lawyer.fill(lawyer.visit(path), f"{path}/packs")
    drain(office.installation, REGISTRY, channels=["task"])
    shown = lawyer.visit(path)
    [link] = [one.get("href") for one in shown.everything() if one.get("href").endswith(".zip")]
    body = lawyer.client.get(link).get_data()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_pack_has_the_talk_of_a_dispute_and_no_note(office: Office, lawyer: DeskBrowser):
    office.issue()
    talked_about(office, office.enter("clerk"))
    lead = office.enter("collections_lead")
    path = opened(office, lawyer, lead)
    event = f"{path}/events/new?act=note"
    lawyer.fill(lawyer.visit(event), event, words=f"{INSIDE} we would settle for half.")

    files = pack_of(office, lawyer, path)

    told = {name: name.encode() + text_of(body) for name, body in files.items()}
    assert [name for name in told if INSIDE.encode() in told[name]] == []
    assert [name for name in told if OUTSIDE.encode() in told[name]]
    assert [name for name in files if "DSP-1.pdf" in name]
    assert [name for name in files if "audit.jsonl" in name]


def test_another_customer_is_in_no_file_of_it(office: Office, lawyer: DeskBrowser):
    lead = office.enter("collections_lead")
    with office.installation.reading(SYSTEM) as r:
        others = [each.name for each in r.session.query(Customer) if each.code != "HUADONG"]
    files = pack_of(office, lawyer, opened(office, lawyer, lead))

    whole = b"".join(map(text_of, files.values()))
    assert others
    assert not any(name.encode() in whole for name in others)


def test_no_customer_and_no_stranger_gets_it(office: Office, lawyer: DeskBrowser):
    lead = office.enter("collections_lead")
    path = opened(office, lawyer, lead)
    pack_of(office, lawyer, path)
    with office.installation.reading(SYSTEM) as r:
        pack = r.session.query(EvidencePack).one()
        address = f"{path}/packs/{r.refs.of('ep', pack.id)}.zip"
    buyer = Buyer(office, "HUADONG", role="customer_admin")

    assert buyer.client.get(address).status_code == 404
    assert buyer.client.get(path).status_code == 404
    assert office.app.test_client().get(address).status_code != 200
    auditor = office.enter("auditor")
    assert auditor.client.post(f"{path}/packs").status_code != 303
