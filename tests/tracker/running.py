"""`python -m tracker` as a process of its own."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.tracker.making import TOKEN

READY_WITHIN_S = 20


class Process:
    """A tracker on one data folder and one port, to be started, killed and started again."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        given = {"BINNACLE_DATA_DIR": str(folder / "data"), "BINNACLE_TOKEN": TOKEN, "TRACKER_PORT": str(self.port)}
        self._env = {"PATH": os.environ["PATH"], **given, **env}
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it and wait until it serves; gives the seconds that took."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            command = [sys.executable, "-m", "tracker"]
            self._process = subprocess.Popen(command, env=self._env, stdout=log, stderr=log)
        while not self._is_ready():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() - began < READY_WITHIN_S, "the tracker did not start"
            time.sleep(0.02)
        return time.monotonic() - began

    def run(self) -> subprocess.CompletedProcess[str]:
        """Run it to its own end."""
        command = [sys.executable, "-m", "tracker"]
        return subprocess.run(command, env=self._env, capture_output=True, text=True, timeout=30, check=False)

    def kill(self) -> None:
        """As a crash or a power cut would, as far as a process can tell."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)

    def terminate(self) -> tuple[float, int]:
        """Ask it to end; gives the seconds until it has, and its exit code."""
        assert self._process is not None
        began = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(10)
        return time.monotonic() - began, code

    def client(self) -> httpx.AsyncClient:
        """A client with the token."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False, verify=False, timeout=10)

    def log(self) -> str:
        """What it wrote."""
        return self._log.read_text()

    def _is_ready(self) -> bool:
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)  # an httpx client takes longer to make
        try:
            asked.request("GET", "/readyz")
            return asked.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asked.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
