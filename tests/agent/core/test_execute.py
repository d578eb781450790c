"""What happens to the tool calls of one turn."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from agent_runner.core.ports import StepInfo, ToolFailedError
from agent_runner.core.types import FinalOutput, Limits, ToolOutcome
from kit.jsontypes import JsonObject

from tests.agent.core.playing import MemoryJournal, S, ScriptedModel, call, play, say_ok, shaped


async def test_independent_calls_run_at_the_same_time() -> None:
    """Two calls that wait for each other both finish, and their results stand in the order asked."""
    first, second = asyncio.Event(), asyncio.Event()

    async def one(arguments: JsonObject) -> str:
        first.set()
        await second.wait()
        return "one"

    async def two(arguments: JsonObject) -> str:
        await first.wait()
        second.set()
        return "two"

    played = await play(ScriptedModel([call("one"), call("two")], "done"), {"one": one, "two": two})
    assert [text.split("\n")[1] for text in played.tool_texts()] == ["one", "two"]


async def test_calls_of_one_serial_run_in_the_order_asked() -> None:
    """A file is written before it is appended to, however long the writing takes."""
    order: list[str] = []

    async def slow(arguments: JsonObject) -> str:
        await asyncio.sleep(0.01)
        order.append("slow")
        return "slow"

    async def fast(arguments: JsonObject) -> str:
        order.append("fast")
        return "fast"

    tools = {"slow": shaped(slow, serial="files"), "fast": shaped(fast, serial="files")}
    played = await play(ScriptedModel([call("slow"), call("fast")], "done"), tools)
    assert order == ["slow", "fast"]
    assert [text.split("\n")[1] for text in played.tool_texts()] == ["slow", "fast"]


async def test_calls_with_the_same_id_are_kept_apart_and_in_order() -> None:
    """Some servers give every call the same id."""

    async def echo(arguments: JsonObject) -> str:
        return str(arguments["n"])

    calls = [call("echo", {"n": n}, id_="same") for n in range(3)]
    played = await play(ScriptedModel(calls, "done"), {"echo": echo})
    assert [text.split("\n")[1] for text in played.tool_texts()] == ["0", "1", "2"]


STRICT: JsonObject = {
    "type": "object",
    "properties": {"path": {"type": "string"}, "lines": {"type": "array", "items": {"type": "integer"}}},
    "required": ["path"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('{"path": ', "not valid JSON"),
        ("[1]", "must be one JSON object"),
        ('"text"', "not valid JSON"),
        ("{}", "'path' is a required property"),
        ('{"path": 3}', "path: 3 is not of type 'string'"),
        ('{"path": "a", "lines": [1, "b"]}', "lines/1: 'b' is not of type 'integer'"),
        ('{"path": "a", "extra": 1}', "extra"),
        ("[" * 3_000, "not valid JSON"),
        ('{"a":' * 100 + "1" + "}" * 100, "nested deeper"),
    ],
)
async def test_arguments_that_do_not_fit_are_told_to_the_model(arguments: str, said: str) -> None:
    """The tool is not run, and the model may try again."""
    tools = {"read": shaped(say_ok, input_schema=STRICT)}
    played = await play(ScriptedModel([call("read", arguments)], [call("read", {"path": "a"})], "done"), tools)
    first, second = played.tool_texts()
    assert 'failed="invalid_arguments"' in first
    assert said in first
    assert "ok" in second


@pytest.mark.parametrize(
    "arguments",
    ["", "  ", "null", "{}", '"{}"', '{"text": "\\ud800"}', '{"n": NaN}', '{"n": 123456789012345678901234}'],
)
async def test_arguments_are_taken_as_servers_send_them(arguments: str) -> None:
    """Nothing, null, doubly encoded text, lone surrogates and odd numbers do not stop a call."""
    played = await play(ScriptedModel([call("a", arguments)], "done"), {"a": say_ok})
    assert played.tool_texts() == ['<tool_result tool="a">\nok\n</tool_result>']


async def test_the_words_on_wrong_arguments_stay_short() -> None:
    """A value of a megabyte is not said back to the model."""
    tools = {"read": shaped(say_ok, input_schema=STRICT)}
    wrong = call("read", {"path": ["x" * 1_000_000]})
    played = await play(ScriptedModel([wrong], "done"), tools)
    assert len(played.tool_texts()[0]) < 1_000


@pytest.mark.parametrize(
    "schema",
    [{"type": "nonsense"}, {"$ref": "#/nowhere"}, {"$ref": "http://127.0.0.1:9/x"}, {"properties": 3}, {"$ref": "#"}],
)
async def test_a_tool_with_a_broken_schema_fails_by_itself(schema: JsonObject) -> None:
    """The call is refused with a clear reason; nothing is fetched, nothing crashes, its sibling runs."""
    tools = {"bad": shaped(say_ok, input_schema=schema), "good": say_ok}
    played = await play(ScriptedModel([call("bad"), call("good")], "done"), tools)
    assert 'failed="invalid_schema"' in played.tool_texts()[0]
    assert "ok" in played.tool_texts()[1]


async def test_an_unknown_tool_is_named_with_those_like_it() -> None:
    """The model learns what it may have meant."""
    played = await play(ScriptedModel([call("read_fil")], [call("zzz")], "done"), {"read_file": say_ok, "b": say_ok})
    assert "did you mean read_file?" in played.tool_texts()[0]
    assert "there are: read_file, b" in played.tool_texts()[1]


async def test_a_denied_call_does_not_run_and_says_why() -> None:
    """The model reads the reason, and the step is recorded as denied."""
    ran: list[int] = []

    async def write(arguments: JsonObject) -> str:
        ran.append(1)
        return "written"

    played = await play(ScriptedModel([call("write")], "ok"), {"write": write}, denied=["write"])
    assert ran == []
    assert "Not done: not today" in played.tool_texts()[0]
    _, outcome = played.journal.steps[1]
    assert isinstance(outcome, ToolOutcome)
    assert outcome.status == "denied"


async def test_a_failing_tool_leaves_its_siblings_alone() -> None:
    """A refusal, a crash and a tool that cancels itself are outcomes like any other."""

    async def refuse(arguments: JsonObject) -> str:
        raise ToolFailedError("nope", "I will not")

    async def crash(arguments: JsonObject) -> str:
        raise ZeroDivisionError("one by zero")

    async def cancel_itself(arguments: JsonObject) -> str:
        raise asyncio.CancelledError

    async def run_out(arguments: JsonObject) -> str:
        raise TimeoutError("the socket's own")

    tools = {"refuse": refuse, "crash": crash, "cancel": cancel_itself, "timeout": run_out, "good": say_ok}
    played = await play(ScriptedModel([call(name) for name in tools], "done"), tools)
    assert isinstance(played.outcome, FinalOutput)
    failed = [text.partition('failed="')[2].partition('"')[0] for text in played.tool_texts()]
    assert failed == ["nope", "tool_crashed", "tool_crashed", "tool_crashed", ""]
    assert "ZeroDivisionError: one by zero" in played.tool_texts()[1]


async def test_a_tool_that_takes_too_long_is_stopped() -> None:
    """Each tool has its own patience; the others do not wait for it."""

    async def wait(arguments: JsonObject) -> str:
        await asyncio.sleep(60)
        return "late"

    tools = {"slow": shaped(wait, timeout_s=0.02), "good": say_ok}
    played = await play(ScriptedModel([call("slow"), call("good")], "done"), tools)
    assert "slow was stopped after 0.02 s" in played.tool_texts()[0]
    assert "ok" in played.tool_texts()[1]


async def test_what_is_cut_is_kept_and_can_be_read_on() -> None:
    """The model is told the reference and the place to go on from."""

    async def much(arguments: JsonObject) -> str:
        return "x" * 50 + "the end"

    played = await play(ScriptedModel([call("much")], "done"), {"much": much}, limits=Limits(tool_output_chars=50))
    (text,) = played.tool_texts()
    assert "the end" not in text
    assert 'read_result with {"ref": "res_0", "offset": 50}' in text
    assert played.results["res_0"].endswith("the end")


async def test_results_are_clean_text() -> None:
    """NUL and lone surrogates, which neither database could store, are replaced."""

    async def odd(arguments: JsonObject) -> str:
        return "a\0b\ud800"

    played = await play(ScriptedModel([call("odd")], "done"), {"odd": odd})
    assert "a\ufffdb\ufffd" in played.tool_texts()[0]


async def test_a_journal_that_fails_ends_the_run_with_its_own_error() -> None:
    """A full disk is not taken for a failed tool: the run does not go on unrecorded."""

    class FullDisk(MemoryJournal):
        async def step(self, info: StepInfo, work: Callable[[], Awaitable[S]]) -> S:
            if info.kind == "tool":
                raise OSError("disk full")
            return await super().step(info, work)

    tools = {"a": say_ok, "b": say_ok}
    with pytest.raises(OSError, match="disk full"):
        await play(ScriptedModel([call("a"), call("b")], "done"), tools, journal=FullDisk())


async def test_steps_say_whether_they_write() -> None:
    """A crash in the middle of a writing step must not lead to doing it twice unasked."""
    tools = {"r": shaped(say_ok, read_only=True), "w": shaped(say_ok)}
    played = await play(ScriptedModel([call("r"), call("w")], "done"), tools)
    assert {info.name: info.writes for info, _ in played.journal.steps if info.kind == "tool"} == {
        "r": False,
        "w": True,
    }
