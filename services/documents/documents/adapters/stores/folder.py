"""A folder as a store: the embedded default.

A file is written under a temporary name, made durable, then given its name by a hard link, which fails when the name is
taken: readers never see half a file, and two writers of one key cannot both succeed.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from documents.usecases.ports import KeyTaken, ObjectMissing, StoredObject, StoreUnavailable

_KEY: Final = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*")
_UNFINISHED: Final = ".part-"
_PIECE: Final = 65_536


class FolderStore:
    """Keeps each object as a file of its own under `root`, readable by this account alone."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, content: bytes) -> None:
        """Write, check what was written, fsync, link; raises KeyTaken."""
        path = self._path(key)
        temporary = path.with_name(f"{path.name}{_UNFINISHED}{secrets.token_hex(8)}")
        try:
            _make_folders(self._root, path.parent)
            _write_durably(temporary, content)
            try:
                os.link(temporary, path)
            finally:
                temporary.unlink()
            _sync_folder(path.parent)
        except FileExistsError as error:
            raise KeyTaken(key) from error
        except OSError as error:
            raise StoreUnavailable(f"folder: {error.strerror}") from error

    def read(self, key: str, *, start: int, length: int) -> Iterator[bytes]:
        """Open now, so that a missing object is told before the answer begins; read piece by piece."""
        try:
            descriptor = os.open(self._path(key), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise ObjectMissing(key) from error
        except OSError as error:
            raise StoreUnavailable(f"folder: {error.strerror}") from error
        return _pieces(descriptor, start, length)

    def delete(self, key: str) -> None:
        """Unlink, and make that durable."""
        path = self._path(key, unfinished=True)
        try:
            path.unlink(missing_ok=True)
            if path.parent.is_dir():
                _sync_folder(path.parent)
        except OSError as error:
            raise StoreUnavailable(f"folder: {error.strerror}") from error

    def listing(self, prefix: str) -> Iterator[StoredObject]:
        """Walk the deepest folder that the prefix names."""
        top = self._root / prefix.rpartition("/")[0]
        for folder, _, names in os.walk(top):
            for name in names:
                path = Path(folder) / name
                key = path.relative_to(self._root).as_posix()
                if not key.startswith(prefix):
                    continue
                # A file may be renamed or removed between the listing and the look at it.
                with suppress(FileNotFoundError):
                    status = path.stat()
                    yield StoredObject(key, status.st_size, datetime.fromtimestamp(status.st_mtime, tz=UTC))

    def _path(self, key: str, *, unfinished: bool = False) -> Path:
        name = key.partition(_UNFINISHED)[0] if unfinished else key
        if not _KEY.fullmatch(name):
            raise ObjectMissing(key)
        return self._root / key


def _make_folders(root: Path, folder: Path) -> None:
    """Make the missing folders, each entry made durable in its parent."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    at = root
    for part in folder.relative_to(root).parts:
        at = at / part
        try:
            at.mkdir(mode=0o700)
        except FileExistsError:
            continue
        _sync_folder(at.parent)


def _write_durably(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        view = memoryview(content)
        written = hashlib.sha256()
        while view:
            count = os.write(descriptor, view[:_PIECE])
            written.update(view[:count])
            view = view[count:]
        os.fsync(descriptor)
        if os.fstat(descriptor).st_size != len(content) or written.digest() != hashlib.sha256(content).digest():
            raise OSError("short write")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _pieces(descriptor: int, start: int, length: int) -> Iterator[bytes]:
    try:
        at, end = start, start + length
        while at < end:
            piece = os.pread(descriptor, min(_PIECE, end - at), at)
            if not piece:
                raise StoreUnavailable("folder: the file is shorter than its record says")
            yield piece
            at += len(piece)
    finally:
        os.close(descriptor)
