"""What a run does: ask, call tools, ask again, and end for one of a closed set of reasons."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from agent_runner.core.ports import ToolFailedError
from agent_runner.core.types import (
    Delta,
    FinalOutput,
    HandBack,
    Limits,
    Message,
    ModelRequest,
    Reply,
    Stopped,
    ToolSpec,
    Usage,
)
from kit.jsontypes import JsonObject

from tests.agent.core.playing import OPEN, ScriptedModel, call, failing, play, say_ok


async def test_words_end_the_run() -> None:
    """An answer without tool calls is the final output, and its words were streamed."""
    played = await play(ScriptedModel("hello there"))
    assert played.outcome == FinalOutput(Message("assistant", "hello there"))
    assert played.journal.deltas == ["hello", "there"]


async def test_a_tool_is_run_and_its_result_goes_back() -> None:
    """The second request holds the call and the marked result."""
    model = ScriptedModel([call("clock")], "it is noon")

    async def clock(arguments: JsonObject) -> str:
        return "12:00"

    played = await play(model, {"clock": clock})
    assert isinstance(played.outcome, FinalOutput)
    asked_again = model.asked[1].messages
    assert [message.role for message in asked_again[:3]] == ["user", "assistant", "tool"]
    assert asked_again[2].tool_call_id == "call_clock"
    assert asked_again[2].content == '<tool_result tool="clock">\n12:00\n</tool_result>'


async def test_tool_calls_decide_whatever_the_finish_reason() -> None:
    """Servers that say `stop` beside tool calls, or `tool_calls` beside words, are understood."""
    calling = Reply(Message("assistant", "", [call("a")]), "test:scripted", finish_reason="stop")
    saying = Reply(Message("assistant", "done"), "test:scripted", finish_reason="tool_calls")
    played = await play(ScriptedModel(calling, saying), {"a": say_ok})
    assert played.outcome == FinalOutput(saying.message)
    assert played.tool_texts() == ['<tool_result tool="a">\nok\n</tool_result>']


async def test_every_model_and_tool_call_is_a_numbered_step_of_the_journal() -> None:
    """Steps are counted from 0 in the order begun, models and tools alike."""
    played = await play(ScriptedModel([call("a"), call("b")], "done"), {"a": say_ok, "b": say_ok})
    assert [(info.index, info.kind, info.name) for info, _ in played.journal.steps] == [
        (0, "model", "test:scripted"),
        (1, "tool", "a"),
        (2, "tool", "b"),
        (3, "model", "test:scripted"),
    ]


async def test_tokens_of_all_turns_are_added_up() -> None:
    """The usage of a run is that of each of its model calls together."""
    played = await play(ScriptedModel([call("a")], "done"), {"a": say_ok})
    assert played.loop.usage == Usage(20, 4)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(max_steps=3), "max_steps"),
        (Limits(max_tokens=30), "max_tokens"),
        (Limits(max_seconds=0.0), "max_time"),
        (Limits(max_repeats=2), "repeated_failure"),
    ],
)
async def test_each_limit_stops_with_its_own_reason(limits: Limits, reason: str) -> None:
    """Who reads the run sees which limit ended it."""

    async def fail(arguments: JsonObject) -> str:
        raise ToolFailedError("broken", "as ever")

    played = await play(ScriptedModel(*[[call("a")] for _ in range(9)]), {"a": fail}, limits=limits)
    assert isinstance(played.outcome, Stopped)
    assert played.outcome.reason == reason


async def test_different_failures_are_no_repetition() -> None:
    """A model that corrects itself goes on: only the same call failing in the same way counts."""

    async def fail(arguments: JsonObject) -> str:
        raise ToolFailedError("broken", "as ever")

    script = [[call("a", {"n": n})] for n in range(4)]
    played = await play(ScriptedModel(*script, "gave up"), {"a": fail}, limits=Limits(max_repeats=2))
    assert isinstance(played.outcome, FinalOutput)


async def test_a_model_that_is_too_slow_is_ended() -> None:
    """The time limit also holds in the middle of an answer."""

    class Slow(ScriptedModel):
        async def stream(self, request: ModelRequest) -> AsyncGenerator[Delta | Reply, None]:
            self.asked.append(request)
            await asyncio.sleep(60)
            yield Delta("late")

    played = await play(Slow(), limits=Limits(max_seconds=0.02))
    assert played.outcome == Stopped("max_time", "stopped after 0.02 s of work")


async def test_a_tool_gets_no_more_time_than_the_run_has() -> None:
    """A tool's own patience does not outlast the run's."""

    async def wait(arguments: JsonObject) -> str:
        await asyncio.sleep(60)
        return "late"

    played = await play(ScriptedModel([call("a")], "x"), {"a": wait}, limits=Limits(max_seconds=0.05))
    assert isinstance(played.outcome, Stopped)
    assert played.outcome.reason == "max_time"
    assert "tool_timeout" in played.tool_texts()[0]


async def test_a_failing_model_ends_the_run_with_its_words() -> None:
    """The run says what the provider said."""
    played = await play(ScriptedModel(failing("model_auth", "check OPENAI_API_KEY")))
    assert isinstance(played.outcome, Stopped)
    assert (played.outcome.reason, played.outcome.detail) == ("model_error", "check OPENAI_API_KEY")
    assert played.outcome.failure is not None
    assert played.outcome.failure.code == "model_auth"


async def test_an_answer_without_an_end_is_a_failure() -> None:
    """A model that streams words and then nothing is not taken for a whole answer."""

    class Unfinished(ScriptedModel):
        async def stream(self, request: ModelRequest) -> AsyncGenerator[Delta | Reply, None]:
            self.asked.append(request)
            yield Delta("only words")

    played = await play(Unfinished())
    assert isinstance(played.outcome, Stopped)
    assert played.outcome.reason == "model_error"


@pytest.mark.parametrize("empty", ["", "  \n"])
async def test_an_empty_answer_is_asked_for_once_more(empty: str) -> None:
    """The empty message is not sent back, which providers would refuse."""
    model = ScriptedModel(empty, "now I speak")
    played = await play(model)
    assert played.outcome == FinalOutput(Message("assistant", "now I speak"))
    assert all(message.role == "user" for message in model.asked[1].messages)


async def test_two_empty_answers_end_the_run() -> None:
    """A model that has nothing to say does not loop."""
    played = await play(ScriptedModel("", ""))
    assert isinstance(played.outcome, Stopped)
    assert played.outcome.reason == "empty_answer"


async def test_reasoning_without_words_is_an_empty_answer() -> None:
    """Thoughts are no answer."""
    thinking = Reply(Message("assistant", "", reasoning="hm"), "test:scripted")
    played = await play(ScriptedModel(thinking, "42"))
    assert played.outcome == FinalOutput(Message("assistant", "42"))


async def test_calls_of_the_clients_tools_are_handed_back() -> None:
    """Only the client's calls are in the answer; ours of the same turn are not run."""
    ran: list[str] = []

    async def ours(arguments: JsonObject) -> str:
        ran.append("ours")
        return "x"

    theirs = ToolSpec("theirs", "", OPEN)
    played = await play(ScriptedModel([call("ours"), call("theirs")]), {"ours": ours}, client_tools=[theirs])
    assert isinstance(played.outcome, HandBack)
    assert [each.name for each in played.outcome.message.tool_calls] == ["theirs"]
    assert ran == []


async def test_the_model_is_told_of_both_kinds_of_tools() -> None:
    """Ours and the client's are offered together."""
    model = ScriptedModel("hi")
    await play(model, {"ours": say_ok}, client_tools=[ToolSpec("theirs", "", OPEN)])
    assert [spec.name for spec in model.asked[0].tools] == ["ours", "theirs"]


async def test_too_long_for_the_model_is_shortened_once_and_asked_again() -> None:
    """A window smaller than we were told of does not end the run."""
    long = [Message("user", "first " * 2_000), Message("assistant", "ok"), Message("user", "and now?")]
    model = ScriptedModel(failing("context_length"), "fits")
    played = await play(model, messages=long, summarizer=ScriptedModel("they said first"))
    assert played.outcome == FinalOutput(Message("assistant", "fits"))
    assert "they said first" in str(model.asked[1].messages)


async def test_too_long_even_when_shortened_is_a_failure() -> None:
    """There is no second shortening in a row."""
    model = ScriptedModel(failing("context_length"), failing("context_length", "still too long"))
    played = await play(model, summarizer=ScriptedModel("short"))
    assert isinstance(played.outcome, Stopped)
    assert played.outcome.detail == "still too long"


async def test_cancelling_the_run_reaches_the_running_tool() -> None:
    """Nothing goes on in the background after a cancel."""
    reached, begun = asyncio.Event(), asyncio.Event()

    async def wait(arguments: JsonObject) -> str:
        begun.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            reached.set()
            raise
        return "never"

    task = asyncio.create_task(play(ScriptedModel([call("a"), call("b")]), {"a": wait, "b": say_ok}))
    await asyncio.wait_for(begun.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert reached.is_set()


async def test_cancelling_the_run_closes_the_models_stream() -> None:
    """The request to the provider ends with the run."""
    closed, begun = asyncio.Event(), asyncio.Event()

    class Endless(ScriptedModel):
        async def stream(self, request: ModelRequest) -> AsyncGenerator[Delta | Reply, None]:
            self.asked.append(request)
            try:
                begun.set()
                await asyncio.sleep(60)
                yield Delta("late")
            finally:
                closed.set()

    task = asyncio.create_task(play(Endless()))
    await asyncio.wait_for(begun.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert closed.is_set()
