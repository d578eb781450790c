"""Open what lies in the workspace, and nothing else.

Guarantee: a path is walked name by name from the workspace's descriptor, each opened relative to the one before and
never through a symbolic link. So whatever others rename or swap meanwhile, what is opened lies in a folder that was
reached from the workspace by real folders only. Nothing is looked up by its full path.
"""

import errno
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from kit.problems import Problem

from agent_runner.tools import paths
from agent_runner.tools.paths import Parts, shown

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
"""How a folder is opened: itself, never through a link."""
# A pipe that nobody writes to would otherwise hold the open for ever.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextmanager
def open_folder(root: Path, parts: Parts) -> Generator[int]:
    """A descriptor of the folder at `parts`. Raises the problems of `paths`."""
    with problems(parts):
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for depth in range(len(parts)):
                inner = _enter(descriptor, parts, depth)
                os.close(descriptor)
                descriptor = inner
            yield descriptor
        finally:
            os.close(descriptor)


def _enter(descriptor: int, parts: Parts, depth: int) -> int:
    try:
        return os.open(parts[depth], FOLDER, dir_fd=descriptor)
    except OSError as error:
        if error.errno in {errno.ENOTDIR, errno.ELOOP}:
            raise _no_folder(descriptor, parts[: depth + 1]) from None
        raise


def _no_folder(descriptor: int, parts: Parts) -> Problem:
    if stat.S_ISLNK(os.stat(parts[-1], dir_fd=descriptor, follow_symlinks=False).st_mode):
        return linked(parts)
    return paths.NotAFolder(f"{shown(parts)} is not a folder")


@contextmanager
def open_parent(root: Path, parts: Parts) -> Generator[tuple[int, str]]:
    """The folder that holds the last name, and that name. Raises `AccessDenied` for the workspace itself."""
    if not parts:
        raise paths.AccessDenied("this is the workspace folder itself; name something in it")
    with open_folder(root, parts[:-1]) as folder, problems(parts):
        yield folder, parts[-1]


def look(folder: int, name: str) -> os.stat_result | None:
    """What `name` is, the link itself for a link; None when nothing is there."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def open_file(folder: int, parts: Parts) -> int:
    """A descriptor to read the regular file `parts[-1]` of `folder`. Never waits, as pipes and devices would."""
    status = look(folder, parts[-1])
    if status is not None:
        require_file(status, parts)  # opening some devices has effects by itself
    descriptor = os.open(parts[-1], _FILE, dir_fd=folder)
    try:
        require_file(os.fstat(descriptor), parts)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def require_file(status: os.stat_result, parts: Parts) -> None:
    """Raise unless this is a regular file."""
    if stat.S_ISLNK(status.st_mode):
        raise linked(parts)
    if stat.S_ISDIR(status.st_mode):
        raise paths.NotAFile(f"{shown(parts)} is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise paths.NotAFile(f"{shown(parts)} is a pipe, socket or device, not a file")


def linked(parts: Parts) -> Problem:
    """Links are shown, moved and deleted, but never followed, wherever they lead."""
    return paths.PathOutsideWorkspace(f"{shown(parts)} is a symbolic link; links are not followed")


@contextmanager
def problems(parts: Parts) -> Generator[None]:
    """Turn the operating system's errors into problems that name the path and nothing outside the workspace."""
    try:
        yield
    except OSError as error:
        raise _problem(error, parts) from error


def _problem(error: OSError, parts: Parts) -> Problem:
    kind, detail = _KINDS.get(error.errno or 0, (paths.DiskFull, "{path}: {reason}"))
    return kind(detail.format(path=shown(parts), reason=os.strerror(error.errno or errno.EIO)))


_KINDS: dict[int, tuple[type[Problem], str]] = {
    errno.ENOENT: (paths.FileMissing, "there is no {path} in the workspace"),
    errno.ENOTDIR: (paths.NotAFolder, "{path} is not a folder, or leads through a file"),
    errno.EISDIR: (paths.NotAFile, "{path} is a folder"),
    errno.ELOOP: (paths.PathOutsideWorkspace, "{path} is a symbolic link; links are not followed"),
    errno.EEXIST: (paths.FileExists, "{path} exists already"),
    errno.ENOTEMPTY: (paths.FolderNotEmpty, "{path} is not empty"),
    errno.ENAMETOOLONG: (paths.InvalidPath, "{path} is too long a name for this disk"),
    errno.EINVAL: (paths.InvalidPath, "{path} cannot be used here: {reason}"),
    errno.EILSEQ: (paths.InvalidPath, "{path} is no name that this disk can hold"),
    errno.EACCES: (paths.AccessDenied, "the operating system does not allow this with {path}"),
    errno.EPERM: (paths.AccessDenied, "the operating system does not allow this with {path}"),
    errno.EROFS: (paths.AccessDenied, "{path} is on a disk that can only be read"),
    errno.ENXIO: (paths.NotAFile, "{path} is a pipe, socket or device, not a file"),
    errno.EMFILE: (paths.TooManyOpenFiles, "too many files are open; try again"),
    errno.ENFILE: (paths.TooManyOpenFiles, "too many files are open; try again"),
    errno.ENOSPC: (paths.DiskFull, "there is no room left to write {path}"),
    errno.EDQUOT: (paths.DiskFull, "the disk quota is used up; {path} was not written"),
}
