"""A service as a process: it says what is wrong in one line, and ends quickly with streams open."""

import asyncio
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

_PROGRAM = """
import asyncio
import os
import threading
from contextlib import asynccontextmanager
from pydantic import Field
from starlette.requests import Request
from kit.service import run_service
from kit.settings import ServiceSettings
from kit.web import routing
from kit.web.app import create_service_app, runtime_of
from kit.web.sse import Broadcast, EventStream

class Settings(ServiceSettings):
    port: int = Field(0, validation_alias="TEST_PORT")

@asynccontextmanager
async def lifespan(app):
    app.state.runtime.not_ready = None
    yield
    if os.environ.get("TEST_HANGS"):
        await asyncio.to_thread(threading.Event().wait)

def create(settings):
    routes = routing.router(tag="test")
    broadcast = Broadcast()

    @routes.get("/stream")
    async def stream(request: Request) -> EventStream:
        return EventStream(broadcast.events(), runtime_of(request).stopping)

    return create_service_app(title="T", version="1", description="", lifespan=lifespan, routers=[routes],
        allowed_hosts=[], token=None)

run_service("test", Settings.load, lambda s: ("TEST_PORT", s.port), create)
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _start(port: int | str, folder: Path, **more: str) -> "subprocess.Popen[bytes]":
    environment = {"TEST_PORT": str(port), "BINNACLE_DATA_DIR": str(folder), **more}
    return subprocess.Popen([sys.executable, "-c", _PROGRAM], env=environment, stderr=subprocess.PIPE)


async def _until_ready(port: int) -> None:
    async with asyncio.timeout(60), httpx.AsyncClient() as client:
        while True:
            try:
                if (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)


async def test_sigterm_ends_open_streams_within_two_seconds_without_a_traceback(tmp_path: Path) -> None:
    """A stream sees its end, the process exits on its own, the log is clean."""
    port = _free_port()
    process = _start(port, tmp_path)
    try:
        await _until_ready(port)
        async with httpx.AsyncClient() as client, client.stream("GET", f"http://127.0.0.1:{port}/stream") as stream:
            chunks = stream.aiter_bytes()
            assert await anext(chunks) == b": open\n\n"
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert [chunk async for chunk in chunks] == []
        _, log = await asyncio.to_thread(process.communicate, timeout=5)
        assert time.monotonic() - started < 2
        assert process.returncode in {0, -signal.SIGTERM, 143}
        assert b"Traceback" not in log
    finally:
        process.kill()
        process.wait()


async def test_sigterm_ends_the_process_in_time_whatever_holds_it(tmp_path: Path) -> None:
    """A lock, a disk or a thread that hangs at the end: supervisors and containers need not kill it."""
    port = _free_port()
    process = _start(port, tmp_path, TEST_HANGS="yes")
    try:
        await _until_ready(port)
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.communicate, timeout=5)
        assert time.monotonic() - started < 2
        assert process.returncode == 143
    finally:
        process.kill()
        process.wait()


def test_a_taken_port_is_one_line_that_names_the_variable(tmp_path: Path) -> None:
    """No traceback, exit code 2, the variable to set."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = _start(taken.getsockname()[1], tmp_path)
        _, log = process.communicate(timeout=20)
    assert process.returncode == 2
    assert log.startswith(b"test: TEST_PORT: cannot listen on 127.0.0.1:")
    assert log.count(b"\n") == 1


def test_a_bad_setting_is_one_line_that_names_the_variable(tmp_path: Path) -> None:
    """The same for a value that cannot be read."""
    process = _start("http", tmp_path)
    _, log = process.communicate(timeout=20)
    assert process.returncode == 2
    assert log.startswith(b"test: TEST_PORT: ")
    assert log.count(b"\n") == 1
