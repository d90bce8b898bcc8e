"""
The evidence pack as a worker makes it: section by section into a file on disk, then its manifest.

What lacks, and what could not be made, is named on the cover. Made anew after a kill it holds the
same files: everything is told as of the day on which it was asked for.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from portal.base.access import SYSTEM, NotFound
from portal.base.documents.render import DocumentError
from portal.base.documents.seal import open_seal, sign_bytes
from portal.base.evidence import sha256_of_text
from portal.base.installation import Installation
from portal.base.language import N_, speaking
from portal.base.language import gettext as _
from portal.base.storage import know_file
from portal.escalation.cases.claim import claim_of
from portal.escalation.cases.evidence import completeness_of
from portal.escalation.cases.pack.box import Box, Packed, manifest_of, numbered, sums_of
from portal.escalation.cases.pack.cover import cover_pdf, manifest_pdf
from portal.escalation.cases.pack.documents import claimed, invoiced, stated
from portal.escalation.cases.pack.goods import agreed, delivered
from portal.escalation.cases.pack.packing import Lack, Packing, Section
from portal.escalation.cases.pack.proofs import limited, trailed
from portal.escalation.cases.pack.talks import disputed, noticed, papers, promised, talked
from portal.escalation.cases.queries import get_case_by_id
from portal.invoices.sheet import parties_of
from portal.people.recognising import actor_of
from portal.tables.cases import EvidencePack

TASK = "evidence_pack"
ZIP = "application/zip"
#: So much of an archive lies in memory before it goes to a disk.
SPOOL = 16 << 20
SECTIONS: tuple[Section, ...] = (
    Section(N_("The claim"), claimed),
    Section(N_("Statements and confirmations"), stated),
    Section(N_("Invoices"), invoiced),
    Section(N_("Contracts and amendments"), agreed),
    Section(N_("Deliveries"), delivered),
    Section(N_("Promises and instalment plans"), promised),
    Section(N_("Disputes and their answers"), disputed),
    Section(N_("Reminders and demands"), noticed),
    Section(N_("Letters of law and court papers"), papers),
    Section(N_("Talks"), talked),
    Section(N_("Limitation"), limited),
    Section(N_("Audit trail"), trailed),
)
README = N_(
    "Evidence pack %(number)s\n\n"
    "Open the file that begins with 00: it tells the claim and lists everything that is here.\n\n"
    "Is everything here as it was made?\n\n"
    "    sha256sum -c MANIFEST.txt\n\n"
    "Is the list itself ours and unchanged?\n\n"
    "    accord verify --document MANIFEST.pdf --public-key seal.pem\n"
    "    openssl x509 -in seal.pem -pubkey -noout > seal.pub.pem\n"
    "    openssl dgst -sha256 -verify seal.pub.pem -signature manifest.json.sig manifest.json\n\n"
    "MANIFEST.pdf carries our seal and names the hash of manifest.json; any PDF reader that shows "
    "signatures checks it. The certificate seal.pem is the same as at %(url)s/verify/seal.pem.\n"
)


@dataclass
class Filling:
    """What a pack has been filled with so far."""

    box: Box
    #: By section: its title, and its files.
    contents: list[tuple[str, list[Packed]]] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)


def make_pack(installation: Installation, payload: dict[str, Any]) -> None:
    """The task: makes the pack, keeps it, and says that it is there; once."""
    p = _packing(installation, payload["pack_id"])
    if p is None:
        return
    folder = _folder(installation)
    with tempfile.SpooledTemporaryFile(SPOOL, dir=folder) as out, speaking(p.language):
        filling = Filling(Box(out))
        for number, section in enumerate(SECTIONS, start=1):
            _fill(p, filling, number, section)
        manifest = _end(p, filling)
        digest, size = installation.storage.put_from(out)
    with installation.work(SYSTEM) as w:
        know_file(w, digest, size, ZIP)
        row = w.session.get_one(EvidencePack, p.pack_id, with_for_update=True)
        if row.state != "pending":
            return  # another worker was faster
        row.state, row.file_sha256, row.made_at = "ready", digest, w.now
        row.manifest_sha256 = manifest
        told = {"files": len(filling.box.files), "lacks": filling.lacks}
        row.facts = json.dumps(json.loads(row.facts) | told, ensure_ascii=False, sort_keys=True)
        w.audit(
            "case.pack_made",
            f"case/{row.case_id}",
            customer_id=row.customer_id,
            pack=row.id,
            file_sha256=digest,
            manifest_sha256=manifest,
        )


def _folder(installation: Installation) -> str | None:
    """A place on the installation's own disk: the machine's may be in its memory."""
    folder = Path(installation.config.instance)
    return str(folder) if folder.is_dir() else None


def _packing(installation: Installation, pack_id: int) -> Packing | None:
    """What the pack is about, as of the day that it was asked for; None once it is made."""
    with installation.reading(SYSTEM) as r:
        row = r.session.get(EvidencePack, pack_id)
        if row is None or row.state != "pending":
            return None
        actor, zone = actor_of(r, row.asked_by), r.company.timezone
        asked_at, case_id, language = row.asked_at, row.case_id, row.language
        wishes = json.loads(row.facts)
    on = asked_at.astimezone(ZoneInfo(zone)).date()
    with installation.reading(actor, on) as r:
        view = get_case_by_id(r, case_id)
        return Packing(
            installation=installation,
            actor=actor,
            pack_id=pack_id,
            asked_at=asked_at,
            on=on,
            zone=zone,
            view=view,
            claim=claim_of(r, view),
            parties=parties_of(r, view.row.customer_id),
            language=language,
            with_contacts=bool(wishes.get("contacts")),
        )


def _fill(p: Packing, filling: Filling, number: int, section: Section) -> None:
    """A section's files, one at a time; one that cannot be made is named and left out."""
    title = _(section.title)
    packed: list[Packed] = []
    for piece in section.fill(p):
        if isinstance(piece, Lack):
            filling.lacks.append(piece.text)
            continue
        try:
            content = piece.make()
        except (DocumentError, FileNotFoundError, NotFound, ValueError) as problem:
            told = _("%(name)s could not be made: %(why)s", name=piece.name, why=str(problem)[:200])
            filling.lacks.append(told)
            continue
        name = numbered(number, title, len(packed) + 1, piece.name)
        packed.append(filling.box.put(name, piece.title, content))
    if packed:
        filling.contents.append((f"{number:02} {title}", packed))


def _end(p: Packing, filling: Filling) -> str:
    """The cover, how to check it all, the manifest and its seal; tells the manifest's SHA-256."""
    box = filling.box
    with p.reading() as r:
        found = completeness_of(r, p.customer_id, p.claim.lines)
        seal = open_seal(p.installation.config, r.company.legal_name, r.now)
    cover = cover_pdf(p, filling.contents, filling.lacks, found)
    box.put(f"00 {_('Evidence pack')} {p.view.row.number}.pdf", _("Cover and contents"), cover)
    url = p.installation.config.public_url.rstrip("/")
    readme = _(README) % {"number": p.view.row.number, "url": url}
    box.put("README.txt", _("How to check this pack"), readme.encode())
    manifest = manifest_of(_told(p), box.files)
    signed = box.put("manifest.json", _("What is in it"), manifest)
    sums = box.put("MANIFEST.txt", _("Hashes for sha256sum"), sums_of(box.files))
    box.put("manifest.json.sig", _("Signature of the list"), sign_bytes(seal, manifest))
    box.put("seal.pem", _("Certificate of the seal"), seal.public_pem)
    sealed = manifest_pdf(p, seal, manifest.decode(), (signed, sums))
    box.put("MANIFEST.pdf", _("The list, sealed"), sealed)
    box.close()
    return sha256_of_text(manifest.decode())


def _told(p: Packing) -> dict[str, Any]:
    """What the manifest says besides its files."""
    claim = p.claim
    return {
        "case": p.view.row.number,
        "supplier": p.parties.supplier,
        "customer": {"code": p.parties.customer_code, "name": p.parties.customer},
        "as_of": p.on.isoformat(),
        "asked_at": p.asked_at.isoformat(),
        "language": p.language,
        "claim": {
            "currency": claim.currency,
            "principal": claim.principal.major(),
            "charges": claim.charges.major(),
            "late_interest": claim.interest.major(),
            "total": claim.total.major(),
        },
    }


TASKS = {TASK: make_pack}
