"""The one folder in which tools and the files API may read and write."""

import os
import shutil
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias

from kit.text import clean_text

from agent_runner.tools import copying, descriptors, paths
from agent_runner.tools.copying import FileLimits
from agent_runner.tools.paths import Parts, shown

Kind: TypeAlias = Literal["file", "folder", "link", "other"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in the workspace. `path` is relative to it; `modified_ms` is in milliseconds since 1970."""

    path: str
    name: str
    kind: Kind
    size: int
    modified_ms: int


class Workspace:
    """Files by relative path. Every method raises the problems of `paths` and nothing else; all of them may block.

    Guarantee: nothing outside the folder is read, written or revealed, also while others rename and link in it (see
    `descriptors`). Links are never followed. A file is replaced whole or not at all; what changes the workspace
    through this object happens one after the other, so no change is lost to another.
    """

    def __init__(self, root: Path, limits: FileLimits | None = None) -> None:
        self.root = root
        self.limits = limits or FileLimits()
        self._changing = threading.RLock()

    def list(self, path: str = ".") -> list[Entry]:
        """What a folder holds: folders first, then by name."""
        parts = paths.split(path)
        with descriptors.open_folder(self.root, parts) as folder, os.scandir(folder) as found:
            entries = [entry_of((*parts, item.name), item.stat(follow_symlinks=False)) for item in found]
        return sorted(entries, key=lambda entry: (entry.kind != "folder", entry.name.casefold(), entry.name))

    def info(self, path: str) -> Entry:
        """What is at `path`; a link is described itself."""
        parts = paths.split(path)
        if not parts:
            with descriptors.open_folder(self.root, parts) as folder:
                return entry_of(parts, os.fstat(folder))
        with descriptors.open_parent(self.root, parts) as (folder, name):
            return entry_of(parts, os.stat(name, dir_fd=folder, follow_symlinks=False))

    def open(self, path: str) -> BinaryIO:
        """A regular file, to be read by the caller and closed by them."""
        parts = paths.split(path)
        with descriptors.open_parent(self.root, parts) as (folder, _name):
            return os.fdopen(descriptors.open_file(folder, parts), "rb")

    def read_bytes(self, path: str) -> bytes:
        """The whole of a file of at most `limits.read_bytes`."""
        with self.open(path) as file, descriptors.problems(paths.split(path)):
            data = file.read(self.limits.read_bytes + 1)
        if len(data) > self.limits.read_bytes:
            raise paths.FileTooLarge(f"{path} is larger than {self.limits.read_bytes} bytes")
        return data

    def write_bytes(self, path: str, data: bytes, *, overwrite: bool = True) -> Entry:
        """Create or replace a file, with the folders that lead to it."""
        parts = paths.split(path)
        with self._changing:
            self._make_folders(parts[:-1])
            with descriptors.open_parent(self.root, parts) as (folder, _name):
                self._replace(folder, parts, data, overwrite=overwrite)
        return self.info(path)

    def change(self, path: str, edit: Callable[[bytes], bytes]) -> Entry:
        """Replace a file by what `edit` makes of its present content; no other change comes between."""
        with self._changing:
            return self.write_bytes(path, edit(self.read_bytes(path)))

    def append_bytes(self, path: str, data: bytes, *, on_new_line: bool = False) -> Entry:
        """Add to the end of a file, which is made when missing; all of `data` or nothing.

        `on_new_line` puts a line break before it where the file does not end with one.
        """
        parts = paths.split(path)
        with self._changing:
            self._make_folders(parts[:-1])
            with descriptors.open_parent(self.root, parts) as (folder, name):
                if descriptors.look(folder, name) is None:
                    self._replace(folder, parts, data, overwrite=False)
                else:
                    self._append(folder, parts, data, on_new_line=on_new_line)
        return self.info(path)

    def make_folder(self, path: str) -> Entry:
        """Make a folder and those that lead to it; one that is there already is fine."""
        parts = paths.split(path)
        with self._changing:
            self._make_folders(parts)
        return self.info(path)

    def delete(self, path: str, *, recursive: bool = False) -> None:
        """Delete a file, a link or an empty folder; with `recursive` a folder and all that it holds."""
        parts = paths.split(path)
        with self._changing, descriptors.open_parent(self.root, parts) as (folder, name):
            if not stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                os.unlink(name, dir_fd=folder)
            elif recursive:
                _remove_tree(folder, parts)
            else:
                os.rmdir(name, dir_fd=folder)

    def move(self, source: str, target: str, *, overwrite: bool = False) -> Entry:
        """Rename or move; into `target` when that is a folder. Links are moved as links."""
        taken = paths.split(source)
        with self._changing:
            self.info(source)  # or folders would be made for nothing
            given = self._landing(taken, target)
            self._make_folders(given[:-1])
            with (
                descriptors.open_parent(self.root, taken) as (from_folder, name),
                descriptors.open_parent(self.root, given) as (to_folder, new_name),
            ):
                require_free(to_folder, given, overwrite=overwrite)
                os.rename(name, new_name, src_dir_fd=from_folder, dst_dir_fd=to_folder)
        return self.info(shown(given))

    def copy(self, source: str, target: str, *, overwrite: bool = False) -> Entry:
        """Copy a file, or a folder with all that it holds; into `target` when that is a folder. Links are left out."""
        taken = paths.split(source)
        self.info(source)
        given = self._landing(taken, target)
        if given[: len(taken)] == taken:
            raise paths.InvalidPath(f"{shown(taken)} cannot be copied into itself")
        self.make_folder(shown(given[:-1]))
        with descriptors.open_parent(self.root, given) as (folder, name):
            beside = copying.copy_beside(self.root, taken, folder, self.limits)
            try:
                with self._changing:
                    require_free(folder, given, overwrite=overwrite)
                    os.rename(beside, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                copying.discard(folder, beside)
                raise
        return self.info(shown(given))

    def _landing(self, taken: Parts, target: str) -> Parts:
        """Where something goes that is moved to `target`: as `mv` and `cp` do, a folder takes it in."""
        given = paths.split(target)
        try:
            into_folder = self.info(target).kind == "folder"
        except paths.FileMissing:
            into_folder = False
        return (*given, taken[-1]) if into_folder and taken else given

    def _make_folders(self, parts: Parts) -> None:
        for depth in range(1, len(parts) + 1):
            with descriptors.open_parent(self.root, parts[:depth]) as (folder, name):
                if descriptors.look(folder, name) is None:
                    os.mkdir(name, dir_fd=folder)
        with descriptors.open_folder(self.root, parts):
            pass

    def _replace(self, folder: int, parts: Parts, data: bytes, *, overwrite: bool) -> None:
        self._require_size(parts, len(data))
        status = require_free(folder, parts, overwrite=overwrite)
        beside = copying.part_name()
        try:
            with copying.create(folder, beside) as file:
                if status is not None:
                    os.fchmod(file.fileno(), stat.S_IMODE(status.st_mode) & 0o777)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, parts[-1], src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            copying.discard(folder, beside)
            raise

    def _append(self, folder: int, parts: Parts, data: bytes, *, on_new_line: bool) -> None:
        descriptors.require_file(os.stat(parts[-1], dir_fd=folder, follow_symlinks=False), parts)
        flags = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(parts[-1], flags, dir_fd=folder), "a+b", buffering=0) as file:
            status = os.fstat(file.fileno())
            descriptors.require_file(status, parts)
            if on_new_line and status.st_size and os.pread(file.fileno(), 1, status.st_size - 1) != b"\n":
                data = b"\n" + data
            self._require_size(parts, status.st_size + len(data))
            if status.st_nlink > 1:  # another name of this file may lie outside: leave that one as it is
                self._replace(folder, parts, os.pread(file.fileno(), status.st_size, 0) + data, overwrite=True)
            elif file.write(data) != len(data):
                os.ftruncate(file.fileno(), status.st_size)
                raise paths.DiskFull(f"there is no room left to write {shown(parts)}")

    def _require_size(self, parts: Parts, size: int) -> None:
        if size > self.limits.write_bytes:
            raise paths.FileTooLarge(f"{shown(parts)} would be larger than {self.limits.write_bytes} bytes")


def entry_of(parts: Parts, status: os.stat_result) -> Entry:
    """An `Entry` as `stat` describes it. Names that are no valid Unicode are shown with replacement characters."""
    return Entry(
        path=clean_text(shown(parts)),
        name=clean_text(parts[-1]) if parts else ".",
        kind=_kind(status.st_mode),
        size=status.st_size if stat.S_ISREG(status.st_mode) else 0,
        modified_ms=status.st_mtime_ns // 1_000_000,
    )


def _remove_tree(folder: int, parts: Parts) -> None:
    try:
        shutil.rmtree(parts[-1], dir_fd=folder)
    except RecursionError:
        raise paths.FileTooLarge(f"{shown(parts)} is nested too deeply to delete") from None


def _kind(mode: int) -> Kind:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "link" if stat.S_ISLNK(mode) else "other"


def require_free(folder: int, parts: Parts, *, overwrite: bool) -> os.stat_result | None:
    """What is there to be replaced, if it may be: a regular file, and `overwrite` is set."""
    status = descriptors.look(folder, parts[-1])
    if status is None:
        return None
    descriptors.require_file(status, parts)
    if not overwrite:
        raise paths.FileExists(f"{shown(parts)} exists already")
    return status
