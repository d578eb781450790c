"""Messages and requests as JSON, in OpenAI's shape, and back."""

from collections.abc import Sequence
from typing import cast

from kit.jsontypes import Json, JsonObject

from agent_runner.core.types import Content, Message, Role, ToolCall
from agent_runner.storage.records import ApprovalMode, RunRequest, Source, Transcript

_CALL_FIELDS = frozenset({"id", "type", "function"})


def message_to_json(message: Message) -> JsonObject:
    """As OpenAI's clients write and read messages."""
    encoded: dict[str, Json] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        encoded["tool_calls"] = [call_to_json(call) for call in message.tool_calls]
    if message.tool_call_id is not None:
        encoded["tool_call_id"] = message.tool_call_id
    if message.reasoning:
        encoded["reasoning_content"] = message.reasoning
    return encoded


def call_to_json(call: ToolCall) -> JsonObject:
    """One tool call in OpenAI's shape."""
    function = {"name": call.name, "arguments": call.arguments}
    return {**(call.extra or {}), "id": call.id, "type": "function", "function": function}


def message_from_json(value: Json) -> Message:
    """The message that `message_to_json` wrote."""
    fields = cast("JsonObject", value)
    call_id = fields.get("tool_call_id")
    return Message(
        cast("Role", fields["role"]),
        cast("Content", fields["content"]),
        tuple(_call_from_json(call) for call in cast("Sequence[Json]", fields.get("tool_calls", ()))),
        None if call_id is None else str(call_id),
        str(fields.get("reasoning_content", "")),
    )


def _call_from_json(value: Json) -> ToolCall:
    fields = cast("JsonObject", value)
    function = cast("JsonObject", fields["function"])
    extra = {key: item for key, item in fields.items() if key not in _CALL_FIELDS}
    return ToolCall(str(fields["id"]), str(function["name"]), str(function["arguments"]), extra or None)


def _messages_from_json(value: Json) -> list[Message]:
    return [message_from_json(item) for item in cast("Sequence[Json]", value)]


def request_to_json(request: RunRequest) -> JsonObject:
    """A request, ready to be stored."""
    return {
        "messages": [message_to_json(message) for message in request.messages],
        "source": request.source,
        "model": request.model,
        "session_id": request.session_id,
        "tools": request.tools,
        "max_steps": request.max_steps,
        "approval": request.approval,
        "direct": request.direct,
        "options": request.options,
        "metadata": request.metadata,
    }


def request_from_json(value: Json) -> RunRequest:
    """The request that `request_to_json` wrote."""
    fields = cast("JsonObject", value)
    return RunRequest(
        messages=_messages_from_json(fields["messages"]),
        source=cast("Source", fields["source"]),
        model=cast("str | None", fields["model"]),
        session_id=cast("str | None", fields["session_id"]),
        tools=cast("Sequence[str] | None", fields["tools"]),
        max_steps=cast("int | None", fields["max_steps"]),
        approval=cast("ApprovalMode", fields["approval"]),
        direct=bool(fields["direct"]),
        options=cast("JsonObject | None", fields["options"]),
        metadata=cast("JsonObject", fields["metadata"]),
    )


def transcript_to_json(transcript: Transcript) -> JsonObject:
    """A transcript, ready to be stored."""
    return {"whole": transcript.whole, "messages": [message_to_json(message) for message in transcript.messages]}


def transcript_from_json(value: Json) -> Transcript:
    """The transcript that `transcript_to_json` wrote."""
    fields = cast("JsonObject", value)
    return Transcript(_messages_from_json(fields["messages"]), bool(fields["whole"]))
