"""How large a table the cells of a sheet span, told from its XML before anything makes room."""

from __future__ import annotations

import re

#: What the reader of workbooks makes room for at once, used or not: about 300 MB.
MOST_CELLS = 10_000_000
#: More than any program can address; what is beyond counts as this.
FARTHEST = 1 << 24

_ADDRESS = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)([0-9]+)["']""")
#: A cell that does not say where it stands: it stands in the row that was named last.
_UNPLACED = re.compile(rb"<(?:\w+:)?c(?=[\s/>])(?![^<>]*\br\s*=)")


class Extent:
    """
    The farthest row and column of a sheet, as its XML is read piece by piece.

    >>> extent = Extent()
    >>> extent.read(b'<row r="1"><c r="A1"/></row><row r="1048576"><c r="XF')
    >>> extent.read(b'D1048576"/></row>')
    >>> extent.cells
    17179869184
    """

    def __init__(self) -> None:
        self._row = 0
        self._named_row = 0
        self._column = 1
        self._has_unplaced = False
        self._rest = b""

    @property
    def cells(self) -> int:
        """How many cells the table has that begins at A1 and holds them all."""
        return max(self._row, self._named_row if self._has_unplaced else 0) * self._column

    def read(self, block: bytes) -> None:
        """Looks at the next piece; a tag that it cuts waits for the piece after."""
        whole, closed, rest = (self._rest + block).rpartition(b">")
        self._rest = rest[-len(block) :]
        columns = set()
        for letters, digits in _ADDRESS.findall(whole + closed):
            row = min(int(digits[:9]), FARTHEST)
            if letters:
                columns.add(letters)
                self._row = max(self._row, row)
            else:
                self._named_row = max(self._named_row, row)
        self._column = max([self._column, *map(_column_number, columns)])
        self._has_unplaced = self._has_unplaced or _UNPLACED.search(whole + closed) is not None


def _column_number(letters: bytes) -> int:
    """
    The column that letters name.

    >>> _column_number(b"A"), _column_number(b"xfd")
    (1, 16384)
    """
    number = 0
    for letter in letters.upper()[:8]:
        number = number * 26 + letter - 64
    return min(number, FARTHEST)
