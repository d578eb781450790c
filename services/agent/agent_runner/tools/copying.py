"""Make new files and folders beside their place, whole, before they take it."""

import contextlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from agent_runner.tools import descriptors, paths
from agent_runner.tools.paths import Parts, shown

_MIB = 1_048_576


@dataclass(frozen=True, slots=True)
class FileLimits:
    """Where file operations stop. Sizes in bytes, of one file; `entries` and `tree_bytes` of one copy."""

    read_bytes: int = 32 * _MIB
    write_bytes: int = 32 * _MIB
    entries: int = 10_000
    tree_bytes: int = 1_024 * _MIB


def part_name() -> str:
    """A name for what is not yet whole; a crash leaves it behind, and nothing mistakes it for the thing itself."""
    return f".{secrets.token_hex(8)}.part"


def create(folder: int, name: str) -> BinaryIO:
    """A new file of that name, to be written. Raises `OSError`."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(name, flags, 0o666, dir_fd=folder), "wb")


def discard(folder: int, name: str) -> None:
    """Remove what was begun, if it is there."""
    with contextlib.suppress(OSError):
        if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            shutil.rmtree(name, dir_fd=folder)
        else:
            os.unlink(name, dir_fd=folder)


def copy_beside(root: Path, source: Parts, folder: int, limits: FileLimits) -> str:
    """Copy what is at `source` under a new name into `folder`, and give that name."""
    beside = part_name()
    budget = _Budget(limits, shown(source))
    try:
        with descriptors.open_parent(root, source) as (origin, name):
            if stat.S_ISDIR(os.stat(name, dir_fd=origin, follow_symlinks=False).st_mode):
                _copy_folder(root, source, folder, beside, budget)
            else:
                _copy_file(origin, source, folder, beside, budget)
    except BaseException:
        discard(folder, beside)
        raise
    return beside


class _Budget:
    """What is left of the limits of one copy."""

    def __init__(self, limits: FileLimits, what: str) -> None:
        self._entries = limits.entries
        self._bytes = limits.tree_bytes
        self._what = what

    def spend(self, size: int) -> None:
        self._entries -= 1
        self._bytes -= size
        if self._entries < 0 or self._bytes < 0:
            raise paths.FileTooLarge(f"{self._what} is too large to copy: too many files, or too many bytes")


def _copy_folder(root: Path, source: Parts, folder: int, name: str, budget: _Budget) -> None:
    os.mkdir(name, dir_fd=folder)
    with descriptors.open_folder(root, source) as origin:
        _copy_content(origin, source, folder, name, budget)


def _copy_content(origin: int, source: Parts, folder: int, name: str, budget: _Budget) -> None:
    target = os.open(name, descriptors.FOLDER, dir_fd=folder)
    try:
        for inner, status in _entries(origin):
            parts = (*source, inner)
            if stat.S_ISREG(status.st_mode):
                _copy_file(origin, parts, target, inner, budget)
            elif stat.S_ISDIR(status.st_mode):
                budget.spend(0)
                _require_depth(parts)
                os.mkdir(inner, dir_fd=target)
                deeper = os.open(inner, descriptors.FOLDER, dir_fd=origin)
                try:
                    _copy_content(deeper, parts, target, inner, budget)
                finally:
                    os.close(deeper)
    finally:
        os.close(target)


def _require_depth(parts: Parts) -> None:
    if len(parts) > paths.MAX_DEPTH:
        raise paths.FileTooLarge(f"{shown(parts[:3])}… is nested too deeply to copy")


def _entries(folder: int) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as found:
        for item in found:
            yield item.name, item.stat(follow_symlinks=False)


def _copy_file(origin: int, source: Parts, folder: int, name: str, budget: _Budget) -> None:
    with os.fdopen(descriptors.open_file(origin, source), "rb") as file, create(folder, name) as target:
        status = os.fstat(file.fileno())
        budget.spend(status.st_size)
        os.fchmod(target.fileno(), stat.S_IMODE(status.st_mode) & 0o777)
        shutil.copyfileobj(file, target, _MIB)
