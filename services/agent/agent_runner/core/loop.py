"""The agent loop: ask the model, run the tools it asks for, ask again, until it answers or a limit is met."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import aclosing

from kit.jsontypes import JsonObject

from agent_runner.core.compaction import Compactor, size_of, text_of
from agent_runner.core.execute import Executed, Executor
from agent_runner.core.ports import Journal, Model, ModelFailedError, StepInfo
from agent_runner.core.prompt import NUDGE
from agent_runner.core.types import (
    Delta,
    Failure,
    FinalOutput,
    HandBack,
    Limits,
    Message,
    ModelRequest,
    NextStep,
    Outcome,
    Reply,
    RunAgain,
    Stopped,
    ToolCall,
    ToolSpec,
    Usage,
)

_EMPTY_ANSWERS = 2


class Loop:
    """One run of the agent.

    `client_tools` are tools that the caller runs itself: a turn that asks for one ends the run with `HandBack`.
    Guarantee: every model call and every tool call goes through the journal's `step`, and a tool that the gate has not
    allowed does not run.
    """

    def __init__(
        self,
        *,
        model: Model,
        executor: Executor,
        journal: Journal,
        compactor: Compactor,
        limits: Limits,
        client_tools: Sequence[ToolSpec] = (),
        options: JsonObject | None = None,
    ) -> None:
        self.usage = Usage()
        self._model = model
        self._executor = executor
        self._journal = journal
        self._compactor = compactor
        self._limits = limits
        self._client_tools = client_tools
        self._tools: Sequence[ToolSpec] = ()
        self._tools_size = 0
        self._options = options
        self._messages: list[Message] = []
        self._index = 0
        self._asked = 0
        self._empty = 0
        self._shortened = False
        self._seconds = 0.0
        self._failures: Counter[tuple[str, str, str]] = Counter()

    async def run(self, messages: Sequence[Message]) -> Outcome:
        """Work on a conversation until it ends one way or another. Time spent waiting for a person is not counted."""
        self._messages = list(messages)
        while isinstance(step := await self._turn(), RunAgain):
            pass
        return step

    @property
    def messages(self) -> Sequence[Message]:
        """The conversation as it stands, tool results included."""
        return tuple(self._messages)

    async def _turn(self) -> NextStep:
        if stopped := self._limit_met():
            return stopped
        try:
            reply = await self._query()
        except ModelFailedError as error:
            return await self._failed(error.failure)
        except TimeoutError:
            return self._out_of_time()
        return await self._follow(reply)

    def _limit_met(self) -> Stopped | None:
        limits = self._limits
        if self._asked >= limits.max_steps:
            return Stopped("max_steps", f"no final answer within the limit of model calls ({limits.max_steps})")
        if self.usage.total_tokens >= limits.max_tokens:
            return Stopped("max_tokens", f"stopped after {self.usage.total_tokens} tokens")
        if self._seconds_left() <= 0:
            return self._out_of_time()
        return self._repeated_failure()

    def _repeated_failure(self) -> Stopped | None:
        for (name, _arguments, detail), count in self._failures.items():
            if count >= self._limits.max_repeats:
                return Stopped("repeated_failure", f"{name} failed {count} times in the same way: {detail}")
        return None

    def _out_of_time(self) -> Stopped:
        return Stopped("max_time", f"stopped after {self._limits.max_seconds:g} s of work")

    def _seconds_left(self) -> float:
        return self._limits.max_seconds - self._seconds

    async def _query(self) -> Reply:
        self._look_at_tools()
        self._messages = list(await self._compactor.fit(self._messages, self._tools_size, self._ask_aside))
        request = ModelRequest(tuple(self._messages), self._tools, self._options)
        info = StepInfo(self._next_index(), "model", self._model.id)
        reply = await self._ask(info, self._model, request, lambda delta: self._journal.delta(info, delta))
        self._asked += 1
        self._shortened = False
        self._messages.append(reply.message)
        self._journal.message(info, reply)
        return reply

    def _look_at_tools(self) -> None:
        """Servers come and go, and a search loads more: each turn has the tools that there are by then."""
        tools = [*self._executor.specs(), *self._client_tools]
        if tools != self._tools:
            self._tools = tools
            self._tools_size = size_of((), tools)

    async def _ask_aside(self, model: Model, request: ModelRequest) -> Reply:
        """Ask for something that is no part of the answer: a step like any other, but its words are not shown."""
        return await self._ask(StepInfo(self._next_index(), "model", model.id), model, request, lambda _: None)

    async def _ask(self, info: StepInfo, model: Model, request: ModelRequest, heard: Callable[[Delta], None]) -> Reply:
        started = time.monotonic()
        try:
            async with asyncio.timeout(max(self._seconds_left(), 0)):
                reply = await self._journal.step(info, lambda: self._stream(model, request, heard))
        finally:
            self._seconds += time.monotonic() - started
        self.usage += reply.usage
        return reply

    async def _stream(self, model: Model, request: ModelRequest, heard: Callable[[Delta], None]) -> Reply:
        async with aclosing(model.stream(request)) as parts:
            async for part in parts:
                if not isinstance(part, Delta):
                    return part
                heard(part)
        raise ModelFailedError(Failure("incomplete_answer", f"{model.id} ended its answer before it was whole"))

    async def _failed(self, failure: Failure) -> NextStep:
        if failure.code != "context_length" or self._shortened:
            return Stopped("model_error", failure.detail, failure)
        # The model's window is smaller than we were told: try once with half of what was too much.
        self._shortened = True
        half = (size_of(self._messages) + self._tools_size) // 2
        fit = self._compactor.fit(self._messages, self._tools_size, self._ask_aside, budget=half)
        self._messages = list(await fit)
        return RunAgain()

    async def _follow(self, reply: Reply) -> NextStep:
        calls = reply.message.tool_calls
        if theirs := [call for call in calls if any(call.name == spec.name for spec in self._client_tools)]:
            # Ours wait: their results could not travel with the client's, and a model asks again for what it lacks.
            return HandBack(Message("assistant", reply.message.content, theirs, reasoning=reply.message.reasoning))
        if calls:
            return await self._execute(calls)
        if text_of(reply.message).strip():
            return FinalOutput(reply.message)
        return self._empty_answer()

    async def _execute(self, calls: Sequence[ToolCall]) -> RunAgain:
        self._empty = 0
        executed = await self._executor.run([(self._next_index(), call) for call in calls], self._seconds_left())
        self._seconds += max(done.seconds for done in executed)
        self._messages.extend(done.message() for done in executed)
        self._failures.update(_failure_key(done) for done in executed if done.outcome.failure)
        return RunAgain()

    def _empty_answer(self) -> NextStep:
        self._empty += 1
        if self._empty >= _EMPTY_ANSWERS:
            return Stopped("empty_answer", f"{self._model.id} answered nothing, {self._empty} times in a row")
        self._messages[-1] = NUDGE  # providers refuse an empty assistant message
        return RunAgain()

    def _next_index(self) -> int:
        index = self._index
        self._index += 1
        return index


def _failure_key(done: Executed) -> tuple[str, str, str]:
    assert done.outcome.failure is not None
    return done.call.name, done.call.arguments, done.outcome.failure.detail
