"""What a server offers, and what it gives back, in our own types: checked, bounded, and nothing but data."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import mcp_types as sdk
import orjson
from kit.jsontypes import Json, JsonObject
from kit.problems import Problem
from kit.text import clean, clean_text

from agent_runner.mcp_manager.types import (
    AudioPart,
    CallResult,
    ImagePart,
    LinkPart,
    Part,
    Prompt,
    PromptArgument,
    PromptInfo,
    PromptMessage,
    RefusedTool,
    ResourceInfo,
    ResourcePart,
    TextPart,
    ToolInfo,
)

if TYPE_CHECKING:
    from mcp.client.client import Client

MAX_TOOLS = 2_000
MAX_LISTED = 5_000
MAX_PAGES = 200
MAX_SCHEMA_BYTES = 256 << 10
MAX_TEXT = 20_000
MAX_NAME = 128
_CHARS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that a server lists."""

    tools: Sequence[ToolInfo] = ()
    refused: Sequence[RefusedTool] = ()
    resources: Sequence[ResourceInfo] = ()
    prompts: Sequence[PromptInfo] = ()


class _Unfit(Exception):
    """A tool that cannot be offered."""


async def list_tools(client: "Client", server: str) -> tuple[Sequence[ToolInfo], Sequence[RefusedTool]]:
    """The tools that fit, and those that do not."""
    found: dict[str, ToolInfo] = {}
    refused: list[RefusedTool] = []
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        page = await client.list_tools(cursor=cursor)
        for tool in page.tools:
            try:
                found[tool.name] = _accepted(server, tool, found)
            except _Unfit as unfit:
                refused.append(RefusedTool(_short(tool.name, MAX_NAME), str(unfit)))
        cursor = page.next_cursor
        if not cursor or len(found) + len(refused) > MAX_LISTED:
            break
    return tuple(found.values()), tuple(refused)


async def list_resources(client: "Client", server: str) -> Sequence[ResourceInfo]:
    """The resources and the templates of resources."""
    found: list[ResourceInfo] = []
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        page = await client.list_resources(cursor=cursor)
        found += [_resource(server, one.uri, one) for one in page.resources]
        cursor = page.next_cursor
        if not cursor or len(found) > MAX_LISTED:
            break
    templates = await client.list_resource_templates()
    found += [_resource(server, one.uri_template, one) for one in templates.resource_templates]
    return tuple(found[:MAX_LISTED])


async def list_prompts(client: "Client", server: str) -> Sequence[PromptInfo]:
    """The prompts."""
    found: list[PromptInfo] = []
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        page = await client.list_prompts(cursor=cursor)
        found += [_prompt(server, one) for one in page.prompts]
        cursor = page.next_cursor
        if not cursor or len(found) > MAX_LISTED:
            break
    return tuple(found[:MAX_LISTED])


def _accepted(server: str, tool: sdk.Tool, known: dict[str, ToolInfo]) -> ToolInfo:
    if not tool.name or len(tool.name) > MAX_NAME or tool.name != clean_text(tool.name):
        raise _Unfit(f"its name is empty, longer than {MAX_NAME} characters, or no text")
    if tool.name in known:
        raise _Unfit("another tool of this server has the same name")
    if len(known) >= MAX_TOOLS:
        raise _Unfit(f"a server may offer {MAX_TOOLS} tools")
    input_schema = _schema("input schema", tool.input_schema)
    output_schema = _schema("output schema", tool.output_schema) if tool.output_schema is not None else None
    return _tool(server, tool, input_schema, output_schema)


def _schema(what: str, schema: JsonObject) -> JsonObject:
    """The schema, cleaned. A recursive `$ref` is fine: nothing is expanded here."""
    try:
        cleaned = clean(schema)
        size = len(orjson.dumps(cleaned))
    except (Problem, TypeError, ValueError, RecursionError) as error:  # TypeError: a number too large for JSON
        raise _Unfit(f"its {what} cannot be kept: {error}") from error
    if size > MAX_SCHEMA_BYTES:
        raise _Unfit(f"its {what} takes {size:,} bytes; {MAX_SCHEMA_BYTES:,} are allowed")
    assert isinstance(cleaned, dict)
    return cleaned


def _tool(server: str, tool: sdk.Tool, input_schema: JsonObject, output_schema: JsonObject | None) -> ToolInfo:
    hints = tool.annotations or sdk.ToolAnnotations()
    description = _short(tool.description or "", MAX_TEXT)
    title = tool.title or hints.title
    read_only = hints.read_only_hint is True
    shown: JsonObject = {
        "name": tool.name,
        "title": title,
        "description": description,
        "input_schema": input_schema,
        "hints": [hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint, hints.open_world_hint],
    }
    encoded = orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)
    return ToolInfo(
        server=server,
        name=tool.name,
        title=_short(title, MAX_NAME) if title else None,
        description=description,
        input_schema=input_schema,
        output_schema=output_schema,
        read_only=read_only,
        destructive=not read_only and hints.destructive_hint is not False,
        idempotent=hints.idempotent_hint is True,
        open_world=hints.open_world_hint is not False,
        tokens=(len(tool.name) + len(description) + len(orjson.dumps(input_schema))) // _CHARS_PER_TOKEN + 1,
        fingerprint=hashlib.sha256(encoded).hexdigest(),
    )


def _resource(server: str, uri: str, one: "sdk.Resource | sdk.ResourceTemplate") -> ResourceInfo:
    template = isinstance(one, sdk.ResourceTemplate)
    return ResourceInfo(
        server=server,
        uri=_short(uri, MAX_TEXT),
        name=_short(one.title or one.name, MAX_NAME),
        description=_short(one.description or "", MAX_TEXT),
        mime_type=one.mime_type,
        size=None if template else one.size,
        template=template,
    )


def _prompt(server: str, one: sdk.Prompt) -> PromptInfo:
    arguments = [
        PromptArgument(
            _short(argument.name, MAX_NAME), _short(argument.description or "", MAX_TEXT), bool(argument.required)
        )
        for argument in one.arguments or ()
    ]
    return PromptInfo(server, _short(one.name, MAX_NAME), _short(one.description or "", MAX_TEXT), tuple(arguments))


def result_of(result: sdk.CallToolResult) -> CallResult:
    """What a tool gave back. Raises `TooDeep` for structured content that is nested without end."""
    structured: Json = clean(result.structured_content)
    return CallResult(tuple(part_of(block) for block in result.content), structured, is_error=bool(result.is_error))


def prompt_of(result: sdk.GetPromptResult) -> Prompt:
    """A prompt, filled in."""
    messages = tuple(PromptMessage(message.role, part_of(message.content)) for message in result.messages)
    return Prompt(clean_text(result.description or ""), messages)


def contents_of(result: sdk.ReadResourceResult) -> Sequence[ResourcePart]:
    """What reading a resource gave."""
    return tuple(_contents(one) for one in result.contents)


def part_of(block: sdk.ContentBlock) -> Part:
    """One block of content."""
    match block:
        case sdk.TextContent():
            return TextPart(clean_text(block.text))
        case sdk.ImageContent():
            return ImagePart(block.data, clean_text(block.mime_type))
        case sdk.AudioContent():
            return AudioPart(block.data, clean_text(block.mime_type))
        case sdk.ResourceLink():
            name, description = clean_text(block.title or block.name), clean_text(block.description or "")
            return LinkPart(clean_text(block.uri), name, description, block.mime_type)
        case sdk.EmbeddedResource():
            return _contents(block.resource)


def _contents(one: "sdk.TextResourceContents | sdk.BlobResourceContents") -> ResourcePart:
    uri = clean_text(one.uri)
    if isinstance(one, sdk.TextResourceContents):
        return ResourcePart(uri, one.mime_type, text=clean_text(one.text))
    return ResourcePart(uri, one.mime_type, blob=one.blob)


def _short(text: str, limit: int) -> str:
    plain = clean_text(text)
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"
