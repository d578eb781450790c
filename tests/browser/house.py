"""The three services, as processes on free ports with a data folder of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = {"tracker": "tracker", "agent": "agent_runner", "dashboard": "dashboard"}
PASSWORD = "correct horse battery"
VIEWER_PASSWORD = "only looking around"
READY_S = 30
STOP_S = 10

NOTES = "Buy milk\nCall Ada about the compass error\n"


class House:
    """Starts, stops and restarts each service on its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.ports = dict(zip(MODULES, _free_ports(len(MODULES)), strict=True))
        self.url = f"http://127.0.0.1:{self.ports['dashboard']}"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        workspace = data / "workspace"
        workspace.mkdir(parents=True)
        (workspace / "notes.txt").write_text(NOTES)

    def start(self, *names: str) -> None:
        """Start services and wait until they are ready."""
        for name in names:
            log = (self.data / f"{name}.log").open("ab")
            command = [sys.executable, "-m", MODULES[name]]
            self._processes[name] = subprocess.Popen(command, cwd=ROOT, env=self._env(), stdout=log, stderr=log)
            log.close()
        for name in names:
            self._wait_until_ready(name)

    def stop(self, *names: str) -> None:
        """End services, and wait until they are gone."""
        for name in names:
            self._processes[name].send_signal(signal.SIGTERM)
        for name in names:
            try:
                self._processes.pop(name).wait(STOP_S)
            except subprocess.TimeoutExpired as late:
                raise AssertionError(f"{name} did not end within {STOP_S} s of SIGTERM") from late

    def stop_all(self) -> None:
        """End what runs."""
        self.stop(*self._processes)

    def login_link(self) -> str:
        """A link that logs in once, as the command line prints it."""
        command = [sys.executable, "-m", "dashboard", "login-link"]
        said = subprocess.run(command, cwd=ROOT, env=self._env(), capture_output=True, text=True, check=True)
        return said.stdout.strip().replace("localhost", "127.0.0.1")

    def _env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.endswith(("_API_KEY", "_BASE_URL"))}
        ports = {f"{name.upper()}_PORT": str(port) for name, port in self.ports.items()}
        urls = {f"{name.upper()}_URL": f"http://127.0.0.1:{port}" for name, port in self.ports.items()}
        urls["OLLAMA_HOST"] = "http://127.0.0.1:9"  # nothing listens there: the built-in model answers
        passwords = {"DASHBOARD_PASSWORD": PASSWORD, "DASHBOARD_VIEWER_PASSWORD": VIEWER_PASSWORD}
        return {**kept, **ports, **urls, **passwords, "BINNACLE_DATA_DIR": str(self.data)}

    def _wait_until_ready(self, name: str) -> None:
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            if self._processes[name].poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[name]}/readyz", timeout=1):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.03)
        raise AssertionError(f"{name} is not ready:\n{(self.data / f'{name}.log').read_text()[-2000:]}")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports
