"""What an MCP tool gives back, made ready for a model and for people: text to the model, the rest kept by reference."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import orjson
from kit.jsontypes import Json
from kit.text import clean_text

from agent_runner.core.ports import CallContext
from agent_runner.core.types import Attachment, Failure, ToolOutput
from agent_runner.mcp_manager.types import AudioPart, CallResult, ImagePart, LinkPart, Part, ResourcePart, TextPart

MAX_TEXT = 1_000_000
MAX_BYTES = 10 << 20
"""Of all that one call's attachments hold together."""
MAX_PARTS = 200
MAX_STRUCTURED = 256 << 10
_DETAIL = 500
_UNKNOWN = "application/octet-stream"


class Keeper(Protocol):
    """Keeps what a tool gave back beside text."""

    async def keep_bytes(self, context: CallContext, mime_type: str, data: bytes) -> str:
        """Store it and give the reference under which it is read again."""
        ...


@dataclass(slots=True)
class _Gathered:
    left: int
    texts: list[str] = field(default_factory=list[str])
    attachments: list[Attachment] = field(default_factory=list[Attachment])


async def to_output(result: CallResult, context: CallContext, keeper: Keeper) -> ToolOutput:
    """The result of a call, within the limits; what is left out is said."""
    gathered = _Gathered(left=MAX_BYTES)
    for part in result.parts[:MAX_PARTS]:
        await _gather(part, gathered, context, keeper)
    if len(result.parts) > MAX_PARTS:
        gathered.texts.append(f"[{len(result.parts) - MAX_PARTS} parts more, left out]")
    structured, note = _structured(result.structured, gathered.texts)
    text = "\n\n".join(text for text in (*gathered.texts, note) if text)
    if len(text) > MAX_TEXT:
        text = f"{text[:MAX_TEXT]}\n[{len(text) - MAX_TEXT} characters more, left out]"
    failure = Failure("tool_error", _shortened(text) or "the tool says no more") if result.is_error else None
    shown = f"Error (tool_error): {text}" if failure else text or "(no output)"
    return ToolOutput(shown, tuple(gathered.attachments), structured, failure)


async def _gather(part: Part, gathered: _Gathered, context: CallContext, keeper: Keeper) -> None:
    match part:
        case TextPart(text):
            gathered.texts.append(text)
        case ImagePart(data, mime_type):
            await _keep("image", data, mime_type, None, gathered, context, keeper)
        case AudioPart(data, mime_type):
            await _keep("audio", data, mime_type, None, gathered, context, keeper)
        case ResourcePart(uri, mime_type, text, blob):
            if blob is not None:
                await _keep("resource", blob, mime_type or _UNKNOWN, uri, gathered, context, keeper)
            else:
                gathered.texts.append(f"[resource {uri}]\n{text or ''}")
                size = len((text or "").encode())
                gathered.attachments.append(Attachment("resource", mime_type or "text/plain", size, uri=uri))
        case LinkPart(uri, name, description, mime_type):
            about = f": {description}" if description else ""
            gathered.texts.append(f"[link to the resource {uri}, {name}{about}]")
            gathered.attachments.append(Attachment("link", mime_type or _UNKNOWN, 0, uri=uri, name=name))


async def _keep(  # noqa: PLR0917 - one value each of a part, and where it goes
    kind: Literal["image", "audio", "resource"],
    encoded: str,
    mime_type: str,
    uri: str | None,
    gathered: _Gathered,
    context: CallContext,
    keeper: Keeper,
) -> None:
    named = f"{kind} {uri}" if uri else kind
    try:
        fits = len(encoded) * 3 // 4 <= gathered.left
        data = base64.b64decode("".join(encoded.split()), validate=True) if fits else None
    except binascii.Error:
        gathered.texts.append(f"[{named}, {mime_type}: not valid base64, left out]")
        return
    size = len(encoded) * 3 // 4 if data is None else len(data)
    if data is None:
        gathered.texts.append(f"[{named}, {mime_type}, {size} bytes: too large, left out]")
        gathered.attachments.append(Attachment(kind, mime_type, size, uri=uri))
        return
    gathered.left -= size
    ref = await keeper.keep_bytes(context, mime_type, data)
    gathered.texts.append(f"[{named}, {mime_type}, {size} bytes: shown to the person, kept as {ref}]")
    gathered.attachments.append(Attachment(kind, mime_type, size, ref, uri))


def _structured(structured: Json, texts: Sequence[str]) -> tuple[Json, str]:
    """What is kept of the structured content, and words on it where the text does not say the same."""
    if structured is None:
        return None, ""
    encoded = orjson.dumps(structured)
    if len(encoded) > MAX_STRUCTURED:
        return None, "" if texts else f"[structured content of {len(encoded)} bytes: too large, left out]"
    said = any(_same(text, structured) for text in texts)
    return structured, "" if said else f"Structured content: {clean_text(encoded.decode())}"


def _same(text: str, structured: Json) -> bool:
    """Servers say their structured content once more as text, whole or only the value in it."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = text
    inner = structured.get("result") if isinstance(structured, dict) and len(structured) == 1 else structured
    return value in (structured, inner)


def _shortened(text: str) -> str:
    return text if len(text) <= _DETAIL else f"{text[:_DETAIL]}…"
