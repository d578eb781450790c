"""A `make run` of stand-in services on free ports, with a data folder of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
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
