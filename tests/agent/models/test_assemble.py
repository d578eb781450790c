"""What is made of the pieces in which servers answer, whatever they make of OpenAI's format."""

import json

import pytest
from agent_runner.core.types import Delta, ToolCall, Usage
from agent_runner.models.assemble import ReplyAssembler
from kit.jsontypes import Json


def delta(**said: Json) -> Json:
    return {"choices": [{"index": 0, "delta": said}]}


def piece(name: str | None = None, arguments: Json = None, **fields: Json) -> Json:
    """One tool-call piece; `index` and `id` as given, or not at all."""
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    return {**fields, "type": "function", "function": function}


def assemble(*chunks: Json) -> ReplyAssembler:
    assembler = ReplyAssembler("p:m")
    for chunk in chunks:
        assembler.feed(chunk)
    assembler.end()
    return assembler


def calls_of(*pieces: Json) -> list[tuple[str, str]]:
    """Names and arguments of the calls that a stream with these pieces, one a chunk, brings."""
    reply = assemble(*(delta(tool_calls=[each]) for each in pieces)).reply()
    return [(call.name, call.arguments) for call in reply.message.tool_calls]


def test_words_are_put_together() -> None:
    """Deltas come as they arrive, and the reply holds all of them."""
    assembler = ReplyAssembler("p:m")
    assert assembler.feed(delta(role="assistant", content="")) == []
    assert assembler.feed(delta(content="Hel")) == [Delta("Hel")]
    assert assembler.feed(delta(content="lo")) == [Delta("lo")]
    assembler.feed({"choices": [{"delta": {}, "finish_reason": "length"}]})
    reply = assembler.reply()
    assert (reply.message.content, reply.model, reply.finish_reason) == ("Hello", "p:m", "length")


A, B = '{"a":1}', '{"b":2}'


@pytest.mark.parametrize(
    ("pieces", "calls"),
    [
        pytest.param([piece("f", A, index=0, id="1")], [("f", A)], id="whole"),
        pytest.param(
            [piece("f", '{"a"', index=0, id="1"), piece(None, ":1}", index=0)], [("f", A)], id="in pieces, by index"
        ),
        pytest.param(
            [piece("f", A, index=0, id="1"), piece("g", B, index=1, id="2")], [("f", A), ("g", B)], id="two, by index"
        ),
        pytest.param(
            [piece("f", A, index=0, id="1"), piece("g", B, index=0, id="2")], [("f", A), ("g", B)], id="index repeated"
        ),
        pytest.param(
            [piece("f", A, index=0), piece("f", B, index=0)], [("f", A), ("f", B)], id="index repeated, no ids"
        ),
        pytest.param([piece("f", A, id="1"), piece("g", B, id="2")], [("f", A), ("g", B)], id="no index"),
        pytest.param([piece("f", A), piece("g", B)], [("f", A), ("g", B)], id="no index, no ids"),
        pytest.param(
            [piece("f", '{"a"', id="1"), piece(None, ":1}"), piece("g", '{"b"', id="2"), piece(None, ":2}")],
            [("f", A), ("g", B)],
            id="no index, in pieces",
        ),
        pytest.param(
            [piece("f", '{"a"', index=0, id="1"), piece("f", ":1}", index=0, id="1")],
            [("f", A)],
            id="name and id in every piece",
        ),
        pytest.param(
            [piece("f", '{"a"', index=0), piece("f", ":1}", index=0)], [("f", A)], id="name in every piece, no ids"
        ),
        pytest.param(
            [piece("f", '{"a"', index=0, id="1"), piece("g", '{"b"', index=1, id="2"), piece(None, ":1}", index=0)],
            [("f", A), ("g", '{"b"')],
            id="interleaved",
        ),
        pytest.param([piece("f", {"a": 1}, index=0, id="1")], [("f", A)], id="arguments as an object"),
        pytest.param([piece("f", None, index=0, id="1")], [("f", "")], id="no arguments"),
        pytest.param([piece("f", "", index=0, id=""), piece(None, A, index=0, id="")], [("f", A)], id="empty ids"),
        pytest.param([piece(None, A, index=0, id="1")], [], id="never named"),
        pytest.param(
            [piece("f", A, index=None, id="1"), piece("g", B, index=None, id="2")],
            [("f", A), ("g", B)],
            id="index null",
        ),
    ],
)
def test_tool_calls_are_put_together_however_they_are_numbered(
    pieces: list[Json], calls: list[tuple[str, str]]
) -> None:
    """A missing or repeated index, ids in each piece or never, arguments as an object: the calls are the same."""
    assert calls_of(*pieces) == calls


@pytest.mark.parametrize("id_", ["", "same", None])
def test_every_call_has_an_id_of_its_own(id_: str | None) -> None:
    """Results find their calls even where a server repeats or leaves out ids."""
    pieces = [piece("f", A, index=n, id=id_) for n in range(3)]
    reply = assemble(delta(tool_calls=pieces)).reply()
    ids = [call.id for call in reply.message.tool_calls]
    assert len(set(ids)) == 3
    assert all(ids)


def test_what_a_provider_wants_back_is_kept_with_the_call() -> None:
    """Gemini's thought signatures travel with the conversation."""
    extra = {"google": {"thought_signature": "abc"}}
    reply = assemble(delta(tool_calls=[piece("f", A, index=0, id="1", extra_content=extra)])).reply()
    assert reply.message.tool_calls == (ToolCall("1", "f", A, {"extra_content": extra}),)


def test_a_whole_answer_in_one_object_is_understood() -> None:
    """Servers that do not stream send `message` in the place of `delta`."""
    whole: Json = {
        "choices": [{"message": {"content": "hi", "tool_calls": [piece("f", A, id="1")]}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 3},
    }
    reply = assemble(whole).reply()
    assert reply.message.content == "hi"
    assert reply.message.tool_calls == (ToolCall("1", "f", A),)
    assert reply.usage == Usage(5, 3)


def test_the_old_function_call_is_understood() -> None:
    """`function_call` came before `tool_calls`, and some servers still send it."""
    reply = assemble(delta(function_call={"name": "f", "arguments": A})).reply()
    assert [(call.name, call.arguments) for call in reply.message.tool_calls] == [("f", A)]


def test_usage_comes_in_a_chunk_without_choices() -> None:
    """The last chunk of a stream holds the token counts and nothing else."""
    reply = assemble(delta(content="x"), {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 1}}).reply()
    assert reply.usage == Usage(7, 1)


@pytest.mark.parametrize(
    "usage", [None, "many", {}, {"prompt_tokens": None}, {"prompt_tokens": -5, "completion_tokens": "x"}]
)
def test_odd_usage_counts_as_none(usage: Json) -> None:
    """A server that cannot count does not break the answer."""
    assert assemble(delta(content="x"), {"choices": [], "usage": usage}).reply().usage == Usage(0, 0)


@pytest.mark.parametrize("key", ["reasoning", "reasoning_content"])
def test_reasoning_fields_are_kept_apart_from_the_words(key: str) -> None:
    """Thoughts stream as thoughts, and are no part of the answer."""
    assembler = ReplyAssembler("p:m")
    assert assembler.feed(delta(**{key: "hm"})) == [Delta("hm", "reasoning")]
    assembler.feed(delta(content="yes"))
    message = assembler.reply().message
    assert (message.content, message.reasoning) == ("yes", "hm")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
@pytest.mark.parametrize(
    ("text", "thoughts", "words"),
    [
        ("<think>hm, so</think>\n\nyes", "hm, so", "yes"),
        ("  \n<think>a < b</think>c", "a < b", "c"),
        ("<think></think>yes", "", "yes"),
        ("<think>never closed", "never closed", ""),
        ("the tag <think> is not closed", "", "the tag <think> is not closed"),
        ("hm, so</think>yes", "hm, so", "yes"),
        ("<thinking> about it", "", "<thinking> about it"),
        ("", "", ""),
    ],
)
def test_think_blocks_are_thoughts(text: str, thoughts: str, words: str, size: int) -> None:
    """Wherever the stream is cut: what stands in the opening block, or before a lone closing mark, is a thought."""
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    message = assemble(*(delta(content=each) for each in pieces)).reply().message
    assert (message.reasoning, message.content) == (thoughts, words)


def test_content_may_come_as_parts() -> None:
    """Text in a list of parts is text."""
    assert assemble(delta(content=[{"type": "text", "text": "a"}, {"type": "x"}, "b"])).reply().message.content == "a"


@pytest.mark.parametrize(
    "chunk",
    [
        None,
        3,
        "text",
        [],
        {},
        {"choices": None},
        {"choices": "x"},
        {"choices": [None, 3, {}]},
        {"choices": [{"delta": None}]},
        {"choices": [{"delta": {"content": None, "tool_calls": None}}]},
        {"choices": [{"delta": {"tool_calls": [None, 3, {}, {"function": None}]}}]},
        {"choices": [{"delta": {"tool_calls": {"index": 0}}}]},
    ],
)
def test_what_is_not_understood_is_passed_over(chunk: Json) -> None:
    """A strange chunk does not end an answer."""
    assert assemble(chunk, delta(content="x")).reply().message.content == "x"


def test_an_answer_is_complete_once_a_finish_reason_came() -> None:
    """A connection that breaks after that took nothing away."""
    assembler = assemble(delta(content="x"))
    assert not assembler.complete
    assembler.feed({"choices": [{"delta": {}, "finish_reason": "stop"}]})
    assert assembler.complete


def test_arguments_are_kept_as_they_were_written() -> None:
    """Broken JSON reaches the loop, which tells the model of it."""
    assert calls_of(piece("f", '{"a": ', index=0)) == [("f", '{"a": ')]
    assert json.loads(calls_of(piece("f", {"ü": "ß"}, index=0))[0][1]) == {"ü": "ß"}
