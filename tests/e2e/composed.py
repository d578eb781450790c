"""The composed system under test: `docker compose` under a project name and on ports of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
SERVICES: tuple[str, ...] = ("agent", "tracker", "dashboard")


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def until(holds: Callable[[], bool], what: str, seconds: float = 60) -> float:
    """Waits until it holds; how many seconds that took. An answer that cannot be had counts as no."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            if holds():
                return time.monotonic() - began
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


class Composed:
    """One `docker compose` project. `up` builds and starts it, `down` leaves nothing of it."""

    def __init__(self) -> None:
        self.project = f"binnacle-e2e-{uuid.uuid4().hex[:8]}"
        self.ports = dict(zip(SERVICES, free_ports(3), strict=True))
        self._env = {**os.environ, **{f"{name.upper()}_PORT": str(port) for name, port in self.ports.items()}}

    def compose(self, *words: str, check: bool = True) -> str:
        """Standard output of `docker compose WORDS`."""
        command = ["docker", "compose", "-p", self.project, *words]
        done = subprocess.run(command, cwd=ROOT, env=self._env, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def up(self) -> None:
        self.compose("up", "--build", "--detach", "--quiet-pull")

    def down(self) -> None:
        self.compose("down", "--volumes", "--rmi", "local", "--remove-orphans", "--timeout", "5", check=False)

    def run_in(self, name: str, *command: str) -> str:
        return self.compose("exec", "-T", name, *command).strip()

    def python_in(self, name: str, code: str) -> str:
        return self.run_in(name, "python", "-c", code)

    def inspect(self, name: str) -> dict[str, Any]:
        container = self.compose("ps", "--all", "--quiet", name).strip()
        told = subprocess.run(["docker", "inspect", container], capture_output=True, text=True, check=True).stdout
        return json.loads(told)[0]

    def kill_9(self, name: str) -> None:
        """As a crash does it: `docker compose kill` would count as a wish, which `unless-stopped` obeys."""
        os.kill(self.inspect(name)["State"]["Pid"], signal.SIGKILL)

    def url(self, name: str, path: str = "") -> str:
        return f"http://127.0.0.1:{self.ports[name]}{path}"

    def token(self) -> str:
        return self.run_in("tracker", "cat", "/run/binnacle/token")

    def client(self, name: str) -> httpx.Client:
        """Calls one service directly, as a script on this machine does."""
        headers = {"Authorization": f"Bearer {self.token()}"}
        return httpx.Client(base_url=self.url(name), headers=headers, trust_env=False, timeout=10)

    def login_code(self) -> str:
        link = self.run_in("dashboard", "python", "-m", "dashboard", "login-link")
        found = re.search(rf"http://(127\.0\.0\.1|localhost):{self.ports['dashboard']}/login#(\S+)", link)
        assert found, link
        return found[2]

    @contextmanager
    def browser(self) -> Generator[httpx.Client]:
        """Logged in with a one-time link, as the page does it."""
        headers = {"Sec-Fetch-Site": "same-origin"}
        with httpx.Client(base_url=self.url("dashboard"), headers=headers, trust_env=False, timeout=10) as page:
            assert page.post("/auth/login", json={"code": self.login_code()}).status_code == 200
            yield page

    def ready(self, name: str) -> bool:
        return httpx.get(self.url(name, "/readyz"), trust_env=False, timeout=2).status_code == 200

    def wait_ready(self, *names: str) -> float:
        return max(until(lambda name=name: self.ready(name), f"{name} is ready") for name in names or SERVICES)
