"""What one run does: the agent's loop with our tools, or one direct question to a model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from kit.jsontypes import JsonObject

from agent_runner.core.arguments import Checker
from agent_runner.core.compaction import Compactor, budget_for
from agent_runner.core.execute import Executor
from agent_runner.core.loop import Loop
from agent_runner.core.ports import Journal, Model, ModelFailedError, Results, StepInfo, Tool, Toolbox
from agent_runner.core.prompt import system_prompt
from agent_runner.core.types import (
    Delta,
    Failure,
    FinalOutput,
    HandBack,
    Limits,
    Message,
    ModelRequest,
    Outcome,
    Reply,
    Stopped,
    ToolSpec,
)
from agent_runner.runs import history
from agent_runner.runs.active import ActiveRun
from agent_runner.runs.approvals import Approvals
from agent_runner.runs.gate import RunGate
from agent_runner.runs.ledger import Ledger
from agent_runner.runs.permissions import Permissions
from agent_runner.storage.records import RunRequest, Transcript
from agent_runner.tools.registry import ToolRegistry
from agent_runner.tools.search import Loaded, SearchableToolbox


class Program(Protocol):
    """Something that works on a conversation, such as the core's `Loop`."""

    async def run(self, messages: Sequence[Message]) -> Outcome:
        """Work until it ends one way or another."""
        ...

    @property
    def messages(self) -> Sequence[Message]:
        """The conversation as it stands."""
        ...


class Work:
    """One run's program and the conversation that it works on."""

    def __init__(self, program: Program, opening: history.Opening) -> None:
        self._program = program
        self._opening = opening

    async def do(self) -> Outcome:
        """Do it."""
        return await self._program.run(self._opening.messages)

    def transcript(self, outcome: Outcome | None) -> Transcript:
        """What the session remembers of it; None stands for a run that was broken off."""
        messages = self._program.messages or self._opening.messages
        return history.transcript(self._opening, history.concluded(messages, outcome))


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every agent's run is made with."""

    tools: ToolRegistry
    permissions: Permissions
    approvals: Approvals
    ledger: Ledger
    results: Results
    limits: Limits
    tool_tokens: int
    loaded: Loaded
    checker: Checker
    summarizer: Callable[[], Model]
    today: Callable[[], datetime]

    def agent(
        self,
        run: ActiveRun,
        request: RunRequest,
        *,
        model: Model,
        journal: Journal,
        window: int | None,
        said: Sequence[Message],
        client_tools: Sequence[ToolSpec],
    ) -> Work:
        """A run of the agent's loop; `said` is the session's history, `window` the model's, in tokens."""
        limits = self.limits if request.max_steps is None else replace(self.limits, max_steps=request.max_steps)
        chosen = Without(self.tools.only(request.tools), {spec.name for spec in client_tools})
        toolbox = SearchableToolbox(chosen, self.tools.tokens, self.tool_tokens, self.loaded.of(run.scope))
        gate = RunGate(run, self.permissions, self.approvals, request.approval)
        loop = Loop(
            model=model,
            executor=Executor(
                run_id=run.record.id,
                toolbox=toolbox,
                gate=gate,
                journal=journal,
                results=self.results,
                limits=limits,
                checker=self.checker,
                session_id=run.record.session_id,
                clock=run.clock,
            ),
            journal=journal,
            compactor=Compactor(self.summarizer(), budget_for(window, limits.context_chars)),
            limits=limits,
            client_tools=client_tools,
            options=request.options,
        )
        prompt = Message("system", system_prompt(now=self.today(), tools=toolbox.specs()))
        return Work(loop, history.opening([prompt], said, request.messages))


class Without:
    """A core `Toolbox` without some names: where the client brings a tool of that name, its own is meant."""

    def __init__(self, toolbox: Toolbox, names: set[str]) -> None:
        self._toolbox = toolbox
        self._names = names

    def specs(self) -> Sequence[ToolSpec]:
        """All that the model is told of now."""
        specs = self._toolbox.specs()
        return [spec for spec in specs if spec.name not in self._names] if self._names else specs

    def find(self, name: str) -> Tool | None:
        """The tool of that name; None for an unknown one."""
        return None if name in self._names else self._toolbox.find(name)


class Direct:
    """One question to a model, its answer handed on as it is; calls are the client's to run."""

    def __init__(self, model: Model, journal: Journal, tools: Sequence[ToolSpec], options: JsonObject | None) -> None:
        self._model = model
        self._journal = journal
        self._tools = tools
        self._options = options
        self._messages: list[Message] = []

    @property
    def messages(self) -> Sequence[Message]:
        """The conversation as it stands."""
        return self._messages

    async def run(self, messages: Sequence[Message]) -> Outcome:
        """Ask, once."""
        self._messages = list(messages)
        info = StepInfo(0, "model", self._model.id)
        request = ModelRequest(messages, self._tools, self._options)
        try:
            reply = await self._journal.step(info, lambda: self._stream(info, request))
        except ModelFailedError as error:
            return Stopped("model_error", error.failure.detail, error.failure)
        self._messages.append(reply.message)
        self._journal.message(info, reply)
        return HandBack(reply.message) if reply.message.tool_calls else FinalOutput(reply.message)

    async def _stream(self, info: StepInfo, request: ModelRequest) -> Reply:
        async for part in self._model.stream(request):
            if not isinstance(part, Delta):
                return part
            self._journal.delta(info, part)
        raise ModelFailedError(Failure("incomplete_answer", f"{self._model.id} ended its answer before it was whole"))
