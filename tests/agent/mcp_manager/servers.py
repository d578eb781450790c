"""Real MCP servers, how to run a manager over them, and what to look for in the system."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from agent_runner.mcp_manager.manager import McpManager
from agent_runner.mcp_manager.ports import Asker, AuthFactory, Sampler, Stored, Surroundings
from agent_runner.mcp_manager.secret_file import SecretFile
from agent_runner.mcp_manager.types import Answer, Breaker, Question, ServerSpec, ServerState, Trouble

ROOT = Path(__file__).resolve().parents[3]
NODE_MODULES = ROOT / "tests/mcp_servers/node_modules/@modelcontextprotocol"
PLAIN = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/tmp")}


def everything(name: str = "everything") -> ServerSpec:
    """The server that exercises the whole protocol."""
    return ServerSpec(
        name, "stdio", command="node", args=[str(NODE_MODULES / "server-everything/dist/index.js"), "stdio"]
    )


def filesystem(folder: Path, name: str = "filesystem") -> ServerSpec:
    """Files in a folder."""
    program = str(NODE_MODULES / "server-filesystem/dist/index.js")
    return ServerSpec(name, "stdio", command="node", args=[program, str(folder)])


def memory(file: Path, name: str = "memory") -> ServerSpec:
    """A knowledge graph in a file."""
    program = str(NODE_MODULES / "server-memory/dist/index.js")
    return ServerSpec(name, "stdio", command="node", args=[program], env={"MEMORY_FILE_PATH": str(file)})


def clock(name: str = "time") -> ServerSpec:
    """Time zones; of the newer era."""
    return ServerSpec(name, "stdio", command=sys.executable, args=["-m", "mcp_server_time"])


def git(repository: Path, name: str = "git") -> ServerSpec:
    """A git repository; of the newer era."""
    args = ["-m", "mcp_server_git", "--repository", str(repository)]
    return ServerSpec(name, "stdio", command=sys.executable, args=args)


def odd(name: str = "odd", **env: str) -> ServerSpec:
    """A server of ours, for what no real one does; see `odd_server.py`."""
    program = str(Path(__file__).with_name("odd_server.py"))
    return ServerSpec(name, "stdio", command=sys.executable, args=["-S", program], env=env)


class KeptInMemory:
    """A `ServerStore` without a disk."""

    def __init__(self, specs: Sequence[ServerSpec] = ()) -> None:
        self.specs = {spec.name: spec for spec in specs}
        self.breakers: dict[str, Breaker] = {}
        self.enabled: dict[str, bool] = {}

    async def load(self) -> Stored:
        return Stored(list(self.specs.values()), dict(self.breakers), dict(self.enabled))

    async def save(self, spec: ServerSpec) -> None:
        self.specs[spec.name] = spec
        self.enabled.pop(spec.name, None)

    async def remove(self, name: str) -> None:
        for kept in (self.specs, self.breakers, self.enabled):
            kept.pop(name, None)

    async def save_breaker(self, name: str, breaker: Breaker) -> None:
        self.breakers[name] = breaker

    async def save_enabled(self, name: str, enabled: bool) -> None:
        self.enabled[name] = enabled


class Heard:
    """A `Listener` that remembers."""

    def __init__(self) -> None:
        self.changes: list[str] = []
        self.troubles: list[Trouble] = []

    def changed(self, name: str) -> None:
        self.changes.append(name)

    def trouble(self, trouble: Trouble) -> None:
        self.troubles.append(trouble)


class Person:
    """An `Asker` that answers as told, and remembers what it was asked."""

    def __init__(self, answer: Answer | Callable[[Question], Answer], after_s: float = 0.0) -> None:
        self._answer = answer
        self._after_s = after_s
        self.asked: list[Question] = []
        self.given_up = 0

    async def ask(self, question: Question) -> Answer:
        self.asked.append(question)
        try:
            await asyncio.sleep(self._after_s)
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        return self._answer(question) if callable(self._answer) else self._answer


class Running:
    """A started manager, and what it was given."""

    def __init__(self, manager: McpManager, store: KeptInMemory, heard: Heard, secrets: SecretFile) -> None:
        self.manager = manager
        self.store = store
        self.heard = heard
        self.secrets = secrets

    async def until(self, name: str, wanted: Callable[[ServerState], bool], seconds: float = 60) -> ServerState:
        """The state of a server, once it is as wanted."""
        async with asyncio.timeout(seconds):
            while not wanted(state := self.manager.server(name)):
                await asyncio.sleep(0.01)
        return state

    async def ready(self, name: str, seconds: float = 60) -> ServerState:
        """The state of a server, once it is connected."""
        try:
            return await self.until(name, lambda state: state.status == "ready", seconds)
        except TimeoutError:
            raise AssertionError(self.manager.server(name), self.manager.log_tail(name)) from None


@asynccontextmanager
async def running(
    folder: Path,
    *specs: ServerSpec,
    store: KeptInMemory | None = None,
    environment: Mapping[str, str] | None = None,
    from_file: Sequence[ServerSpec] = (),
    asker: Asker | None = None,
    sampler: Sampler | None = None,
    auth: AuthFactory | None = None,
    secrets: SecretFile | None = None,
) -> AsyncGenerator[Running]:
    """A manager that keeps these servers; nothing of it is left afterwards."""
    kept = store or KeptInMemory(specs)
    heard, secrets = Heard(), secrets or SecretFile(folder / "secrets.json")
    around = Surroundings(
        secrets=secrets,
        environment={**PLAIN, **(environment or {})},
        folder=folder,
        asker=asker,
        sampler=sampler,
        listener=heard,
        auth=auth,
    )
    manager = McpManager(kept, around, from_file)
    await manager.start()
    try:
        yield Running(manager, kept, heard, secrets)
    finally:
        await manager.stop()


def alive(pid: int) -> bool:
    """Does the process run? A zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}


def command_line(pid: int) -> str:
    """What everyone on the machine can read of how a process was started."""
    return Path(f"/proc/{pid}/cmdline").read_text()


def of_session(leader: int) -> list[int]:
    """All processes that run in the session that a server leads."""
    found: list[int] = []
    for entry in _processes():
        try:
            session = int((entry / "stat").read_text().rpartition(")")[2].split()[3])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if session == leader and alive(int(entry.name)):
            found.append(int(entry.name))
    return found


def _processes() -> Iterator[Path]:
    return (entry for entry in Path("/proc").iterdir() if entry.name.isdigit())


async def gone(*pids: int, seconds: float = 20) -> None:
    """Wait until none of them runs."""
    deadline = time.monotonic() + seconds
    while left := [pid for pid in pids if alive(pid)]:
        assert time.monotonic() < deadline, f"still running: {left}"
        await asyncio.sleep(0.02)
