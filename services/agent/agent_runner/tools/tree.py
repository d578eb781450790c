"""Look through the folders of the workspace: find files by name, and text in files."""

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from threading import Event

from kit.text import clean_text

from agent_runner.tools import descriptors, paths
from agent_runner.tools.paths import Parts, shown
from agent_runner.tools.text import NotText, decode
from agent_runner.tools.workspace import Entry, Workspace, entry_of

PASSED_OVER = frozenset({".git", ".hg", ".svn", ".venv", "__pycache__", "node_modules"})
_LONGEST_LINE = 300


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came upon. `complete` is False when it stopped at its limit of results or of time."""

    items: list[str]
    complete: bool


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a search stops: after so many results, so many seconds, or when nobody waits for it any more."""

    results: int
    seconds: float
    stop: Event


class _Clock:
    def __init__(self, bounds: Bounds) -> None:
        self._until = time.monotonic() + bounds.seconds
        self._stop = bounds.stop

    def is_over(self) -> bool:
        return self._stop.is_set() or time.monotonic() > self._until


def find_files(workspace: Workspace, path: str, pattern: str, bounds: Bounds) -> Found:
    """Files and folders whose name, or path when the pattern has a slash, matches a glob; upper and lower case alike.

    A pattern without wildcards matches wherever it is part of the name.
    """
    clock, items = _Clock(bounds), list[str]()
    start = paths.split(path)
    for entry, _folder, parts in walk(workspace, start):
        if clock.is_over():
            return Found(items, complete=False)
        if not _matches(shown(parts[len(start) :]), pattern):
            continue
        if len(items) == bounds.results:
            return Found(items, complete=False)
        items.append(f"{entry.path}/" if entry.kind == "folder" else entry.path)
    return Found(items, complete=True)


def search_text(workspace: Workspace, path: str, text: str, pattern: str, bounds: Bounds) -> Found:
    """Lines of text files that contain `text`, upper and lower case alike, as `path:line: text`.

    The words are taken as they are: a regular expression of a model's making could hold up the whole process.
    """
    clock, items, wanted = _Clock(bounds), list[str](), text.casefold()
    start = paths.split(path)
    for entry, folder, parts in walk(workspace, start):
        if clock.is_over():
            return Found(items, complete=False)
        if entry.kind != "file" or entry.size > workspace.limits.read_bytes or not _matches(entry.name, pattern):
            continue
        for number, line in _lines_with(folder, parts, wanted):
            if len(items) == bounds.results:
                return Found(items, complete=False)
            items.append(f"{entry.path}:{number}: {_shortened(line, wanted)}")
    return Found(items, complete=True)


def walk(workspace: Workspace, start: Parts) -> Iterator[tuple[Entry, int, Parts]]:
    """Everything below a folder, with the descriptor of the folder it is in, sorted by name in each.

    Folders of tools are passed over, links are not followed, and what cannot be opened is left out.
    """
    with descriptors.open_folder(workspace.root, start) as folder:
        yield from _walk(folder, start)


def _walk(folder: int, parts: Parts) -> Iterator[tuple[Entry, int, Parts]]:
    with os.scandir(folder) as found:
        names = sorted(item.name for item in found)
    for name in names:
        status = descriptors.look(folder, name)
        if status is None:
            continue
        inner = (*parts, name)
        yield entry_of(inner, status), folder, inner
        if stat.S_ISDIR(status.st_mode) and name not in PASSED_OVER and len(inner) < paths.MAX_DEPTH:
            yield from _deeper(folder, inner)


def _deeper(folder: int, parts: Parts) -> Iterator[tuple[Entry, int, Parts]]:
    try:
        descriptor = os.open(parts[-1], descriptors.FOLDER, dir_fd=folder)
    except OSError:
        return
    try:
        yield from _walk(descriptor, parts)
    finally:
        os.close(descriptor)


def _lines_with(folder: int, parts: Parts, wanted: str) -> Iterator[tuple[int, str]]:
    try:
        with os.fdopen(descriptors.open_file(folder, parts), "rb") as file:
            text = decode(file.read(), shown(parts)).text
    except (OSError, NotText, paths.NotAFile, paths.PathOutsideWorkspace):
        return
    if wanted not in text.casefold():
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if wanted in line.casefold():
            yield number, line


def _matches(name: str, pattern: str) -> bool:
    name, pattern = name.casefold(), pattern.casefold().removeprefix("./")
    if not any(wildcard in pattern for wildcard in "*?["):
        return pattern in name if "/" in pattern else pattern in name.rpartition("/")[2]
    if "/" not in pattern:
        return fnmatchcase(name.rpartition("/")[2], pattern)
    return fnmatchcase(name, pattern) or fnmatchcase(name, pattern.removeprefix("**/"))


def _shortened(line: str, wanted: str) -> str:
    line = clean_text(line.strip())
    if len(line) <= _LONGEST_LINE:
        return line
    at = max(line.casefold().find(wanted) - _LONGEST_LINE // 3, 0)
    return f"…{line[at : at + _LONGEST_LINE]}…"
