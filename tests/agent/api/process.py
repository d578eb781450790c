"""The agent as a process of its own."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.agent.api.serving import TOKEN, Agent

START_S = 30.0


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """`python -m agent_runner` with settings of its own, and nothing of this environment's."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "BINNACLE_DATA_DIR": str(folder / "data"),
            "BINNACLE_TOKEN": TOKEN,
            "AGENT_PORT": str(self.port),
            "TRACKER_URL": "http://127.0.0.1:9",
            "OLLAMA_HOST": "http://127.0.0.1:9",
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = httpx.AsyncClient(
            base_url=self.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=20, trust_env=False
        )
        self.agent = Agent(self.http)

    def launch(self) -> "subprocess.Popen[bytes]":
        """Start it, without waiting."""
        command = [sys.executable, "-m", "agent_runner"]
        self._process = subprocess.Popen(command, env=self._environment, stderr=subprocess.PIPE)
        return self._process

    async def start(self) -> float:
        """Start it and wait until it is ready; gives the seconds that took."""
        began = time.monotonic()
        process = self.launch()
        async with asyncio.timeout(START_S):
            while not await self._is_ready():
                assert process.poll() is None, process.stderr and process.stderr.read().decode()
                await asyncio.sleep(0.02)
        return time.monotonic() - began

    async def end(self, with_signal: int = signal.SIGTERM) -> tuple[int, float]:
        """End it; gives the exit code and the seconds that took."""
        assert self._process is not None
        began = time.monotonic()
        self._process.send_signal(with_signal)
        code = await asyncio.to_thread(self._process.wait, 20)
        assert self._process.stderr is not None
        self._process.stderr.close()
        self._process = None
        return code, time.monotonic() - began

    async def aclose(self) -> None:
        """Leave nothing behind."""
        await self.http.aclose()
        if self._process is not None:
            await self.end(signal.SIGKILL)

    async def _is_ready(self) -> bool:
        try:
            return (await self.http.get("/readyz")).status_code == 200
        except httpx.TransportError:
            return False
