"""Files kept by their content: a folder by default, any fsspec store by URL."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from typing import IO

import fsspec
from fsspec import AbstractFileSystem
from sqlalchemy import select

from portal.base.work import Work
from portal.tables.files import StoredFile

#: So much of a large file is held at once.
CHUNK = 1 << 20


@dataclass(frozen=True)
class Storage:
    """A content-addressed store: what is put is found by its SHA-256, and is never changed."""

    files: AbstractFileSystem
    root: str

    def put(self, content: bytes) -> str:
        """Keeps the bytes and tells their SHA-256; putting them twice keeps them once."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        if not self.files.exists(path):
            self.files.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            # Written beside and moved, so that a kill leaves no half file under the final name.
            self.files.pipe_file(f"{path}.new", content)
            self.files.mv(f"{path}.new", path)
        return digest

    def put_from(self, file: IO[bytes]) -> tuple[str, int]:
        """Keeps what a file holds without holding it whole; tells its SHA-256 and size."""
        told = hashlib.sha256()
        file.seek(0)
        while part := file.read(CHUNK):
            told.update(part)
        digest, size = told.hexdigest(), file.tell()
        path = self._path(digest)
        if not self.files.exists(path):
            self.files.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            file.seek(0)
            with self.files.open(f"{path}.new", "wb") as kept:
                shutil.copyfileobj(file, kept, CHUNK)
            self.files.mv(f"{path}.new", path)
        return digest, size

    def get(self, digest: str) -> bytes:
        """The bytes; `ValueError` when they are not what their name says."""
        content: bytes = self.files.cat_file(self._path(digest))
        if hashlib.sha256(content).hexdigest() != digest:
            raise ValueError(f"stored file {digest} is damaged")
        return content

    def drop(self, digest: str) -> None:
        """Deletes a file that nothing refers to any more; one that is gone stays gone."""
        path = self._path(digest)
        if self.files.exists(path):
            self.files.rm_file(path)

    def is_ready(self) -> bool:
        """Whether the store answers."""
        self.files.makedirs(self.root, exist_ok=True)
        return bool(self.files.exists(self.root))

    def _path(self, digest: str) -> str:
        return f"{self.root}/{digest[:2]}/{digest[2:4]}/{digest}"


def open_storage(url: str) -> Storage:
    """The store behind an fsspec URL."""
    files, root = fsspec.core.url_to_fs(url)
    return Storage(files, root.rstrip("/"))


def keep_file(w: Work, storage: Storage, content: bytes, media_type: str) -> str:
    """The SHA-256 of a file that is now stored and known to the books."""
    digest = storage.put(content)
    know_file(w, digest, len(content), media_type)
    return digest


def know_file(w: Work, digest: str, size: int, media_type: str) -> None:
    """The books know a file that lies in the storage."""
    if w.session.scalar(select(StoredFile.sha256).where(StoredFile.sha256 == digest)) is None:
        w.session.add(StoredFile(sha256=digest, size=size, media_type=media_type, made_at=w.now))
        w.session.flush()
