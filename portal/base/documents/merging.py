"""Several PDFs as one, for a printer: their pages as they are, without what only screens read."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

#: What of a page points at the document that it comes from.
OF_ITS_DOCUMENT = ("/Parent", "/StructParents", "/Annots", "/Tabs")
#: What a page may have from the nodes above it.
HANDED_ON = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")


def merged(pdfs: Sequence[bytes]) -> bytes:
    """All their pages in one file, in order."""
    from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import PdfFileWriter

    writer: Any = PdfFileWriter()  # type: ignore[no-untyped-call]
    for pdf in pdfs:
        root: Any = PdfFileReader(io.BytesIO(pdf)).root
        # A document's pages come over together, so that they share its fonts here too.
        pages: Any = ArrayObject(DictionaryObject(page) for page in _pages(root["/Pages"], {}))  # type: ignore[no-untyped-call]
        pages.container_ref = root.get_container_ref()
        for page in writer.import_object(pages):
            writer.insert_page(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _pages(node: Any, above: dict[Any, Any]) -> Iterator[dict[Any, Any]]:
    """The pages below a node of a document's tree, each with all that it needs."""
    own = {name: node.raw_get(name) for name in node if name not in OF_ITS_DOCUMENT}
    if node["/Type"] != "/Pages":
        yield {**above, **own}
        return
    handed_on = {**above, **{name: own[name] for name in HANDED_ON if name in own}}
    for kid in node["/Kids"]:
        yield from _pages(kid.get_object(), handed_on)
