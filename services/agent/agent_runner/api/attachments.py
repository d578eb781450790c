"""What tools gave back beside text: pictures, sounds, files."""

from typing import Any

from fastapi import APIRouter, Response
from kit.problems import NotFound
from kit.web import routing

from agent_runner.api.parts import PartsOf

# What a browser shows by itself, and cannot run: all else is a file to save.
_SHOWN = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "audio/mpeg",
        "audio/wav",
        "audio/x-wav",
        "audio/ogg",
        "audio/webm",
        "audio/flac",
        "audio/mp4",
    }
)
_FILE: dict[str, Any] = {"content": {"application/octet-stream": {}, "image/png": {}}, "description": "The bytes"}


class AttachmentNotFound(NotFound):
    """Nothing is kept under this reference."""

    code = "attachment_not_found"

    def __init__(self, ref: str) -> None:
        super().__init__(f"there is no attachment {ref!r}; those of calls by hand are kept for a day")


def router() -> APIRouter:
    """`/api/v1/attachments`."""
    routes = routing.router("/api/v1/attachments", tag="tools")

    @routes.get("/{ref}", summary="What a tool gave back beside text", response_class=Response, responses={200: _FILE})
    async def get(ref: str, parts: PartsOf) -> Response:
        """Pictures and sounds come with their type; everything else as a file to save."""
        found = await parts.results.attachment(ref)
        if found is None:
            raise AttachmentNotFound(ref)
        shown = found.mime_type in _SHOWN
        headers = {
            "Content-Disposition": "inline" if shown else f'attachment; filename="{found.ref}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=86400, immutable",
        }
        return Response(
            found.data, media_type=found.mime_type if shown else "application/octet-stream", headers=headers
        )

    return routes
