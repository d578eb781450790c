"""Paths as callers write them, and everything that can be wrong with one. No file is touched here."""

from typing import TypeAlias

from kit.problems import BadRequest, Conflict, Forbidden, NotFound, Overloaded, TooLarge, Unavailable

MAX_PATH_BYTES = 4_096
MAX_NAME_BYTES = 255
MAX_DEPTH = 64

Parts: TypeAlias = tuple[str, ...]
"""The names that lead from the workspace folder to a file; empty for the folder itself."""


class InvalidPath(BadRequest):
    """Text that can be no path: NUL, broken Unicode, too long."""

    code = "invalid_path"


class PathOutsideWorkspace(Forbidden):
    """A path that would leave the workspace: absolute, with `..`, or through a link."""

    code = "path_outside_workspace"


class AccessDenied(Forbidden):
    """The operating system does not let us."""

    code = "access_denied"


class FileMissing(NotFound):
    """There is nothing of that name."""

    code = "file_not_found"


class FileExists(Conflict):
    """Something of that name is there already."""

    code = "file_exists"


class NotAFile(Conflict):
    """A file is needed, and this is a folder, a pipe or a device."""

    code = "not_a_file"


class NotAFolder(Conflict):
    """A folder is needed, and this is something else."""

    code = "not_a_folder"


class FolderNotEmpty(Conflict):
    """A folder that still holds something."""

    code = "folder_not_empty"


class FileTooLarge(TooLarge):
    """More than the limit, in bytes or in number."""

    code = "file_too_large"


class DiskFull(Unavailable):
    """There is no room left, or the disk fails."""

    code = "disk_unavailable"


class TooManyOpenFiles(Overloaded):
    """The process has no file descriptor left."""

    code = "too_many_open_files"


def split(path: str) -> Parts:
    """`"notes/./a.txt"` → `("notes", "a.txt")`; `""` and `"."` → `()`.

    Raises `InvalidPath` and `PathOutsideWorkspace`. `..` is refused even where it would lead back inside: what a name
    means must not depend on what the folders before it are.
    """
    _check_text(path)
    if path.startswith("/"):
        raise PathOutsideWorkspace(f"{path!r} is absolute; give a path relative to the workspace, such as notes/a.txt")
    parts = tuple(part for part in path.split("/") if part not in {"", "."})
    if ".." in parts:
        raise PathOutsideWorkspace(f"{path!r} contains '..'; give a path that leads down from the workspace")
    if len(parts) > MAX_DEPTH:
        raise InvalidPath(f"the path leads through more than {MAX_DEPTH} folders")
    for part in parts:
        if len(part.encode()) > MAX_NAME_BYTES:
            raise InvalidPath(f"the name {part[:40]!r}… is longer than {MAX_NAME_BYTES} bytes")
    return parts


def shown(parts: Parts) -> str:
    """The path as callers read it; `.` for the workspace itself."""
    return "/".join(parts) or "."


def _check_text(path: str) -> None:
    if "\0" in path:
        raise InvalidPath("the path contains a NUL character")
    try:
        encoded = path.encode()
    except UnicodeEncodeError:
        raise InvalidPath("the path contains a lone surrogate: it is no valid Unicode text") from None
    if len(encoded) > MAX_PATH_BYTES:
        raise InvalidPath(f"the path is longer than {MAX_PATH_BYTES} bytes")
