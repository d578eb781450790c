"""What the loop needs from the world. Each is small, so that a journal, a model or a tool is easy to write."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, TypeVar

from kit.jsontypes import JsonObject

from agent_runner.core.types import (
    Delta,
    Failure,
    ModelRequest,
    Progress,
    Reply,
    ToolCall,
    ToolOutcome,
    ToolOutput,
    ToolSpec,
)

S = TypeVar("S", Reply, ToolOutcome)


class ModelFailedError(Exception):
    """A model could not answer; `failure` is what the run says of it."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class Model(Protocol):
    """Something that answers a conversation."""

    @property
    def id(self) -> str:
        """`provider:name`."""
        ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[Delta | Reply, None]:
        """Deltas as they come, then exactly one `Reply`. Raises `ModelFailedError`.

        Closing the generator ends the request.
        """
        ...


def _unseen(_progress: Progress) -> None:
    pass


@dataclass(frozen=True, slots=True)
class CallContext:
    """Who is calling a tool. `seconds` is how long it may take, `progress` is told how far it is."""

    run_id: str
    call_id: str
    session_id: str | None = None
    seconds: float = 60.0
    progress: Callable[[Progress], None] = _unseen


class ToolFailedError(Exception):
    """A tool says no: bad arguments, nothing there, not allowed. The model reads the detail."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.failure = Failure(code, detail)


class Tool(Protocol):
    """Something a model can call."""

    @property
    def spec(self) -> ToolSpec:
        """What it is."""
        ...

    async def call(self, arguments: JsonObject, context: CallContext) -> str | ToolOutput:
        """Do it; `arguments` have passed the schema. Raises `ToolFailedError`."""
        ...


class Toolbox(Protocol):
    """The tools of one run. They may come and go while it lasts."""

    def specs(self) -> Sequence[ToolSpec]:
        """All that the model is told of now."""
        ...

    def find(self, name: str) -> Tool | None:
        """The tool of that name; None for an unknown one."""
        ...


@dataclass(frozen=True, slots=True)
class Grant:
    """Who or what decided on a call: a rule, a person's approval, the server's definition, …; for the record."""

    by: Literal["rule", "server", "approval", "read_only", "run", "nobody", "person"]
    rule_id: str | None = None
    approval_id: str | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """The call may run."""

    grant: Grant


@dataclass(frozen=True, slots=True)
class Denied:
    """It may not; the model is told why."""

    reason: str
    grant: Grant


Verdict: TypeAlias = Allowed | Denied


class Gate(Protocol):
    """Permissions and approvals. Where a person must decide it waits for them, however long."""

    async def decide(self, index: int, spec: ToolSpec, call: ToolCall, arguments: JsonObject) -> Verdict:
        """May this call run, with exactly these arguments? `index` is the number of its step."""
        ...


@dataclass(frozen=True, slots=True)
class StepInfo:
    """One unit of work of a run: a model call or a tool call. `index` counts both, from 0, in the order begun."""

    index: int
    kind: Literal["model", "tool"]
    name: str
    call: ToolCall | None = None
    writes: bool = False
    """It may change something: a crash in the middle must not lead to doing it twice unasked."""
    verdict: Allowed | Denied | None = None
    """What was decided on the call; None for one that came to no decision, and for a model call."""
    spec: ToolSpec | None = None
    """The tool as it was when that was decided."""


class Journal(Protocol):
    """Where a run is written down.

    The plain journal does the work and records it; a durable one gives back the recorded result of work already done.
    """

    async def step(self, info: StepInfo, work: Callable[[], Awaitable[S]]) -> S:
        """Do one step, or replay it. What `work` raises is recorded and passed on."""
        ...

    def delta(self, info: StepInfo, delta: Delta) -> None:
        """Words as they come; never stored."""
        ...

    def message(self, info: StepInfo, reply: Reply) -> None:
        """A whole message of the model."""
        ...

    def progress(self, info: StepInfo, progress: Progress) -> None:
        """How far a tool is; never stored."""
        ...


class Results(Protocol):
    """Keeps the whole of a tool output that was cut."""

    async def keep(self, context: CallContext, text: str) -> str:
        """Store `text` and give the reference with which it is read again."""
        ...
