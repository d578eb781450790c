"""A `make run` of stand-in services on free ports, with a data folder of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = Path(__file__).with_name("stand_in_service.py")
MODULES = {"agent": "agent_runner", "tracker": "tracker", "dashboard": "dashboard"}


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Run:
    """One `make run` without make; what it prints is collected in a file."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.ports = dict(zip(MODULES, free_ports(3), strict=True))
        ports = {f"{name.upper()}_PORT": str(port) for name, port in self.ports.items()}
        self.env = {**os.environ, "BINNACLE_DATA_DIR": str(folder / "data"), **ports, **env}
        self._said = folder / "said"
        with self._said.open("w") as said:
            self.process = subprocess.Popen(self._command("run"), cwd=ROOT, env=self.env, stdout=said, stderr=said)

    def ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(*words), cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=60, check=False
        )

    def said(self) -> str:
        return self._said.read_text()

    def wait_for(self, pattern: str, seconds: float = 30) -> str:
        """The whole output as soon as it matches."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if re.search(pattern, self.said()):
                return self.said()
            time.sleep(0.05)
        raise AssertionError(f"no {pattern!r} within {seconds} s in:\n{self.said()}")

    def end(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "scripts.supervisor", *words]


@pytest.fixture
def stand_ins(tmp_path: Path) -> dict[str, str]:
    """The environment under which the three services are stand-ins."""
    for name, module in MODULES.items():
        package = tmp_path / "stand-ins" / module
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "__main__.py").write_text(f"import runpy\nrunpy.run_path({str(STAND_IN)!r}, {{'NAME': {name!r}}})\n")
    return {"PYTHONPATH": str(tmp_path / "stand-ins")}


@pytest.fixture
def start(tmp_path: Path, stand_ins: dict[str, str]) -> Iterator[Callable[..., Run]]:
    """Starts a run; each one started is ended."""
    runs: list[Run] = []

    def start_one(folder: str = "one", real: bool = False, **env: str) -> Run:
        (tmp_path / folder).mkdir(exist_ok=True)
        runs.append(Run(tmp_path / folder, ({} if real else stand_ins) | env))
        return runs[-1]

    yield start_one
    for run in runs:
        run.end()
