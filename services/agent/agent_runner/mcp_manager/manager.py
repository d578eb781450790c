"""The way in to all MCP servers."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog
from kit.jsontypes import JsonObject
from kit.problems import Problem

from agent_runner.mcp_manager import calls, secrets, specs
from agent_runner.mcp_manager.context import Context
from agent_runner.mcp_manager.errors import ServerExists, ServerFromFile, ServerNotFound
from agent_runner.mcp_manager.flight import Flights
from agent_runner.mcp_manager.logs import LogTail
from agent_runner.mcp_manager.ports import OnProgress, ServerStore, Surroundings
from agent_runner.mcp_manager.processes import Nursery
from agent_runner.mcp_manager.server import Hooks, Server, load_engine
from agent_runner.mcp_manager.types import (
    Breaker,
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
    Trouble,
)

if TYPE_CHECKING:
    from agent_runner.mcp_manager.connection import Connection

_STAGGER_S = 0.02
_log = structlog.get_logger("mcp")


class McpManager:
    """Keeps every enabled server connected, and calls its tools.

    Guarantees: one task owns one server, so that none delays another. What describes servers is in memory: these
    methods never wait for a server. A call ends within its timeout. A call that may have changed something is sent once
    at most. No secret comes out. `start` waits for no server, `stop` leaves no process behind.
    """

    def __init__(self, store: ServerStore, around: Surroundings, from_file: Sequence[ServerSpec] = ()) -> None:
        """`from_file` are the definitions of the configuration file, which win over stored ones of the same name."""
        self._store = store
        self._around = around
        self._from_file = [replace(spec, origin="file") for spec in from_file]
        self._nursery = Nursery(around.folder, around.environment)
        self._servers: dict[str, Server] = {}
        self._chores: set[asyncio.Task[None]] = set()
        self._changing = asyncio.Lock()

    async def start(self) -> None:
        """Read what is stored, end what an earlier agent of this folder left running, and begin to connect.

        Raises `StorageUnavailable`.
        """
        self._chore(self._nursery.end_leftovers())
        stored = await self._store.load()
        known = {spec.name: spec for spec in (*stored.specs, *self._from_file)}
        order = [*(spec.name for spec in self._from_file), *(spec.name for spec in stored.specs)]
        for at, name in enumerate(dict.fromkeys(order)):
            spec = await self._sealed(known[name])
            server = self._made(
                replace(spec, enabled=stored.enabled.get(name, spec.enabled)), stored.breakers.get(name)
            )
            server.begin(at * _STAGGER_S)

    async def stop(self) -> None:
        """End all connections and processes, within about a second."""
        await asyncio.gather(*(server.end("stopped") for server in self._servers.values()))
        await asyncio.gather(*self._chores, return_exceptions=True)
        await self._nursery.aclose()

    # --- definitions

    async def add(self, spec: ServerSpec) -> ServerState:
        """Keep a new server, and connect it unless it is disabled. Its secrets move to the store.

        Raises `InvalidServer`, `ServerExists`, `StorageUnavailable`.
        """
        specs.check(spec)
        async with self._changing:
            if spec.name in self._servers:
                raise ServerExists(spec.name)
            kept = await self._sealed(replace(spec, origin="api"))
            await self._store.save(kept)
            server = self._made(kept)
        server.begin()
        self._tell(spec.name)
        return server.state

    async def update(self, name: str, spec: ServerSpec) -> ServerState:
        """Replace a definition; connect anew where it asks for another server. A `SecretRef` keeps its secret.

        The name stays. Raises `InvalidServer`, `ServerNotFound`, `ServerFromFile`, `StorageUnavailable`.
        """
        specs.check(spec)
        async with self._changing:
            server = self._own(name)
            kept = await self._sealed(replace(spec, name=name, origin="api"))
            await self._store.save(kept)
            await self._forget_unused(kept)
            await server.change(kept)
        return server.state

    async def remove(self, name: str) -> None:
        """End and forget a server with its secrets. Raises `ServerNotFound`, `ServerFromFile`, `StorageUnavailable`."""
        async with self._changing:
            server = self._own(name)
            await self._store.remove(name)
            del self._servers[name]
            await server.end("disabled")
            gone: dict[str, str | None] = dict.fromkeys(self._around.secrets.keys(secrets.prefix_of(name)))
            await self._around.secrets.change(gone)
        self._tell(name)

    async def enable(self, name: str, enabled: bool) -> ServerState:
        """Switch a server on or off; kept, also for one of the file. Raises `ServerNotFound`, `StorageUnavailable`."""
        async with self._changing:
            server = self._get(name)
            await self._store.save_enabled(name, enabled)
            await server.change(replace(server.state.spec, enabled=enabled))
        return server.state

    async def test(self, spec: ServerSpec) -> TestReport:
        """Connect, list the tools and disconnect, keeping nothing. Takes a minute at most. Raises `InvalidServer`."""
        specs.check(spec)
        await load_engine()
        from agent_runner.mcp_manager.trial import try_out  # noqa: PLC0415 - brings the SDK; loaded by now

        return await try_out(spec, self._context())

    # --- running

    async def restart(self, name: str) -> ServerState:
        """End the connection and make a new one now, whatever the breaker says. Raises `ServerNotFound`."""
        server = self._get(name)
        server.restart()
        return server.state

    async def reset_breaker(self, name: str) -> ServerState:
        """Probe the server now; only a probe that succeeds closes the breaker. Waits for the probe.

        Raises `ServerNotFound`, `ServerDisabled`.
        """
        server = self._get(name)
        await server.probe()
        return server.state

    # --- what there is

    def servers(self) -> Sequence[ServerState]:
        """All servers, those of the file first."""
        return [server.state for server in self._servers.values()]

    def server(self, name: str) -> ServerState:
        """One server. Raises `ServerNotFound`."""
        return self._get(name).state

    def tools(self) -> Sequence[ToolInfo]:
        """The tools of all enabled servers; of one that is away, those it had when last seen."""
        return [tool for state in self.servers() if state.spec.enabled for tool in state.tools]

    def resources(self, name: str) -> Sequence[ResourceInfo]:
        """The resources that a server lists. Raises `ServerNotFound`."""
        return self._get(name).state.resources

    def prompts(self, name: str) -> Sequence[PromptInfo]:
        """The prompts that a server offers. Raises `ServerNotFound`."""
        return self._get(name).state.prompts

    def log_tail(self, name: str) -> Sequence[LogLine]:
        """The last lines that a server wrote, oldest first. Raises `ServerNotFound`."""
        return self._get(name).context.log.lines()

    # --- requests

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
        `CallRefused`, `CallFailed`, `CallTimedOut`; `BadResult`; `OutcomeUnknown` when it may have happened.
        """
        flight = calls.flight_of(tool, caller, timeout_s)
        return await calls.call_tool(self._get(server), tool, arguments, flight, progress)

    async def read_resource(self, server: str, uri: str, *, timeout_s: float = 30.0) -> Sequence[ResourcePart]:
        """Read a resource. Raises as `call` does, but `OutcomeUnknown`."""

        async def send(connection: "Connection") -> Sequence[ResourcePart]:
            from agent_runner.mcp_manager import performing  # noqa: PLC0415 - brings the SDK; loaded by now

            flight.started(repeatable=True)
            return await performing.read_resource(connection, uri)

        flight = calls.flight_of(None, None, timeout_s)
        return await calls.run(self._get(server), flight, send)

    async def get_prompt(
        self, server: str, prompt: str, arguments: Mapping[str, str], *, timeout_s: float = 30.0
    ) -> Prompt:
        """Fill in a prompt. Raises as `call` does, but `OutcomeUnknown`."""

        async def send(connection: "Connection") -> Prompt:
            from agent_runner.mcp_manager import performing  # noqa: PLC0415 - brings the SDK; loaded by now

            flight.started(repeatable=True)
            return await performing.get_prompt(connection, prompt, arguments)

        flight = calls.flight_of(None, None, timeout_s)
        return await calls.run(self._get(server), flight, send)

    # --- parts

    def _get(self, name: str) -> Server:
        server = self._servers.get(name)
        if server is None:
            raise ServerNotFound(name)
        return server

    def _own(self, name: str) -> Server:
        server = self._get(name)
        if server.state.spec.origin == "file":
            raise ServerFromFile(name)
        return server

    def _context(self) -> Context:
        return Context(self._around, self._nursery, Flights(), LogTail())

    def _made(self, spec: ServerSpec, breaker: Breaker | None = None) -> Server:
        hooks = Hooks(self._tell, self._trouble, self._keep_breaker)
        server = Server(spec, self._context(), hooks, breaker)
        self._servers[spec.name] = server
        return server

    async def _sealed(self, spec: ServerSpec) -> ServerSpec:
        sealed, changes = secrets.seal(spec)
        if changes:
            await self._around.secrets.change(changes)
        return sealed

    async def _forget_unused(self, spec: ServerSpec) -> None:
        """Secrets of values that the definition has no more."""
        kinds = {"env": spec.env, "headers": spec.headers}
        prefixes = {kind: f"{secrets.prefix_of(spec.name)}{kind}/" for kind in kinds}
        used = {f"{prefixes[kind]}{name}" for kind, values in kinds.items() for name in values}
        held = [key for prefix in prefixes.values() for key in self._around.secrets.keys(prefix)]
        unused: dict[str, str | None] = dict.fromkeys(key for key in held if key not in used)
        if unused:
            await self._around.secrets.change(unused)

    def _tell(self, name: str) -> None:
        if self._around.listener is not None:
            self._around.listener.changed(name)

    def _trouble(self, trouble: Trouble) -> None:
        if self._around.listener is not None:
            self._around.listener.trouble(trouble)

    def _keep_breaker(self, name: str, breaker: Breaker) -> None:
        self._chore(self._store.save_breaker(name, breaker))

    def _chore(self, work: "Coroutine[object, object, object]") -> None:
        """Something that nobody waits for."""

        async def do() -> None:
            try:
                await work
            except (Problem, OSError) as error:
                _log.error("mcp_chore_failed", reason=str(error))

        task = asyncio.create_task(do())
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)
