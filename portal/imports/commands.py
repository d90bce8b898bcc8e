"""The acts of the import page: keep an upload, check it, import it in the background."""

from __future__ import annotations

from portal.imports.columns import Options
from portal.imports.run import import_files

__all__ = ["Options", "import_files"]
