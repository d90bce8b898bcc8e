"""The first and the last page of a pack: claim and contents, and the list of hashes, sealed."""

from __future__ import annotations

from collections.abc import Sequence

from portal.base import formats
from portal.base.documents.fetching import Unanswered
from portal.base.documents.letters import seal_line, stamped
from portal.base.documents.printer import Attachment, Job
from portal.base.documents.render import print_pdf, sheet_of
from portal.base.documents.seal import Seal
from portal.base.documents.sealing import (
    Sealing,
    Standing,
    authority_of,
    sealed_in_time,
    sealed_plainly,
)
from portal.core.claim import Evidence
from portal.escalation.cases import names
from portal.escalation.cases.evidence import Completeness
from portal.escalation.cases.pack.box import Packed
from portal.escalation.cases.pack.packing import Packing, some
from portal.escalation.cases.sheet import claim_values

#: Count up when the templates change what is printed.
COVER, MANIFEST = "pack-cover/1", "pack-manifest/1"
REASON = "Evidence pack"
#: What the sections do not say of themselves when it lacks.
ASKED_HERE = (Evidence.RECEIPT, Evidence.ACKNOWLEDGEMENT, Evidence.DEMAND)
#: How anybody checks the list and what it lists.
COMMANDS = (
    "sha256sum -c MANIFEST.txt",
    "accord verify --document MANIFEST.pdf --public-key seal.pem",
)
#: So many files of a section are listed on the cover; the manifest lists them all.
MOST_LISTED = 120


def cover_pdf(
    p: Packing,
    contents: Sequence[tuple[str, list[Packed]]],
    lacks: Sequence[str],
    found: Completeness,
) -> bytes:
    """What is claimed, what is in the pack, and what is not."""
    html = sheet_of(
        "pack_cover",
        lang=p.language,
        parties=p.parties,
        contents=[(title, files[:MOST_LISTED], len(files)) for title, files in contents],
        lacks=list(dict.fromkeys(lacks)),
        lacking=[
            (names.evidence_name(kind), some(numbers))
            for kind, numbers in found.lacking.items()
            if kind in ASKED_HERE
        ],
        asked_at=p.moment(p.asked_at),
        **claim_values(p.view, p.claim, p.language),
    )
    return print_pdf(Job(html, "record", f"{COVER} {p.language} {p.view.row.ref} {p.pack_id}"))


def manifest_pdf(p: Packing, seal: Seal, manifest: str, files: tuple[Packed, ...]) -> bytes:
    """The hash of the list on a page under our seal; the list itself lies inside."""

    def printed(standing: Standing) -> bytes:
        html = sheet_of(
            "pack_manifest",
            lang=p.language,
            parties=p.parties,
            row=p.view.row,
            files=files,
            commands=COMMANDS,
            fingerprint=seal.fingerprint,
            seal=seal_line(standing, p.zone),
            asked_at=p.moment(p.asked_at),
            total=formats.money(p.claim.total),
            on=p.on,
        )
        made_at = p.asked_at.isoformat()
        carried = (
            Attachment("evidence.json", manifest.encode(), "manifest.json", made_at),
            *stamped(standing, made_at),
        )
        told = f"{MANIFEST} {p.language} {p.view.row.ref} {p.pack_id}"
        return print_pdf(Job(html, "record", told, carried))

    by = Sealing(seal, REASON, p.installation.clock.now())
    authority = authority_of(p.installation.config)
    try:
        if authority is not None:
            return sealed_in_time(printed, manifest, by, authority).pdf
    except Unanswered:
        return sealed_plainly(printed, by, is_missed=True).pdf
    return sealed_plainly(printed, by, is_missed=False).pdf
