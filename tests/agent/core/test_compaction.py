"""Long conversations are shortened without losing the task, or parting a call from its result."""

import pytest
from agent_runner.core.compaction import Compactor, budget_for, digest, plan, size_of
from agent_runner.core.ports import Model
from agent_runner.core.types import FinalOutput, Limits, Message, ModelRequest, Reply, ToolCall
from hypothesis import given
from hypothesis import strategies as st

from tests.agent.core.playing import ScriptedModel, call, failing, play


def group(number: int, size: int = 100) -> list[Message]:
    """A call and its result."""
    calls = [ToolCall(f"c{number}", "look", "{}")]
    return [Message("assistant", "", calls), Message("tool", "r" * size, tool_call_id=f"c{number}")]


SYSTEM = Message("system", "be kind")
TASK = Message("user", "do the thing")


async def ask(model: Model, request: ModelRequest) -> Reply:
    async for part in model.stream(request):
        if isinstance(part, Reply):
            return part
    raise AssertionError("no reply")


@pytest.mark.parametrize(
    ("window", "budget"), [(None, 400_000), (0, 400_000), (128_000, 384_000), (8_000, 24_000), (1, 4_000)]
)
def test_the_budget_leaves_room_in_a_small_window(window: int | None, budget: int) -> None:
    """Three quarters of a window that is known, four characters a token; never so little that nothing can be said."""
    assert budget_for(window, 400_000) == budget


async def test_what_fits_is_left_as_it_is() -> None:
    """Nothing is asked of the summarizer for a short conversation."""
    messages = [SYSTEM, TASK]
    fitted = await Compactor(ScriptedModel(), 10_000).fit(messages, 0, ask)
    assert fitted is messages


async def test_the_oldest_part_becomes_a_summary() -> None:
    """The system prompt, the task and the newest steps stay word for word, with the summary between."""
    old = [Message("user", "hi " * 1_000), Message("assistant", "hello " * 200)]
    messages = [SYSTEM, *old, TASK, *group(1), *group(2)]
    fitted = await Compactor(ScriptedModel("they greeted"), 2_400).fit(messages, 0, ask)
    assert fitted[0] == SYSTEM
    assert "they greeted" in str(fitted[1].content)
    assert list(fitted[2:]) == [TASK, *group(1), *group(2)]


async def test_the_task_stays_when_only_steps_are_newer() -> None:
    """In the middle of a long tool loop the model still knows what it was asked."""
    messages = [SYSTEM, TASK, *(message for n in range(40) for message in group(n, 200))]
    fitted = await Compactor(ScriptedModel("looked a lot"), 4_000).fit(messages, 0, ask)
    assert TASK in fitted
    assert size_of(fitted) <= 4_000


async def test_without_a_summarizer_that_works_a_digest_takes_its_place() -> None:
    """A run never ends for want of a summary."""
    messages = [SYSTEM, TASK, *(message for n in range(40) for message in group(n, 200))]
    fitted = await Compactor(ScriptedModel(failing("down")), 4_000).fit(messages, 0, ask)
    assert "[calls look {}]" in str(fitted)


async def test_one_huge_result_is_cut_in_its_middle() -> None:
    """Also the newest step must leave room; both ends of a result stay."""
    messages = [SYSTEM, TASK, *group(1, 50_000)]
    fitted = await Compactor(ScriptedModel("x"), 6_000).fit(messages, 0, ask)
    assert size_of(fitted) <= 6_100
    assert "cut to save space" in str(fitted[-1].content)


async def test_tools_count_into_the_size_of_a_request() -> None:
    """A request is measured as a whole."""
    messages = [SYSTEM, TASK, *group(1, 3_000), *group(2, 3_000)]
    compactor = Compactor(ScriptedModel("s", "s"), 9_000)
    assert await compactor.fit(messages, 0, ask) is messages
    assert await compactor.fit(messages, 5_100, ask) is not messages


async def test_a_long_run_is_compacted_inside_the_loop() -> None:
    """The loop goes on past the window; the summary is journalled and counted, but is no part of the answer."""

    async def much(arguments: object) -> str:
        return "line\n" * 200

    model = ScriptedModel(*[[call("much", {"n": n})] for n in range(10)], "done")
    summarizer = ScriptedModel(*["it went well"] * 10)
    played = await play(model, {"much": much}, limits=Limits(context_chars=5_000), summarizer=summarizer)
    assert isinstance(played.outcome, FinalOutput)
    assert all(size_of(request.messages, request.tools) <= 5_100 for request in model.asked)
    assert len(summarizer.asked) > 0
    assert "it went well" not in str(played.journal.messages)
    assert played.journal.deltas == ["done"]
    assert played.loop.usage.input_tokens == 10 * (11 + len(summarizer.asked))


_messages = st.lists(
    st.one_of(
        st.builds(lambda size: [Message("user", "u" * size)], st.integers(0, 500)),
        st.builds(lambda size: [Message("assistant", "a" * size)], st.integers(0, 500)),
        st.builds(group, st.integers(0, 10**9), st.integers(0, 500)),
    ),
    max_size=20,
).map(lambda groups: [message for each in groups for message in each])


@given(_messages, st.integers(0, 5_000))
def test_a_plan_loses_nothing_and_parts_no_call_from_its_result(messages: list[Message], budget: int) -> None:
    """Head, middle and tail together are the conversation, and no part begins with a result."""
    cut = plan([SYSTEM, *messages], budget)
    both = [*cut.head, *cut.middle, *cut.tail]
    assert sorted(both, key=repr) == sorted([SYSTEM, *messages], key=repr)
    for part in (cut.middle, cut.tail):
        assert not part or part[0].role != "tool"


@pytest.mark.parametrize("limit", [0, 50, 10_000])
def test_a_digest_keeps_the_newest_lines(limit: int) -> None:
    """When not all fits, what is left out is the oldest."""
    lines = digest([Message("user", f"message {n}") for n in range(100)], limit)
    assert len(lines) <= limit + 40
    assert ("message 99" in lines) == (limit > 0)
