"""Messages and requests, stored and read again."""

import orjson
from agent_runner.core.types import Message, ToolCall
from agent_runner.storage import codec
from agent_runner.storage.records import RunRequest, Transcript

MESSAGES = [
    Message("system", "Be brief."),
    Message("user", [{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "data:,"}}]),
    Message("assistant", "", (ToolCall("c1", "read_file", '{"path": "a"}', {"signature": "s"}),), reasoning="hm"),
    Message("tool", "done", tool_call_id="c1"),
]


def test_request_comes_back_as_it_was() -> None:
    """With images, calls, what a provider sent along, and every option."""
    request = RunRequest(
        MESSAGES,
        "openai",
        model="openai:mock",
        session_id="s",
        tools=["read_*"],
        max_steps=3,
        approval="deny",
        direct=True,
        options={"temperature": 0.5},
        metadata={"a": [1, None]},
    )
    stored = orjson.loads(orjson.dumps(codec.request_to_json(request)))
    assert codec.request_from_json(stored) == request


def test_transcript_comes_back_as_it_was() -> None:
    """Word for word."""
    transcript = Transcript(MESSAGES, whole=True)
    stored = orjson.loads(orjson.dumps(codec.transcript_to_json(transcript)))
    assert codec.transcript_from_json(stored) == transcript
