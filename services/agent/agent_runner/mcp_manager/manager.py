"""The way in to all MCP servers."""

from collections.abc import Mapping, Sequence

from kit.jsontypes import JsonObject

from agent_runner.mcp_manager.ports import OnProgress, ServerStore, Surroundings
from agent_runner.mcp_manager.types import (
    Caller,
    CallResult,
    LogLine,
    Prompt,
    PromptInfo,
    ResourceInfo,
    ResourcePart,
    ServerSpec,
    ServerState,
    TestReport,
    ToolInfo,
)


class McpManager:
    """Keeps every enabled server connected, and calls its tools.

    Guarantees: one task owns one server, so that none delays another. What describes servers is in memory: these
    methods never wait for a server. A call ends within its timeout. A call that may have changed something is sent once
    at most. No secret comes out. `start` waits for no server, `stop` leaves no process behind.
    """

    def __init__(self, store: ServerStore, around: Surroundings, from_file: Sequence[ServerSpec] = ()) -> None:
        """`from_file` are the definitions of the configuration file, which win over stored ones of the same name."""
        raise NotImplementedError

    async def start(self) -> None:
        """Read what is stored, end what an earlier agent of this folder left running, and begin to connect."""
        raise NotImplementedError

    async def stop(self) -> None:
        """End all connections and processes, within about a second."""
        raise NotImplementedError

    async def add(self, spec: ServerSpec) -> ServerState:
        """Keep a new server, and connect it unless it is disabled. Its secrets move to the store.

        Raises `InvalidServer`, `ServerExists`.
        """
        raise NotImplementedError

    async def update(self, name: str, spec: ServerSpec) -> ServerState:
        """Replace a definition, also its name; what it needs is connected anew. A `SecretRef` keeps its secret.

        Raises `InvalidServer`, `ServerNotFound`, `ServerExists`, `ServerFromFile`.
        """
        raise NotImplementedError

    async def remove(self, name: str) -> None:
        """End and forget a server with its secrets. Raises `ServerNotFound`, `ServerFromFile`."""
        raise NotImplementedError

    async def enable(self, name: str, enabled: bool) -> ServerState:
        """Switch a server on or off; kept, also for one from the file. Raises `ServerNotFound`."""
        raise NotImplementedError

    async def restart(self, name: str) -> ServerState:
        """End the connection and make a new one now, whatever the breaker says. Raises `ServerNotFound`."""
        raise NotImplementedError

    async def reset_breaker(self, name: str) -> ServerState:
        """Probe the server now; only a probe that succeeds closes the breaker. Waits for the probe.

        Raises `ServerNotFound`, `ServerDisabled`.
        """
        raise NotImplementedError

    async def test(self, spec: ServerSpec) -> TestReport:
        """Connect, list the tools and disconnect, keeping nothing. Takes a minute at most. Raises `InvalidServer`."""
        raise NotImplementedError

    def servers(self) -> Sequence[ServerState]:
        """All servers, those of the file first."""
        raise NotImplementedError

    def server(self, name: str) -> ServerState:
        """One server. Raises `ServerNotFound`."""
        raise NotImplementedError

    def tools(self) -> Sequence[ToolInfo]:
        """The tools of all enabled servers; of one that is away, those it had when last seen."""
        raise NotImplementedError

    def resources(self, name: str) -> Sequence[ResourceInfo]:
        """The resources that a server lists. Raises `ServerNotFound`."""
        raise NotImplementedError

    def prompts(self, name: str) -> Sequence[PromptInfo]:
        """The prompts that a server offers. Raises `ServerNotFound`."""
        raise NotImplementedError

    def log_tail(self, name: str) -> Sequence[LogLine]:
        """The last lines that a server wrote, oldest first. Raises `ServerNotFound`."""
        raise NotImplementedError

    async def call(
        self,
        server: str,
        tool: str,
        arguments: JsonObject,
        *,
        timeout_s: float = 60.0,
        progress: OnProgress | None = None,
        caller: Caller | None = None,
    ) -> CallResult:
        """Call a tool. Cancelling the caller cancels the call at the server.

        Time that a person takes to answer the server's questions does not count. Arguments are not checked here. Raises
        `ServerNotFound`, `ToolNotFound`, `ServerDisabled`, `ServerUnavailable`, `NeedsSignIn` when nothing was sent;
        `CallRefused`, `CallFailed`, `CallTimedOut`; `OutcomeUnknown` when it may have happened.
        """
        raise NotImplementedError

    async def read_resource(self, server: str, uri: str, *, timeout_s: float = 30.0) -> Sequence[ResourcePart]:
        """Read a resource. Raises as `call` does, but `OutcomeUnknown`."""
        raise NotImplementedError

    async def get_prompt(
        self, server: str, prompt: str, arguments: Mapping[str, str], *, timeout_s: float = 30.0
    ) -> Prompt:
        """Fill in a prompt. Raises as `call` does, but `OutcomeUnknown`."""
        raise NotImplementedError
