"""A run of the real loop with a scripted model, tools of the test's making, and a journal in memory."""
# ruff: noqa: ARG002 - the signatures are those of the ports

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, TypeVar

from agent_runner.core.compaction import Compactor
from agent_runner.core.execute import Executor
from agent_runner.core.loop import Loop
from agent_runner.core.ports import (
    Allowed,
    CallContext,
    Denied,
    Grant,
    Model,
    ModelFailedError,
    StepInfo,
    Tool,
    Verdict,
)
from agent_runner.core.types import (
    Delta,
    Failure,
    Limits,
    Message,
    ModelRequest,
    Outcome,
    Progress,
    Reply,
    ToolCall,
    ToolOutcome,
    ToolSpec,
    Usage,
)
from kit.jsontypes import JsonObject

S = TypeVar("S", Reply, ToolOutcome)
Work: TypeAlias = Callable[[JsonObject], Awaitable[str]]
OPEN: JsonObject = {"type": "object"}


class ScriptedModel:
    """Answers with what the script holds, in order: words, calls, a whole reply, a failure."""

    id = "test:scripted"

    def __init__(self, *script: "str | Sequence[ToolCall] | Reply | Exception") -> None:
        self.asked: list[ModelRequest] = []
        self._script = list(script)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Delta | Reply, None]:
        self.asked.append(request)
        answer = self._script.pop(0)
        await asyncio.sleep(0)
        if isinstance(answer, Exception):
            raise answer
        reply = answer if isinstance(answer, Reply) else self._reply(answer)
        for word in str(reply.message.content).split():
            yield Delta(word)
        yield reply

    def _reply(self, answer: "str | Sequence[ToolCall]") -> Reply:
        message = Message("assistant", answer) if isinstance(answer, str) else Message("assistant", "", answer)
        return Reply(message, self.id, Usage(10, 2))


@dataclass
class FunctionTool:
    """A tool made of an async function of its arguments."""

    spec: ToolSpec
    work: Work

    async def call(self, arguments: JsonObject, context: CallContext) -> str:
        return await self.work(arguments)


def shaped(work: Work, **fields: object) -> FunctionTool:
    """A tool with more to it than a name, which it gets where it is put."""
    return FunctionTool(replace(ToolSpec("", "", OPEN), **fields), work)  # type: ignore[arg-type]


class Tools:
    """A toolbox of functions by name."""

    def __init__(self, tools: Mapping[str, Work | FunctionTool]) -> None:
        self._tools: dict[str, Tool] = {}
        for name, tool in tools.items():
            made = tool if isinstance(tool, FunctionTool) else shaped(tool)
            self._tools[name] = FunctionTool(replace(made.spec, name=name), made.work)

    def specs(self) -> Sequence[ToolSpec]:
        return [tool.spec for tool in self._tools.values()]

    def find(self, name: str) -> Tool | None:
        return self._tools.get(name)


@dataclass
class MemoryJournal:
    """Does the work, and remembers what was recorded."""

    steps: list[tuple[StepInfo, Reply | ToolOutcome | BaseException]] = field(
        default_factory=list[tuple[StepInfo, Reply | ToolOutcome | BaseException]]
    )
    deltas: list[str] = field(default_factory=list[str])
    messages: list[Message] = field(default_factory=list[Message])
    progressed: list[Progress] = field(default_factory=list[Progress])

    async def step(self, info: StepInfo, work: Callable[[], Awaitable[S]]) -> S:
        try:
            result = await work()
        except BaseException as error:
            self.steps.append((info, error))
            raise
        self.steps.append((info, result))
        return result

    def delta(self, info: StepInfo, delta: Delta) -> None:
        self.deltas.append(delta.text)

    def message(self, info: StepInfo, reply: Reply) -> None:
        self.messages.append(reply.message)

    def progress(self, info: StepInfo, progress: Progress) -> None:
        self.progressed.append(progress)


class OpenGate:
    """Allows all but the names it is told to deny."""

    def __init__(self, *denied: str) -> None:
        self._denied = denied

    async def decide(self, index: int, spec: ToolSpec, call: ToolCall, arguments: JsonObject) -> Verdict:
        grant = Grant("rule")
        return Denied("not today", grant) if spec.name in self._denied else Allowed(grant)


class KeptResults(dict[str, str]):
    """Results by reference."""

    async def keep(self, context: CallContext, text: str) -> str:
        ref = f"res_{len(self)}"
        self[ref] = text
        return ref


@dataclass
class Played:
    """What came of a run."""

    outcome: Outcome
    loop: Loop
    journal: MemoryJournal
    results: KeptResults

    def tool_texts(self) -> list[str]:
        """What the model read of the tools, in order."""
        return [str(message.content) for message in self.loop.messages if message.role == "tool"]


async def play(
    model: Model,
    tools: Mapping[str, Work | FunctionTool] | None = None,
    *,
    limits: Limits | None = None,
    denied: Sequence[str] = (),
    client_tools: Sequence[ToolSpec] = (),
    messages: Sequence[Message] = (Message("user", "go"),),
    summarizer: Model | None = None,
    journal: MemoryJournal | None = None,
) -> Played:
    """Run the loop to its end."""
    limits = limits or Limits()
    journal, results = journal or MemoryJournal(), KeptResults()
    executor = Executor(
        run_id="run_1",
        toolbox=Tools(tools or {}),
        gate=OpenGate(*denied),
        journal=journal,
        results=results,
        limits=limits,
    )
    loop = Loop(
        model=model,
        executor=executor,
        journal=journal,
        compactor=Compactor(summarizer or model, limits.context_chars),
        limits=limits,
        client_tools=client_tools,
    )
    return Played(await loop.run(messages), loop, journal, results)


def call(name: str, arguments: object = None, id_: str = "") -> ToolCall:
    """A call with the arguments as JSON, or as the text given."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
    return ToolCall(id_ or f"call_{name}", name, text)


def failing(code: str, detail: str = "no") -> ModelFailedError:
    """A failure of the model, for a script."""
    return ModelFailedError(Failure(code, detail))


async def say_ok(arguments: JsonObject) -> str:
    """A tool that always works."""
    return "ok"
