"""The dashboard as a process: how it starts, what it prints, how it ends."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.dashboard.fakes import TOKEN, free_port


class Process:
    """`python -m dashboard` with a data folder of its own, and nothing listening behind it."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.port = free_port()
        self.folder = folder
        self._env = {
            "PATH": os.environ["PATH"],
            "BINNACLE_DATA_DIR": str(folder),
            "BINNACLE_TOKEN": TOKEN,
            "DASHBOARD_PORT": str(self.port),
            "AGENT_URL": f"http://127.0.0.1:{free_port()}",
            "TRACKER_URL": f"http://127.0.0.1:{free_port()}",
            **env,
        }
        self._process: subprocess.Popen[str] | None = None

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "dashboard", *words]
        return subprocess.run(command, env=self._env, capture_output=True, text=True, timeout=30, check=False)

    def start(self) -> httpx.Client:
        """Start it and wait until it serves."""
        command = [sys.executable, "-m", "dashboard"]
        log = (self.folder.parent / "log").open("a")
        self.end()
        self._process = subprocess.Popen(command, env=self._env, stdout=subprocess.PIPE, stderr=log, text=True)
        log.close()
        url = f"http://127.0.0.1:{self.port}"
        deadline = time.monotonic() + 60  # patience with a busy machine, no promise
        while not is_ready(url):
            assert time.monotonic() < deadline, "the dashboard did not start"
            time.sleep(0.05)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return httpx.Client(base_url=url, headers=headers, trust_env=False, verify=False)

    def signal(self, number: int) -> tuple[float, int]:
        """Seconds until it has ended, and its exit code."""
        assert self._process is not None
        began = time.monotonic()
        self._process.send_signal(number)
        code = self._process.wait(10)
        return time.monotonic() - began, code

    def printed(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout.read()

    def end(self) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False, verify=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    made: list[Process] = []

    def make(**env: str) -> Process:
        made.append(Process(tmp_path / "data", **env))
        return made[-1]

    yield make
    for one in made:
        one.end()


def code_of(link: str) -> str:
    return link.strip().rpartition("#")[2]


def test_login_link_works_before_during_and_after(process: Callable[..., Process]) -> None:
    """Links can be made whether or not the service runs, each good for one login, over a restart too."""
    dashboard = process()
    made_before = dashboard.run("login-link")
    assert (made_before.returncode, made_before.stderr) == (0, "")
    assert made_before.stdout.startswith(f"http://localhost:{dashboard.port}/login#")
    assert made_before.stdout.count("\n") == 1
    with dashboard.start() as client:
        del client.headers["Authorization"]
        made_now = dashboard.run("login-link").stdout
        assert client.post("/auth/login", json={"code": code_of(made_before.stdout)}).status_code == 200
    dashboard.signal(signal.SIGTERM)
    with dashboard.start() as client:
        del client.headers["Authorization"]
        assert client.post("/auth/login", json={"code": code_of(made_now)}).status_code == 200
        assert client.post("/auth/login", json={"code": code_of(made_now)}).status_code in {401, 403}


def test_password_file_is_made_once(process: Callable[..., Process]) -> None:
    """It logs in, is for its user only, and stays the same."""
    dashboard = process()
    with dashboard.start() as client:
        file = dashboard.folder / "dashboard" / "password"
        password = file.read_text().strip()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert client.post("/auth/login", json={"password": password}).status_code == 200
    dashboard.signal(signal.SIGTERM)
    with dashboard.start():
        assert file.read_text().strip() == password


def test_link_is_printed_where_people_look(process: Callable[..., Process]) -> None:
    """With DASHBOARD_PRINT_LINK the log of a container has one, with the address that people type."""
    dashboard = process(DASHBOARD_PRINT_LINK="true", DASHBOARD_URL="https://box.example/", DASHBOARD_ROOT_PATH="/b")
    dashboard.start().close()
    dashboard.signal(signal.SIGTERM)
    assert "https://box.example/b/login#" in dashboard.printed()
    quiet = process()
    quiet.start().close()
    quiet.signal(signal.SIGTERM)
    assert "login#" not in quiet.printed()


def test_it_ends_within_two_seconds_with_streams_open(process: Callable[..., Process]) -> None:
    """SIGTERM is obeyed however many pages listen, and ends their streams in good order."""
    dashboard = process()
    with dashboard.start() as client:
        streams = [client.stream("GET", "/api/stream") for _ in range(5)]
        answers = [stream.__enter__() for stream in streams]
        assert [answer.status_code for answer in answers] == [200] * 5
        seconds, code = dashboard.signal(signal.SIGTERM)
        assert seconds < 2
        assert code in {0, -signal.SIGTERM, 128 + signal.SIGTERM}
        for answer, stream in zip(answers, streams, strict=True):
            assert b"event: upstream" in b"".join(answer.iter_raw())
            stream.__exit__(None, None, None)
    log = (dashboard.folder.parent / "log").read_text()
    assert "Traceback" not in log
    assert "error" not in [json.loads(line)["level"] for line in log.splitlines() if line.startswith("{")]


def test_nothing_accepted_is_lost_by_a_crash(process: Callable[..., Process]) -> None:
    """Every event answered 202 before kill -9 waits for the tracker after it; sessions hold too."""
    dashboard = process()
    accepted = 0
    with dashboard.start() as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        client.post("/auth/login", json={"code": code_of(dashboard.run("login-link").stdout)}).raise_for_status()
        cookies = dict(client.cookies)
        for _ in range(20):
            events = [{"id": str(uuid.uuid4()), "type": "error", "ts": "2026-11-23T00:00:00Z"} for _ in range(50)]
            accepted += client.post("/api/track", json={"events": events}).json()["accepted"]
        dashboard.signal(signal.SIGKILL)
    with dashboard.start() as client:
        assert client.get("/api/status").json()["spool"]["depth"] >= accepted == 1000
        del client.headers["Authorization"]
        assert client.get("/auth/session", headers={"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())})


def test_setting_that_cannot_be_used_stops_it_with_one_line(process: Callable[..., Process]) -> None:
    """The line names the variable, never the value; the command for a link says the same."""
    for words in ((), ("login-link",)):
        ended = process(AGENT_URL="no-address-at-all").run(*words)
        assert ended.returncode == 2
        assert ended.stderr.startswith("dashboard: AGENT_URL: ")
        assert ended.stderr.count("\n") == 1
        assert "no-address" not in ended.stderr


def test_unknown_command_is_explained(process: Callable[..., Process]) -> None:
    """With how it is meant."""
    ended = process().run("log-in")
    assert (ended.returncode, ended.stderr) == (2, "usage: python -m dashboard [login-link]\n")
