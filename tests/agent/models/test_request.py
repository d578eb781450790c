"""A conversation as it is sent to a provider."""

import json

import pytest
from agent_runner.core.types import Message, ModelRequest, ToolCall, ToolSpec
from agent_runner.models.request import encode
from kit.jsontypes import JsonObject


def sent(request: ModelRequest, **how: bool) -> JsonObject:
    return json.loads(encode("m", request, **how))


def test_a_request_is_streamed_and_asks_for_token_counts() -> None:
    """Usage is known also from streams, and options pass through without overruling what is ours."""
    body = sent(ModelRequest([Message("user", "hi")], options={"temperature": 0.5, "model": "x", "stream": False}))
    assert body == {
        "temperature": 0.5,
        "model": "m",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "hi"}],
    }


def test_old_servers_are_not_asked_for_token_counts() -> None:
    """Where `stream_options` was refused it is left out."""
    assert "stream_options" not in sent(ModelRequest([Message("user", "hi")]), usage=False)


def test_tools_are_described_as_functions() -> None:
    """Name, description and schema, as OpenAI has them."""
    body = sent(ModelRequest([], [ToolSpec("f", "does f", {"type": "object"})]))
    function = {"name": "f", "description": "does f", "parameters": {"type": "object"}}
    assert body["tools"] == [{"type": "function", "function": function}]


def test_calls_and_results_belong_together() -> None:
    """The assistant's calls have no content beside them, and each result names its call."""
    call = ToolCall("1", "f", '{"a": 1}', {"extra_content": {"x": 1}})
    body = sent(ModelRequest([Message("assistant", "", [call]), Message("tool", "r", tool_call_id="1")]))
    function = {"name": "f", "arguments": '{"a": 1}'}
    assert body["messages"] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"extra_content": {"x": 1}, "id": "1", "type": "function", "function": function}],
        },
        {"role": "tool", "content": "r", "tool_call_id": "1"},
    ]


@pytest.mark.parametrize(
    ("arguments", "echoed"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ("", "{}"),
        ("[1]", '{"invalid_arguments":"[1]"}'),
        ("{broken", '{"invalid_arguments":"{broken"}'),
    ],
)
def test_arguments_that_were_broken_go_back_as_an_object(arguments: str, echoed: str) -> None:
    """Several servers refuse a whole conversation over one broken call."""
    body = json.loads(encode("m", ModelRequest([Message("assistant", "", [ToolCall("1", "f", arguments)])])))
    assert body["messages"][0]["tool_calls"][0]["function"]["arguments"] == echoed


def test_reasoning_goes_back_only_to_those_who_want_it() -> None:
    """Most providers refuse what they sent themselves."""
    request = ModelRequest([Message("assistant", "yes", reasoning="hm")])
    assert "reasoning_content" not in str(sent(request))
    assert "'reasoning_content': 'hm'" in str(sent(request, echo_reasoning=True))


def test_parts_of_content_are_sent_as_they_came() -> None:
    """Images and other parts pass through."""
    parts = [{"type": "text", "text": "what is this?"}, {"type": "image_url", "image_url": {"url": "data:..."}}]
    body = sent(ModelRequest([Message("user", parts)]))
    assert body["messages"] == [{"role": "user", "content": parts}]


def test_text_that_is_no_unicode_is_sent_cleaned() -> None:
    """A lone surrogate does not make a request impossible."""
    body = sent(ModelRequest([Message("user", "a\ud800b")]))
    assert body["messages"] == [{"role": "user", "content": "a\ufffdb"}]
