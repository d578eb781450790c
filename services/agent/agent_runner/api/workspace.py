"""The workspace folder: browse, download, upload, delete. The same containment as the tools'."""

import asyncio
import mimetypes
import os
from collections.abc import Iterator
from typing import Annotated, BinaryIO, Literal, Self
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from kit.clock import rfc3339
from kit.web import routing
from kit.web.pages import PageQuery, cut
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from agent_runner.api.parts import PartsOf
from agent_runner.api.views import Time
from agent_runner.tools.workspace import Entry, Workspace

_ORDER = "workspace"
_CHUNK = 256 * 1024
_FILE = {
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    "description": "It",
}
# Whatever a file holds, a browser saves it, and never runs it as part of a page.
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "no-store",
}


class EntryView(BaseModel):
    """One name in the workspace; `path` is relative to it."""

    path: str
    name: str
    kind: Literal["file", "folder", "link", "other"]
    size: int
    modified_at: Time

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """The view of an entry."""
        return cls(
            path=entry.path,
            name=entry.name,
            kind=entry.kind,
            size=entry.size,
            modified_at=rfc3339(entry.modified_ms),
        )


class FolderPage(BaseModel):
    """What is at a path, and what it holds where that is a folder: folders first, then by name."""

    entry: EntryView
    items: list[EntryView]
    next_cursor: str | None = None


def router() -> APIRouter:
    """`/api/v1/workspace`."""
    routes = routing.router("/api/v1/workspace", tag="workspace")

    @routes.get("", summary="What is at a path")
    async def browse(
        parts: PartsOf, page: PageQuery, path: Annotated[str, Query(max_length=4_096)] = "."
    ) -> FolderPage:
        start = page.position(_ORDER, int)
        skipped = int(start[0]) if start else 0
        entry, held = await asyncio.to_thread(_look, parts.workspace, path)
        numbered = list(enumerate(held, 1))[skipped : skipped + page.limit + 1] if skipped >= 0 else []
        shown, cursor = cut(numbered, page, _ORDER, lambda each: [each[0]])
        return FolderPage(
            entry=EntryView.of(entry), items=[EntryView.of(each) for _, each in shown], next_cursor=cursor
        )

    @routes.get(
        "/files/{path:path}", summary="Download a file", response_class=StreamingResponse, responses={200: _FILE}
    )
    async def download(path: str, parts: PartsOf) -> Response:
        file = await asyncio.to_thread(parts.workspace.open, path)
        size = os.fstat(file.fileno()).st_size
        headers = {**_SAFE, "Content-Length": str(size), "Content-Disposition": _attachment(path)}
        return StreamingResponse(_chunks(file, size), headers=headers, media_type=_media_type(path))

    @routes.put("/files/{path:path}", summary="Upload a file, over the one there")
    async def upload(path: str, request: Request, parts: PartsOf) -> EntryView:
        """The body is the file, at most 10 MiB; folders on the way are made."""
        body = await request.body()
        return EntryView.of(await asyncio.to_thread(parts.workspace.write_bytes, path, body))

    @routes.delete("/files/{path:path}", status_code=204, summary="Delete a file, or a folder")
    async def delete(path: str, parts: PartsOf, recursive: bool = False) -> None:
        """A folder that is not empty only with `recursive=true`."""
        await asyncio.to_thread(parts.workspace.delete, path, recursive=recursive)

    return routes


def _look(workspace: Workspace, path: str) -> tuple[Entry, list[Entry]]:
    entry = workspace.info(path)
    return entry, workspace.list(path) if entry.kind == "folder" else []


def _chunks(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The file as long as it was when it was opened, so that the length announced holds."""
    with file:
        left = size
        while left and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk


def _attachment(path: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(path.rpartition('/')[2], safe='')}"


def _media_type(path: str) -> str:
    guessed = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return "text/plain; charset=utf-8" if guessed.startswith("text/") else guessed
