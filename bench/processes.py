"""Start what is measured as processes of its own, on free loopback ports, with data in a temporary folder."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TOKEN = "a-token-for-the-bench-only"  # noqa: S105 - it guards nothing
_START_S = 30.0


@dataclass(frozen=True, slots=True)
class Running:
    """A process that answers on `url`; `ready_s` is how long it took to."""

    url: str
    pid: int
    ready_s: float

    def memory_mib(self) -> float:
        """Its own resident memory now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def started(command: list[str], port: int, path: str, environment: Mapping[str, str], log: Path) -> Iterator[Running]:
    """Run a command until the block ends; the block begins when `path` answers 200."""
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as out:
        begun = time.monotonic()
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=out, stderr=out)
    try:
        _await(process, url + path, log)
        yield Running(url, process.pid, time.monotonic() - begun)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def service(name: str, module: str, folder: Path, **extra: str) -> Iterator[Running]:
    """Run one of ours: `service("TRACKER", "tracker", folder)`."""
    port = free_port()
    environment = {
        "BINNACLE_DATA_DIR": str(folder),
        "BINNACLE_TOKEN": TOKEN,
        "BINNACLE_LOG_FORMAT": "json",
        f"{name}_PORT": str(port),
        **extra,
    }
    log = folder / f"{module}.log"
    with started([sys.executable, "-m", module], port, "/readyz", environment, log) as running:
        yield running


@contextmanager
def peer(module: str, folder: Path, path: str = "/", **extra: str) -> Iterator[Running]:
    """Run one of `bench.peers`; it takes its port as the only argument."""
    port = free_port()
    command = [sys.executable, "-m", f"bench.peers.{module}", str(port)]
    with started(command, port, path, extra, folder / f"{module}.log") as running:
        yield running


def _await(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.01)
    raise RuntimeError(f"{url} did not answer; the end of its log: {log.read_text(errors='replace')[-2000:]}")
