"""The evidence pack: everything that proves a claim, each file with its hash, the list sealed."""

import hashlib
import io
import json
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import update

from portal.base.access import SYSTEM
from portal.base.attaching import AttachedFile
from portal.base.documents import archive
from portal.base.documents.printer import Job
from portal.base.documents.render import DocumentError
from portal.base.documents.seal import open_seal
from portal.base.kept_files import HOUSE, Files, keep_files
from portal.base.outbox import drain
from portal.core.case import Act, Happened
from portal.escalation.cases.keeping import NoteEvent, note_event
from portal.escalation.cases.pack.ordering import OrderPack, order_pack
from portal.invoices.sheet import invoice_files
from portal.statements.certificate.checks import check_apart, check_document
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.tables.cases import EvidencePack
from portal.tables.collecting import ContactLog
from portal.tables.contracts import Contract
from portal.tables.deliveries import Delivery
from portal.tables.escalation import Notice
from portal.tables.invoices import Invoice
from portal.tables.journal import Audit
from portal.worker import REGISTRY
from tests.desk import OCTOBER, day
from tests.escalation.cases.stage import LAWYER, TODAY, Chambers

PDF = b"%PDF-1.7\n1 0 obj\n"
WORDS = "You owe us CNY 40.00."


@dataclass
class Opened:
    """A pack that was fetched: its row, its bytes, its files."""

    row: EvidencePack
    body: bytes
    files: dict[str, bytes]

    def named(self, part: str) -> list[str]:
        return [name for name in self.files if part in name]

    def only(self, part: str) -> bytes:
        [name] = self.named(part)
        return self.files[name]

    def text(self, part: str) -> str:
        command = ["pdftotext", "-layout", "-", "-"]
        found = subprocess.run(command, input=self.only(part), capture_output=True, check=True)
        return found.stdout.decode()


def made(chambers: Chambers, case_id: int, language: str = "en", **wish: bool) -> Opened:
    """The pack as a worker makes it."""
    order = OrderPack(case_id, language, **wish)
    pack_id = chambers.act(LAWYER, order_pack, order)
    drain(chambers.installation, REGISTRY, channels=["task"])
    return fetched(chambers, pack_id)


def fetched(chambers: Chambers, pack_id: int) -> Opened:
    [row] = chambers.rows(EvidencePack, EvidencePack.id == pack_id)
    assert row.state == "ready"
    body = chambers.installation.storage.get(row.file_sha256)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return Opened(row, body, files)


def proven(chambers: Chambers) -> int:
    """A case with a contract, a delivery, a statement, a notice and a letter; its id."""
    customer_id, installation = chambers.customer_id, chambers.installation
    case_id = chambers.opened()
    issue_statements(lambda: installation.work(SYSTEM), IssueStatements(OCTOBER))
    with installation.work(chambers.actor(LAWYER)) as w:
        contract = Contract(
            customer_id=customer_id,
            code="K-7",
            starts_on=day("01-01"),
            payment_terms="net 30",
            created_at=w.now,
        )
        w.session.add(contract)
        w.session.flush()
        invoice = chambers.entry_id("INV-4")
        w.session.execute(
            update(Invoice).where(Invoice.entry_id == invoice).values(contract_code="K-7")
        )
        signed = (AttachedFile("K-7 signed.pdf", "application/pdf", PDF + b"signed"),)
        files = Files(installation.storage, signed)
        keep_files(w, f"contract/{contract.id}", customer_id, "contract", HOUSE, files)
        delivery = Delivery(
            customer_id=customer_id,
            currency="CNY",
            number="DN-4",
            delivered_on=day("05-30"),
            amount_minor=40_00,
            invoice_code="INV-4",
            received_by="Wu Gang",
            posted_at=w.now,
        )
        w.session.add_all([delivery, a_notice(customer_id, w.now)])
    letter = (AttachedFile("letter of law.pdf", "application/pdf", PDF + b"letter"),)
    told = Happened(Act.DEMAND, TODAY)
    event = NoteEvent(case_id, told, "letter", files=Files(installation.storage, letter))
    chambers.act(LAWYER, note_event, event)
    return case_id


def a_notice(customer_id: int, now) -> Notice:
    return Notice(
        customer_id=customer_id,
        currency="CNY",
        key="dunning/1/email/wang@huadong.example",
        kind="ladder",
        step="letter",
        channel="email",
        strength="firm",
        language="en",
        to_name="Wang Fang",
        to_address="wang@huadong.example",
        on=day("07-20"),
        state="sent",
        subject="INV-4 is overdue",
        body_text=WORDS,
        body_sha256=hashlib.sha256(WORDS.encode()).hexdigest(),
        sent_at=now,
        rendered_at=now,
        made_at=now,
    )


def test_the_pack_holds_what_proves_the_claim(any_chambers: Chambers):
    """S-147, S-150, S-151."""
    pack = made(any_chambers, proven(any_chambers))

    for part in (
        *("00 Evidence pack CAS-", "claim.csv", "payments.csv", "interest.csv"),
        *("03-001 INV-4.pdf", "03-002 INV-1.pdf", "04-001 K-7.pdf", "K-7 signed.pdf"),
        *("05-001 deliveries.pdf", "08-001 notices.pdf", "letter of law.pdf"),
        *("README.txt", "manifest.json", "MANIFEST.txt", "MANIFEST.pdf", "seal.pem"),
    ):
        assert pack.named(part), part
    assert b"INV-1" in pack.only("payments.csv")
    assert "Wu Gang" in pack.text("deliveries.pdf")
    assert pack.only("N-1.txt") == WORDS.encode()


def test_every_hash_is_right_and_so_is_the_list_of_them(any_chambers: Chambers, tmp_path: Path):
    pack = made(any_chambers, proven(any_chambers))

    manifest = json.loads(pack.files["manifest.json"])
    for each in manifest["files"]:
        found = hashlib.sha256(pack.files[each["name"]]).hexdigest()
        assert (found, len(pack.files[each["name"]])) == (each["sha256"], each["size"])
    listed = {each["name"] for each in manifest["files"]}
    outside = {"manifest.json", "manifest.json.sig", "MANIFEST.txt", "MANIFEST.pdf", "seal.pem"}
    assert set(pack.files) - listed == outside
    with zipfile.ZipFile(io.BytesIO(pack.body)) as archive:
        archive.extractall(tmp_path)
    checked = subprocess.run(
        ["sha256sum", "--strict", "-c", "MANIFEST.txt"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
    )
    assert checked.returncode == 0
    digest = hashlib.sha256(pack.files["manifest.json"]).hexdigest()
    assert (digest, pack.row.manifest_sha256) == (pack.row.manifest_sha256, digest)
    assert manifest["claim"]["total"] == "110.00"


def test_the_signature_of_the_list_is_checked_by_openssl(chambers: Chambers, tmp_path: Path):
    pack = made(chambers, proven(chambers))
    for name in ("manifest.json", "manifest.json.sig", "seal.pem"):
        (tmp_path / name).write_bytes(pack.files[name])

    key = ["openssl", "x509", "-in", "seal.pem", "-pubkey", "-noout", "-out", "seal.pub.pem"]
    subprocess.run(key, cwd=tmp_path, check=True)
    verify = ["openssl", "dgst", "-sha256", "-verify", "seal.pub.pem"]
    verify += ["-signature", "manifest.json.sig", "manifest.json"]
    assert (
        b"Verified OK"
        in subprocess.run(verify, cwd=tmp_path, check=True, capture_output=True).stdout
    )


def test_the_sealed_page_is_ours_and_a_changed_one_is_not(chambers: Chambers):
    pack = made(chambers, proven(chambers))
    sealed = pack.files["MANIFEST.pdf"]
    with chambers.installation.reading(SYSTEM) as r:
        seal = open_seal(chambers.installation.config, r.company.legal_name, r.now)
        key = seal.fingerprint
        here = check_document(r, sealed, key)

    assert check_apart(sealed, key).ok
    assert here.ok, here.checks
    assert not check_apart(sealed.replace(b"/Title", b"/TitlE", 1), key).ok
    digest = hashlib.sha256(pack.files["manifest.json"]).hexdigest()
    assert digest in pack.text("MANIFEST.pdf").replace("\n", "").replace(" ", "")


def test_what_lacks_stands_on_the_cover(chambers: Chambers):
    case_id = chambers.opened()
    pack = made(chambers, case_id)
    cover = pack.text("00 Evidence pack")

    assert "No contract is named by: INV-4, INV-1." in cover
    assert "No delivery is known for: INV-4, INV-1." in cover
    assert "No statement was issued since the oldest item." in cover
    assert "Missing for INV-4, INV-1: Acknowledgement of the debt." in cover
    assert "CNY 110.00" in cover.replace("\xa0", " ")


def test_a_stored_file_that_is_gone_is_named_and_the_rest_is_there(chambers: Chambers):
    case_id = proven(chambers)
    storage = chambers.installation.storage
    storage.drop(hashlib.sha256(PDF + b"signed").hexdigest())
    pack = made(chambers, case_id)

    assert not pack.named("K-7 signed.pdf")
    assert "K-7 signed.pdf could not be made" in " ".join(pack.text("00 Evidence").split())


def test_the_same_order_makes_the_same_files(any_chambers: Chambers):
    """A worker that was killed begins anew; nothing but the seals' random numbers is other."""
    case_id = proven(any_chambers)
    first = made(any_chambers, case_id)
    with any_chambers.installation.work(SYSTEM) as w:
        row = w.session.get_one(EvidencePack, first.row.id)
        row.state, row.file_sha256, row.made_at = "pending", None, None
    REGISTRY.tasks["evidence_pack"](any_chambers.installation, {"pack_id": first.row.id})
    second = fetched(any_chambers, first.row.id)

    assert list(second.files) == list(first.files)
    assert second.files["MANIFEST.txt"] == first.files["MANIFEST.txt"]
    assert second.row.manifest_sha256 == first.row.manifest_sha256


def test_asking_while_one_is_made_asks_nothing_more(any_chambers: Chambers):
    case_id = any_chambers.opened()
    order = OrderPack(case_id, "en")
    first, second = (any_chambers.act(LAWYER, order_pack, order) for _ in range(2))

    assert first == second
    kinds = [each.kind for each in any_chambers.rows(Audit, Audit.subject == f"case/{case_id}")]
    assert kinds.count("case.pack_ordered") == 1


def test_a_pack_is_made_in_the_language_that_was_chosen(chambers: Chambers):
    case_id = chambers.opened()
    english, chinese = made(chambers, case_id), made(chambers, case_id, "zh-CN")

    assert [json.loads(each.files["manifest.json"])["language"] for each in (english, chinese)] == [
        "en",
        "zh-CN",
    ]
    assert len(english.files) == len(chinese.files)
    assert "人民币" in chinese.text("00 ")


@pytest.mark.parametrize("contacts", [True, False])
def test_talks_are_in_it_only_where_that_was_chosen(chambers: Chambers, contacts: bool):
    case_id = chambers.opened()
    with chambers.installation.work(SYSTEM) as w:
        w.session.add(
            ContactLog(
                customer_id=chambers.customer_id,
                on=day("08-01"),
                channel="call",
                direction="out",
                outcome="promised",
                reason="",
                spoke_with="Wang Fang",
                decides=True,
                note="By Friday.",
                user_id=chambers.ids[LAWYER],
                at=w.now,
                idempotency_key="talk",
            )
        )
    pack = made(chambers, case_id, contacts=contacts)

    assert bool(pack.named("talks.pdf")) is contacts
    if contacts:
        assert "By Friday." in pack.text("talks.pdf")


def test_an_invoice_that_cannot_be_printed_holds_none_of_its_slice_back(
    any_chambers: Chambers, monkeypatch: pytest.MonkeyPatch
):
    def press(job: Job) -> bytes:
        if "INV-4" in job.html:
            raise DocumentError("no ink")
        printed.append(job)
        return PDF

    printed: list[Job] = []
    monkeypatch.setattr(archive, "print_pdf", press)
    installation, customer_id = any_chambers.installation, any_chambers.customer_id
    with installation.reading(SYSTEM) as r:
        refs = [r.refs.of("iv", any_chambers.entry_id(each)) for each in ("INV-1", "INV-4")]

    found = invoice_files(installation, customer_id, refs, "en")
    again = invoice_files(installation, customer_id, refs, "en")

    assert list(found) == refs[:1]
    assert installation.storage.get(found[refs[0]]) == PDF
    assert (again, len(printed)) == (found, 1)
