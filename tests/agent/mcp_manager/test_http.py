"""Servers over HTTP: the older era by a server that nobody here wrote, the newer by one on the SDK; and sign-in."""

import asyncio
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from agent_runner.mcp_manager import connection
from agent_runner.mcp_manager.errors import CallTimedOut, NeedsSignIn, OutcomeUnknown
from agent_runner.mcp_manager.ports import SignInRequiredError
from agent_runner.mcp_manager.types import ServerSpec, TextPart

from tests.agent.mcp_manager.servers import NODE_MODULES, Running, running

if TYPE_CHECKING:
    import httpx2

EVERYTHING = str(NODE_MODULES / "server-everything/dist/index.js")
MODERN = """
import os, sys
from mcp.server.mcpserver import Context, MCPServer

server = MCPServer("modern")

@server.tool(annotations={"readOnlyHint": True})
def look() -> str:
    "Looks."
    return "seen"

@server.tool()
def die() -> str:
    "Dies."
    os._exit(3)

@server.tool()
async def change(ctx: Context) -> str:
    "Adds a tool."
    server.add_tool(lambda: "new", name="new", description="new")
    await ctx.notify_tools_changed()
    return "changed"

server.run("streamable-http", port=int(sys.argv[1]))
"""
AUTH = """
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(int(sys.argv[2]))
        self.send_header("Content-Length", "0")
        self.end_headers()
    do_GET = do_POST
    def log_message(self, *args): pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def free_port() -> int:
    """Not one that the system gives to others, while a server of ours is away from it."""
    while True:
        port = random.randint(20_000, 32_000)
        with socket.socket() as listening:
            if listening.connect_ex(("127.0.0.1", port)) != 0:
                return port


@contextmanager
def serving(*command: str, port: int) -> Generator[subprocess.Popen[bytes]]:
    """A server, listening."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env={**os.environ, "PORT": str(port)}, stdout=quiet, stderr=quiet)
    try:
        deadline = time.monotonic() + 20
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.wait()


def old(kind: str, port: int) -> tuple[ServerSpec, tuple[str, ...]]:
    """The everything server, over streamable HTTP or SSE."""
    mode, path = {"http": ("streamableHttp", "mcp"), "sse": ("sse", "sse")}[kind]
    spec = ServerSpec("remote", "http" if kind == "http" else "sse", url=f"http://127.0.0.1:{port}/{path}")
    return spec, ("node", EVERYTHING, mode)


def modern(port: int) -> tuple[ServerSpec, tuple[str, ...]]:
    """A server of the newer era."""
    spec = ServerSpec("remote", "http", url=f"http://127.0.0.1:{port}/mcp")
    return spec, (sys.executable, "-c", MODERN, str(port))


async def says(started: Running, tool: str, **arguments: str) -> str:
    (part,) = (await started.manager.call("remote", tool, arguments, timeout_s=10)).parts
    assert isinstance(part, TextPart)
    return part.text


@pytest.mark.parametrize("kind", ["http", "sse"])
async def test_older_era_is_spoken_and_its_server_may_come_back(tmp_path: Path, kind: str) -> None:
    """A call finds the restarted server, whose session is another; and nothing is done twice to find out."""
    port = free_port()
    spec, command = old(kind, port)
    with serving(*command, port=port) as process:
        async with running(tmp_path, spec) as started:
            state = await started.ready("remote")
            assert (state.protocol_version, len(state.prompts) > 0) == ("2025-11-25", True)
            assert await says(started, "echo", message="hi") == "Echo: hi"
            progress: list[float] = []
            work = {"duration": 0.2, "steps": 2}
            await started.manager.call(
                "remote", "trigger-long-running-operation", work, progress=lambda one: progress.append(one.done)
            )
            assert progress == [1, 2]
            process.kill()
            process.wait()
            with serving(*command, port=port):
                assert await says(started, "echo", message="again") == "Echo: again"


async def test_newer_era_is_spoken_and_its_server_may_come_back(tmp_path: Path) -> None:
    """Also over HTTP; changes of its tools come over the stream that we listen on."""
    port = free_port()
    spec, command = modern(port)
    async with running(tmp_path, spec) as started:
        with serving(*command, port=port):
            state = await started.ready("remote")
            assert state.protocol_version == "2026-07-28"
            assert await says(started, "look") == "seen"
            await asyncio.sleep(0.2)  # the stream is opened beside
            await says(started, "change")
            await started.until("remote", lambda state: "new" in [tool.name for tool in state.tools])
            with pytest.raises(OutcomeUnknown):
                await started.manager.call("remote", "die", {})
        with serving(*command, port=port):
            await started.ready("remote")
            assert await says(started, "look") == "seen"


async def test_server_that_hangs_is_told_from_a_slow_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls end in time; it is connected anew when it goes on."""
    monkeypatch.setattr(connection, "CHECK_S", 0.3)
    port = free_port()
    spec, command = modern(port)
    with serving(*command, port=port) as process:
        async with running(tmp_path, spec) as started:
            await started.ready("remote")
            process.send_signal(19)
            with pytest.raises(CallTimedOut):
                await started.manager.call("remote", "look", {}, timeout_s=0.3)
            await started.until("remote", lambda state: state.status != "ready")
            process.send_signal(18)
            await started.ready("remote")
            assert await says(started, "look") == "seen"


@pytest.mark.parametrize(("status", "wanted"), [(401, "needs_sign_in"), (503, "failing"), (302, "failing")])
async def test_http_errors_are_told_apart(tmp_path: Path, status: int, wanted: str) -> None:
    """A server that wants a sign-in is not tried again and again."""
    port = free_port()
    with serving(sys.executable, "-c", AUTH, str(port), str(status), port=port):
        async with running(tmp_path, ServerSpec("remote", "http", url=f"http://127.0.0.1:{port}/mcp")) as started:
            state = await started.until("remote", lambda state: state.status == wanted)
            assert (str(status) in (state.last_error or "")) or status == 302
            if status == 401:
                with pytest.raises(NeedsSignIn):
                    await started.manager.call("remote", "look", {})
                assert state.breaker.status == "closed"


class Door:
    """An `AuthFactory` whose auth lets nobody in before the sign-in."""

    def __init__(self) -> None:
        self.open = False

    def auth_for(self, spec: ServerSpec) -> "httpx2.Auth | None":
        import httpx2  # noqa: PLC0415 - as the manager itself, only when it is needed

        door = self

        class Auth(httpx2.Auth):
            def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
                if not door.open:
                    raise SignInRequiredError(f"sign in to {spec.name}")
                yield request

        return Auth()


async def test_sign_in_is_asked_for_and_then_done(tmp_path: Path) -> None:
    """The auth says so from within; after a restart by name the server is there."""
    port = free_port()
    spec, command = modern(port)
    door = Door()
    with serving(*command, port=port):
        async with running(tmp_path, spec, auth=door) as started:
            state = await started.until("remote", lambda state: state.status == "needs_sign_in")
            assert state.last_error == "sign in to remote"
            door.open = True
            await started.manager.restart("remote")
            await started.ready("remote")
            assert await says(started, "look") == "seen"
