"""The file tools: what a model may do in the workspace folder."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from threading import Event
from typing import TypeVar

from kit.clock import rfc3339
from pydantic import Field

from agent_runner.core.ports import Tool
from agent_runner.core.types import ToolSpec
from agent_runner.tools import text, tree
from agent_runner.tools.function_tool import Arguments, FunctionTool, schema_of
from agent_runner.tools.tree import Bounds, Found
from agent_runner.tools.workspace import Entry, Workspace

_MAX_LISTED = 1_000
_SEARCH_S = 20.0
A = TypeVar("A", bound=Arguments)
T = TypeVar("T")


class AtPath(Arguments):
    """Something in the workspace."""

    path: str = Field(description="Path relative to the workspace folder, such as notes/a.txt")


class ListFiles(Arguments):
    """A folder."""

    path: str = Field(".", description="The folder, relative to the workspace folder")


class ReadFile(AtPath):
    """A file, or some lines of it."""

    first_line: int = Field(1, ge=1, description="First line to read, from 1")
    last_line: int = Field(0, ge=0, description="Last line to read; 0: to the end")


class WriteFile(AtPath):
    """A file and its whole text."""

    content: str = Field(description="The whole text of the file")
    overwrite: bool = Field(default=True, description="Replace the file if it is there")


class AppendFile(AtPath):
    """A file and what is added to it."""

    content: str = Field(description="Text to add at the end")
    on_new_line: bool = Field(default=True, description="Begin on a line of its own, even if the last one is open")


class EditFile(AtPath):
    """A file, and what changes in it."""

    old_text: str = Field(min_length=1, description="Text to replace, exactly as it is in the file")
    new_text: str = Field(description="What takes its place")
    everywhere: bool = Field(default=False, description="Replace each place; else the text must be there just once")


class FromTo(Arguments):
    """Where something is, and where it goes."""

    source: str = Field(description="Path of what is there now")
    target: str = Field(description="New path; a folder that exists takes it in")
    overwrite: bool = Field(default=False, description="Replace a file that is at the target")


class DeleteFile(AtPath):
    """What goes."""

    recursive: bool = Field(default=False, description="Delete a folder with all that it holds")


class FindFiles(Arguments):
    """A name, and where to look for it."""

    pattern: str = Field(min_length=1, description="Part of a name, or a glob such as *.md or notes/*.txt")
    path: str = Field(".", description="The folder to look in, with all below")
    max_results: int = Field(200, ge=1, le=1_000)


class SearchFiles(Arguments):
    """Words, and where to look for them."""

    text: str = Field(min_length=1, description="Words to look for, as they are; upper and lower case alike")
    path: str = Field(".", description="The folder to look in, with all below")
    files: str = Field("*", description="Only in files whose name matches this glob, such as *.py")
    max_results: int = Field(100, ge=1, le=1_000)


def file_tools(workspace: Workspace) -> Sequence[Tool]:
    """The tools on this workspace; those that only read are marked so, the others run in the order they are called."""
    files = _Files(workspace)
    return [
        _tool("list_files", "List what a folder holds.", ListFiles, files.list, read_only=True),
        _tool("file_info", "Tell kind, size and time of a file or folder.", AtPath, files.info, read_only=True),
        _tool("read_file", "Read a text file, or some lines of it.", ReadFile, files.read, read_only=True),
        _tool("write_file", "Create a text file, or replace it as a whole.", WriteFile, files.write),
        _tool("append_file", "Add text to the end of a file, which is made if missing.", AppendFile, files.append),
        _tool("edit_file", "Replace text in a file by other text.", EditFile, files.edit),
        _tool("make_folder", "Make a folder, and those that lead to it.", AtPath, files.make_folder),
        _tool("move_file", "Move or rename a file or folder.", FromTo, files.move),
        _tool("copy_file", "Copy a file, or a folder with all that it holds.", FromTo, files.copy),
        _tool("delete_file", "Delete a file, or a folder.", DeleteFile, files.delete),
        _tool("find_files", "Find files and folders by name.", FindFiles, files.find, read_only=True),
        _tool("search_files", "Find lines of text in files.", SearchFiles, files.search, read_only=True),
    ]


def _tool(
    name: str, description: str, arguments: type[A], run: Callable[[A], Awaitable[str]], *, read_only: bool = False
) -> Tool:
    serial = None if read_only else "workspace"
    spec = ToolSpec(name, description, schema_of(arguments), read_only=read_only, timeout_s=30.0, serial=serial)
    return FunctionTool(spec, arguments, run)


class _Files:
    """What the tools do; each method is one tool. The disk may be slow: all of it happens in threads."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def list(self, asked: ListFiles) -> str:
        entries = await asyncio.to_thread(self._workspace.list, asked.path)
        lines = [_line(entry) for entry in entries[:_MAX_LISTED]]
        if len(entries) > _MAX_LISTED:
            lines.append(f"[{len(entries) - _MAX_LISTED} more; use find_files to narrow it down]")
        return "\n".join(lines) or "[empty folder]"

    async def info(self, asked: AtPath) -> str:
        entry = await asyncio.to_thread(self._workspace.info, asked.path)
        size = f"\nsize: {entry.size} bytes" if entry.kind == "file" else ""
        return f"path: {entry.path}\nkind: {entry.kind}{size}\nmodified: {rfc3339(entry.modified_ms)}"

    async def read(self, asked: ReadFile) -> str:
        data = await asyncio.to_thread(self._workspace.read_bytes, asked.path)
        whole = text.decode(data, asked.path).text
        if asked.first_line == 1 and not asked.last_line:
            return whole
        part, count = text.lines_of(whole, asked.first_line, asked.last_line or None)
        return part or f"[no such lines: {asked.path} has {count}]"

    async def write(self, asked: WriteFile) -> str:
        data = text.encode(asked.content)
        entry = await asyncio.to_thread(self._workspace.write_bytes, asked.path, data, overwrite=asked.overwrite)
        return f"wrote {entry.path} ({entry.size} bytes)"

    async def append(self, asked: AppendFile) -> str:
        data = text.encode(asked.content)
        append = self._workspace.append_bytes
        entry = await asyncio.to_thread(append, asked.path, data, on_new_line=asked.on_new_line)
        return f"added {len(data)} bytes to {entry.path}, which now has {entry.size}"

    async def edit(self, asked: EditFile) -> str:
        edit = text.replacing(asked.path, asked.old_text, asked.new_text, everywhere=asked.everywhere)
        entry = await asyncio.to_thread(self._workspace.change, asked.path, edit)
        return f"edited {entry.path} ({entry.size} bytes)"

    async def make_folder(self, asked: AtPath) -> str:
        entry = await asyncio.to_thread(self._workspace.make_folder, asked.path)
        return f"made folder {entry.path}"

    async def move(self, asked: FromTo) -> str:
        move = self._workspace.move
        entry = await asyncio.to_thread(move, asked.source, asked.target, overwrite=asked.overwrite)
        return f"moved {asked.source} to {entry.path}"

    async def copy(self, asked: FromTo) -> str:
        copy = self._workspace.copy
        entry = await asyncio.to_thread(copy, asked.source, asked.target, overwrite=asked.overwrite)
        return f"copied {asked.source} to {entry.path}"

    async def delete(self, asked: DeleteFile) -> str:
        await asyncio.to_thread(self._workspace.delete, asked.path, recursive=asked.recursive)
        return f"deleted {asked.path}"

    async def find(self, asked: FindFiles) -> str:
        look = tree.find_files
        found = await _stoppable(
            lambda stop: look(self._workspace, asked.path, asked.pattern, Bounds(asked.max_results, _SEARCH_S, stop))
        )
        return _lines(found, "nothing of that name")

    async def search(self, asked: SearchFiles) -> str:
        look = tree.search_text
        found = await _stoppable(
            lambda stop: look(
                self._workspace, asked.path, asked.text, asked.files, Bounds(asked.max_results, _SEARCH_S, stop)
            )
        )
        return _lines(found, "not found")


async def _stoppable(work: Callable[[Event], T]) -> T:
    """Run long work in a thread, and tell it to end when nobody waits for it any more."""
    stop = Event()
    try:
        return await asyncio.to_thread(work, stop)
    finally:
        stop.set()


def _line(entry: Entry) -> str:
    if entry.kind == "folder":
        return f"{entry.name}/"
    if entry.kind == "file":
        return f"{entry.name} ({entry.size} bytes)"
    return f"{entry.name} ({'symbolic link, not followed' if entry.kind == 'link' else 'no regular file'})"


def _lines(found: Found, nothing: str) -> str:
    rest = [] if found.complete else ["[there is more: narrow it down, or raise max_results]"]
    return "\n".join([*found.items, *rest]) or f"[{nothing}]"
