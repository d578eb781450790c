"""Results of MCP tools: what a model reads of them, and what is kept."""

import base64

import pytest
from agent_runner.core.ports import CallContext
from agent_runner.mcp_manager.types import CallResult, ImagePart, Part, ResourcePart, TextPart
from agent_runner.tools import mcp_results
from agent_runner.tools.mcp_results import to_output
from kit.jsontypes import Json

CONTEXT = CallContext("run", "call")


class Shelf(list[bytes]):
    """A `Keeper`."""

    async def keep_bytes(self, context: CallContext, mime_type: str, data: bytes) -> str:  # noqa: ARG002 - the port
        self.append(data)
        return f"att_{len(self)}"


@pytest.mark.parametrize(
    ("texts", "structured", "read"),
    [
        (["words"], None, "words"),
        (['{"a": 1}'], {"a": 1}, '{"a": 1}'),
        (["plain"], {"result": "plain"}, "plain"),
        (["words"], {"a": 1}, 'words\n\nStructured content: {"a":1}'),
        ([], {"a": 1}, 'Structured content: {"a":1}'),
        ([], None, "(no output)"),
    ],
)
async def test_structured_content_is_told_once(texts: list[str], structured: Json, read: str) -> None:
    """Servers repeat it as text: only what that does not say is added."""
    result = CallResult(tuple(TextPart(text) for text in texts), structured)
    output = await to_output(result, CONTEXT, Shelf())
    assert (output.text, output.structured) == (read, structured)


async def test_tools_own_error_is_a_failure_with_its_words() -> None:
    """The model reads what the tool said."""
    output = await to_output(CallResult((TextPart("no such city"),), is_error=True), CONTEXT, Shelf())
    assert output.failure is not None
    assert (output.failure.code, output.failure.detail) == ("tool_error", "no such city")
    assert output.text == "Error (tool_error): no such city"


async def test_what_is_too_much_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many bytes, broken base64, too many parts, too long a text, too large a structure: each with a word on it."""
    monkeypatch.setattr(mcp_results, "MAX_BYTES", 10)
    monkeypatch.setattr(mcp_results, "MAX_PARTS", 4)
    monkeypatch.setattr(mcp_results, "MAX_STRUCTURED", 20)
    shelf = Shelf()
    six = base64.b64encode(b"sixsix").decode()
    parts: list[Part] = [
        ImagePart(six, "image/png"),
        ImagePart(six, "image/png"),
        ResourcePart("a://x", None, blob="*"),
        TextPart("last"),
        TextPart("never"),
    ]
    output = await to_output(CallResult(tuple(parts), {"a": "x" * 30}), CONTEXT, shelf)
    assert shelf == [b"sixsix"]
    assert [attachment.ref for attachment in output.attachments] == ["att_1", None]
    assert "too large, left out" in output.text
    assert "not valid base64" in output.text
    assert "[1 parts more, left out]" in output.text
    assert "never" not in output.text
    assert output.structured is None
