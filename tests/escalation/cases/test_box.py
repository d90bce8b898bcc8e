"""The archive of a pack: the same files make the same bytes, and a large one is kept in pieces."""

import hashlib
import io
import tempfile
import zipfile

from portal.base.installation import Installation
from portal.escalation.cases.pack.box import Box, manifest_of, numbered, sums_of


def packed() -> tuple[bytes, Box]:
    out = io.BytesIO()
    box = Box(out)
    box.put(numbered(3, "Invoices", 1, "INV/1.pdf"), "Invoice", b"%PDF-1.7")
    box.put(numbered(1, "主张", 2, "../claim.csv"), "Claim", b"a,b\n" * 100)
    box.close()
    return out.getvalue(), box


def test_the_same_files_make_the_same_archive():
    (first, box), (second, _again) = packed(), packed()

    assert first == second
    assert [each.name for each in box.files] == [
        "03 Invoices/03-001 INV_1.pdf",
        "01 主张/01-002 _claim.csv",
    ]


def test_it_is_an_archive_whose_names_are_read_in_any_script():
    body, _box = packed()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        assert archive.read("01 主张/01-002 _claim.csv") == b"a,b\n" * 100
        pdf, text = archive.infolist()
    assert (pdf.compress_type, text.compress_type) == (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def test_the_lists_are_ordered_by_name_whatever_came_first():
    _body, box = packed()

    assert manifest_of({}, box.files) == manifest_of({}, box.files[::-1])
    assert sums_of(box.files).decode().splitlines()[0].endswith("01-002 _claim.csv")


def test_a_large_file_is_kept_without_being_held_whole(installation: Installation):
    content = b"0123456789abcdef" * (1 << 17)
    with tempfile.TemporaryFile() as file:
        file.write(content)
        digest, size = installation.storage.put_from(file)
        again = installation.storage.put_from(file)

    assert (digest, size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert again == (digest, size)
    assert installation.storage.get(digest) == content
    assert installation.storage.put(content) == digest
