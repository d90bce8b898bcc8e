"""The audit trail written out: signed JSON lines that anybody can check, and CSV."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator

from portal.audit.trail import MOST_EXPORTED, AskTrail, matching
from portal.base.documents.seal import Seal, sign_bytes
from portal.base.spreadsheets import Row
from portal.base.work import Reader, audit_entry

README = """Audit trail, written out by Accord.

audit.jsonl      one entry a line, oldest first, as sorted JSON, with prev_hash and hash
audit.jsonl.sig  a signature of the whole file audit.jsonl by the company's seal (SHA-256, DER)
seal.pem         the certificate of the seal, the same as at /verify/seal.pem

Is the file ours and unchanged?

  openssl x509 -in seal.pem -pubkey -noout > seal.pub.pem
  openssl dgst -sha256 -verify seal.pub.pem -signature audit.jsonl.sig audit.jsonl

Is an entry as it was written? hash = SHA-256(prev_hash + the entry's sorted JSON without prev_hash
and hash, no blanks, UTF-8); and prev_hash is the hash of the entry numbered one less. An extract
that was filtered leaves entries out, so that not every prev_hash is in it.
"""
CSV_HEAD = ("id", "at", "kind", "actor_kind", "actor_id", "customer_id", "subject", "facts", "hash")


def jsonl(r: Reader, asked: AskTrail) -> bytes:
    """The entries that match as JSON lines, oldest first."""
    rows = list(r.session.scalars(matching(r, asked).limit(MOST_EXPORTED)))
    out = io.StringIO()
    for row in reversed(rows):
        line = audit_entry(row) | {"prev_hash": row.prev_hash, "hash": row.hash}
        out.write(
            json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"
        )
    return out.getvalue().encode()


def signed_archive(r: Reader, asked: AskTrail, seal: Seal) -> bytes:
    """The JSON lines, their signature, the certificate to check it by, and how to."""
    lines = jsonl(r, asked)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("audit.jsonl", lines),
            ("audit.jsonl.sig", sign_bytes(seal, lines)),
            ("seal.pem", seal.public_pem),
            ("README.txt", README.encode()),
        ):
            archive.writestr(name, content)
    return out.getvalue()


def csv_rows(r: Reader, asked: AskTrail) -> Iterator[Row]:
    """The entries that match for a spreadsheet, newest first."""
    for row in r.session.scalars(matching(r, asked).limit(MOST_EXPORTED)):
        entry = audit_entry(row)
        kind, actor_id = entry["actor"]
        facts = json.dumps(entry["facts"], ensure_ascii=False, sort_keys=True)
        yield (
            *(row.id, entry["at"], row.kind, kind, actor_id, row.customer_id, row.subject),
            *(facts, row.hash),
        )
